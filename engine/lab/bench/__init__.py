"""Measurements: one file a bench; every number is a ratio measured side by side."""
