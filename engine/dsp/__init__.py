"""Pure functions on images, landmarks and sound, shared by boxes."""
