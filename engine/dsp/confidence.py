"""A switch out of how sure a detector is, from one answer to the next."""

from __future__ import annotations

from dataclasses import dataclass

_ROUNDING = 1e-9
"""Seconds: sums of steps are not exact."""


@dataclass(frozen=True, slots=True)
class SwitchRules:
    """When to switch: on at ``confidence`` (0 to 1) for ``answers`` answers running.

    It stays on down to ``hysteresis`` below that, and then for ``hold`` seconds.
    """

    confidence: float
    hysteresis: float
    answers: int
    hold: float


@dataclass
class ConfidenceSwitch:
    """Whether something is there; ``on`` is off at first."""

    on: bool = False
    _sure: int = 0
    _rest: float = 0.0

    def read(self, confidence: float, step: float, rules: SwitchRules) -> bool:
        """Return the switch after an answer that comes ``step`` seconds after the last one."""
        if confidence >= rules.confidence - (rules.hysteresis if self.on else 0.0):
            self._sure, self._rest = self._sure + 1, 0.0
            self.on = self.on or self._sure >= rules.answers
        else:
            self._sure, self._rest = 0, self._rest + step
            self.on = self.on and self._rest <= rules.hold + _ROUNDING
        return self.on
