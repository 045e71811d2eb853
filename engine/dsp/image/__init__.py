"""Pure functions on images."""
