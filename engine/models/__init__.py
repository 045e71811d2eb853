"""Boxes that run a network, each on a thread of its own: one box, one file."""
