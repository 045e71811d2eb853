"""Degrade boxes so that a patch keeps its deadline, and restore them."""
