"""Whoever begins to listen late is given what it missed: outputs that open, return, are new."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import numpy as np
import pytest

from engine import testing
from engine.core.box import Box
from engine.core.clock import SystemClock, ns
from engine.core.commands import (
    Away,
    BrokenOff,
    Condition,
    KeepPrivate,
    Lost,
    Missed,
    Notice,
    Panic,
    SetParameter,
)
from engine.core.errors import DeviceError
from engine.core.messages import Block, Frame, Message, Note, Ns, Trigger
from engine.core.node import Model
from engine.core.sink import Sink
from engine.core.source import Emit, Source, Tape
from engine.runtime.engine import Engine
from engine.runtime.entries import CommandEntry, Entry, Rollback, StateChange
from engine.runtime.live import Live
from engine.runtime.supervision.supervisor import EarlyWords
from engine.sinks.collector import Collector
from engine.testing import Played, Swap
from tests.limits import LIMIT

from . import live_shows
from .boxes import BOXES, COLLECT, got, numbers, picture

OPENS = (0.0, StateChange("c", "opening"))


class Speaker(Tape):
    """Says some of every kind within 50 ms."""

    OUT: ClassVar[Mapping[str, type]] = {
        "level": float,
        "on": bool,
        "word": str,
        "hit": Trigger,
        "note": Note,
        "frame": Frame,
        "sound": Block,
    }

    def events(self) -> Iterator[tuple[Ns, str, Message]]:
        for index in range(5):
            at = ns(index * 0.01)
            yield at, "level", index / 10
            yield at, "on", index % 2 == 0
            yield at, "word", f"word {index}"
            yield at, "hit", Trigger(index / 10)
            yield at, "note", Note(60, 64 if index % 2 == 0 else 0)
            yield at, "frame", picture(index)
            yield at, "sound", Block(np.zeros(480, np.float32), 48_000, 480 * index)


OWN: dict[str, type[Box]] = {**BOXES, "speaker": Speaker}
KINDS = ("level", "on", "word", "hit", "note", "frame", "sound")
SAID = '[s]\nuse="speaker"\n' + COLLECT + "".join(f'{kind}="s.{kind}"\n' for kind in KINDS)


def play(text: str, *script: tuple[float, Any], seconds: float | None = 1.0) -> Played:
    return testing.play(text, script, boxes=OWN, seconds=seconds)


def test_what_is_said_while_an_output_opens_waits_by_the_rule_of_its_kind() -> None:
    played = play(SAID, OPENS, (0.5, StateChange("c", "running")))
    assert got(played, "level")[-1] == 0.4
    assert got(played, "on") == [True, False, True, False, True]  # none overtakes a note
    assert got(played, "word") == [f"word {index}" for index in range(5)]
    assert got(played, "hit") == [Trigger(index / 10) for index in range(5)]
    assert got(played, "note") == [Note(60, 64), Note(60, 0)] * 2 + [Note(60, 64)]
    assert [int(frame.image[0, 0, 0]) for frame in got(played, "frame")] == [4]
    assert [block.start for block in got(played, "sound")] == [480 * index for index in range(5)]
    assert played.errors == []
    described = {at for at, port, _ in played.box("c").messages if port == "word"}
    assert described == {ns(index * 0.01) for index in range(5)}  # it says when it was so


def test_in_the_order_in_which_it_was_said() -> None:
    late, soon = (
        play(SAID, OPENS, (when, StateChange("c", "running"))).box("c").messages
        for when in (0.5, 0.0)
    )
    must = ("word", "hit", "note")
    assert [m for m in late if m[1] in must] == [m for m in soon if m[1] in must]


def test_numbers_and_switches_alone_are_one_each() -> None:
    values = numbers("a", [1, 2, 3], step="10 ms") + COLLECT + 'a="a"\nhalf={from="a", to=[0, 9]}\n'
    played = play(values, OPENS, (0.5, StateChange("c", "running")))
    assert (got(played, "a"), got(played, "half")) == ([3.0], [9.0])


def test_an_output_that_is_missing_is_given_what_holds_when_it_comes() -> None:
    """And no event: nobody wants yesterday's notes."""
    script = (
        OPENS,
        (0.1, StateChange("c", "lost", "no such port")),
        (0.5, StateChange("c", "running")),
    )
    played = play(SAID, *script)
    assert {port: got(played, port) for port in KINDS} == {
        **{port: [] for port in KINDS},
        "level": [0.4],
        "on": [True],
    }
    assert "c: no such port" in played.errors
    assert "c: 15 messages that waited for it to open were let go" in played.errors
    assert {at for at, *_ in played.box("c").messages} == {ns(0.5)}  # it is so now


