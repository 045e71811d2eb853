"""The stand-in performer: a drawn dancer and a synthesised voice.

It is the demo without hardware, and the ground truth for measurements.
"""
