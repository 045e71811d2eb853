"""What comes in and what leaves is counted by address, while somebody looks, within bounds."""

from __future__ import annotations

import pytest

from engine.core.clock import VirtualClock, ns
from engine.core.messages import Ns
from engine.core.traffic import Flow, Traffic
from engine.midi.frames import RECEIVED
from engine.patch.load import Texts
from engine.runtime.engine import Engine
from engine.runtime.entries import Arrival, StateChange, SwapPlan
from engine.runtime.monitor import LEASE, MOST, UNHEARD
from engine.runtime.offers import offer_addresses
from engine.runtime.opening import open_texts

DESK = """
title = "Watched"
[desk]
use = "osc_in"
[desk.listen]
fader = "/1/fader1"
spare = "/1/fader2"
go = { address = "/go", carries = "trigger" }
[control]
use = "osc_control"
[keys]
use = "midi_in"
[keys.map]
cc21 = "soft.smooth"
[soft]
use = "smooth"
from = "desk.fader"
[cut]
use = "smooth"
from = "keys.cc74"
"""
OUT = """
[out]
use = "osc_out"
to = "127.0.0.1:10000"
[out.send]
"/filter" = "soft"
[synth]
use = "midi_out"
[synth.send]
"2/cc20" = "soft"
note36 = { when = "soft", above = 0.5 }
"""


class Show:
    """An engine in virtual time; the test moves its clock, and speaks to its ports."""

    def __init__(self, text: str = DESK + OUT) -> None:
        self.clock = VirtualClock()
        plan = open_texts(Texts(None, text), live=False)
        self.engine = Engine(plan, self.clock, lambda *_: pytest.fail("there is no network"))
        offer_addresses(self.engine)
        self.open()

    def open(self) -> None:
        """Have the outputs send into the air."""
        for name in ("out", "synth"):
            if name in self.engine.states:
                box = self.engine.states[name].box
                (box.open_muted if name == "out" else box.open_offline)()
                self.engine.step(StateChange(name, "running"))
        for name in ("desk", "keys", "control"):
            self.engine.step(StateChange(name, "running"))

    def box(self, name: str):
        return self.engine.states[name].box

    def hear(self, box: str, address: str, *arguments: object, sender: str = "10.0.0.5") -> None:
        """Have a box hear OSC."""
        self.box(box)._on_message(address, list(arguments), sender, self.clock.now())

    def play(self, *messages: bytes) -> None:
        """Have the keyboard say something."""
        keys = self.box("keys")
        keys._emit = lambda *_: None
        for one in messages:
            keys._heard(RECEIVED, self.clock.now().to_bytes(8, "little") + one)

    def move(self, value: float) -> None:
        """Move the fader."""
        self.engine.step(Arrival("desk", "fader", value, self.clock.now()))

    def pass_by(self, seconds: float) -> None:
        self.clock.move_to(Ns(self.clock.now() + ns(seconds)))

    def read(self) -> Traffic:
        """Look, a moment later."""
        self.pass_by(0.2)
        return self.engine.monitor.read()

    def flow(self, name: str) -> Flow:
        """Read the one row of an address."""
        (found,) = (flow for flow in self.read().flows if flow.name == name)
        return found


@pytest.fixture
def show() -> Show:
    show = Show()
    show.engine.monitor.read()
    return show


@pytest.mark.parametrize(
    ("box", "address", "note", "unheard"),
    [
        ("desk", "/1/fader1", "desk.fader", False),
        ("desk", "/1/fader?", "desk.fader", False),
        ("desk", "/1/fader2", "desk.spare, which no cable takes", True),
        ("desk", "/go", "desk.go, which no cable takes", True),
        ("desk", "/1/fadr1", 'nobody listens. Did you mean "/1/fader1"?', True),
        ("desk", "/2/xy", "nobody listens; it hears /1/fader1, /1/fader2, /go", True),
        ("control", "/soft/smooth", "sets it", False),
        ("control", "/soft/smooth/release", "sets it", False),
        ("control", "/soft/on", "sets it", False),
        ("control", "/*/smooth", "sets it", False),
        ("control", "/panic", "does it", False),
        ("control", "/sensorium/patch", "does it", False),
        ("control", "/soft/smoth", 'nobody listens. Did you mean "/soft/smooth"?', True),
        ("control", "/panick", "refused: expected /box/parameter with a value", True),
    ],
)
def test_what_comes_in_says_where_it_goes_or_what_was_meant(
    show: Show, box: str, address: str, note: str, unheard: bool
) -> None:
    show.hear(box, address, 1)
    flow = show.flow(address)
    assert (flow.note, flow.unheard) == (note, unheard)
    assert (flow.leaves, flow.box, flow.last, flow.count) == (False, box, "1", 1)
    assert flow.peer == "10.0.0.5"


