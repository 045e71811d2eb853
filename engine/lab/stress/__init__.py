"""Fault injection: a show is put through a storm of faults, observed from outside, and judged.

The show is a real ``sensorium play`` process among real parts, which are killed, stopped and
brought back. The same seed gives the same storm.
"""
