"""Something begins to sound."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import Annotated, ClassVar

from engine.core.messages import Block, Trigger
from engine.core.node import Node
from engine.core.parameter import Param
from engine.dsp.audio.flux import Flux, Peaks
from engine.dsp.audio.hops import Hops
from engine.dsp.audio.spectrum import HOP, LAG, WINDOW, Spectrum, bins

HIGHEST = 12000.0
FULL = 0.6
"""Flux of the hardest stroke there is."""


class Onset(Node):
    """Trigger whenever a note, a stroke or a syllable begins; its value says how hard, 0 to 1.

    It looks for the moments at which many frequencies become stronger at once, so a note is found
    that begins while another still sounds. A swell without a beginning is none.

    ``sensitivity`` is the one knob: towards 0 only hard strokes count, towards 1 the softest do.
    ``rest`` is the shortest time between two. What is told happened about 18 ms before the newest
    sample.

    For those who know it: spectral flux (Dixon, DAFx 2006) of compressed magnitudes, with causal
    peak picking (Böck, Krebs & Schedl, ISMIR 2012).
    """

    lag: ClassVar[float] = LAG + HOP / 2

    sensitivity: Annotated[float, Param("0 only the hardest, 1 the softest", 0, 1)] = 0.5
    rest: Annotated[float, Param("the least time from one to the next", 0, 10, unit="s")] = 0.06

    _hops: Hops = field(default_factory=lambda: Hops(WINDOW, HOP))
    _spectrum: Spectrum = field(default_factory=Spectrum)
    _flux: Flux = field(default_factory=Flux)
    _peaks: Peaks = field(default_factory=Peaks)
    _since: float = 60.0
    _heard: float = 0.0

    def process(self, sound: Block) -> Iterator[Trigger]:
        """Yield a trigger for each onset in the sound."""
        windows = self._hops.feed(sound)
        if self._hops.gap:
            self._forget()
        rate = self._hops.rate
        least = 0.15 * 0.01**self.sensitivity
        for window in windows:
            self._since += HOP
            self._heard += HOP
            power = self._spectrum.powers(window, rate)[bins(20.0, HIGHEST, rate)]
            peak = self._peaks.step(self._flux.step(power), least)
            # That sound arrives at all is no onset.
            if peak is not None and self._since >= self.rest and self._heard > 2 * WINDOW:
                self._since = 0.0
                yield Trigger(min(1.0, peak / FULL))

    def reset(self) -> None:
        """Forget the sound from before a gap."""
        self._hops.reset()
        self._forget()

    def _forget(self) -> None:
        self._flux, self._peaks = Flux(), Peaks()
        self._since, self._heard = 60.0, 0.0