def test_a_lamp_that_missed_off_while_unplugged_goes_off() -> None:
    text = numbers("a", [1, 0], step="200 ms") + COLLECT + 'lamp={from="a", above=0.5}\n'
    gone = (0.1, StateChange("c", "lost", "unplugged")), (0.5, StateChange("c", "running"))
    assert got(play(text, *gone), "lamp") == [True, False]


def test_what_was_lost_meanwhile_is_not_given() -> None:
    """Never confidently wrong: where nobody is any more, no reach holds."""
    text = (
        numbers("a", [1, 2], step="600 ms") + COLLECT + 'a="a"\nheld={from="a", on_loss="hold"}\n'
    )
    gone = (0.1, StateChange("c", "lost", "unplugged")), (0.5, StateChange("c", "running"))
    played = play(text, gone[0], (0.2, CommandEntry("a", Lost("fell off the wall"))), gone[1])
    assert got(played, "a") == [1.0]
    assert got(played, "held") == [1.0, 1.0]


def test_a_receiver_that_reports_itself_back_is_given_what_holds() -> None:
    text = numbers("a", [1, 2], step="200 ms") + COLLECT + 'a="a"\n'
    lost, back = (CommandEntry("c", Condition(word)) for word in ("lost", "running"))
    played = play(text, (0.1, lost), (0.5, back), (0.6, back))
    assert got(played, "a") == [1.0, 2.0, 2.0]


def test_an_output_that_nobody_heard_says_again_what_holds() -> None:
    text = SAID + 'count={from="s.level", to=[0, 9]}\n'
    played = play(text, (0.5, CommandEntry("c", Missed())))
    assert got(played, "level") == [0.0, 0.1, 0.2, 0.3, 0.4, 0.4]
    assert got(played, "on")[-2:] == [True, True]
    assert len(got(played, "count")) == 6
    assert [len(got(played, port)) for port in ("word", "hit", "note")] == [5, 5, 5]


@pytest.mark.parametrize("ends", [Panic(), StateChange("s", "lost", "went")], ids=str)
def test_a_note_that_waits_does_not_sound_after_the_end_of_it(ends: Any) -> None:
    played = play(SAID, OPENS, (0.2, ends), (0.5, StateChange("c", "running")))
    assert got(played, "note") == []
    assert got(played, "word") == [f"word {index}" for index in range(5)]


def test_events_do_not_wait_for_ever() -> None:
    played = play(SAID, OPENS, (20.0, StateChange("c", "running")), seconds=21)
    assert got(played, "word") == []
    assert (got(played, "level")[-1], got(played, "on")[-1]) == (0.4, True)
    assert played.errors == ["c: 15 messages that waited for it to open were let go"]


def test_a_picture_that_waits_stays_here_once_the_show_is_private() -> None:
    played = play(SAID, OPENS, (0.2, KeepPrivate(True)), (0.5, StateChange("c", "running")))
    assert got(played, "frame") == []
    assert played.stats["routes"]["c/frame"]["withheld"] == 1


# Another patch takes over.

HOURS = numbers("hours", [1.0]) + numbers("a", [float(n) for n in range(20)])
"""Something that is said once, and something that goes on."""
PLAIN = HOURS + COLLECT + 'a="a"\n'


def test_a_new_output_and_a_new_cable_are_given_what_holds() -> None:
    more = PLAIN + 'open="hours"\nhalf={from="hours", to=[0, 50]}\n[d]\nuse="collector"\n[d.send]\n'
    played = play(PLAIN, (0.95, Swap(more + 'open={from="hours", every="20 ms"}\n')), seconds=2)
    assert (got(played, "open"), got(played, "half")) == ([1.0], [50.0])
    assert got(played, "open", "d") == [1.0]
    assert got(played, "a") == [float(n) for n in range(20)]  # what stays is not said again


