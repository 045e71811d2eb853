"""The twelve notes as twelve numbers, for light and colour."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import field
from typing import Annotated, ClassVar, Final, NamedTuple

import numpy as np

from engine.core.messages import Block, Features
from engine.core.node import Node
from engine.core.parameter import Param
from engine.dsp.audio.chroma import WINDOW, Classes, chroma
from engine.dsp.audio.hops import Hops
from engine.dsp.audio.level import is_quiet

NAMES: Final = ("c", "db", "d", "eb", "e", "f", "gb", "g", "ab", "a", "bb", "b")
HOP: Final = 0.02
_FIFTHS: Final = np.exp(2j * np.pi * np.arange(12) * 7 / 12)


class ChromaReading(NamedTuple):
    """The twelve notes, and the hue of all together."""

    chroma: Features
    hue: float


class Chroma(Node):
    """Hear how strongly each of the twelve notes sounds, in any octave, fifty times a second.

    ``c``, ``db``, ``d``, ``eb``, ``e``, ``f``, ``gb``, ``g``, ``ab``, ``a``, ``bb`` and ``b`` are 0
    to 1: the strongest is near 1 where tones sound, and all are near 0 in noise and 0 in silence.
    The outlet ``hue`` is where they are on the circle of fifths, 0 to 1, C being 0, G 1/12: keys
    that are near have colours that are near. It stays while nothing sounds.
    """

    lag: ClassVar[float] = 0.09

    a4: Annotated[float, Param("what the note A4 is tuned to", 380, 500, unit="Hz")] = 440.0
    quiet: Annotated[float, Param("what is quieter is silence", -90, 0, unit="dB")] = -60.0

    _hops: Hops = field(default_factory=lambda: Hops(WINDOW, HOP))
    _hue: float = 0.0

    def process(self, sound: Block) -> Iterator[ChromaReading]:
        """Yield the twelve notes after each 20 ms of sound."""
        for window in self._hops.feed(sound):
            heard = self._hear(window)
            self._hue = hue_of(heard, self._hue)
            yield ChromaReading(Features(NAMES, heard.astype(np.float32)), self._hue)

    def reset(self) -> None:
        """Forget the sound from before a gap."""
        self._hops.reset()

    def _hear(self, window: np.ndarray) -> Classes:
        newest = window[-round(2 * HOP * self._hops.rate) :]
        if is_quiet(newest, self.quiet):
            return np.zeros(12)
        return chroma(window, self._hops.rate, self.a4)


def hue_of(classes: Classes, before: float) -> float:
    """Return where twelve notes are on the circle of fifths, 0 to 1; what was before, of none."""
    middle = complex(np.dot(classes, _FIFTHS))
    if abs(middle) < 1e-6:
        return before
    return math.atan2(middle.imag, middle.real) / (2 * math.pi) % 1.0
