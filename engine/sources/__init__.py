"""Boxes that bring something in: one box, one file."""
