"""Boxes that send something out: one box, one file."""
