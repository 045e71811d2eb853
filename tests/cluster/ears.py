"""What a machine heard, and what became of the others."""

from __future__ import annotations

from engine.cluster.link import Arrived, RoomChange
from engine.cluster.memory_room import MemoryRoom
from engine.core.clock import VirtualClock, ns


class Ears:
    """Keeps all that a link hands over."""

    def __init__(self):
        self.arrived: list[Arrived] = []
        self.told: list[tuple[str, RoomChange, str]] = []

    def heard(self, arrived):
        self.arrived.append(arrived)

    def changed(self, name, change, words):
        self.told.append((name, change, words))

    @property
    def changes(self):
        return [change for _, change, _ in self.told]

    def contents(self, topic=None):
        return [one.content for one in self.arrived if topic in (None, one.topic)]


class Room(MemoryRoom):
    """Machines without a network, each with ears."""

    def __init__(self, *names):
        super().__init__(VirtualClock())
        self.ears = {name: Ears() for name in names}
        for name in names:
            self.enter(name)
        self.run(0.5)

    def enter(self, name):
        self.link(name).open(self.ears[name].heard, self.ears[name].changed)

    def run(self, seconds):
        self.run_until(ns(self.clock.now() / 1e9 + seconds))
