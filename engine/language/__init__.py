"""Pure functions on words and texts, shared by boxes: no files, no networks, no clock."""
