"""Sensorium: eyes and ears for a performer's computer."""
