"""Ways to get pictures of other programs: the screen, NDI, Syphon, Spout. One file each."""

from __future__ import annotations

from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.core.errors import DeviceError
from engine.core.nearest import nearest

Image = NDArray[np.uint8]
SILENT: Final = 300
"""Looks without a picture or a connection after which whoever sends counts as gone."""


class PictureReceiver(Protocol):
    """An open way in, used on one thread."""

    def receive(self) -> Image | None:
        """Return the newest picture, None where none has come since the last.

        uint8, shape (height, width, 3 or 4), BGR or BGRA. Raise DeviceError once it has gone.
        """
        ...

    def close(self) -> None:
        """Close it."""
        ...


def fitting(name: str, names: list[str]) -> list[str]:
    """Return the names that are ``name``, or else that it is a part of; all for "auto"."""
    word = "" if name == "auto" else name.casefold()
    return [each for each in names if each.casefold() == word] or [
        each for each in names if word in each.casefold()
    ]


def wanted(name: str, names: list[str], what: str) -> str:
    """Return the name that ``name`` is a part of; the first one for "auto". Raise DeviceError."""
    if fits := fitting(name, names):
        return fits[0]
    if name == "auto":
        raise DeviceError(f"nobody sends pictures by {what} just now")
    listed = f" There is: {', '.join(names)}." if names else " There is none at all."
    raise DeviceError(f'nobody sends "{name}" by {what}.{nearest(name, names) or listed}')
