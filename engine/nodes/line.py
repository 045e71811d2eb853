"""To a number, over a time."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Annotated, ClassVar, Final, Literal, NamedTuple

from engine.core.errors import ParameterError
from engine.core.messages import Ns, Trigger
from engine.core.node import Node
from engine.core.parameter import Param, seconds
from engine.dsp.progress import Progress, next_tick

_CURVES: Final[Mapping[str, Callable[[float], float]]] = {
    "linear": lambda part: part,
    "smooth": lambda part: part * part * (3.0 - 2.0 * part),
    "square": lambda part: part * part,
    "root": math.sqrt,
}


_SHORTEST: Final = 1e-6
"""Seconds; what is shorter takes no time."""


class Reached(NamedTuple):
    """The number, and a trigger when it has arrived."""

    value: float | None
    done: Trigger | None = None


class LineNode(Node):
    """Go to a number in a given time, whenever something happens: a fade.

    A trigger sends it ``to`` a number over ``time``. A number that comes sends it there instead,
    and so does a switch, to 1 or 0: a light that a button fades in and out. It sets out from where
    it is, at first from ``start``, which it says as the show begins.

    With ``segments`` a trigger sends it through several numbers, each with its time:
    ``[[1, "100 ms"], [0.3, "1 s"], [0, "5 s"]]`` is up quickly, down to 0.3 and slowly out, and
    ``"0 s"`` jumps.

    ``curve`` bends each way: "smooth" is slow at both ends, "square" slow at first, "root" quick at
    first. It gives ``fps`` numbers a second on its way, the end always among them, and none at
    rest. ``done`` is a trigger when it has arrived; ``stop`` leaves it where it is.

    Raises ParameterError for a segment whose time is none.
    """

    self_starting: ClassVar[bool] = True

    to: Annotated[float, Param("where a trigger sends it")] = 1.0
    time: Annotated[float, Param("how long it takes", 0, 86400, unit="s")] = 1.0
    segments: Annotated[
        list[tuple[float, str]],
        Param('several numbers, each with its time: [[1, "100 ms"], [0, "2 s"]]; instead of to'),
    ] = field(default_factory=list)
    start: Annotated[float, Param("where it is before anything happens")] = 0.0
    curve: Annotated[
        Literal["linear", "smooth", "square", "root"], Param("how the way there is bent")
    ] = "linear"
    fps: Annotated[float, Param("numbers a second on the way", 1, 1000)] = 60.0

    _from: float | None = None
    _said: float | None = None
    _ahead: deque[tuple[float, float | None]] = field(default_factory=deque)
    _began: Ns = Ns(0)
    _at: Ns = Ns(0)
    _progress: Progress = field(default_factory=Progress)

    def __post_init__(self) -> None:
        self._ways()

    def process(self, go: Trigger | float, at: Ns) -> Reached | None:
        """Return the number from which it sets out."""
        value = self._value(at)
        if isinstance(go, Trigger):
            ways = self._ways()
        elif math.isfinite(go) and go != self._end_of_way():
            ways = [(float(go), None)]
        else:
            return None
        self._ahead.clear()
        self._ahead.extend(ways)
        self._set_out(at, value)
        self._said = None
        return self._say(at)

    def on_stop(self, stop: Trigger, at: Ns) -> Reached | None:
        """Stay at the number reached."""
        if not self._ahead:
            return None
        self._from = self._value(at)
        self._ahead.clear()
        return Reached(self._from)

    def wake(self) -> Ns | None:
        """Return when it gives its next number; None at rest."""
        if not self._ahead:
            return None
        return next_tick(self._began, self._at, self.fps, self._progress.moment(1.0))

    def on_wake(self, at: Ns) -> Reached | None:
        """Return the number reached, and as the show begins where it is."""
        if self._from is None and not self._ahead:
            self._from = self.start
            return Reached(self._from)
        return self._say(at) if self._ahead else None

    def reset(self) -> None:
        """Be at the start, at rest."""
        self._from = self._said = None
        self._ahead.clear()

    def _ways(self) -> list[tuple[float, float | None]]:
        """Return where a trigger sends it, each with its time in s, None for ``time``."""
        try:
            ways = [(float(to), seconds(time)) for to, time in self.segments]
        except ParameterError as error:
            raise ParameterError(f"segments: {error}") from None
        return [*ways] or [(self.to, None)]

    def _end_of_way(self) -> float | None:
        return self._ahead[-1][0] if self._ahead else self._from

    def _say(self, at: Ns) -> Reached | None:
        number = self._value(at)
        value, self._said = (number if number != self._said else None), number
        done = None if self._ahead else Trigger()
        return Reached(value, done) if done or value is not None else None

    def _set_out(self, at: Ns, value: float) -> None:
        self._from, self._began = value, at
        self._progress.begin(at)

    def _value(self, at: Ns) -> float:
        """Return the number at a moment, past all ways that have ended by then."""
        self._at = at
        while self._ahead and (end := self._end(at)) <= at:
            self._set_out(end, self._ahead.popleft()[0])
        start = self.start if self._from is None else self._from
        if not self._ahead:
            return start
        part = self._progress.read(at, self._speed())
        part = _CURVES[self.curve](min(max(part, 0.0), 1.0))
        return (1.0 - part) * start + part * self._ahead[0][0]

    def _end(self, at: Ns) -> Ns:
        """Return when the present way ends, as its time is now."""
        speed = self._speed()
        if speed:
            self._progress.read(at, speed)
        return (self._progress.moment(1.0) if speed else None) or self._progress.read_at

    def _speed(self) -> float:
        """Return what part of the present way passes in a second; 0 for one that takes no time."""
        own = self._ahead[0][1]
        lasts = self.time if own is None else own
        return 1.0 / lasts if lasts > _SHORTEST else 0.0
