"""Fits numbers in decibels into 0 to 1, by how quiet and how loud it lately was."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from engine.dsp.audio.level import SILENT

LEAST: Final = 12.0
"""dB from 0 to 1 at least: a steady sound must not be blown up until its trembling fills all."""
FAINT: Final = -50.0
"""dB: what never gets louder than this does not reach 1."""


class AutoRange:
    """The quietest of the last ``length`` rows is 0 and the loudest 1, each column on its own."""

    def __init__(self, columns: int, length: int) -> None:
        # A column lies in one piece: its minimum is then found 10 times sooner.
        self._columns = np.full((columns, max(length, 1)), SILENT)
        self._newest: Sequence[float] = [SILENT] * columns
        self._count = 0

    def note(self, row: Sequence[float]) -> None:
        """Take a row of decibels."""
        self._columns[:, self._count % self._columns.shape[1]] = row
        self._newest = row
        self._count += 1

    def fitted(self) -> list[float]:
        """Give the newest row as numbers from 0 to 1."""
        known = self._columns[:, : self._count]
        quiet = known.min(axis=1)
        loud = np.maximum(np.maximum(known.max(axis=1), quiet + LEAST), FAINT)
        return [float(part) for part in (self._newest - quiet) / (loud - quiet)]
