"""People in front of a camera of tests, and what happens to that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from engine.core.clock import ns
from engine.core.commands import Lost
from engine.core.landmarks import Pose
from engine.core.messages import Message, Ns
from engine.core.node import Model, Node
from engine.core.source import Tape
from engine.runtime.entries import CommandEntry, StateChange
from tests.nodes.people import pose, someone

PICTURE = 0.1


class People(Tape):
    """Show so many people in each picture, ten a second."""

    OUT: ClassVar[Mapping[str, type]] = {"joints": Pose}

    seen: list[int]

    def events(self) -> Iterator[tuple[Ns, str, Message]]:
        for index, count in enumerate(self.seen):
            people = (someone(k + 1, x=0.3 + 0.1 * k) for k in range(count))
            yield ns(index * PICTURE), "joints", pose(*people)


class Slow(Model):
    """Pass people on, from a thread of its own."""

    def process(self, pose: Pose) -> Pose:
        return pose


class Fails(Node):
    """Raise for an empty picture, else pass it on."""

    def process(self, pose: Pose) -> Pose:
        if not pose.count:
            raise ValueError("nobody there")
        return pose


LOST = CommandEntry("c0", Lost("somebody pulled the cable"))
BACK = StateChange("c0", "running")


def camera(*seen: int, name: str = "c0") -> str:
    return f'[{name}]\nuse="people"\nseen={list(seen)}\n'
