"""Faults on purpose: a show is put through a storm, watched from outside, and judged.

Live it is a real ``sensorium play`` process among real parts, which are killed, stopped and brought
back. Offline it is the same idea on the virtual clock. The same seed is the same storm.
"""