def test_a_parameter_by_a_new_cable_as_well() -> None:
    text = PLAIN.replace(COLLECT, '[t]\nuse="tuned"\nfrom="a"\nby=0\n' + COLLECT) + 't="t"\n'
    played = play(text, (0.95, Swap(text.replace("by=0", 'by={from="hours"}'))), seconds=2)
    assert got(played, "t") == [0.0] * 10 + [float(n) for n in range(10, 20)]


def test_no_trigger_goes_off_because_a_patch_was_saved() -> None:
    cue = PLAIN + 'cue={when="hours", above=0.5}\n'
    assert got(play(cue), "cue") == [Trigger(1.0)]
    assert got(play(PLAIN, (0.95, Swap(cue)), seconds=2), "cue") == []


def test_nor_is_given_what_was_said_by_a_source_that_is_lost_or_gone() -> None:
    script = (0.5, CommandEntry("hours", Lost("gone"))), (0.95, Swap(PLAIN + 'open="hours"\n'))
    assert got(play(PLAIN, *script, seconds=2), "open") == []
    off = (0.5, SetParameter("hours", "on", False))
    assert got(play(PLAIN, off, (0.95, Swap(PLAIN + 'open="hours"\n')), seconds=2), "open") == []


def test_what_comes_back_is_given_what_it_missed() -> None:
    text = PLAIN + 'open="hours"\n'
    played = play(
        text,
        (0.35, Swap(HOURS + '[d]\nuse="collector"\n[d.send]\na="a"\n')),
        (0.75, Rollback("so")),
    )
    assert got(played, "a")[:6] == [0.0, 1.0, 2.0, 3.0, 7.0, 8.0]
    assert got(played, "open") == [1.0, 1.0]


# Live: real threads, and outputs that open when they are let.


class Once(Source):
    """Says things the moment it is opened, and never again."""

    OUT: ClassVar[Mapping[str, type]] = {"open": bool, "word": str, "frame": Frame}

    def open(self, emit: Emit) -> None:
        now = SystemClock().now
        for index in range(3):
            emit("word", f"word {index}", now())
            emit("frame", picture(index), now())
            emit("open", index == 2, now())


class Twice(Once):
    """Says them, goes away, and says them again when it is opened again."""

    def __post_init__(self) -> None:
        self._opened = 0

    def open(self, emit: Emit) -> None:
        super().open(emit)
        self._opened += 1
        if self._opened == 1:
            threading.Timer(0.0, emit, ("", Lost("it fell off the wall"), Ns(0))).start()


class Slow(Collector):
    """An output that takes its time to open: until something else was heard."""

    _free: ClassVar[threading.Event] = threading.Event()

    def open(self) -> None:
        if not self._free.wait(LIMIT):
            raise DeviceError("nobody let it")


