"""A lane that the loop serves: each job is answered, fails or is let go, whatever happens."""

from __future__ import annotations

import asyncio
import logging
import os
import random
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from engine.core.clock import SystemClock
from engine.core.context import Context, MemoryState
from engine.core.kinds import Kind
from engine.core.messages import Frame, Ns
from engine.core.node import Node
from engine.runtime.entries import Entry, LaneFailure, LaneResult, StateChange
from engine.runtime.schedule.job import Job
from engine.runtime.workers import out_of_process
from engine.runtime.workers.lane import ThreadLane
from engine.runtime.workers.live_lane import make_lane
from engine.runtime.workers.loop_lane import LARGEST, LoopLane, OnLoop
from engine.system.frame_pool import SLOTS, FrameStore
from tests.limits import LIMIT

pytestmark = pytest.mark.skipif(os.name != "posix", reason="elsewhere boxes stay on their threads")
BOXES = """
import logging, os, time
from collections.abc import Iterator
from typing import Annotated
import numpy as np
from engine.core.context import Context
from engine.core.messages import Frame, Ns
from engine.core.node import Model
from engine.core.parameter import Fixed, Param


class Worker(Model):
    own_process = True
    shade: Annotated[int, Param("added", 0, 255)] = 0
    size: Fixed[int] = 0
    _asked: int = 0
    _resets: int = 0
    _context: Context | None = None

    def open(self, context: Context) -> None:
        self._context = context
        if self.size < 0:
            raise ValueError("that is too small")

    def close(self) -> None:
        self._context.state.write("closed", b"yes")

    def reset(self) -> None:
        self._resets += 1
        if self.shade == 13:
            raise RuntimeError("no way back")

    def process(self, value: Frame | float | str, at: Ns) -> Iterator[str | float]:
        self._asked += 1
        told = value
        if isinstance(value, Frame):
            told = float(value.image.sum(dtype=np.int64))
        if told == "crash":
            os.kill(os.getpid(), 9)
        if told == "hang":
            time.sleep(1000)
        if told == "raise":
            raise RuntimeError("a bad moment")
        if told == "nothing":
            return
        if told == "state":
            logging.getLogger("sensorium").warning("a word")
            self._context.state.write("file", b"content")
        yield f"{self._asked} {self._resets} {self.shade} {self.size}"
        if told == "raise late":
            raise RuntimeError("a late moment")
        yield told if not isinstance(told, str) else len(told)


class Thinker(Model):
    own_process = True
    interruptible = True

    def process(self, value: float) -> Iterator[float]:
        for part in range(100_000 if value else 1):
            yield value + part


class Painter(Model):
    own_process = True

    def process(self, frame: Frame) -> Frame:
        return frame
"""


class Bench:
    """A lane on a real loop, and what it delivers."""

    def __init__(self, box: Node, context: Context) -> None:
        self.loop = asyncio.get_running_loop()
        self.heard: asyncio.Queue[Entry] = asyncio.Queue()
        self.lane = LoopLane(
            "box", box, context, self._deliver, SystemClock(), loop=OnLoop(self._soon, self._watch)
        )

    def _soon(self, act: Callable[..., None], *arguments: object) -> bool:
        try:
            self.loop.call_soon_threadsafe(act, *arguments)
        except RuntimeError:
            return False
        return True

    def _watch(self, descriptor: int, ready: Callable[[], bool]) -> None:
        def read() -> None:
            if not ready():
                self.loop.remove_reader(descriptor)

        self.loop.add_reader(descriptor, read)

    def _deliver(self, entry: Entry) -> None:
        self._soon(self.heard.put_nowait, entry)

    def offer(self, value: object, at: int = 1, kind: Kind = Kind.LOSSLESS) -> None:
        self.lane.offer(Job((value,), kind, Ns(at), 0, self.lane.generation))

    def ask(self, value: object, at: int = 1, kind: Kind = Kind.LOSSLESS) -> None:
        self.offer(value, at, kind)
        self.lane.go()

    async def next(self) -> Any:
        return await asyncio.wait_for(self.heard.get(), LIMIT)

    async def said(self, count: int = 2) -> list[Any]:
        """Give what the next answers hold."""
        answers = [await self.next() for _ in range(count)]
        assert all(isinstance(each, LaneResult) for each in answers), answers
        return [each.result for each in answers]

    async def open(self) -> None:
        self.lane.start()
        assert await self.next() == StateChange("box", "running")
        await self.free()

    async def free(self) -> None:
        """Wait until the loop has the lane, and nothing is asked."""
        while not self.lane._on_loop or self.lane.at_hand is not None:
            await asyncio.sleep(0)

    async def close(self) -> None:
        self.lane.stop()
        await asyncio.to_thread(self.lane.join, LIMIT)
        assert not self.lane.hangs


