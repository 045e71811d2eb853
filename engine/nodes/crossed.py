"""Who crosses a line, and which way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import Annotated, NamedTuple

from engine.core.errors import ParameterError
from engine.core.label import Label
from engine.core.landmarks import Landmarks, Pose
from engine.core.messages import Detections, Ns, Trigger
from engine.core.node import Node
from engine.core.parameter import Param
from engine.core.skeletons import point_names
from engine.dsp.landmarks.body import SEEN
from engine.dsp.landmarks.parts import Part
from engine.dsp.landmarks.people import Sure
from engine.dsp.landmarks.things import as_landmarks
from engine.dsp.landmarks.whereabouts import Whereabouts
from engine.dsp.landmarks.zones import Tripwire, edge_of, line_fault


class Crossing(NamedTuple):
    """Who has crossed which way (their number), how many in all, and forth less back."""

    forth: Trigger | None = None
    back: Trigger | None = None
    total: int | None = None
    net: int | None = None


class Crossed(Node):
    """Notice when somebody crosses a line, and which way: a door, the edge of a stage.

    ``line`` goes from one place to another, [[x, y], [x, y]]: 0, 0 is the left bottom of the
    picture and 1, 1 the right top; after ``floor`` they are metres. On the page it is drawn over
    the picture, while the show plays; over whom it is moved has not crossed it.

    For somebody who walks along it, ``forth`` is from its left to its right: over a line from the
    bottom to the top, to the right of the picture. The value of both triggers is the person's
    number. Things of ``objects`` cross it as they enter a ``zone``.

    ``total`` is how many crossings there were, ``net`` those forth less those back: how many are
    behind it. ``zero`` has both begin at 0. Who stands on the line crosses it once, when they are
    further than ``edge`` past it, and who turns back before that, not at all.
    """

    line: Annotated[
        tuple[tuple[float, float], ...],
        Param(
            "its ends: [[x, y], [x, y]]",
            fault=line_fault,
            example="the two ends of a line, such as [[0.5, 0], [0.5, 1]]",
            shape="line",
        ),
    ] = ((0.5, 0.0), (0.5, 1.0))
    point: Annotated[Part, Param("which part of a person counts", more=point_names)] = "feet"
    edge: Annotated[
        float | None,
        Param(
            "how far past it one has crossed: picture heights, 0.02 if not said, or metres, 0.2",
            0,
        ),
    ] = None
    memory: Annotated[float, Param("how long who is not seen is remembered", 0, 60, unit="s")] = 1.0
    confidence: Sure = SEEN

    label: Label = ""

    _where: Whereabouts = field(default_factory=Whereabouts)
    _count: int = 0
    _net: int = 0

    def __post_init__(self) -> None:
        if fault := line_fault(self.line):
            raise ParameterError(f"line: {fault}")
        self._drawn, self._wire = self.line, Tripwire(self.line)

    def caption(self) -> str:
        """Return how many have crossed it."""
        return str(self._count)

    def process(self, pose: Pose | Landmarks | Detections, at: Ns) -> Iterator[Crossing]:
        """Yield each crossing, and the counts."""
        if self.line != self._drawn:
            self._drawn = self.line
            self._wire.move(self.line)
        found = as_landmarks(pose, self.tell_once)
        crossed = self._wire.update(
            self._where.update(found, self.point, self.confidence, at),
            at,
            aspect=found.aspect,
            edge=edge_of(self.edge, metres=found.skeleton.metres),
            memory=self.memory,
        )
        for slot, forth in crossed:
            trigger = Trigger(float(slot))
            self._count += 1
            self._net += 1 if forth else -1
            yield Crossing(forth=trigger) if forth else Crossing(back=trigger)
        yield Crossing(total=self._count, net=self._net)

    def on_zero(self, zero: Trigger) -> Crossing:
        """Begin to count anew."""
        self._count = self._net = 0
        return Crossing(total=0, net=0)

    def reset(self) -> None:
        """Forget where everybody was; a camera that fails for a moment takes no count away."""
        self._where = Whereabouts()
        self._wire.forget()
