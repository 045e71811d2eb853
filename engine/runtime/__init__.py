"""Plays a Plan, live or offline, through one door."""
