"""Ways to hand pictures to other programs: NDI, Syphon, Spout, a virtual camera. One file each.

Each works in a process of its own (``engine.video.sender_process``): what is not ours crashes or
hangs there, and the show goes on. A library that is not installed is missed by its user alone.
"""

from __future__ import annotations

import sys
from typing import Final, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
SYSTEM: str = sys.platform
"""Which system this is, looked at while it runs: type checkers know each file on all of them."""
Way = Literal["ndi", "syphon", "spout", "v4l2"]

EXTRAS: Final = {
    "ndi": ("NDI", "cyndilib"),
    "syphon": ("Syphon", "syphon-python"),
    "spout": ("Spout", "SpoutGL"),
}
"""What an extra is called by people, and the package that it brings."""


class Sender(Protocol):
    """An open way out. ``repeats``: whether the last picture is to be sent again and again."""

    repeats: bool

    def send(self, image: Image) -> None:
        """Send a picture: uint8, (height, width, 3), BGR. Raise DeviceError where that fails."""
        ...

    def close(self) -> None:
        """Close it."""
        ...


def not_installed(extra: str) -> str:
    """Return what to say where the library of an extra is missing."""
    name, package = EXTRAS[extra]
    return (
        f"{name} needs the package {package}, which is not installed: "
        f'uv sync --extra {extra}, or pip install "sensorium[{extra}]"'
    )


def not_here(extra: str, system: str) -> str:
    """Return what to say on a system that has no such thing."""
    return f"{EXTRAS[extra][0]} is there on {system} only; web_view and ndi work everywhere"
