"""What a sound is like, as numbers that boxes learn from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import Annotated, ClassVar, Final

import numpy as np

from engine.core.messages import Block, Features
from engine.core.node import Node
from engine.core.parameter import Param
from engine.dsp.audio.hops import Hops, Samples
from engine.dsp.audio.level import is_quiet
from engine.dsp.audio.resample import resample
from engine.dsp.audio.sound_features import COUNT, RATE, WINDOW, sound_features

NAMES: Final = tuple(f"s{number}" for number in range(1, COUNT + 1))
_SPARE: Final = 0.01
"""Seconds beyond the window, where resampling has an edge."""


class EmbedSound(Node):
    """Turns the last second of sound into 110 numbers, alike where sounds are alike.

    ``s1`` to ``s110`` are which frequencies there are and how they move, how the loudness goes, and
    how much of a pitch there is and how steady; they do not depend on how loud it is, and are all 0
    below ``quiet``. They say little one by one: a box that learns takes all of them, and tells
    claps, whistles, voices and drums apart by ten examples of each; how well is in docs/corpus.md.
    They come ten times a second. Each tells of a whole second, so they are near to a new sound at
    once after silence, and a quarter to half a second after another sound: hold what you show for
    longer than a second. Pictures go through ``embed``.
    """

    lane: ClassVar[bool] = True
    hop: ClassVar[float] = 0.1
    lag: ClassVar[float] = 0.25

    quiet: Annotated[float, Param("what is quieter is silence", -90, 0, unit="dB")] = -55.0

    _hops: Hops = field(default_factory=lambda: Hops(WINDOW / RATE + _SPARE, EmbedSound.hop))

    def reset(self) -> None:
        """Forget the sound from before a gap."""
        self._hops.reset()

    def process(self, sound: Block) -> Iterator[Features]:
        """Yield the numbers, float32 (110,), for each tenth of a second that ends in the sound."""
        for window in self._hops.feed(sound):
            yield Features(NAMES, self._embedded(window))

    def _embedded(self, window: Samples) -> Samples:
        samples = resample(window, self._hops.rate, RATE)[-WINDOW:]
        if is_quiet(samples, self.quiet):
            return np.zeros(COUNT, np.float32)
        whole = np.zeros(WINDOW, np.float32)
        whole[WINDOW - len(samples) :] = samples
        return sound_features(whole)
