"""Readers of what comes from outside, given everything but what they expect.

Each target is in a file of its own: a hypothesis strategy of cases, and what takes one. A case
that raises anything but what the reader promises, or takes too long, is a failure. The tests play
a few cases of each; by hand ``python -m tests.fuzz osc --minutes 10`` goes on as long as one likes.
"""
