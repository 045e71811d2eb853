"""Boxes that run a network, each in a process of its own where possible: one box, one file."""
