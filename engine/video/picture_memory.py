"""Pictures of the last seconds, within bounds of memory."""

from __future__ import annotations

import logging
from collections import deque
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.core.clock import SECOND
from engine.core.messages import Ns

_log = logging.getLogger("sensorium")

Picture = NDArray[np.uint8]

MOST: Final = 512 << 20
"""Bytes of pictures that one box keeps: 6 s at 1280x720 and 30 pictures a second."""


class PictureMemory:
    """Keeps pictures with their moments, the newest ones; all of one size.

    ``is_full`` says whether older ones were let go because they take too much memory.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: deque[tuple[Ns, Picture]] = deque()
        self._bytes = 0
        self.is_full = False
        self._told = False

    def __len__(self) -> int:
        return len(self._kept)

    def put(self, at: Ns, image: Picture) -> None:
        """Keep a picture; those of another size are forgotten."""
        if self._kept and self._kept[-1][1].shape != image.shape:
            self.clear()
        self._kept.append((at, image))
        self._bytes += image.nbytes
        while self._bytes > self._most and len(self._kept) > 1:
            self._drop()
            self.is_full = True

    def forget(self, before: int) -> None:
        """Let go of what is older than a moment, but for the last picture up to there.

        Where there is any, all that is wanted has found room.
        """
        while len(self._kept) > 1 and self._kept[1][0] <= before:
            self._drop()
            self.is_full = False

    def oldest(self) -> tuple[Ns, Picture] | None:
        """Return the oldest picture and its moment."""
        return self._kept[0] if self._kept else None

    def newest(self) -> tuple[Ns, Picture] | None:
        """Return the newest picture and its moment."""
        return self._kept[-1] if self._kept else None

    def tell_too_short(self, wanted: str, span: int) -> None:
        """Log once that no more than ``span`` ns of what is ``wanted`` can be kept."""
        if not self._told:
            self._told = True
            _log.warning(
                "%s: so many pictures of this size need too much memory; it is %.1f s",
                wanted,
                span / SECOND,
            )

    def all(self) -> list[tuple[Ns, Picture]]:
        """Return what is kept, in order of time."""
        return list(self._kept)

    def clear(self) -> None:
        """Forget everything."""
        self._kept.clear()
        self._bytes = 0
        self.is_full = False

    def _drop(self) -> None:
        self._bytes -= self._kept.popleft()[1].nbytes
