"""What the show and the process of a window say to each other, beside pictures."""

from __future__ import annotations

import struct
from typing import Final, Literal

import msgspec

from engine.window.placing import CORNERS, WHOLE, Corners, Rectangle

SETTINGS: Final = b"k"
"""To the window: how the picture lies in it; a WindowSettings in JSON."""
LEVEL: Final = b"v"
"""To the window: the master of the brightness, at once; a FLOAT, 0 is black."""
DARK: Final = b"d"
"""To the window: the picture is lost; fade to black until the next one."""
MAPPED: Final = b"m"
"""From the window: somebody has moved corners or edges; a Mapping in JSON, to be kept."""
CLOSED: Final = b"c"
"""From the window: closed by hand; it opens again when pictures come anew."""
NOTE: Final = b"n"
"""From the window: a notice for the performer."""

FLOAT: Final = struct.Struct("<d")

Fit = Literal["fit", "fill", "stretch"]


class Mapping(msgspec.Struct, frozen=True):
    """Where the sheet lies and how its edges fade: ``blend`` is left, bottom, right, top."""

    corners: Corners = CORNERS
    blend: Rectangle = (0.0, 0.0, 0.0, 0.0)


class WindowSettings(msgspec.Struct, frozen=True):
    """All that decides how a picture lies in the window; ``fade`` in seconds."""

    fit: Fit = "fit"
    rotate: int = 0
    mirror: bool = False
    crop: Rectangle = WHOLE
    mapping: Mapping = msgspec.field(default_factory=Mapping)
    gamma: float = 2.2
    fade: float = 0.5
    full_screen: bool = False
    vsync: bool = True


class Opening(msgspec.Struct, frozen=True):
    """What a window is opened with. ``display`` is a name or number, "" for any."""

    display: str = ""
    title: str = "Sensorium"
    size: tuple[int, int] = (1280, 720)
    settings: WindowSettings = msgspec.field(default_factory=WindowSettings)


class Opened(msgspec.Struct, frozen=True):
    """What was opened: the display, its size in pixels, and pictures a second."""

    display: str
    size: tuple[int, int]
    refresh: int
