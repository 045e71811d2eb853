"""A dancer who is always there: the demo without a camera, and the truth that tests measure by.

The picture is drawn; where each joint really is comes with it. The look and the motion were fixed
before anything was tuned on them, so that a change here changes what every measurement means.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import count
from typing import Annotated, ClassVar, Literal

from engine.core.clock import SECOND
from engine.core.messages import Frame, Message, Ns, Person, Pose
from engine.core.node import Tape
from engine.core.parameter import Fixed, Param
from engine.dsp.stage_scene import Actor, Scene


class StandIn(Tape):
    """One to six drawn dancers, with their true joints.

    A joint has confidence 1 when it can be seen and 0 when the pillar, another person or the edge
    of the picture hides it. Who is not in the picture is not in ``joints``. Each ``joints`` comes
    just before its ``frame``. The same parameters give the same bytes.
    """

    OUT: ClassVar[Mapping[str, type]] = {"frame": Frame, "joints": Pose}

    people: Fixed[Annotated[int, Param("how many dancers", 1, 6)]] = 1
    script: Fixed[
        Annotated[
            Literal["solo", "crossing", "occlusion", "enter_leave"],
            Param("dance on the spot, cross each other, pass behind a pillar, come and go"),
        ]
    ] = "solo"
    ground: Fixed[
        Annotated[Literal["plain", "cluttered"], Param("an empty wall, or a rehearsal room")]
    ] = "plain"
    noise: Fixed[Annotated[float, Param("sensor noise, 0 none, 1 a bad camera in the dark", 0, 1)]]
    noise = 0.15
    seed: Fixed[Annotated[int, Param("another number, another dance", 0)]] = 0
    width: Fixed[Annotated[int, Param("of the picture", 64, 3840, unit="pixels")]] = 640
    height: Fixed[Annotated[int, Param("of the picture", 64, 2160, unit="pixels")]] = 360
    fps: Fixed[Annotated[float, Param("pictures a second", 1, 240)]] = 30.0
    seconds: Fixed[Annotated[float, Param("how long; 0 never ends", 0, unit="s")]] = 0.0

    @property
    def endless(self) -> bool:
        """Whether it never ends."""
        return self.seconds == 0

    def events(self) -> Iterator[tuple[Ns, str, Message]]:
        """Yield the true joints and then the picture, ``fps`` times a second."""
        scene = Scene(
            people=self.people,
            ground=self.ground,
            noise=self.noise,
            script=self.script,
            seed=self.seed,
            width=self.width,
            height=self.height,
        )
        aspect = self.width / self.height
        for number in count():
            if 0 < self.seconds <= number / self.fps:
                return
            at = self._moment(number)
            cast = scene.cast(number / self.fps)
            image = scene.picture(cast, number)
            image.flags.writeable = False
            yield at, "joints", Pose(tuple(_person(actor) for actor in cast), aspect)
            yield at, "frame", Frame(image)
            yield self._moment(number + 1), "", None  # the next takes a while to draw

    def _moment(self, number: int) -> Ns:
        return Ns(round(number * SECOND / self.fps))


def _person(actor: Actor) -> Person:
    actor.joints.flags.writeable = False
    return Person(actor.slot, actor.id, actor.joints)
