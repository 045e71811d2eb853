"""Up, and down again: the shape of a flash or of a note."""

from __future__ import annotations

import math
from dataclasses import field
from typing import Annotated, Final, Literal, NamedTuple

from engine.core.messages import Note, Ns, Trigger
from engine.core.node import Node
from engine.core.parameter import Param
from engine.dsp.presses import Presses
from engine.dsp.progress import Progress, next_tick

Stage = Literal["rest", "attack", "hold", "decay", "sustain", "release"]

_NEXT: Final[dict[Stage, Stage]] = {
    "attack": "hold",
    "hold": "decay",
    "decay": "sustain",
    "sustain": "release",
    "release": "rest",
}


_SHORTEST: Final = 1e-6
"""Seconds; what is shorter takes no time."""


class Risen(NamedTuple):
    """The level, 0 to 1, and a trigger when it is back at 0."""

    value: float | None
    done: Trigger | None = None


class Envelope(Node):
    """Rise at a press and fall again: a light that flashes at the kick and fades.

    A trigger rises within ``attack`` to 1, stays there for ``hold``, and falls within ``release``
    to 0. A switch or pad that is held, and a note, stays up as long as it is held, at ``sustain``,
    to which it falls within ``decay``; it falls to 0 when it is let go. Whatever comes while it
    moves begins where it is, so it never jumps.

    With ``velocity = 1`` it rises as high as the stroke is hard: a note by its velocity, a trigger
    by its value, such as that of ``onset``; 0.5 counts half of that.

    It gives ``fps`` numbers a second while it moves, the ends always among them, and none at rest.
    A time that is changed takes effect at once: what is left takes its part of the new one.
    ``done`` is a trigger when it is back at 0.
    """

    attack: Annotated[float, Param("how long it rises", 0, 3600, unit="s")] = 0.01
    hold: Annotated[float, Param("how long it stays up", 0, 3600, unit="s")] = 0.0
    decay: Annotated[float, Param("how long it falls to sustain", 0, 3600, unit="s")] = 0.0
    sustain: Annotated[float, Param("where it stays while it is held", 0, 1)] = 1.0
    release: Annotated[float, Param("how long it falls to 0", 0, 3600, unit="s")] = 0.5
    velocity: Annotated[
        float, Param("how much less it rises for a soft stroke: 0 not at all", 0, 1)
    ] = 0.0
    fps: Annotated[float, Param("numbers a second while it moves", 1, 1000)] = 60.0

    _stage: Stage = "rest"
    _from: float = 0.0
    _peak: float = 1.0
    _began: Ns = Ns(0)
    _at: Ns = Ns(0)
    _said: float | None = None
    _progress: Progress = field(default_factory=Progress)
    _presses: Presses = field(default_factory=Presses)

    def process(self, press: Trigger | bool | Note, at: Ns) -> Risen | None:
        """Return the level as it begins to rise or to fall."""
        level = self._level(at)
        found = self._presses.take(press)
        if found is None or (found == "released" and self._stage in ("rest", "release")):
            return None
        if found != "released":
            self._peak = 1.0 - self.velocity * (1.0 - _hardness(press))
        self._begin("release" if found == "released" else "attack", at, level)
        self._said = None
        return self._say(at)

    def wake(self) -> Ns | None:
        """Return when it gives its next number; None at rest and while it is held."""
        if self._stage in ("rest", "sustain"):
            return None
        return next_tick(self._began, self._at, self.fps, self._progress.moment(1.0))

    def on_wake(self, at: Ns) -> Risen | None:
        """Return the level now."""
        return self._say(at) if self._stage != "rest" else None

    def let_go(self, at: Ns) -> Risen | None:
        """Return the level as it begins to fall, as nothing is held any more."""
        level, self._presses = self._level(at), Presses()
        if self._stage in ("rest", "release"):
            return None
        self._begin("release", at, level)
        self._said = None
        return self._say(at)

    def reset(self) -> None:
        """Be at rest at 0, with nothing held; one that falls already falls on."""
        self._presses = Presses()
        if self._stage != "release":
            self._stage, self._from, self._said = "rest", 0.0, None

    def _say(self, at: Ns) -> Risen | None:
        level = self._level(at)
        value, self._said = (level if level != self._said else None), level
        done = Trigger() if self._stage == "rest" else None
        return Risen(value, done) if done or value is not None else None

    def _begin(self, stage: Stage, at: Ns, level: float) -> None:
        self._stage, self._from, self._began = stage, level, at
        self._progress.begin(at)

    def _level(self, at: Ns) -> float:
        """Return the level at a moment, after all stages that have ended by then."""
        self._at = at
        while (end := self._end(at)) is not None and end <= at:
            self._begin(_NEXT[self._stage], end, self._reached(1.0))
        return self._reached(self._progress.read(at, self._speed()))

    def _end(self, at: Ns) -> Ns | None:
        """Return when the stage ends, as its time is now; None at rest and while it is held."""
        if self._stage == "rest" or (self._stage == "sustain" and self._presses.held):
            return None
        speed = self._speed()
        if not speed:
            return self._progress.read_at
        self._progress.read(at, speed)
        return self._progress.moment(1.0)

    def _reached(self, part: float) -> float:
        """Return the level at a part of the stage."""
        part = min(max(part, 0.0), 1.0)
        stays = self._peak * self.sustain
        ends = {"attack": self._peak, "hold": self._peak, "decay": stays, "sustain": stays}
        return (1.0 - part) * self._from + part * ends.get(self._stage, 0.0)

    def _speed(self) -> float:
        """Return what part of the stage passes in a second; 0 for one that takes no time."""
        times = {
            "attack": self.attack,
            "hold": self.hold,
            "decay": self.decay,
            "release": self.release,
        }
        seconds = times.get(self._stage, 0.0)
        return 1.0 / seconds if seconds > _SHORTEST else 0.0


def _hardness(press: Trigger | bool | Note) -> float:
    """Return how hard a stroke is, 0 to 1."""
    if isinstance(press, Note):
        return min(press.velocity / 127.0, 1.0)
    if isinstance(press, Trigger) and math.isfinite(press.value):
        return min(max(press.value, 0.0), 1.0)
    return 1.0
