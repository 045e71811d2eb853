"""Shipped patches of pictures, with the stand-in in the place of the camera."""

from __future__ import annotations

from engine.core.files import installed_folder

CAMERA = 'use    = "camera"\ndevice = "auto"\nmirror = true'


def by_stand_in(name: str) -> str:
    """Return the text of a shipped patch as the stand-in plays it."""
    text = (installed_folder("patches") / f"{name}.toml").read_text("utf-8")
    assert CAMERA in text, f"{name}: no such camera in it"
    return text.replace(CAMERA, 'use = "stand_in"')
