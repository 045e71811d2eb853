"""Input boxes: one box, one file."""
