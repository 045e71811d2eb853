"""Cameras: which there are, how one is opened, and how a frozen one is detected."""
