"""Ways to hand pictures to other programs: NDI, Syphon, Spout, a virtual camera. One file each.

Each works in a process of its own (``engine.video.sender_process``): what is not ours crashes or
hangs there, and the show goes on. A library that is not installed is missed by its user alone.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.core.errors import DeviceError
from engine.core.extras import install_line

Image = NDArray[np.uint8]
SYSTEM: str = sys.platform
"""Which system this is, looked at while it runs: type checkers know each file on all of them."""
Way = Literal["ndi", "syphon", "spout", "v4l2"]


class Extra(NamedTuple):
    """What an extra is called by people, the package that it brings, and where alone it works."""

    name: str
    package: str
    system: str = ""
    system_name: str = ""


EXTRAS: Final = {
    "ndi": Extra("NDI", "cyndilib"),
    "syphon": Extra("Syphon", "syphon-python", "darwin", "macOS"),
    "spout": Extra("Spout", "SpoutGL", "win32", "Windows"),
}


class Sender(Protocol):
    """An open way out. ``repeats``: whether the last picture is to be sent again and again."""

    repeats: bool

    def send(self, image: Image) -> None:
        """Send a picture: uint8, (height, width, 3), BGR. Raise DeviceError where that fails."""
        ...

    def close(self) -> None:
        """Close it."""
        ...


@contextmanager
def needing(extra: str) -> Iterator[None]:
    """Import the library of an extra in the block. Raise DeviceError where there is none."""
    name, package, system, system_name = EXTRAS[extra]
    if system not in ("", SYSTEM):
        raise DeviceError(
            f"{name} is there on {system_name} only; web_view and ndi work everywhere"
        )
    try:
        yield
    except ImportError:
        raise DeviceError(
            f"{name} needs the package {package}, which is not installed: {install_line(extra)}"
        ) from None
