"""The keys that a melody may play: the notes of a scale, in a tuning.

A height is a pitch in semitones, 69.0 being 440 Hz; a key is the number of a MIDI note, whatever
pitch that has on an instrument that is tuned alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from engine.core.intonation import Tuning
from engine.core.tuning import hz_of, note_of
from engine.dsp.audio.scales import Classes, quantise

ALL: Final[Classes] = frozenset(range(12))
"""The pitch classes of the chromatic scale."""
_AROUND: Final = 7
"""Keys to either side among which there is one of every scale."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of ``scale``; ``tuning`` None is twelve equal steps, where heights are keys.

    A scale of pitch classes belongs to a tuning of twelve steps; in others every key is played.
    """

    scale: Classes = ALL
    tuning: Tuning | None = None

    def height(self, key: int) -> float:
        """Return the height of a key."""
        return float(key) if self.tuning is None else note_of(self.tuning.hz_of(key))

    def nearest(self, height: float) -> int:
        """Return the key nearest to a height, the lower of two."""
        if self.tuning is None:
            return quantise(height, self.scale)
        key = self.tuning.nearest(hz_of(height)).key
        if len(self.tuning.degrees) != len(ALL) or key % 12 in self.scale:
            return key
        around = range(key - _AROUND, key + _AROUND + 1)
        there = (each for each in around if each % 12 in self.scale)
        return min(there, key=lambda each: abs(self.height(each) - height))

    def stay(self, height: float, key: int, hysteresis: float) -> int:
        """Return the nearest key, or the one that sounds unless it is passed by ``hysteresis``.

        That is in semitones beyond the middle between both; where keys are nearer to each other
        than a semitone it is in parts of the way from one to the other.
        """
        nearest = self.nearest(height)
        if nearest == key:
            return key
        here, there = self.height(key), self.height(nearest)
        margin = hysteresis * min(1.0, abs(there - here))
        farther = abs(height - here) - abs(height - there)
        return key if farther < 2 * margin else nearest
