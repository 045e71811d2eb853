"""Measurements and faults on purpose: how fast it is, and what it survives."""
