"""Boxes that turn one thing into another: one box, one file."""