Play = Callable[[Bench], Coroutine[Any, Any, None]]


@pytest.fixture
def boxes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Boxes that the other process finds as well."""
    (tmp_path / "boxes_of_loop.py").write_text(BOXES)
    monkeypatch.syspath_prepend(str(tmp_path))
    sys.modules.pop("boxes_of_loop", None)
    return __import__("boxes_of_loop")


@pytest.fixture
def played(boxes: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., MemoryState]]:
    """Give what plays with a lane and closes it; afterwards neither thread nor file is left."""
    monkeypatch.setattr(out_of_process, "CLOSING", float(LIMIT))  # none of them hangs as it closes
    before = set(threading.enumerate())

    def play(with_it: Play, box: str = "Worker", **parameters: object) -> MemoryState:
        state = MemoryState()

        async def run() -> None:
            bench = Bench(getattr(boxes, box)(**parameters), Context("box", state=state))
            await bench.open()
            try:
                await with_it(bench)
            finally:
                await bench.close()

        asyncio.run(asyncio.wait_for(run(), 4 * LIMIT))
        return state

    yield play
    assert not [each for each in set(threading.enumerate()) - before if each.name == "lane box"]


def test_each_yield_is_an_answer_and_it_is_closed_at_the_end(played: Any) -> None:
    async def play(bench: Bench) -> None:
        bench.ask(2.0, at=7)
        first, second = await bench.next(), await bench.next()
        assert (first.result, first.at, first.more) == ("1 0 0 0", 7, False)
        assert (second.result, second.more) == (2.0, True)
        assert second.took >= first.took > 0 and first.cost == first.took
        bench.ask("nothing")
        assert (await bench.next()).result is None
        assert bench.lane.at_hand is None and bench.lane.begun is None and bench.lane.took > 0

    assert played(play).read("closed") == b"yes"


def test_a_parameter_is_set_before_the_next_job_and_in_order(played: Any) -> None:
    async def play(bench: Bench) -> None:
        for number in range(20):
            bench.ask(float(number))
            bench.lane.set_parameter("shade", number)
        told = [await bench.said() for _ in range(20)]
        assert [value for _, value in told] == [float(number) for number in range(20)]
        shades = [int(text.split()[2]) for text, _ in told]
        assert shades[0] == 0 and shades == sorted(shades)
        bench.ask(0.0)
        assert (await bench.said())[0].split()[2] == "19"

    played(play)


def test_parameters_wake_nobody_and_go_with_the_next_job(played: Any) -> None:
    async def play(bench: Bench) -> None:
        bench.ask(1.0)
        await bench.said()
        await bench.free()
        for number in range(30):
            bench.lane.set_parameter("shade", number)
        assert bench.lane.begun is None and not bench.lane._expected
        bench.ask(2.0)
        assert await bench.said() == ["2 0 29 0", 2.0]

    played(play)


def test_what_was_asked_before_a_reset_is_let_go(played: Any) -> None:
    async def play(bench: Bench) -> None:
        bench.ask(1.0)
        for value in (2.0, 3.0):
            bench.offer(value)
        assert bench.lane.reset() == 2
        bench.ask(4.0)
        first = [await bench.next() for _ in range(2)]
        assert {each.generation for each in first} == {0}
        assert await bench.said() == ["2 1 0 0", 4.0]
        assert bench.lane.generation == 1

    played(play)


def test_what_it_raises_is_told_once_and_it_begins_anew(played: Any) -> None:
    async def play(bench: Bench) -> None:
        bench.ask("raise")
        bench.ask("raise late")
        failure = await bench.next()
        assert (failure.error, failure.more) == ("RuntimeError: a bad moment", False)
        (await bench.said(1),)
        failure = await bench.next()
        assert (failure.error, failure.more) == ("RuntimeError: a late moment", True)
        bench.ask(1.0)
        assert await bench.said() == ["3 2 0 0", 1.0]

    played(play)


def test_where_it_cannot_be_reset_that_is_told_and_it_plays_on(played: Any) -> None:
    async def play(bench: Bench) -> None:
        bench.lane.set_parameter("shade", 13)
        bench.lane.reset()
        failure = await bench.next()
        assert isinstance(failure, LaneFailure)
        assert (failure.error, failure.more) == ("RuntimeError: no way back", True)
        bench.ask(1.0)
        assert await bench.said() == ["1 1 13 0", 1.0]

    played(play)


def test_what_cannot_be_sent_is_told_and_it_plays_on(played: Any) -> None:
    async def play(bench: Bench) -> None:
        bench.ask(object())
        failure = await bench.next()
        assert isinstance(failure, LaneFailure) and failure.error.startswith("NotEncodable")
        bench.ask(1.0)
        assert (await bench.said())[1] == 1.0

    played(play)


@pytest.mark.parametrize("asked", [True, False])
def test_a_process_that_ends_is_begun_anew_and_what_waits_is_answered(
    played: Any, asked: bool
) -> None:
    async def play(bench: Bench) -> None:
        bench.lane.set_parameter("shade", 3)
        bench.ask(1.0)
        assert await bench.said() == ["1 0 3 0", 1.0]
        if asked:
            bench.ask("crash", at=5)
            bench.ask(2.0)
        else:
            bench.lane._worker.kill()  # and nobody asks, nor looks
        failure = await bench.next()
        assert failure.error == "its process has ended; another takes its place"
        assert failure.more is not asked
        assert await bench.next() == StateChange("box", "failed")
        assert await bench.next() == StateChange("box", "running")
        if not asked:
            bench.ask(2.0)
        assert await bench.said() == ["1 0 3 0", 2.0]

    played(play)


def test_one_that_hangs_is_left_and_its_successor_takes_over(played: Any, boxes: Any) -> None:
    async def play(bench: Bench) -> None:
        bench.ask("hang")
        bench.offer(2.0)
        assert bench.lane.begun is not None
        bench.lane.abandon()
        other = Bench(boxes.Worker(), Context("box"))
        other.lane.generation = bench.lane.generation + 1
        other.lane.take_over(bench.lane)
        await other.open()
        assert await other.said() == ["1 0 0 0", 2.0]
        await other.close()
        await asyncio.to_thread(bench.lane.join, LIMIT)
        assert bench.heard.empty()

    played(play)


def test_a_box_opens_anew_with_another_network_or_keeps_the_one_it_has(played: Any) -> None:
    async def play(bench: Bench) -> None:
        bench.ask(0.0)
        bench.lane.reopen("size", 5)
        bench.lane.set_parameter("shade", 1)
        bench.ask(1.0)
        assert await bench.said() == ["1 0 0 0", 0.0]
        assert await bench.said() == ["2 0 1 5", 1.0]
        bench.lane.reopen("size", -1)
        bench.ask(2.0)
        failure = await bench.next()
        assert (failure.error, failure.more) == ("ValueError: that is too small", True)
        assert await bench.said() == ["3 0 1 5", 2.0]

    played(play)


def test_what_is_left_without_a_call_waits_for_one(played: Any) -> None:
    async def play(bench: Bench) -> None:
        bench.ask(1.0)
        await bench.said()
        await bench.free()
        bench.offer(2.0)
        for _ in range(100):
            await asyncio.sleep(0)
        assert bench.lane.at_hand is None and bench.heard.empty()
        bench.ask(3.0)
        assert [(await bench.said())[1], (await bench.said())[1]] == [2.0, 3.0]

    played(play)


def test_of_pictures_the_newest_is_answered_and_none_is_copied(played: Any) -> None:
    async def play(bench: Bench) -> None:
        store = FrameStore()
        for number in range(3 * SLOTS):
            await bench.free()
            for part in range(3):
                value = (3 * number + part) % 256
                picture = store.put(np.full((64, 64, 3), value, np.uint8))
                bench.ask(Frame(picture), kind=Kind.LATEST)
                del picture
            for part in (0, 2):
                told = (await bench.said())[1]
                assert told == 64 * 64 * 3 * ((3 * number + part) % 256)
        await bench.free()  # the last picture comes back with the end of its call, not before
        assert bench.lane._process.handed_over.copied == 0
        assert bench.lane._process.handed_over.lent == 6 * SLOTS
        left = [store.take((64, 64, 3)) for _ in range(SLOTS)]
        assert all(each is not None for each in left)

    played(play)


def test_what_is_large_and_lies_in_no_pool_is_copied_beside_the_loop(played: Any) -> None:
    large = np.random.default_rng(1).integers(0, 256, (700, 700, 3), np.uint8)
    assert large.nbytes > LARGEST
    threads: set[int] = set()

    class Noted(np.ndarray):  # type: ignore[type-arg]
        """Notes on which thread its bytes are copied."""

        def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
            if func is np.copyto:
                threads.add(threading.get_ident())
            return super().__array_function__(func, types, args, kwargs)

    async def play(bench: Bench) -> None:
        for number in range(6):
            bench.lane.set_parameter("shade", number)
            bench.ask(Frame(large.view(Noted)))
            text, told = await bench.said()
            assert told == large.sum(dtype=np.int64)
            assert text.split()[2] == str(number)
        assert threads and threading.get_ident() not in threads
        assert bench.lane._process.handed_over.copied == 6

    played(play)


def test_more_than_a_socket_takes_at_once_arrives_whole(played: Any) -> None:
    async def play(bench: Bench) -> None:
        for number in range(4):
            bench.ask("x" * (3_000_000 + number))
            assert (await bench.said())[1] == 3_000_000 + number

    played(play)


def test_what_it_logs_and_keeps_comes_here(played: Any, caplog: pytest.LogCaptureFixture) -> None:
    async def play(bench: Bench) -> None:
        with caplog.at_level(logging.WARNING, "sensorium"):
            bench.ask("state")
            await bench.said()

    assert played(play).read("file") == b"content"
    assert "a word" in caplog.messages


def test_a_newer_input_calls_off_the_answer_at_hand(played: Any) -> None:
    async def play(bench: Bench) -> None:
        for _ in range(5):
            bench.ask(1e6)
            assert (await bench.next()).result == 1e6
            bench.lane.interrupt()
            bench.ask(0.0)
            count = 0
            while (answer := await bench.next()).generation != bench.lane.generation:
                count += 1
            assert answer.result == 0.0
            assert count < 99_999

    played(play, "Thinker")


def test_it_ends_after_the_job_at_hand_and_closes_the_box(played: Any) -> None:
    async def play(bench: Bench) -> None:
        bench.ask(1.0)

    assert played(play).read("closed") == b"yes"


def test_one_that_hangs_ends_when_its_time_is_up(boxes: Any) -> None:
    async def play() -> None:
        bench = Bench(boxes.Worker(), Context("box"))
        await bench.open()
        bench.ask("hang")
        bench.lane.stop()
        await asyncio.to_thread(bench.lane.join, 0.1)
        await asyncio.to_thread(bench.lane.join, LIMIT)
        assert not bench.lane.hangs

    asyncio.run(asyncio.wait_for(play(), 4 * LIMIT))


def test_a_lane_whose_loop_has_ended_ends_all_the_same(boxes: Any) -> None:
    async def play() -> Bench:
        bench = Bench(boxes.Worker(), Context("box"))
        await bench.open()
        bench.ask(1.0)
        await bench.said()
        return bench

    bench = asyncio.run(asyncio.wait_for(play(), LIMIT))
    bench.lane.stop()
    bench.lane.join(LIMIT)
    assert not bench.lane.hangs


@pytest.mark.parametrize("seed", range(4))
def test_killed_at_any_moment_no_job_is_answered_twice_nor_stuck(played: Any, seed: int) -> None:
    rng = random.Random(seed)

    async def play(bench: Bench) -> None:
        store = FrameStore()
        sent, ended, states = 0, [0], []

        async def hear() -> None:
            while True:
                entry = await bench.heard.get()
                if isinstance(entry, StateChange):
                    states.append(entry.state)
                elif not (isinstance(entry, LaneResult) and not entry.more):
                    if isinstance(entry, LaneResult):
                        assert entry.result == 64 * 64 * 3 * (entry.at % 256)
                        ended.append(entry.at)
                    elif entry.error != "its process has ended; another takes its place":
                        raise AssertionError(entry)

        hearing = asyncio.create_task(hear())
        for kill in range(4):
            for _ in range(rng.randrange(1, 30)):
                sent += 1
                picture = store.put(np.full((64, 64, 3), sent % 256, np.uint8))
                bench.ask(Frame(picture), at=sent)
                del picture
                bench.lane.set_parameter("shade", sent % 7)
                if rng.random() < 0.3:
                    await asyncio.sleep(0)
            bench.lane._worker.kill()
            while states.count("running") <= kill and not hearing.done():
                await asyncio.sleep(0.001)
        sent += 1
        bench.ask(Frame(np.full((64, 64, 3), sent % 256, np.uint8)), at=sent)
        while ended[-1] != sent and not hearing.done():
            await asyncio.sleep(0.001)
        hearing.cancel()
        with suppress(asyncio.CancelledError):
            await hearing
        assert ended == sorted(set(ended))
        assert len(ended) - 1 >= sent - 4  # with each crash at most the job at hand is lost
        left = [store.take((64, 64, 3)) for _ in range(SLOTS)]
        assert all(each is not None for each in left)

    played(play)


def test_a_box_that_answers_with_pictures_is_asked_on_a_thread(boxes: Any) -> None:
    loop = OnLoop(lambda *_: False, lambda *_: None)
    made = [
        make_lane("box", box(), Context("box"), lambda _: None, SystemClock(), loop=loop)
        for box in (boxes.Worker, boxes.Painter)
    ]
    assert [type(lane) for lane in made] == [LoopLane, ThreadLane]
    assert_array_equal([lane.hangs for lane in made], [False, False])
