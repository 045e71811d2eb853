"""Pure functions on pictures, bodies and sound, shared by boxes."""
