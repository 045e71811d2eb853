"""Layouts that other tools have, so that what was made to hear them hears Sensorium."""
