"""Output boxes: one box, one file."""
