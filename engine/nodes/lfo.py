"""A number that goes to and fro by itself."""

from __future__ import annotations

import math
from dataclasses import field
from typing import Annotated, ClassVar, Final, Literal, NamedTuple

from engine.core.context import Context
from engine.core.messages import Ns, Trigger
from engine.core.node import Node
from engine.core.parameter import Param
from engine.dsp.chance import seed_of, uniform
from engine.dsp.progress import Progress, next_tick

_FIRST: Final = Trigger()

_NEAR: Final = 1e-7
"""Turns: as near as this to a corner it is at the corner, since moments are whole nanoseconds."""

_SHORTEST: Final = 1e-3
"""Seconds of the shortest period."""


class Swung(NamedTuple):
    """The number, and a trigger when it begins anew."""

    value: float | None
    cycle: Trigger | None = None


class Lfo(Node):
    """Go to and fro by itself, like a breath or a lighthouse: a low-frequency oscillator.

    It goes round ``rate`` times a second, or once in every ``period``. It needs no cable; what
    comes by ``from`` has it begin anew, such as each first beat. ``shape`` is

    - "sine": soft at both ends;
    - "triangle": straight up, and straight down;
    - "saw": up, and at once down again; "saw_down": down, and at once up;
    - "square": on for the first ``width`` of a turn, off for the rest;
    - "random": another number by chance at each turn; another ``seed`` gives others.

    All but "square" and "saw_down" begin at the first end of ``to``; ``phase`` lets it begin
    further on, 0.5 half a turn. A rate that is changed goes on from where it is. It gives ``fps``
    numbers a second while the number changes, the ends always among them. ``cycle`` is a trigger
    whenever a turn begins.
    """

    self_starting: ClassVar[bool] = True

    shape: Annotated[
        Literal["sine", "triangle", "saw", "saw_down", "square", "random"],
        Param("the way it goes"),
    ] = "sine"
    rate: Annotated[float, Param("turns a second", 0, 50)] = 1.0
    period: Annotated[
        float | None, Param("how long a turn takes, instead of rate", _SHORTEST, 86400, unit="s")
    ] = None
    phase: Annotated[float, Param("where in a turn it begins: 0.5 is half-way", 0, 1)] = 0.0
    to: Annotated[tuple[float, float], Param("the range of the numbers")] = (0.0, 1.0)
    width: Annotated[float, Param("how much of a turn a square is on", 0, 1)] = 0.5
    seed: Annotated[int, Param("another one gives other numbers by chance")] = 0
    fps: Annotated[float, Param("numbers a second", 1, 1000)] = 60.0

    _own: int = 0
    _began: Ns | None = None
    _at: Ns = Ns(0)
    _turns_before: int = 0
    _turn: int | None = None
    _said: float | None = None
    _progress: Progress = field(default_factory=Progress)

    def open(self, context: Context) -> None:
        """Take the numbers that belong to its name; it has not begun yet."""
        self._own, self._began = seed_of(context.name), None
        self._turns_before = 0

    def process(self, restart: Trigger = _FIRST, *, at: Ns) -> Swung | None:
        """Begin anew, and return the number."""
        self._begin(at)
        return self._say(at)

    def wake(self) -> Ns | None:
        """Return when it gives its next number; None before it has begun."""
        if self._began is None:
            return None
        return next_tick(self._began, self._at, self.fps, self._corner())

    def on_wake(self, at: Ns) -> Swung | None:
        """Return the number when it is another; begin, the first time."""
        if self._began is None:
            self._begin(at)
        return self._say(at)

    def reset(self) -> None:
        """Go on: it plays whether anything comes or not."""
        self._said = None

    def _begin(self, at: Ns) -> None:
        self._turns_before += 0 if self._turn is None else self._turn + 1
        self._began, self._turn, self._said = at, None, None
        self._progress.begin(at)

    def _say(self, at: Ns) -> Swung | None:
        turns = self._turns(at)
        turn = math.floor(turns)
        part = turns - turn
        first, self._turn = turn != self._turn, turn
        cycle = Trigger() if first and (part == 0.0 or self._said is not None) else None
        number = self._number(turn, part)
        value, self._said = (number if number != self._said else None), number
        return Swung(value, cycle) if cycle or value is not None else None

    def _number(self, turn: int, part: float) -> float:
        """Return the number at a part of a turn, 0 to below 1."""
        match self.shape:
            case "sine":
                high = 0.5 - 0.5 * math.cos(2.0 * math.pi * part)
            case "triangle":
                high = 1.0 - abs(2.0 * part - 1.0)
            case "saw":
                high = part
            case "saw_down":
                high = 1.0 - part
            case "square":
                high = 1.0 if part < self.width else 0.0
            case "random":
                high = uniform(self._own + self.seed, self._turns_before + turn)
        return (1.0 - high) * self.to[0] + high * self.to[1]

    def _turns(self, at: Ns) -> float:
        """Return how many turns there were at a moment, ``phase`` included."""
        self._at = at
        speed = self.rate if self.period is None else 1.0 / max(self.period, _SHORTEST)
        turns = self._progress.read(at, speed) + self.phase
        corner = self._nearest_corner(turns)
        return corner if abs(turns - corner) <= _NEAR else turns

    def _corners(self) -> tuple[float, float]:
        """Return the parts of a turn that are never left out, 0 the first."""
        return 0.0, self.width if self.shape == "square" else 0.5

    def _nearest_corner(self, turns: float) -> float:
        turn = math.floor(turns)
        corners = [each + corner for each in (turn, turn + 1) for corner in self._corners()]
        return min(corners, key=lambda corner: abs(corner - turns))

    def _corner(self) -> Ns | None:
        """Return when it comes to its next corner, at its present rate."""
        turns = self._turns(self._at)
        turn = math.floor(turns)
        corners = [each + corner for each in (turn, turn + 1) for corner in self._corners()]
        ahead = min(corner for corner in corners if corner > turns + _NEAR)
        return self._progress.moment(ahead - self.phase)