@pytest.mark.parametrize(
    ("said", "name", "last", "note"),
    [
        ("b0 4a 34", "1/cc74", "52", "keys.cc74"),
        ("b3 15 7f", "4/cc21", "127", "map.cc21"),
        ("b0 4b 01", "1/cc75", "1", 'nobody listens. Did you mean "cc74"?'),
        ("99 24 64", "10/note36", "C2 on, velocity 100", "keys.notes, which no cable takes"),
        ("90 3c 00", "1/note60", "C4 off", "keys.notes, which no cable takes"),
        ("c1 05", "2/program", "5", "keys.program, which no cable takes"),
        ("e0 00 60", "1/bend", "+0.50", "keys.bend, which no cable takes"),
        ("a0 3c 07", "1/key_pressure60", "C4 7", "nobody listens; it hears cc74, cc21"),
        ("fa", "start", "now", "keys.start, which no cable takes"),
        ("f1 23", "timecode", "23", "nobody listens; it hears cc74, cc21"),
    ],
)
def test_midi_comes_in_in_the_words_of_a_patch(
    show: Show, said: str, name: str, last: str, note: str
) -> None:
    show.play(bytes.fromhex(said))
    flow = show.flow(name)
    assert (flow.last, flow.note, flow.box) == (last, note, "keys")
    assert flow.unheard == (note not in {"keys.cc74", "map.cc21"})


def test_a_box_that_hears_one_channel_listens_to_no_other() -> None:
    show = Show(DESK.replace('use = "midi_in"', 'use = "midi_in"\nchannel = 2') + OUT)
    show.engine.monitor.read()
    show.play(b"\xb0\x4a\x34", b"\xb1\x4a\x34")
    assert show.flow("1/cc74").unheard
    assert show.flow("2/cc74").note == "keys.cc74"


def test_what_leaves_is_told_by_address_with_its_rate(show: Show) -> None:
    for step in range(20):
        show.move(step / 20)
        show.pass_by(0.1)
    show.flow("/filter")
    flow = show.flow("/filter")
    assert (flow.leaves, flow.box, flow.count, flow.peer) == (True, "out", 20, "127.0.0.1:10000")
    assert flow.rate == pytest.approx(10, rel=0.1)
    assert 0.5 < float(flow.last) < 1
    assert show.flow("2/cc20").peer == 'a virtual MIDI port "Sensorium"'
    assert show.flow("1/note36").last in {"C2 on, velocity 100", "C2 off"}


def test_nothing_is_counted_before_somebody_looks_nor_long_after() -> None:
    show = Show()
    watched = [show.box(name) for name in ("desk", "control", "keys", "out", "synth")]

    def observed() -> list[bool]:
        return [
            (getattr(box, "_wire", None) or getattr(box, "_overheard", None)) is not None
            for box in watched
        ]

    assert not any(observed())
    show.move(0.5)
    assert show.engine.monitor.read().flows == ()
    assert all(observed())
    show.pass_by(LEASE / 1e9)
    show.engine.monitor.rest()
    assert all(observed())
    show.pass_by(0.1)
    show.engine.monitor.rest()
    assert not any(observed())
    assert not show.engine.monitor.counts


def test_who_records_what_leaves_goes_on_when_nobody_looks_any_more(show: Show) -> None:
    recorded: list[bytes] = []
    show.box("out").tap_bytes(lambda _, data: recorded.append(data))
    show.move(0.5)
    assert show.flow("/filter").count == 1
    show.pass_by(10)
    show.engine.monitor.rest()
    show.move(0.6)
    assert len(recorded) == 2


def test_strangers_push_out_one_another_and_never_what_is_known(show: Show) -> None:
    show.hear("desk", "/1/fader1", 0.5)
    for number in range(20 * UNHEARD):
        show.hear("desk", f"/stranger/{number}", "x" * 5000, sender=f"10.0.{number % 250}.9")
    show.hear("desk", "/" + "y" * 9000, 1)
    traffic = show.read()
    assert len(traffic.flows) == UNHEARD + 1
    assert traffic.left_out == 19 * UNHEARD + 1
    assert max(len(flow.name) + len(flow.last) for flow in traffic.flows) < 400
    assert show.flow("/1/fader1").count == 1


def test_what_is_known_has_its_bounds_too(show: Show) -> None:
    for channel in range(16):
        for note in range(128):
            show.play(bytes((0x90 | channel, note, 1)))
    traffic = show.read()
    assert len(traffic.flows) == MOST
    assert traffic.left_out == 16 * 128 - MOST


def test_another_patch_is_watched_at_once_and_the_old_one_forgotten(show: Show) -> None:
    show.hear("desk", "/1/fader1", 0.5)
    show.move(0.4)
    assert show.flow("/filter").count == 1
    old = show.box("out")
    text = DESK + OUT.replace("[out]", "[more]").replace("[out.send]", "[more.send]").replace(
        ":10000", ":10001"
    )
    plan = open_texts(Texts(None, text), live=False)
    show.engine.step(SwapPlan(plan.title, Texts(None, text), plan))
    assert old._wire is None
    assert {flow.box for flow in show.read().flows} <= {"desk", "synth", "keys"}
    show.box("more").open_muted()
    show.engine.step(StateChange("more", "running"))
    show.move(0.9)
    show.pass_by(0.2)
    assert show.flow("/filter").box == "more"


def test_a_box_that_raises_when_it_is_watched_is_left_out(show: Show) -> None:
    monitor = show.engine.monitor

    class Broken(type(show.box("out"))):
        @property
        def destination(self):
            raise SystemExit

    broken = Broken(to="127.0.0.1:1")
    monitor.follow(show.engine.plan, {"desk": show.box("desk"), "broken": broken})
    show.hear("desk", "/1/fader1", 0.5)
    assert show.flow("/1/fader1").count == 1
