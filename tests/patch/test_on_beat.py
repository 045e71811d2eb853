"""What is held to the grid of beats waits for its line, and what is written wrong is told."""

from __future__ import annotations

import pytest

from engine.core.errors import PatchError
from engine.core.messages import Note, Trigger
from engine.testing import play

GRID = """
[grid]
use = "tempo"
bpm = 120

[desk]
use = "midi_in"
"""
GO = Trigger()


def sent(patch, script, seconds=6.0):
    played = play(GRID + patch, script, seconds=seconds)
    return [(round(each.t, 4), each.args) for each in played.sent]
