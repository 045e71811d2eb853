"""Patches played live, on a real loop with real threads; every wait is for something to happen."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
import weakref
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, ClassVar

import pytest

from engine.core.box import Box
from engine.core.clock import SystemClock, ns
from engine.core.commands import Lost, Panic, PlayPatch, SetParameter
from engine.core.errors import DeviceError, PatchError, Problem
from engine.core.messages import Message, Ns, Trigger
from engine.core.node import Model, Node
from engine.core.sink import Sink
from engine.core.source import Emit, Remote, Source
from engine.core.status import Status
from engine.patch.load import Texts
from engine.patch.plan import Plan
from engine.runtime.dump import Dump
from engine.runtime.engine import Engine
from engine.runtime.entries import Arrival, CommandEntry
from engine.runtime.live import Live
from engine.runtime.opening import open_texts
from engine.runtime.performance import Performance
from tests.limits import LIMIT

from . import live_shows
from .boxes import BOXES, COLLECT, numbers


class Bell(Source):
    """A device that rings while it is open, on and on; it can fail to open, and go away."""

    OUT: ClassVar[Mapping[str, type]] = {"ring": float}

    broken: int = 0
    rings: int = 1
    dies: bool = False

    def __post_init__(self) -> None:
        self._opened: list[str] = []
        self._stop = threading.Event()

    def open(self, emit: Emit) -> None:
        self._opened.append(threading.current_thread().name)
        if len(self._opened) <= self.broken:
            raise DeviceError("no bell here")
        self._stop.clear()
        first = len(self._opened) == self.broken + 1
        self._thread = threading.Thread(target=self._ring, args=(emit, first), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._stop.set()

    def _ring(self, emit: Emit, first: bool) -> None:
        now = SystemClock().now
        for number in count():
            for part in range(self.rings):
                emit("ring", float(self.rings * number + part), now())
            if self._stop.wait(0.002):
                return
            if self.dies and first and number == 50:
                emit("", Lost("it fell off the wall"), now())


class FirstHere(Bell):
    """A bell that must be opened first on the main thread."""

    main_thread: ClassVar[bool] = True


class Mute(Source):
    """A device that says nothing by itself."""

    OUT: ClassVar[Mapping[str, type]] = {"number": float}

    def open(self, emit: Emit) -> None:
        pass


class Rubbish:
    """What only the collector can clear away: it holds itself."""

    left: ClassVar[list[weakref.ref[Rubbish]]] = []

    def __init__(self) -> None:
        self.me = self
        self.left.append(weakref.ref(self))


class Litter(Bell):
    """A bell that leaves rubbish when it goes."""

    def close(self) -> None:
        super().close()
        Rubbish()


class Flood(Remote):
    """Says more at once than can wait."""

    OUT: ClassVar[Mapping[str, type]] = {"hit": Trigger}

    def open(self, emit: Emit) -> None:
        self._emit = emit

    def report(self, status: Status) -> None:
        for number in range(10_100):
            self._emit("hit", Trigger(float(number)), Ns(number))
        raise ValueError("and then it broke")


class Slow(Sink):
    """An output on a thread of its own; it raises at 1, and counts what it was asked."""

    def __post_init__(self) -> None:
        self._log: list[Any] = []
        self._open = False
        self._threads: set[str] = set()

    @property
    def lane(self) -> bool:
        return True

    def accepts(self, port: str) -> tuple[type, ...]:
        return (float, Trigger)

    def open(self) -> None:
        self._open = True

    def close(self) -> None:
        self._log.append("closed")

    def send(self, port: str, message: Message, at: Ns) -> None:
        assert self._open
        self._threads.add(threading.current_thread().name)
        if message == 1.0:
            raise ValueError("not that one")
        self._log.append(message)

    def silence(self, port: str | None = None) -> None:
        self._log.append(f"silence {port}")


class Stuck(Source):
    """A device whose closing takes as long as the test lets it."""

    OUT: ClassVar[Mapping[str, type]] = {"ring": float}
    _free: ClassVar[threading.Event] = threading.Event()

    def open(self, emit: Emit) -> None:
        emit("ring", 1.0, SystemClock().now())

    def close(self) -> None:
        self._free.wait(LIMIT)


class Late(Model):
    """A model that opens only when it is let."""

    _free: ClassVar[threading.Event] = threading.Event()
    _closed: int = 0

    def open(self) -> None:
        if not self._free.is_set():
            raise DeviceError("not yet")

    def process(self, value: float) -> float:
        return value

    def close(self) -> None:
        self._closed += 1


class Spy(Node):
    """Say on which thread it was called."""

    def process(self, value: float) -> str:
        return threading.current_thread().name


LOCAL: dict[str, type[Box]] = {
    **BOXES,
    **{
        cls.__name__.lower(): cls
        for cls in (Bell, Mute, Litter, FirstHere, Flood, Slow, Stuck, Late, Spy)
    },
}
BELL = '[bell]\nuse="bell"\n{}' + COLLECT + 'bell="bell"\n'


def live(text: str) -> Live:
    return live_shows.live(text, LOCAL)


def play(show: Live, until: Callable[[Engine], bool], seconds: float | None = None) -> Engine:
    return live_shows.play(show, until, LIMIT, seconds)


def never(_: Engine) -> bool:
    return False


def box(engine: Engine, name: str = "c") -> Any:
    return engine.states[name].box


@pytest.fixture(autouse=True)
def nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """See that every thread of a show has ended with it, and nothing stays frozen."""
    before = set(threading.enumerate())
    interval = sys.getswitchinterval()
    frozen: list[None] = []
    monkeypatch.setattr(gc, "freeze", lambda: frozen.append(None))
    monkeypatch.setattr(gc, "unfreeze", frozen.clear)
    monkeypatch.setattr("engine.runtime.shutdown.PATIENCE", float(LIMIT))  # all close in the end
    yield
    for thread in set(threading.enumerate()) - before:
        thread.join(LIMIT)
        assert not thread.is_alive(), thread.name
    assert sys.getswitchinterval() == interval
    assert frozen == []


def test_the_stand_in_gives_messages_and_stop_ends_cleanly() -> None:
    show = live(
        '[cam]\nuse="stand_in"\nwidth=64\nheight=64\nfps=60\n[reach]\nuse="joint"\n'
        'from="cam.joints"\njoint="right_hand"\n'
        + COLLECT
        + 'reach="reach"\npeople="cam.joints.count"\n'
    )
    engine = play(show, lambda engine: len(box(engine).messages) >= 10)
    assert set(box(engine).of("people")) == {1}
    assert all(0 <= value <= 1 for value in box(engine).of("reach"))
    assert box(engine).silenced == [None]
    stats = engine.metrics.stats(engine.clock.now())
    assert stats["sources"]["cam"]["messages"] >= 5
    assert stats["routes"]["c/reach"]["behind_ms"]["max"] > 0
    assert stats["errors"] == []


def test_the_end_of_what_ends_ends_the_show() -> None:
    engine = play(
        live(
            numbers("a", [1, 2, 3], step="10 ms")
            + '[clock]\nuse="every"\ntime="1 s"\n'
            + COLLECT
            + 'a="a"\nt="clock"\n'
        ),
        never,
    )
    assert box(engine).of("a")[-1] == 3  # a loop that is held up sees the last of several
    assert engine.metrics.sources["a"].state == "ended"


def test_it_plays_for_a_time() -> None:
    show = live('[t]\nuse="every"\ntime="1 ms"\n' + COLLECT + 't="t"\n')
    engine = play(show, never, 0.2)
    assert engine.clock.now() - engine.metrics.started >= ns(0.2)
    assert box(engine).silenced == [None]


def test_a_device_that_is_not_there_at_first_is_found_later() -> None:
    engine = play(live(BELL.format("broken=2\n")), lambda engine: len(box(engine).messages) >= 1)
    source = engine.metrics.sources["bell"]
    assert (source.state, source.restarts) == ("running", 2)
    assert [fault.text for fault in engine.metrics.faults] == ["no bell here"]
    assert len(box(engine, "bell")._opened) == 3


def test_a_device_that_goes_away_is_opened_again_and_counted() -> None:
    show = live(BELL.format("dies=true\n"))
    engine = play(show, lambda engine: len(box(engine, "bell")._opened) == 2 and running(engine))
    assert engine.metrics.sources["bell"].restarts == 1
    assert [fault.text for fault in engine.metrics.faults] == ["it fell off the wall"]
    assert box(engine).silenced == ["bell", None]


def test_what_a_device_leaves_when_it_goes_is_cleared_away_while_it_plays() -> None:
    Rubbish.left.clear()
    remains: list[Rubbish | None] = []

    def back(engine: Engine) -> bool:
        is_back = len(box(engine, "bell")._opened) == 2 and running(engine)
        if is_back and not remains:
            gc.collect()
            remains.extend(each() for each in Rubbish.left)
        return is_back

    play(live(BELL.replace('"bell"\n{}', '"litter"\ndies=true\n', 1)), back)
    assert remains == [None]


def running(engine: Engine) -> bool:
    return engine.metrics.sources["bell"].state == "running"


def test_what_must_be_is_first_opened_on_the_main_thread() -> None:
    show = live(BELL.format("").replace('use="bell"', 'use="firsthere"'))
    engine = play(show, lambda engine: len(box(engine).messages) >= 1)
    opened = box(engine, "bell")._opened
    assert opened[0] == threading.main_thread().name
    assert opened[1] == "supervisor bell"


def test_newest_values_replace_the_ones_that_wait() -> None:
    show = live(BELL.format("rings=1000\n"))
    engine = play(show, lambda engine: max(box(engine).of("bell"), default=0) > 5000)
    got = box(engine).of("bell")
    assert got == sorted(got)
    assert engine.metrics.sources["bell"].messages < got[-1]


def test_more_than_can_wait_is_an_alarm_and_silences_everything() -> None:
    show = live('[flood]\nuse="flood"\n' + COLLECT + 'hit="flood"\n')
    engine = play(show, lambda engine: len(box(engine).messages) >= 9_000)
    show_errors = [fault.text for fault in engine.metrics.faults]
    assert "ValueError: and then it broke" in show_errors
    assert "says more than can be played; everything is silenced" in show_errors


def test_a_model_that_opens_late_plays_from_then_on_and_is_closed() -> None:
    Late._free.clear()
    show = live(BELL.format("") + 'late="late"\n[late]\nuse="late"\nfrom="bell"\n')

    def until(engine: Engine) -> bool:
        if len(box(engine).of("bell")) >= 5 and engine.metrics.faults:  # the rest plays meanwhile
            Late._free.set()
        return len(box(engine).of("late")) >= 2

    engine = play(show, until)
    assert engine.metrics.lanes["late"].state == "running"
    assert "late: DeviceError: not yet" in [f"{f.box}: {f.text}" for f in engine.metrics.faults]
    assert box(engine, "late")._closed == 1


def test_boxes_are_called_on_the_loop_and_outputs_with_a_lane_on_their_own_thread() -> None:
    show = live(
        BELL.format("")
        + 'spy="spy"\n[spy]\nuse="spy"\nfrom="bell"\n[slow]\nuse="slow"\nfrom="bell"\n'
    )
    engine = play(
        show,
        lambda engine: (
            engine.metrics.routes["slow/in"].messages >= 1 and len(box(engine).of("spy")) > 0
        ),
    )
    assert set(box(engine).of("spy")) == {threading.main_thread().name}
    assert box(engine, "slow")._log[-2:] == ["silence None", "closed"]
    assert box(engine, "slow")._threads == {"output slow"}


def test_an_output_on_its_own_thread_that_raises_harms_nobody_and_recovers() -> None:
    show = live('[mute]\nuse="mute"\n[slow]\nuse="slow"\nfrom="mute"\n' + COLLECT + 'a="mute"\n')
    values = [0.0, 1.0, 2.0, 3.0]
    said: list[float] = []

    def until(engine: Engine) -> bool:
        taken = engine.metrics.routes["slow/in"].messages + len(engine.metrics.faults)
        heard = len(box(engine).of("a"))
        if taken == heard == len(said) < len(values):
            # Not before: a newer value replaces one that waits, as it does while an output opens.
            said.append(values[len(said)])
            engine.step(Arrival("mute", "number", said[-1], engine.clock.now()))
        return taken == len(values)

    engine = play(show, until)
    assert box(engine).of("a") == values
    assert [entry for entry in box(engine, "slow")._log if isinstance(entry, float)] == [0, 2, 3]
    assert [fault.text for fault in engine.metrics.faults] == ["ValueError: not that one"]
    assert engine.states["slow"].failing is False


def test_what_comes_after_the_end_does_not_sound() -> None:
    show = live('[t]\nuse="every"\ntime="1 ms"\n' + COLLECT + 't="t"\n')
    collector = box(show.engine)
    silence, came = collector.silence, []
    collector.silence = lambda port=None: came.append(len(collector.messages)) or silence(port)
    play(show, lambda engine: len(box(engine).messages) >= 3)
    assert collector.silenced == [None]
    assert came == [len(collector.messages)]


def test_what_works_beside_a_show_is_over_before_its_boxes_are_closed() -> None:
    Stuck._free.clear()
    show = live('[stuck]\nuse="stuck"\n' + COLLECT + 'stuck="stuck"\n')

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            Stuck._free.set()  # so the box closes

    async def go() -> asyncio.Task[None]:
        task = asyncio.create_task(work())
        show.cancel_at_end(task)
        show.after_entry = show.stop
        await asyncio.wait_for(show.play(), LIMIT)
        return task

    assert asyncio.run(go()).cancelled()
    assert box(show.engine).silenced == [None]


def test_a_slow_close_is_not_waited_for_when_one_hurries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.runtime.shutdown.PATIENCE", 2 * LIMIT)
    Stuck._free.clear()
    show = live('[stuck]\nuse="stuck"\n' + COLLECT + 'stuck="stuck"\n')

    async def go() -> None:
        show.after_entry = lambda: asyncio.get_running_loop().call_soon(show.stop_now)
        await asyncio.wait_for(show.play(), LIMIT)

    asyncio.run(go())
    assert box(show.engine).silenced == [None]
    Stuck._free.set()


# -- Sets of patches -------------------------------------------------------------------------------

ONE = '[t]\nuse="every"\ntime="2 ms"\n[c]\nuse="collector"\n[c.send]\n'
SET = {
    "one.toml": f'title = "The first"\n{ONE}"/one"="t"\n',
    "two.toml": f'title = "The second"\n{ONE}"/two"="t"\n',
}
Act = Callable[[Engine], None]
OPEN = partial(open_texts, live=False)


def a_set(folder: Path) -> list[Path]:
    for name, text in SET.items():
        (folder / name).write_text(text)
    return [folder / name for name in SET]


class Acting(Performance):
    """A performance that does one act of a script with each patch that has begun to play."""

    script: ClassVar[list[Act]] = []

    def _handle_signals(self, show: Live, reloader: object) -> None:
        played: list[Plan] = []

        def look() -> None:
            plan, routes = show.engine.plan, show.engine.metrics.routes
            if (
                any(plan is one for one in played)
                or sum(route.messages for route in routes.values()) < 3
            ):
                return
            if self.script:
                played.append(plan)
                self.script.pop(0)(show.engine)

        def over() -> None:
            look()
            if show.engine.metrics.faults and not self.script:
                show.stop()

        show.after_entry = over


def perform(
    files: list[Path],
    script: list[Act],
    dump: Dump | None = None,
    read: Callable[[Texts], Plan] = OPEN,
) -> tuple[Engine, list[str]]:
    """Play a set until something has gone wrong; gives the titles of what has played."""
    titles: list[str] = []
    engines: list[Engine] = []

    def watch(engine: Engine) -> None:
        engines.append(engine)
        titles.append(engine.plan.title)

    Acting.script = script
    show = Acting(files, read, dump, watch)
    asyncio.run(asyncio.wait_for(show.live(None), LIMIT))
    assert len(set(engines)) == 1
    return engines[0], titles


def asking(*which: int | str, heard: list[str] | None = None) -> Act:
    def ask(engine: Engine) -> None:
        for one in which:
            engine.step(
                CommandEntry("t", PlayPatch(one, (heard if heard is not None else []).append))
            )

    return ask


def test_a_set_goes_to_another_patch_by_number_name_and_title(tmp_path: Path) -> None:
    dump = Dump(str(tmp_path / "dump"))
    acts = [asking(2), asking("one"), asking("The second"), asking("end")]
    engine, titles = perform(a_set(tmp_path), acts, dump)
    dump.close()
    assert titles == ["The first", "The second", "The first", "The second"]
    assert (engine.playlist, engine.playing) == (("The first", "The second"), 1)
    text = (tmp_path / "dump").read_text()
    assert text.count('"/one"') >= 3 and text.count('"/two"') >= 3
    stats = engine.metrics.stats(engine.clock.now())
    assert stats["routes"]["c/one"]["messages"] == text.count('"/one"')
    assert stats["sources"]["t"]["restarts"] == 0  # both have it, so it was never closed


def test_a_set_goes_on_and_back_and_to_a_file_with_its_ending(tmp_path: Path) -> None:
    acts = [asking("next"), asking("previous"), asking("two.toml"), asking("end")]
    _, titles = perform(a_set(tmp_path), acts)
    assert titles == ["The first", "The second", "The first", "The second"]


def test_two_presses_go_on_by_two(tmp_path: Path) -> None:
    files = [*a_set(tmp_path), tmp_path / "three.toml"]
    files[-1].write_text(files[1].read_text().replace("The second", "The third"))
    _, titles = perform(files, [asking("next", "next"), asking("previous", "next", "end")])
    assert titles == ["The first", "The third"]


def test_a_file_may_be_called_next(tmp_path: Path) -> None:
    files = [*a_set(tmp_path), tmp_path / "next.toml"]
    files[-1].write_text(files[1].read_text().replace("The second", "The third"))
    _, titles = perform(files, [asking("next"), asking("end")])
    assert titles == ["The first", "The third"]


def test_a_set_that_is_at_its_end_stays_there(tmp_path: Path) -> None:
    reasons: list[str] = []
    perform(a_set(tmp_path), [asking("previous", heard=reasons)])
    assert reasons == ["there is no previous patch: the first of the set plays"]
    reasons = []
    perform(a_set(tmp_path), [asking(2), asking("next", "nxt", heard=reasons)])
    assert reasons == [
        "there is no next patch: the last of the set plays",
        "there is no patch 'nxt' in this set of 2. Did you mean \"next\"?",
    ]


def test_a_patch_that_is_not_in_the_set_is_refused(tmp_path: Path) -> None:
    reasons: list[str] = []
    perform(a_set(tmp_path), [asking(0, 3, "ones", heard=reasons)])
    assert reasons == [
        "there is no patch 0 in this set of 2.",
        "there is no patch 3 in this set of 2.",
        "there is no patch 'ones' in this set of 2. Did you mean \"one\"?",
    ]


def test_a_patch_that_was_broken_meanwhile_leaves_the_one_before_playing(tmp_path: Path) -> None:
    files = a_set(tmp_path)

    def read(texts: Texts) -> Plan:
        plan = OPEN(texts)
        if texts.file == files[1]:
            files[1].unlink(missing_ok=True)
        return plan

    engine, titles = perform(files, [asking(2)], read=read)
    assert titles == ["The first"]
    assert "is not there" in engine.metrics.faults[0].text


@pytest.mark.parametrize("is_broken", [False, True])
def test_a_patch_that_is_asked_for_is_not_forgotten_where_something_is_saved_meanwhile(
    is_broken: bool, tmp_path: Path
) -> None:
    files = [*a_set(tmp_path), tmp_path / "three.toml"]
    files[-1].write_text(files[1].read_text().replace("The second", "The third"))
    playing: list[Engine] = []

    def ask(engine: Engine) -> None:
        playing.append(engine)
        asking(3)(engine)

    def read(texts: Texts) -> Plan:
        if texts.file == files[2] and playing:
            if len(playing) == 1:
                playing[0].on_saved({files[0]})
                playing.append(playing[0])
            if is_broken:
                raise PatchError([Problem("it was broken meanwhile")])
        return OPEN(texts)

    engine, titles = perform(files, [ask] if is_broken else [ask, asking("end")], read=read)
    assert titles == (["The first"] if is_broken else ["The first", "The third"])
    assert (engine.metrics.faults[0].text == "it was broken meanwhile") is is_broken


# -- The dump --------------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform != "linux", reason="no /dev/full")
def test_a_full_disk_ends_the_dump_and_not_the_show(caplog: pytest.LogCaptureFixture) -> None:
    show = live('[t]\nuse="every"\ntime="1 ms"\n' + COLLECT + 't="t"\n')
    dump = Dump("/dev/full")
    dump.listen(show.engine)
    engine = play(show, lambda engine: len(box(engine).messages) >= 20)
    dump.close()
    assert len(box(engine).messages) >= 20
    told = [record.message for record in caplog.records if "dump" in record.message]
    assert len(told) == 1 and "the disk is full" in told[0]


def test_a_command_reaches_a_live_show() -> None:
    show = live(
        '[a]\nuse="every"\ntime="5 ms"\n[d]\nuse="double"\nfrom="a.value"\n' + COLLECT + 'd="d"\n'
    )

    def until(engine: Engine) -> bool:
        if len(box(engine).messages) == 3:
            engine.step(CommandEntry("test", SetParameter("d", "by", 5)))
            engine.step(CommandEntry("test", Panic()))
        return 5.0 in box(engine).of("d")

    engine = play(show, until)
    assert box(engine).silenced[0] is None
