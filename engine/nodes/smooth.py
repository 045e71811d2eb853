"""Calm a trembling number, or the points of bodies, hands and faces, without making it late."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Annotated, TypeVar, cast

from engine.core.clock import SECOND, ns
from engine.core.landmarks import Landmarks, Pose
from engine.core.messages import Ns
from engine.core.node import Node
from engine.core.parameter import Param
from engine.dsp.landmarks.steady import Steadier, Steadiness
from engine.dsp.one_euro import mix, share

Moved = TypeVar("Moved", bound=float | Pose | Landmarks)

STEP = 1 / 60
"""Seconds between two numbers while it glides on by itself."""

PAUSE = 0.25
"""Seconds without input after which it does; slower than any camera, so it never runs between."""

ARRIVED = 1e-3
"""What part of ``span`` is too little to glide on for."""

_LONGEST_LAG = 3600
"""Steps after which nobody waits any more."""

POINTS = 2.0
"""How much more a movement of points raises the cut-off, in sizes of a body: on a swing of a hand
once a second this halves the lag, and at rest it costs a tenth of a pixel."""

FASTEST = 1e9
"""Spans a second; keeps the arithmetic finite whatever comes."""


class Smooth(Node):
    """Calm what trembles: still when it hardly moves, and quick to follow when it does.

    ``smooth`` is the one knob: 0 passes everything, 0.5 takes the trembling off a hand, 1 hardly
    moves. The result does not depend on how often numbers come. A number that then stays, as that
    of a knob that was let go, is always reached in the end.

    It expects numbers from 0 to 1. For others set ``span`` to how far they go from one end to the
    other, such as 40 for a level from -50 to -10 decibels.

    Of a pose, hands or faces each point is calmed by itself, by how large the body is, and more the
    less sure it is. Who is missed for a moment moves on for a quarter of a second, then all of its
    points are unsure once, and it is gone. `ahead = "40 ms"` says where everything will be by then,
    when a slow receiver shows it: what moves is moved on as far as that has come true of late.

    For those who know it: this is the One Euro filter of Casiez, Roussel & Vogel (CHI 2012).
    ``smooth`` sets its minimal cut-off, 20 Hz falling to 0.05 by equal ratios, and its beta, 6
    falling to 0; ``min_cutoff``, ``beta`` and ``d_cutoff`` set them by hand. Speeds are in spans a
    second; those of points in sizes of the body, and their beta is twice that.
    """

    smooth: Annotated[float, Param("0 passes everything, 1 hardly moves", 0, 1)] = 0.5
    span: Annotated[
        float, Param("how far the number goes from one end to the other: 1 for 0 to 1", 0)
    ] = 1.0
    min_cutoff: Annotated[
        float | None, Param("cut-off while it does not move, instead of smooth", 0, unit="Hz")
    ] = None
    beta: Annotated[
        float | None, Param("how much a movement raises the cut-off, instead of smooth", 0)
    ] = None
    d_cutoff: Annotated[float, Param("cut-off of the speed", 0, unit="Hz")] = 1.0
    ahead: Annotated[
        float, Param("of points: how far they are moved on in time", 0, 0.5, unit="s")
    ] = 0.0

    @property
    def lag(self) -> float:
        """Seconds until half of a jump from one end to the other is through, at 60 numbers a s."""
        return _half_way(self._min_cutoff(), self._beta(), self.d_cutoff)

    _out: float | None = None
    _speed: float = 0.0
    _target: float = 0.0
    _at: Ns = Ns(0)
    _due: Ns | None = None
    _points: Steadier | None = None

    def process(self, value: Moved, at: Ns) -> Moved | None:
        """Return the smoothed number, or all points smoothed."""
        if isinstance(value, Landmarks):
            self._points = self._points or Steadier()
            beta = POINTS * self._beta()
            how = Steadiness(self._min_cutoff(), beta, self.d_cutoff, self.ahead)
            return cast(Moved, self._points.update(value, at, how))
        return cast(Moved | None, self._number(value, at))

    def _number(self, value: float, at: Ns) -> float | None:
        if not math.isfinite(value):
            return None
        if self._out is None:
            self._out, self._at, self._target = value, at, value
            return value
        passed = (at - self._at) / SECOND
        # After a pause the last number held all the time, and this one has just come.
        paused = passed > PAUSE
        self._at, self._target = at, value
        self._move(value, STEP if paused else passed)
        self._plan(at, STEP if paused else PAUSE)
        return self._out

    def wake(self) -> Ns | None:
        """Return when to glide on without input; None when the last number is reached."""
        return self._due

    def on_wake(self, at: Ns) -> float | None:
        """Return the next step towards the last number."""
        if self._out is None or self._due is None or at < self._due:
            return None
        self._move(self._target, STEP)
        if abs(self._target - self._out) <= ARRIVED * (self.span or 1.0):
            self._out = self._target
        self._plan(at, STEP)
        return self._out

    def reset(self) -> None:
        """Reset the filter: the next number passes as it is."""
        self._out = self._due = self._points = None
        self._speed = 0.0

    def _plan(self, at: Ns, seconds: float) -> None:
        self._due = Ns(at + ns(seconds)) if self._out != self._target else None

    def _move(self, value: float, passed: float) -> None:
        """Take one step of the filter, ``passed`` seconds after the last."""
        assert self._out is not None
        if passed > 0:
            speed = (value - self._out) / passed / (self.span or 1.0)
            speed = min(max(speed, -FASTEST), FASTEST)
            self._speed = mix(self._speed, speed, share(self.d_cutoff, passed))
        cutoff = self._min_cutoff() + self._beta() * abs(self._speed)
        self._out = mix(self._out, value, share(cutoff, passed))

    def _min_cutoff(self) -> float:
        if self.min_cutoff is not None:
            return self.min_cutoff
        return 20.0 * (0.05 / 20.0) ** self.smooth if self.smooth > 0 else math.inf

    def _beta(self) -> float:
        return 6.0 * (1.0 - self.smooth) if self.beta is None else self.beta


@lru_cache(64)
def _half_way(min_cutoff: float, beta: float, d_cutoff: float) -> float:
    filtered = Smooth(min_cutoff=min_cutoff, beta=beta, d_cutoff=d_cutoff)
    filtered._out = 0.0
    for steps in range(_LONGEST_LAG):
        filtered._move(1.0, STEP)
        if filtered._out >= 0.5:
            return steps * STEP
    return _LONGEST_LAG * STEP
