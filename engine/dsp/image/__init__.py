"""Pure functions on pictures."""
