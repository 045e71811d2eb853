"""The room over a network of its own: TUN devices and a relay that delays, loses and cuts."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack

import pytest

from engine.cluster.key import make_key, write_key
from engine.cluster.link import Attendance, RoomChange
from engine.cluster.room_link import RoomLink
from engine.core.clock import SystemClock, ns
from engine.core.kinds import Kind
from engine.core.messages import Ns
from tests.limits import LIMIT

from .ears import Ears
from .waiting import until

PORT = 9790


class Crew:
    """Machines in namespaces, each with ears; ``home`` knocks at all others."""

    def __init__(self, tmp_path, stage, clocks=None, find=False, shy=()):
        self.stage = stage
        self.key = tmp_path / "room.key"
        write_key(make_key(), self.key)
        self.links, self.ears = {}, {}
        home, *others = stage.address
        for name in (*others, home):
            addresses = [] if name != home or find else [stage.address[one] for one in others]
            self.ears[name] = Ears()
            with stage.inside(name):
                link = RoomLink(
                    name,
                    self.key,
                    listen=[f"{stage.address[name]}:{PORT}"],
                    addresses=addresses,
                    clock=(clocks or {}).get(name),
                    find=find,
                    shy=name in shy,
                )
                link.open(self.ears[name].heard, self.ears[name].changed)
            self.links[name] = link

    def standing(self, of, to):
        machine = self.links[of].machines().get(to)
        return Attendance.GONE if machine is None else machine.standing

    def meet(self):
        """Wait until each machine has all others."""
        for of in self.links:
            for to in self.links:
                until(lambda of=of, to=to: of == to or self.standing(of, to) is Attendance.HERE)
        return True

    def close(self):
        for link in self.links.values():
            link.close()


@pytest.fixture
def crew(tmp_path, network):
    with ExitStack() as stack:

        def make(*names, meet=True, **given):
            made = Crew(tmp_path, network(*names), **given)
            stack.callback(made.close)
            if meet:
                made.meet()
            return made

        yield make


class Shifted:
    """The machine's clock, an hour ahead and 50 ppm fast."""

    def __init__(self):
        self.shift = 3600_000_000_000
        self.steady = SystemClock()

    def now(self):
        now = self.steady.now()
        return Ns(now + self.shift + now // 20_000)

    def of(self, moment):
        return Ns(moment + self.shift + moment // 20_000)


def test_machines_meet_by_address_and_the_others_by_hearsay(crew):
    made = crew("home", "left", "right")
    made.links["left"].send("right", "x", b"hello", Kind.LOSSLESS)
    until(lambda: made.ears["right"].contents() == [b"hello"])
    delay = made.links["left"].machines()["right"].delay
    assert ns(0.0009) < delay


def test_machines_find_each_other_by_name(crew):
    made = crew("home", "left", find=True)
    made.links["left"].send("home", "x", b"hello", Kind.LOSSLESS)
    until(lambda: made.ears["home"].contents() == [b"hello"])


def test_a_cut_is_noticed_and_mended_and_loses_no_note(crew):
    made = crew("home", "left")
    for seconds in (0.3, 1.5, 4.0):
        made.stage.between("home", "left", cut=True)
        begins = time.monotonic()
        for number in range(20):
            made.links["home"].send("left", "notes", b"%d" % number, Kind.LOSSLESS)
        if seconds > 1:
            until(lambda: made.standing("home", "left") is Attendance.GONE)
            until(lambda: made.standing("left", "home") is Attendance.GONE)
        threading.Event().wait(max(begins + seconds - time.monotonic(), 0))
        made.stage.between("home", "left", cut=False)
        mended = until(lambda: len(made.ears["left"].contents("notes")) == 20)
        until(lambda: made.standing("home", "left") is Attendance.HERE)
        print(f"after a cut of {seconds} s all notes are there after {mended:.2f} s")
        notes = made.ears["left"].contents("notes")
        assert notes == [b"%d" % number for number in range(20)]
        made.ears["left"].arrived.clear()


def test_two_that_only_heard_of_each_other_find_each_other_again_after_a_cut(crew, monkeypatch):
    monkeypatch.setattr("engine.system.liveness.MISSED", 2 * LIMIT)  # what is slow does not hang
    made = crew("home", "left", "right", shy=("left", "right"), meet=False)
    for one, other in (("left", "right"), ("right", "left")):
        made.links[one].seek(other)
    made.meet()
    made.stage.between("left", "right", cut=True)
    until(lambda: made.standing("left", "right") is Attendance.GONE)
    until(lambda: made.standing("right", "left") is Attendance.GONE)
    threading.Event().wait(1.0)  # until the library itself has given up
    made.stage.between("left", "right", cut=False)
    mended = until(made.meet)
    lost = made.ears["home"].changes.count(RoomChange.WENT)  # where the computer stood still
    print(f"found again after {mended:.2f} s; home has lost {lost} meanwhile")
    for link in made.links.values():
        assert link.counts()["restarts"] == 0, "nobody had to enter the room anew"


def test_two_percent_loss_and_twenty_milliseconds_of_jitter_lose_no_note(crew):
    made = crew("home", "left")
    made.stage.everywhere(delay=0.001, jitter=0.02, loss=0.02)
    for number in range(200):
        made.links["left"].send("home", "notes", number.to_bytes(2), Kind.LOSSLESS)
        made.links["left"].send("home", "pose", number.to_bytes(2) * 140, Kind.LATEST)
        threading.Event().wait(0.01)
    ears = made.ears["home"]
    until(lambda: len(ears.contents("notes")) >= 200)
    assert ears.contents("notes") == [number.to_bytes(2) for number in range(200)]
    poses = [int.from_bytes(content[:2]) for content in ears.contents("pose")]
    assert poses == sorted(set(poses))
    assert RoomChange.OVERRUN not in ears.changes


def test_moments_of_a_clock_an_hour_ahead_are_right_within_what_is_stated(crew):
    clock = Shifted()
    made = crew("home", "left", clocks={"left": clock})
    for shift in (3600, -3600, 7):
        clock.shift = shift * 1_000_000_000
        if shift != 3600:
            until(lambda: RoomChange.CLOCK_JUMPED in made.ears["home"].changes)
            made.ears["home"].told.clear()
        made.ears["home"].arrived.clear()
        described = SystemClock().now()
        made.links["left"].send("home", "x", b"", Kind.LATEST, clock.of(described))
        until(lambda: made.ears["home"].arrived)
        one = made.ears["home"].arrived[0]
        error = one.at - described
        print(f"{shift:+} s: off by {error / 1e6:.3f} ms, of {one.uncertainty / 1e6:.3f} stated")
        assert abs(error) <= one.uncertainty < ns(1)