class Falls(Collector):
    """An output whose device goes away the first time, before it is known to be open."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self._opened = 0

    def open(self) -> None:
        self._opened += 1
        if self._opened == 1:
            self.report(Lost("it fell off the wall"))


class SlowLane(Slow):
    """The same on a thread of its own."""

    @property
    def lane(self) -> bool:
        return True


class Warm(Model):
    """A network that takes as long to open, and then says each word again."""

    def open(self) -> None:
        assert Slow._free.wait(LIMIT)

    def process(self, word: str) -> str:
        return word.upper()


LIVE: dict[str, type[Box]] = {
    **BOXES,
    **{cls.__name__.lower(): cls for cls in (Once, Twice, Slow, SlowLane, Falls, Warm)},
}
WORDS = ["word 0", "word 1", "word 2"]
SINKS = "".join(
    f'[{sink}]\nuse="{sink}"\n[{sink}.send]\nword="o.word"\nopen="o.open"\nbig="w"\n'
    for sink in ("slow", "slowlane")
)
STARTS = '[o]\nuse="once"\n[w]\nuse="warm"\nfrom="o.word"\n' + SINKS + COLLECT + 'word="o.word"\n'


def box(engine: Engine, name: str) -> Any:
    return engine.states[name].box


def play_live(text: str, until: Any) -> Engine:
    show: Live = live_shows.live(text, LIVE)
    return live_shows.play(show, until, LIMIT)


def test_what_is_said_once_reaches_outputs_and_networks_that_open_late() -> None:
    Slow._free.clear()

    def until(engine: Engine) -> bool:
        if len(box(engine, "c").of("word")) == 3:
            Slow._free.set()
        sinks = [box(engine, sink) for sink in ("slow", "slowlane")]
        return all(len(sink.of("big")) == 3 and sink.of("open")[-1:] == [True] for sink in sinks)

    engine = play_live(STARTS, until)
    for sink in ("slow", "slowlane"):
        assert box(engine, sink).of("word") == WORDS
        assert box(engine, sink).of("big") == [word.upper() for word in WORDS]
    assert engine.metrics.faults == []


def test_a_source_that_comes_back_is_heard_from_its_first_word_on() -> None:
    text = '[o]\nuse="twice"\n' + COLLECT + 'word="o.word"\nopen="o.open"\n'
    engine = play_live(text, lambda engine: len(box(engine, "c").of("word")) == 6)
    assert box(engine, "c").of("word") == WORDS * 2


def test_what_a_source_says_of_itself_while_it_opens_keeps_its_place() -> None:
    heard: list[Any] = []
    words = EarlyWords(lambda outlet, message, *_: heard.append(message))
    words.keep()
    said = ("word", BrokenOff(), Lost("gone"), Condition("late", "so"), Away("far"), "another")
    for message in said:
        words.emit("o", message, Ns(0))
    words.emit("o", Notice("told at once"), Ns(0))
    assert heard == [Notice("told at once")]
    words.let_out()
    assert heard[1:] == list(said)


def test_that_an_output_is_lost_while_it_opens_is_heard_once_it_is_known_to_be_open() -> None:
    show = live_shows.live('[o]\nuse="once"\n[f]\nuse="falls"\n[f.send]\nopen="o.open"\n', LIVE)
    told: list[str] = []

    def note(_: Ns, entry: Entry) -> None:
        if isinstance(entry, StateChange) and entry.box == "f":
            told.append(entry.state)
        elif isinstance(entry, CommandEntry) and entry.by == "f":
            told.append(type(entry.command).__name__)

    show.engine.listeners.append(note)
    live_shows.play(show, lambda e: len(told) == 3 and len(box(e, "f").of("open")) > 0, LIMIT)
    assert told == ["running", "Lost", "running"]


def test_a_device_that_never_comes_holds_back_nobody() -> None:
    class Missing(Sink):
        def accepts(self, port: str) -> tuple[type, ...]:
            return (str,)

        def open(self) -> None:
            raise DeviceError("not there")

        def send(self, port: str, message: Message, at: Ns) -> None:
            raise AssertionError

    Slow._free.set()
    text = STARTS + '[m]\nuse="missing"\n[m.send]\nword="o.word"\n'
    show = live_shows.live(text, {**LIVE, "missing": Missing})

    def until(engine: Engine) -> bool:
        heard = len(box(engine, "slow").of("big")) == 3
        return heard and engine.metrics.sinks["m"] == "lost"

    engine = live_shows.play(show, until, LIMIT)
    assert box(engine, "slow").of("word") == WORDS


def test_what_has_waited_for_an_output_is_no_delay_of_the_machine() -> None:
    """Or a deadline gave way, and a new patch was taken back, because a port opened late."""
    text = 'deadline="40 ms"\n' + SAID + 'seen="l"\n[l]\nuse="look"\nfrom="s.frame"\n'
    played = play(text, OPENS, (0.5, StateChange("c", "running")), (3.0, Panic()), seconds=4)
    assert played.stats["quality"]["given"] == []
    assert played.stats["routes"]["c/word"]["messages"] == 5
    assert played.stats["routes"]["c/word"]["behind_ms"]["max"] == 0
    said_again = play(PLAIN, (1.95, Swap(PLAIN + 'half={from="hours", to=[0, 1]}\n')), seconds=2)
    route = said_again.stats["routes"]["c/half"]
    assert (route["messages"], route["behind_ms"]["max"]) == (1, 0)
