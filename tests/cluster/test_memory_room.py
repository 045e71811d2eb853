"""The room without a network keeps what a link promises."""

from __future__ import annotations

from engine.cluster.link import Arrived, Change
from engine.cluster.memory_room import MemoryRoom
from engine.core.clock import VirtualClock, ns
from engine.core.kinds import Kind


class Ears:
    def __init__(self):
        self.arrived: list[Arrived] = []
        self.changes: list[tuple[str, Change]] = []

    def heard(self, arrived):
        self.arrived.append(arrived)

    def changed(self, name, change, words):
        self.changes.append((name, change))


def room_of_two():
    room = MemoryRoom(VirtualClock())
    home, left = room.link("home"), room.link("left")
    ears = Ears(), Ears()
    home.open(ears[0].heard, ears[0].changed)
    left.open(ears[1].heard, ears[1].changed)
    room.run_until(ns(0.5))
    return room, home, left, *ears


def test_machines_meet_and_moments_are_translated():
    room, home, left, _, at_left = room_of_two()
    room.skew("left", ns(3600), ppm=50)
    room.run_until(ns(2))
    home.send("left", "knob", b"1", Kind.HELD, ns(1.9))
    room.run_until(ns(2.1))
    (one,) = at_left.arrived
    assert (one.of, one.topic, one.content) == ("home", "knob", b"1")
    assert abs(one.at - left.clock.of(ns(1.9))) < ns(0.0002)
    assert one.uncertainty < ns(0.002)
    assert at_left.changes == [("home", Change.CAME), ("home", Change.CLOCK_JUMPED)]


def test_a_cut_loses_no_note_and_tells_both():
    room, home, _, at_home, at_left = room_of_two()
    room.cut("home", "left")
    home.send("left", "notes", b"on", Kind.LOSSLESS)
    home.send("left", "pose", b"old", Kind.LATEST)
    home.send("left", "knob", b"7", Kind.HELD)
    room.run_until(ns(2))
    home.send("left", "notes", b"off", Kind.LOSSLESS)
    room.mend("home", "left")
    room.run_until(ns(3))
    assert [one.content for one in at_left.arrived] == [b"on", b"7", b"off"]
    expected = [Change.CAME, Change.WENT, Change.CAME]
    assert [change for _, change in at_home.changes] == expected
    assert [change for _, change in at_left.changes] == expected


def test_a_new_life_gets_nothing_of_the_old_one():
    room, home, left, at_home, at_left = room_of_two()
    room.kill("left")
    room.run_until(ns(2))
    home.send("left", "notes", b"on", Kind.LOSSLESS)
    left.open(at_left.heard, at_left.changed)
    room.run_until(ns(4))
    assert at_left.arrived == []
    changes = [change for _, change in at_home.changes]
    assert changes == [Change.CAME, Change.WENT, Change.FORGOTTEN, Change.CAME]
