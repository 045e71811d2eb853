"""The shipped patches: their names, and those of pictures with the stand-in as the camera."""

from __future__ import annotations

from engine.core.files import installed_folder
from tests.by_night import NIGHT

NAMES = sorted(file.stem for file in installed_folder("patches").glob("*.toml"))
TWICE, REPLAYED = (NAMES, NAMES) if NIGHT else (NAMES[::2], NAMES[1::2])
"""Which are played offline twice (tests/runtime), and which are recorded and replayed
(tests/recording): by day each in one of both ways. The others are recorded live and replayed."""

CAMERA = 'use    = "camera"\ndevice = "auto"\nmirror = true'


def by_stand_in(name: str) -> str:
    """Return the text of a shipped patch as the stand-in plays it."""
    text = (installed_folder("patches") / f"{name}.toml").read_text("utf-8")
    assert CAMERA in text, f"{name}: no such camera in it"
    return text.replace(CAMERA, 'use = "stand_in"')
