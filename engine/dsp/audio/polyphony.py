"""Notes out of how sure a network is that each key of a piano begins and sounds.

The rules are those published with Basic Pitch (Bittner et al. 2022), as far as they look back: a
note begins where its onset is a peak that is sure enough, and ends once it has not sounded for a
while. What is published may look ahead as well; here a note is told when it is known.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.dsp.audio.piano import KEYS

_CONFIRM: Final = 4
"""Frames from an onset on over which a key must sound."""
_RELEASE: Final = 5
"""Frames in a row in which a key must not sound for its note to end."""
_BESIDE: Final = 3
"""Frames for which the onset of a key a semitone away stands for one that is weaker."""


@dataclass(frozen=True, slots=True)
class Rules:
    """When a key counts: ``onset`` and ``frame`` are how sure to be, ``keys`` the range of keys,
    ``shortest`` in frames."""

    onset: float
    frame: float
    keys: range
    shortest: int


class Polyphony:
    """Follows 88 keys, frame by frame; ``sounding`` are those that have begun."""

    def __init__(self) -> None:
        self.sounding: dict[int, int] = {}
        self._frame = 0
        self._silent = np.zeros(KEYS, np.int64)
        self._began = np.full(KEYS, -1000)

    def read(
        self, onsets: NDArray[np.float32], frames: NDArray[np.float32], rules: Rules
    ) -> Iterator[tuple[int, bool]]:
        """Yield each key, 0 to 87, that ends (False) or begins (True) in one frame.

        ``onsets`` and ``frames`` are float32, shape (n, 88) of 0 to 1: the frame before, the one
        that is read, and at least one after it.
        """
        self._frame += 1
        sounds = frames[1] >= rules.frame
        self._silent = np.where(sounds, 0, self._silent + 1)
        begins = self._begins(onsets, frames, rules)
        for key, began in list(self.sounding.items()):
            ended = self._silent[key] >= _RELEASE and self._frame - began >= rules.shortest
            if ended or key in begins or key not in rules.keys:
                del self.sounding[key]
                yield key, False
        for key in begins:
            self.sounding[key] = self._frame
            self._began[key] = self._frame
            yield key, True

    def end(self) -> Iterator[tuple[int, bool]]:
        """Return the end of every key that sounds; nothing is read any more."""
        return ((key, False) for key in self.sounding)

    def _begins(
        self, onsets: NDArray[np.float32], frames: NDArray[np.float32], rules: Rules
    ) -> list[int]:
        """Return the keys that begin, the surest first."""
        now = onsets[1]
        peak = (now >= rules.onset) & (now > onsets[0]) & (now >= onsets[2])
        peak &= frames[1 : 1 + _CONFIRM].mean(axis=0) >= rules.frame
        found: list[int] = []
        for key in np.flatnonzero(peak)[np.argsort(-now[peak])].tolist():
            beside = [one for one in (key - 1, key + 1) if 0 <= one < KEYS]
            newest = max(self._began[one] for one in beside)
            if key in rules.keys and not {*beside} & {*found} and self._frame - newest > _BESIDE:
                found.append(key)
        return found
