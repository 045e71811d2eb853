"""Answers that do not flicker: they settle over time, and a class gives way to a surer one only."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from engine.core.clock import SECOND
from engine.core.messages import Ns
from engine.learning.lesson import Classified

_SURER: Final = 0.1
"""How much more of the share another class must have before it takes over."""
_HALF: Final = 0.5


@dataclass(frozen=True, slots=True)
class Settled:
    """What it is by now: ``label`` is "" where unsure, ``shares`` say how sure it is of each class.

    ``confidence`` is that of the class, or of the likeliest one where unsure, 0 to 1.
    """

    label: str
    confidence: float
    shares: Mapping[str, float]


@dataclass(slots=True)
class Settling:
    """Follows answers, so that after ``settle`` seconds most of a change is there."""

    _at: Ns | None = None
    _follow: float = 1.0
    _label: str = ""
    _known: float = 0.0
    _shares: dict[str, float] = field(default_factory=dict)
    _knobs: dict[str, float] = field(default_factory=dict)

    def move_to(self, at: Ns, settle: float) -> None:
        """Come to a moment; the first one is followed at once."""
        past = math.inf if self._at is None else max(0.0, (at - self._at) / SECOND)
        self._at = at
        self._follow = 1.0 if past == math.inf or settle == 0 else -math.expm1(-past / settle)

    def told(self, found: Classified | None) -> Settled:
        """Return what it is by now."""
        known = found is not None and found.distance <= 1
        self._known += self._follow * (known - self._known)
        if found is not None:
            self._shares = self._nearer(self._shares, found.shares)
        if not self._shares:
            return Settled("", 0.0, {})
        best = max(self._shares, key=lambda name: self._shares[name])
        held = self._label
        if held in self._shares and self._shares[best] < self._shares[held] + _SURER:
            best = held
        self._label = best if self._known >= _HALF else ""
        shares = {name: self._known * share for name, share in self._shares.items()}
        return Settled(self._label, shares[best], shares)

    def turned(self, knobs: Mapping[str, float]) -> Mapping[str, float]:
        """Return where knobs stand by now."""
        self._knobs = self._nearer(self._knobs, knobs)
        return self._knobs

    def _nearer(self, before: Mapping[str, float], now: Mapping[str, float]) -> dict[str, float]:
        return {
            name: (was := before.get(name, value)) + self._follow * (value - was)
            for name, value in now.items()
        }
