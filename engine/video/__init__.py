"""Cameras: which there are, how one is opened, and how one is noticed that stands still."""
