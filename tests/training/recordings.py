"""Small recordings to train on: the stand-in, with its true joints in the place of a network's."""

from __future__ import annotations

from pathlib import Path

from tests.recording.shows import rehearse

DANCE = """
title = "Dance"
[cam]
use = "stand_in"
width = 64
height = 64
fps = 10
noise = 0.05
[reach]
use = "joint"
from = "cam.joints"
joint = "right_hand"
[out]
use = "osc_out"
to = "127.0.0.1:9"
send = { "/reach" = "reach" }
"""


def recorded(
    folder: Path, patch: str = DANCE, *, seconds: float = 30.0, pixels: bool = True
) -> Path:
    """Return a recording of a patch, played in virtual time."""
    text, file = folder / "dance.toml", folder / "dance.mcap"
    text.write_text(patch)
    rehearse(file, text, seconds=seconds, pixels=pixels)
    return file
