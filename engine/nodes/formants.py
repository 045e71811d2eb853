"""The colour of a vowel."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import field
from statistics import median
from typing import ClassVar, Final, NamedTuple

from engine.core.messages import Block
from engine.core.node import Node
from engine.dsp.audio.formants import WINDOW, Resonances, find_formants
from engine.dsp.audio.hops import Hops
from engine.dsp.audio.vowels import frontness, nearest_vowel, openness

HOP: Final = 0.01
KEPT: Final = 3
"""Readings of which the middle one counts, so that a single wrong one is not told."""


class Vowel(NamedTuple):
    """Where a vowel lies, 0 to 1 each; its formants in Hz; its name; whether there is one."""

    open: float | None = None
    front: float | None = None
    f1: float | None = None
    f2: float | None = None
    vowel: str | None = None
    on: bool | None = None


class Formants(Node):
    """Hear which vowel is sung or spoken: two numbers for filters, light and colour.

    ``open`` goes from 0 ("ee", "oo") to 1 ("ah"), ``front`` from 0 ("oo", "oh") to 1 ("ee").
    ``f1`` and ``f2`` are the first two resonances of the mouth in Hz. ``vowel`` is the nearest of
    a e i o u, as in Italian, told when it is another one; it is empty where none is near.

    ``on`` says whether there is a vowel that can be known. Without one (silence, consonants, a
    pitch above 290 Hz, whose overtones are too far apart, whistling) nothing else is told: the
    numbers stay. The least that must be heard is about 50 ms of it.

    For those who know it: linear prediction, autocorrelation method (Markel & Gray 1976; Makhoul
    1975) of 40 ms every 10 ms, the median of three.
    """

    lag: ClassVar[float] = WINDOW / 2 + HOP

    _hops: Hops = field(default_factory=lambda: Hops(WINDOW, HOP))
    _readings: deque[Resonances | None] = field(default_factory=lambda: deque(maxlen=KEPT))
    _on: bool | None = None
    _vowel: str = ""

    def process(self, sound: Block) -> Iterator[Vowel]:
        """Yield what each complete window holds."""
        windows = self._hops.feed(sound)
        if self._hops.gap:
            self._readings.clear()
        for window in windows:
            whole = len(window) == round(WINDOW * self._hops.rate)
            self._readings.append(find_formants(window, self._hops.rate) if whole else None)
            yield from self._told()

    def reset(self) -> None:
        """Forget the sound from before a gap."""
        self._hops.reset()
        self._readings.clear()
        self._on, self._vowel = None, ""

    def _told(self) -> Iterator[Vowel]:
        known = [one for one in self._readings if one is not None]
        on = len(known) == KEPT
        if on != self._on:
            self._on = on
            yield Vowel(on=on)
        if not on:
            if self._vowel:
                self._vowel = ""
                yield Vowel(vowel="")
            return
        f1, f2 = (median(each) for each in zip(*known, strict=True))
        yield Vowel(openness(f1), frontness(f2), f1, f2)
        name = nearest_vowel(f1, f2)
        if name != self._vowel:
            self._vowel = name
            yield Vowel(vowel=name)
