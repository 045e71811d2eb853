"""How loud it is."""

from __future__ import annotations

from dataclasses import field
from typing import Annotated, ClassVar, Literal, NamedTuple

from engine.core.errors import ParameterError
from engine.core.messages import Block
from engine.core.node import Node
from engine.core.parameter import Param
from engine.dsp.audio.auto_range import AutoRange
from engine.dsp.audio.hops import Hops, Samples
from engine.dsp.audio.level import power_to_db
from engine.dsp.audio.spectrum import HOP, LAG, WINDOW, Spectrum

LOW, HIGH = 250.0, 2000.0
"""Hz between low, mid and high."""
MEMORY = 10.0
"""Seconds that the automatic range looks back."""
WHOLE = (20.0, 20000.0)


class Loud(NamedTuple):
    """How loud it is: ``level``, ``low``, ``mid`` and ``high`` as ``scale`` says; ``db`` in dB."""

    level: float
    db: float
    low: float
    mid: float
    high: float


class Loudness(Node):
    """Measure how loud a sound is, up to 200 times a second.

    ``level`` is what a bare cable carries, in decibels of full scale: 0 is the loudest there can
    be, a loud voice near a microphone has -20, a quiet room -60, silence -90. With
    ``scale = "auto"`` it goes from 0, the quietest of the last 10 s, to 1, the loudest, and so
    follows whatever comes in; a sound that changes by less than 12 dB does not reach 1.

    ``band`` listens to a part of the sound: ``[40, 120]`` to the kick of a drum. ``low``, ``mid``
    and ``high`` are the parts below 250 Hz, up to 2000 and above; ``db`` is ``level`` in decibels,
    whatever the scale. What is told was heard 15 ms before the newest sample.
    """

    lag: ClassVar[float] = LAG

    scale: Annotated[
        Literal["db", "auto"], Param("decibels, or 0 to 1 by the quietest and loudest of 10 s")
    ] = "db"
    band: Annotated[
        list[float], Param("[lowest, highest] frequency that counts", 20, 20000, unit="Hz")
    ] = field(default_factory=lambda: list(WHOLE))

    _hops: Hops = field(default_factory=lambda: Hops(WINDOW, HOP))
    _spectrum: Spectrum = field(default_factory=Spectrum)
    _range: AutoRange = field(default_factory=lambda: AutoRange(4, round(MEMORY / HOP)))

    def __post_init__(self) -> None:
        self._check()

    def process(self, sound: Block) -> Loud | None:
        """Return the loudness of the newest window; None until one is complete."""
        windows = self._hops.feed(sound)
        if self._hops.gap:
            self._forget()
        loud = None
        for window in windows:
            # A half-filled window would seem too quiet, and would set the range.
            if len(window) == round(WINDOW * self._hops.rate):
                loud = self._measure(window)
        return loud

    def reset(self) -> None:
        """Forget the samples and levels before a gap."""
        self._hops.reset()
        self._forget()

    def _forget(self) -> None:
        self._range = AutoRange(4, round(MEMORY / HOP))

    def _measure(self, window: Samples) -> Loud:
        self._check()
        rate = self._hops.rate
        bands = ((self.band[0], self.band[1]), (20.0, LOW), (LOW, HIGH), (HIGH, rate / 2))
        db = [power_to_db(power) for power in self._spectrum.band_powers(window, rate, bands)]
        self._range.add(db)
        level, low, mid, high = self._range.normalised() if self.scale == "auto" else db
        return Loud(level, db[0], low, mid, high)

    def _check(self) -> None:
        if len(self.band) != 2 or not 0 <= self.band[0] < self.band[1]:
            raise ParameterError(
                f"band: expected [lowest, highest] in Hz, such as [40, 120], got {self.band}"
            )
