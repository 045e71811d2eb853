"""What a body does: it claps, jumps, raises a hand, turns around."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import Annotated, NamedTuple

from engine.core.landmarks import Landmarks, Pose
from engine.core.messages import Ns, Trigger
from engine.core.node import Node
from engine.core.parameter import Param
from engine.dsp.landmarks.body import SEEN, Body
from engine.dsp.landmarks.gestures import HIGH, SURE, UP, GestureReader
from engine.dsp.landmarks.people import Sure, Who, find


class Done(NamedTuple):
    """A trigger for what somebody has just done."""

    clap: Trigger | None = None
    jump: Trigger | None = None
    raised: Trigger | None = None
    turn: Trigger | None = None


class BodyGestures(Node):
    """Trigger when somebody does something: ``clap``, ``jump``, ``raised`` and ``turn``.

    ``clap`` is when the hands come together quickly, above the hips. ``jump`` is when all of the
    body leaves the ground, as it is seen, upright and at least so ``high``; crouching and kicking
    are none, and a low hop may be missed. ``raised`` is when a hand goes over the head and is
    ``held`` there: its value is 1 for the left and 2 for the right. ``turn`` is when somebody has
    turned from the front to the back or to the front again.

    A gesture needs to be seen: without feet in the picture there is no jump, nor for a third of a
    second after somebody was found. Of who is so far away that a network is not ``sure`` of them,
    only raised hands are told: then take "movenet_lightning", which looks at each one by
    themselves. The camera must stand still: one that is swung down has everybody jump. It takes 15
    pictures a second or more.
    """

    high: Annotated[
        float,
        Param("how high the lower foot is seen to rise in a jump, in body lengths", 0.01, 0.5),
    ] = HIGH
    held: Annotated[float, Param("how long a hand must be over the head", 0, 10, unit="s")] = UP
    sure: Annotated[
        float, Param("how sure points must be that a clap, a jump or a turn is told", 0, 1)
    ] = SURE
    person: Who = 0
    confidence: Sure = SEEN

    _reader: GestureReader = field(default_factory=GestureReader)
    _id: int | None = None

    def process(self, pose: Pose | Landmarks, at: Ns) -> Iterator[Done]:
        """Yield a trigger for each thing that was done."""
        if not pose.skeleton.is_body:
            self.tell_once('body_gestures reads bodies, not "%s"', pose.skeleton.name)
            return
        person = find(pose, self.person)
        if person is None:
            return
        if person.id != self._id:
            self._reader.reset()
            self._id = person.id
        body = Body(person.points, pose.aspect, self.confidence, pose.skeleton)
        for name, value in self._reader.update(body, at, self.high, self.held, self.sure):
            yield Done(**{name: Trigger(value)})

    def reset(self) -> None:
        """Forget what was seen before a gap."""
        self._reader.reset()
