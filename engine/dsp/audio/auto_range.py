"""Normalise decibel values to 0 to 1 by their recent minimum and maximum."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from engine.dsp.audio.level import SILENT

MIN_SPAN: Final = 12.0
"""Minimum span in dB from 0 to 1, so that a steady sound's small variations are not magnified."""
MIN_PEAK: Final = -50.0
"""dB: the maximum is at least this, so that sound which never gets louder stays below 1."""


class AutoRange:
    """Maps the minimum of the last ``length`` rows to 0 and the maximum to 1, per column."""

    def __init__(self, columns: int, length: int) -> None:
        # Columns are contiguous in memory: their minimum is found 10 times faster.
        self._columns = np.full((columns, max(length, 1)), SILENT)
        self._newest: Sequence[float] = [SILENT] * columns
        self._count = 0

    def add(self, row: Sequence[float]) -> None:
        """Append a row of levels in dB, one per column."""
        self._columns[:, self._count % self._columns.shape[1]] = row
        self._newest = row
        self._count += 1

    def normalised(self) -> list[float]:
        """Return the newest row, each value 0 to 1."""
        known = self._columns[:, : self._count]
        quiet = known.min(axis=1)
        loud = np.maximum(np.maximum(known.max(axis=1), quiet + MIN_SPAN), MIN_PEAK)
        return [float(part) for part in (self._newest - quiet) / (loud - quiet)]
