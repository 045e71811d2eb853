"""The contract of a box: its life, its context, event inlets, later moments; and that nothing that
must never be lost is lost without an alarm."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from engine.core.box import Box
from engine.core.clock import ns
from engine.core.commands import KeepPrivate, Panic, SetParameter
from engine.core.context import Context
from engine.core.errors import PatchError
from engine.core.mailbox import CAP
from engine.core.messages import Frame, Later, Mask, Message, Ns, Trigger
from engine.core.node import Model, Node
from engine.core.sink import Sink
from engine.core.source import Emit, Source, Tape
from engine.runtime.engine import Engine
from engine.testing import Swap
from engine.testing import play as play_offline
from tests.limits import LIMIT

from . import live_shows
from .boxes import BOXES, COLLECT, got, numbers


class Texts(Source):
    """Say texts as soon as the collector, which is an output, can hear the answers."""

    OUT: ClassVar[Mapping[str, type]] = {"text": str}
    _heard: ClassVar[threading.Event] = threading.Event()

    count: int = 3

    def open(self, emit: Emit) -> None:
        self._heard.wait(LIMIT)
        for index in range(self.count):
            emit("text", f"text {index}", Ns(index))


class Reader(Model):
    """Answer texts with their length; hang at one of them until the test lets it go."""

    patience: ClassVar[float | None] = 0.3
    _free: ClassVar[threading.Event] = threading.Event()

    hangs_at: str = ""

    def process(self, text: str) -> str:
        if text == self.hangs_at:
            self._free.wait(LIMIT)
        return text.upper()


class Alive(Node):
    """A node without a lane that counts its life."""

    _lives: ClassVar[list[str]] = []

    def open(self, context: Context) -> None:
        self._lives.append(f"open {context.name} in {context.folder}")

    def process(self, value: float) -> float:
        self._lives.append("process")
        return value

    def close(self) -> None:
        self._lives.append("close")


class Recorder(Node):
    """Keep the newest number whenever a trigger comes to its second inlet."""

    _newest: float = 0.0
    _kept: int = 0

    def process(self, value: float) -> None:
        self._newest = value

    def on_record(self, record: Trigger, at: Ns) -> float:
        self._kept += 1
        return 100 * self._kept + self._newest


class LaneRecorder(Model):
    """The same on a lane."""

    _kept: int = 0

    def process(self, value: float) -> None:
        pass

    def on_record(self, record: Trigger) -> float:
        self._kept += 1
        return float(self._kept)


class Deaf(Node):
    """Read triggers as if they were values, which would miss or repeat them."""

    def process(self, value: float, record: Trigger = Trigger()) -> float:  # noqa: B008
        return value


class Twice(Node):
    """Say a number, and say it again half a second later."""

    def process(self, value: float, at: Ns) -> Iterator[float | Later[float]]:
        yield value
        yield Later(Ns(at + ns(0.5)), -value)


class Slow(Model):
    """Say three numbers for each, and heed a newer one between them."""

    interruptible: ClassVar[bool] = True
    _go: ClassVar[threading.Semaphore] = threading.Semaphore(0)
    _begun: ClassVar[threading.Semaphore] = threading.Semaphore(0)
    _closed: ClassVar[list[float]] = []

    def process(self, value: float) -> Iterator[float]:
        try:
            for step in range(3):
                yield value + step / 10
                self._begun.release()
                self._go.acquire(timeout=LIMIT)
        finally:
            self._closed.append(value)


class Pictures(Tape):
    """Say ten pictures and ten masks."""

    OUT: ClassVar[Mapping[str, type]] = {"frame": Frame, "mask": Mask}

    def events(self) -> Iterator[tuple[Ns, str, Message]]:
        for index in range(10):
            yield ns(index / 10), "frame", Frame(np.zeros((2, 2, 3), np.uint8))
            yield ns(index / 10), "mask", Mask(np.zeros((2, 2), np.float32))


class Files(Sink):
    """An output that would write pictures to a disk."""

    blocking: bool = False
    _written: ClassVar[list[type]] = []

    @property
    def lane(self) -> bool:
        return self.blocking

    def accepts(self, port: str) -> tuple[type, ...]:
        return (object,)

    def send(self, port: str, message: Message, at: Ns) -> None:
        self._written.append(type(message))


class Keeper(Node):
    """Add up all numbers that ever came, over restarts too."""

    _sum: float = 0.0
    _context: Context = Context()

    def open(self, context: Context) -> None:
        self._context = context
        self._sum = float(context.state.read("sum.txt") or b"0")

    def process(self, value: float) -> float:
        self._sum += value
        self._context.state.write("sum.txt", f"{self._sum}".encode())
        return self._sum


OWN: dict[str, type[Box]] = {
    **BOXES,
    "texts": Texts,
    "reader": Reader,
    "alive": Alive,
    "recorder": Recorder,
    "lane_recorder": LaneRecorder,
    "deaf": Deaf,
    "twice_later": Twice,
    "slow": Slow,
    "film": Pictures,
    "files": Files,
    "keeper": Keeper,
}


def play(patch: str, script: Any = (), **settings: Any) -> Any:
    return play_offline(patch, script, boxes=OWN, **settings)


def live(patch: str, until: Callable[[Engine], bool]) -> Engine:
    def look(engine: Engine) -> bool:
        if engine.states["c"].up:
            Texts._heard.set()
        return until(engine)

    return live_shows.play(live_shows.live(patch, OWN), look, LIMIT)


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    for each in (Alive._lives, Files._written, Slow._closed):
        each.clear()  # type: ignore[attr-defined]
    Reader._free.clear()
    Texts._heard.clear()
    Slow._go, Slow._begun = threading.Semaphore(0), threading.Semaphore(0)  # type: ignore[misc]
    yield
    Reader._free.set()


# Nothing that must never be lost is lost without an alarm.

TEXTS = '[t]\nuse="texts"\ncount={}\n[r]\nuse="reader"\nfrom="t"\n{}' + COLLECT + 'r="r"\n'


def test_what_waits_moves_to_the_successor_of_a_box_that_hangs() -> None:
    patch = TEXTS.format(6, 'hangs_at="text 2"\n')

    def all_accounted_for(engine: Engine) -> bool:
        lane = engine.metrics.lanes["r"]
        return lane.dropped > 0 and lane.dropped + lane.runs == 6

    engine = live(patch, all_accounted_for)
    answered = engine.states["c"].box.of("r")  # type: ignore[attr-defined]
    stats = engine.metrics.stats(engine.clock.now())
    # A machine that is too busy may seem to hang at others too: those are counted and told as well.
    assert len(answered) + stats["lanes"]["r"]["dropped"] == 6
    assert answered == sorted(answered)
    assert "TEXT 2" not in answered
    assert "TEXT 5" in answered or stats["lanes"]["r"]["replaced"] > 1
    assert any("what it was given then is lost" in each["error"] for each in stats["errors"])


def test_too_many_texts_for_a_lane_are_an_alarm_and_counted() -> None:
    count = CAP + 101
    played = play_lossless(count)
    lane = played.stats["lanes"]["r"]
    assert len(got(played, "r")) + lane["dropped"] == count
    assert lane["dropped"] > 0
    assert any("more waits to be answered than can be kept" in error for error in played.errors)


def play_lossless(count: int) -> Any:
    class Burst(Tape):
        OUT: ClassVar[Mapping[str, type]] = {"text": str}

        def events(self) -> Iterator[tuple[Ns, str, Message]]:
            for index in range(count):
                yield Ns(index), "text", f"text {index}"

    patch = TEXTS.format(0, "").replace('use="texts"\ncount=0', 'use="burst"')
    return play_offline(patch, boxes={**OWN, "burst": Burst}, costs={"r": 1.0})


def test_texts_that_wait_for_a_box_whose_input_is_lost_are_told() -> None:
    class Breaks(Tape):
        OUT: ClassVar[Mapping[str, type]] = {"text": str}

        def events(self) -> Iterator[tuple[Ns, str, Message]]:
            for index in range(5):
                yield Ns(index), "text", f"text {index}"
            raise OSError("the cable broke")

    patch = TEXTS.format(0, "").replace('use="texts"\ncount=0', 'use="breaks"')
    played = play_offline(patch, boxes={**OWN, "breaks": Breaks}, costs={"r": 50.0})
    assert any("let go, as its input was lost" in error for error in played.errors)
    assert played.stats["lanes"]["r"]["dropped"] + len(got(played, "r")) >= 4


# A life that is always called.

ALIVE = '[n]\nuse="numbers"\nvalues=[1,2]\n[a]\nuse="alive"\nfrom="n"\n' + COLLECT + 'a="a"\n'


def test_a_plain_node_is_opened_once_before_and_closed_once_after_offline() -> None:
    assert play(ALIVE).errors == []
    assert Alive._lives == ["open a in None", "process", "process", "close"]


def test_a_plain_node_is_opened_once_before_and_closed_once_after_live(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("engine.runtime.shutdown.PATIENCE", float(LIMIT))
    live(ALIVE, lambda engine: 2 in engine.states["c"].box.of("a"))  # type: ignore[attr-defined]
    assert (Alive._lives[0], Alive._lives[-1]) == ("open a in None", "close")
    assert set(Alive._lives[1:-1]) == {"process"}  # a loop that is held up sees the last of two


def test_a_node_knows_where_its_patch_lies(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(ALIVE)
    play_offline(file, boxes=OWN)
    assert Alive._lives[0] == f"open a in {tmp_path}"


def test_a_node_that_does_not_open_says_so_and_is_not_called() -> None:
    class Shut(Alive):
        def open(self) -> None:  # type: ignore[override]
            raise OSError("the drawer is stuck")

    played = play_offline(ALIVE, boxes={**OWN, "alive": Shut})
    assert played.errors == ["a: the drawer is stuck"]
    assert Alive._lives == []


def test_state_is_kept_over_a_restart_and_an_edit(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    text = '[n]\nuse="numbers"\nvalues=[1,2]\n[k]\nuse="keeper"\nfrom="n"\n' + COLLECT + 'k="k"\n'
    file.write_text(text)
    first = play_offline(file, boxes=OWN, keep_state=True)
    again = play_offline(file, boxes=OWN, keep_state=True)
    assert got(first, "k") + got(again, "k") == [1, 3, 4, 6]
    assert (tmp_path / "mine.state" / "k" / "sum.txt").read_bytes() == b"6.0"
    tried = play_offline(file, boxes=OWN)  # a test leaves nothing behind
    assert got(tried, "k") == [7, 9]
    assert (tmp_path / "mine.state" / "k" / "sum.txt").read_bytes() == b"6.0"


# Events on any inlet.

PULSES = '[p]\nuse="every"\ntime="100 ms"\n'


def record(use: str) -> Any:
    patch = numbers("n", list(range(20)), step="50 ms") + PULSES
    patch += f'[rec]\nuse="{use}"\nfrom="n"\nrecord={{from="p"}}\n' + COLLECT + 'rec="rec"\n'
    return play(patch, seconds=0.45)


def test_five_triggers_on_a_second_inlet_are_five_events() -> None:
    assert [value // 100 for value in got(record("recorder"), "rec")] == [1, 2, 3, 4, 5]


def test_and_on_a_lane_too() -> None:
    assert got(record("lane_recorder"), "rec") == [1, 2, 3, 4, 5]


def test_too_many_events_for_a_lane_are_an_alarm_and_counted() -> None:
    count = CAP + 101

    class Burst(Tape):
        OUT: ClassVar[Mapping[str, type]] = {"trigger": Trigger}

        def events(self) -> Iterator[tuple[Ns, str, Message]]:
            yield from ((Ns(index), "trigger", Trigger()) for index in range(count))

    patch = numbers("n", []) + '[p]\nuse="burst"\n[rec]\nuse="lane_recorder"\nfrom="n"\n'
    patch += 'record={from="p"}\n' + COLLECT + 'rec="rec"\n'
    played = play_offline(patch, boxes={**OWN, "burst": Burst}, costs={"rec": 1.0})
    dropped = played.stats["lanes"]["rec"]["dropped"]
    assert dropped > 0
    assert len(got(played, "rec")) + dropped == count
    assert any("more waits to be answered than can be kept" in error for error in played.errors)


def test_an_inlet_that_would_miss_or_repeat_events_is_refused() -> None:
    with pytest.raises(PatchError, match="write a method on_record in its place"):
        record("deaf")


def test_events_that_would_go_round_for_ever_are_refused() -> None:
    class Echo(Node):
        """Answer every trigger with a trigger."""

        def process(self, value: float) -> Trigger:
            return Trigger()

        def on_back(self, back: Trigger) -> Trigger:
            return back

    patch = numbers("n", [1]) + '[a]\nuse="echo"\nfrom="n"\nback="b"\n[b]\nuse="echo"\nfrom="n"\n'
    patch = patch.replace('back="b"', 'back={from="b"}') + 'back={from="a"}\n' + COLLECT + 'a="a"\n'
    with pytest.raises(PatchError, match="wait for each other"):
        play_offline(patch, boxes={**OWN, "echo": Echo})


# Messages for a later moment.

LATER = (
    numbers("n", [1, 2], step="200 ms") + '[t]\nuse="twice_later"\nfrom="n"\n' + COLLECT + 't="t"\n'
)


def test_a_message_for_later_leaves_at_its_moment() -> None:
    played = play(LATER, seconds=2)
    assert [(at / 1e9, value) for at, _, value in played.box("c").messages] == [
        (0.0, 1.0),
        (0.2, 2.0),
        (0.5, -1.0),
        (0.7, -2.0),
    ]


@pytest.mark.parametrize(
    "takes_back",
    [
        Panic(),
        SetParameter("t", "on", False),
        Swap(
            numbers("m", [1], start="9 s")
            + '[u]\nuse="twice_later"\nfrom="m"\n'
            + COLLECT
            + 't="u"\n'
        ),
    ],
    ids=["panic", "switched off", "edited away"],
)
def test_what_is_for_later_is_taken_back(takes_back: Any) -> None:
    played = play(LATER, [(0.3, takes_back)], seconds=2)
    assert [value for value in got(played, "t") if value < 0] == []


# A newer input calls off the work at hand.


def test_a_newer_input_calls_off_the_work_at_hand_live() -> None:
    class Two(Source):
        OUT: ClassVar[Mapping[str, type]] = {"number": float}

        def open(self, emit: Emit) -> None:
            emit("number", 1.0, Ns(1))
            threading.Thread(target=self._second, args=(emit,), daemon=True).start()

        def _second(self, emit: Emit) -> None:
            Slow._begun.acquire(timeout=LIMIT)
            emit("number", 2.0, Ns(2))

    patch = '[n]\nuse="two"\n[s]\nuse="slow"\nfrom="n"\n' + COLLECT + 's="s"\n'

    def until(engine: Engine) -> bool:
        lane = engine.states["s"].lane
        if lane is not None and lane.generation > 1:  # by the second input
            Slow._go.release()
        return 2.2 in engine.states["c"].box.of("s")  # type: ignore[attr-defined]

    engine = live_shows.play(live_shows.live(patch, {**OWN, "two": Two}), until, LIMIT)
    answers = engine.states["c"].box.of("s")  # type: ignore[attr-defined]
    assert [answer for answer in answers if answer < 2] in ([], [1.0]), "what was called off"
    assert Slow._closed[:1] == [1.0]


# Pictures stay here while a show is private.

FILM = '{}[f]\nuse="film"\n[o]\nuse="files"\nblocking={}\n[o.send]\na="f"\nb="f.mask"\n'


@pytest.mark.parametrize("blocking", ["false", "true"])
def test_the_engine_keeps_pictures_from_outputs_while_private(blocking: str) -> None:
    played = play(FILM.format("privacy = true\n", blocking))
    assert Files._written == []
    assert played.stats["routes"]["o/a"]["withheld"] == 10
    play(FILM.format("", blocking))
    assert len(Files._written) == 20


def test_from_the_moment_on_at_which_it_is_asked() -> None:
    play(FILM.format("", "false"), [(0.45, KeepPrivate(True))])
    assert len(Files._written) == 10
