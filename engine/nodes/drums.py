"""Kick, snare and hat."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import Annotated, ClassVar, NamedTuple

from engine.core.messages import Block, Trigger
from engine.core.node import Node
from engine.core.parameter import Param
from engine.dsp.audio.drums import KINDS, LAG, DrumEar, LoudestStroke
from engine.dsp.audio.hops import Hops
from engine.dsp.audio.spectrum import HOP, WINDOW, Spectrum

SOFTEST = -60.0
"""dB of full scale, in its bands, that is worth nothing; 0 dB is worth 1."""
SOFTER = 20.0
"""dB below the loudest snare at which one that is not certain counts at full sensitivity."""
_SNARE = KINDS.index("snare")


class Struck(NamedTuple):
    """A trigger for each drum that was struck; its value says how hard, 0 to 1."""

    kick: Trigger | None = None
    snare: Trigger | None = None
    hat: Trigger | None = None


class Drums(Node):
    """Trigger on the kick, the snare and the hat, each by its own: ``drums.kick`` and so on.

    The value of a trigger says how hard the drum was struck, 0 to 1. What is struck together is
    told together; a kick's click is no hat, and the noise of a snare none either. Cymbals count as
    hats, claps mostly as snares; toms are none of them. What may be a snare is none where it is
    much softer than the snares before it, by 10 dB at a ``sensitivity`` of 0.5.

    ``sensitivity`` is how little is enough: towards 0 only what is certain counts, towards 1 what
    may be a drum does. ``rest`` is the shortest time between two of the same drum. What is told
    happened about 32 ms before the newest sample: that long it takes to tell them apart. Where only
    that something begins matters, ``onset`` says so 10 ms earlier.

    For those who know it: spectral flux in dB by bands (Bello et al. 2005; SuperFlux, Böck &
    Widmer, DAFx 2013), and a layer of 24 units that was learned from drums.
    """

    lag: ClassVar[float] = LAG

    sensitivity: Annotated[float, Param("0 only what is certain, 1 what may be", 0, 1)] = 0.5
    rest: Annotated[float, Param("the least time from one to the next", 0, 10, unit="s")] = 0.06

    _hops: Hops = field(default_factory=lambda: Hops(WINDOW, HOP))
    _spectrum: Spectrum = field(default_factory=Spectrum)
    _ear: DrumEar = field(default_factory=DrumEar)
    _since: list[float] = field(default_factory=lambda: [60.0] * 3)
    _heard: float = 0.0
    _snare: LoudestStroke = field(default_factory=LoudestStroke)

    def process(self, sound: Block) -> Iterator[Struck]:
        """Yield what was struck."""
        windows = self._hops.feed(sound)
        if self._hops.gap:
            self._forget()
        rate = self._hops.rate
        for window in windows:
            self._heard += HOP
            self._since = [each + HOP for each in self._since]
            self._snare.passes(HOP)
            struck = self._ear.step(self._spectrum.powers(window, rate), rate)
            # That sound arrives at all is no stroke.
            if struck is not None and self._heard > 2 * WINDOW:
                found = [
                    self._trigger(kind, float(sure), float(hard))
                    for kind, (sure, hard) in enumerate(zip(*struck, strict=True))
                ]
                if any(found):
                    yield Struck(*found)

    def reset(self) -> None:
        """Forget the sound from before a gap."""
        self._hops.reset()
        self._forget()

    def _trigger(self, kind: int, sure: float, hard: float) -> Trigger | None:
        """Return the trigger of a drum, or None."""
        if sure < 0.95 - 0.9 * self.sensitivity or self._since[kind] < self.rest or hard < SOFTEST:
            return None
        if kind == _SNARE and not self._snare.is_one(sure, hard, SOFTER * self.sensitivity):
            return None
        self._since[kind] = 0.0
        return Trigger(min(1.0, 1.0 - hard / SOFTEST))

    def _forget(self) -> None:
        self._ear, self._snare = DrumEar(), LoudestStroke()
        self._since, self._heard = [60.0] * 3, 0.0
