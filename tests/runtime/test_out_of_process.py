"""A box in a process of its own answers as it would here, and takes nothing along when it goes."""

from __future__ import annotations

import itertools
import logging
import os
import queue
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from engine.core.clock import SystemClock, VirtualClock
from engine.core.context import Context
from engine.core.kinds import Kind
from engine.core.messages import Frame, Ns, Person, Pose
from engine.core.node import Node
from engine.models.pose import PoseModel
from engine.runtime.entries import Entry, LaneFailure, LaneResult, StateChange
from engine.runtime.schedule.call import RemoteError
from engine.runtime.schedule.job import Job
from engine.runtime.workers import out_of_process
from engine.runtime.workers.in_process import InProcessWorker
from engine.runtime.workers.lane import ThreadLane
from engine.runtime.workers.out_of_process import FORK_SERVER, ProcessDied, SubprocessWorker
from engine.runtime.workers.worker import Worker, worker_of
from engine.sources.stand_in import StandIn
from engine.system.channel import CALL, Channel
from engine.system.fork_server import ForkServer
from engine.system.frame_pool import SLOTS, FrameStore, find_place
from engine.system.processes import ChildProcess, SpawnedProcess
from tests.limits import LIMIT

pytestmark = pytest.mark.skipif(os.name != "posix", reason="elsewhere boxes stay on their threads")

BOXES = """
import logging, os, time
from collections.abc import Iterator
from typing import Annotated
import numpy as np
from engine.core.messages import Frame, Ns, Pose
from engine.core.node import Model
from engine.core.parameter import Param


class Painter(Model):
    own_process = True
    shade: Annotated[int, Param("added to each point", 0, 255)] = 0
    _seen: int = 0

    def open(self) -> None:
        if self.shade == 255:
            raise ValueError("that is too bright")
        print("noise on standard output")

    def reset(self) -> None:
        self._seen = 0

    def process(self, frame: Frame, at: Ns) -> Iterator[Frame]:
        self._seen += 1
        if at == 13:
            raise RuntimeError("a bad moment")
        if at == 14:
            os.kill(os.getpid(), 9)
        if at == 15:
            time.sleep(1000)
        if at == 16:
            logging.getLogger("sensorium").warning("a word")
        yield Frame(np.full((1, 1, 3), self._seen, np.uint8))
        yield Frame(frame.image + np.uint8(self.shade), frame.mirrored)


class Mover(Model):
    own_process = True

    def process(self, pose: Pose) -> Pose:
        return pose


class Keeper(Model):
    own_process = True
    count: int = 20
    _kept: tuple = ()

    def process(self, frame: Frame, at: Ns) -> Iterator[Frame | str]:
        if at == 14:
            os.kill(os.getpid(), 9)
        if at == 13:
            raise RuntimeError("a bad moment")
        self._kept = (*self._kept, frame.image)[-self.count :] if self.count else ()
        yield ",".join(str(image[0, 0, 0]) for image in self._kept)
        yield frame


class Worker(Model):
    own_process = True

    def process(self, value: float) -> Iterator[float]:
        begun = time.monotonic_ns()
        while time.monotonic_ns() - begun < 1e6:
            pass
        if value < 0:
            raise ValueError("less than nothing")
        yield float(time.monotonic_ns() - begun)
        yield float(time.monotonic_ns() - begun)


class Counter(Model):
    own_process = True
    _known: int = 0

    def open(self) -> None:
        self._known = 40

    def caption(self) -> str:
        if self._known == 42:
            raise ValueError("it cannot say")
        return f"knows {self._known}"

    def process(self, value: float) -> float:
        self._known += 1
        return value


class Reader(Model):
    own_process = True

    def process(self, value: float) -> str:
        return open("beside.txt").read()
"""
PICTURE = np.arange(480 * 640 * 3, dtype=np.uint32).astype(np.uint8).reshape(480, 640, 3)


def _job(message: object, at: int = 1) -> Job:
    return Job((message,), Kind.LATEST, Ns(at), 0, 0)


@pytest.fixture
def boxes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, type[Node]]:
    """Boxes that the other process finds as well."""
    (tmp_path / "boxes_outside.py").write_text(BOXES)
    monkeypatch.syspath_prepend(str(tmp_path))
    sys.modules.pop("boxes_outside", None)
    module = __import__("boxes_outside")
    names = ("Painter", "Mover", "Keeper", "Worker", "Counter", "Reader")
    return {name: getattr(module, name) for name in names}


@pytest.fixture(params=["as this system does", "from scratch"])
def painter(
    boxes: dict[str, type[Node]], request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[SubprocessWorker]:
    if request.param == "from scratch":
        monkeypatch.setattr(FORK_SERVER, "usable", False)
    outside = SubprocessWorker("box", boxes["Painter"](), Context("box"))
    outside.open()
    yield outside
    outside.close()


def _paint(outside: SubprocessWorker, at: int = 1) -> tuple[int, Frame]:
    """Give how many pictures it has seen, and the last one painted."""
    count, painted = outside.answer(_job(Frame(PICTURE), at))
    return int(count.image[0, 0, 0]), painted


def _child(outside: Worker) -> ChildProcess:
    assert isinstance(outside, SubprocessWorker)
    its = outside._child
    assert its is not None
    return its


def test_pictures_go_and_come_and_each_event_is_said(painter: SubprocessWorker) -> None:
    count, frame = _paint(painter)
    assert count == 1
    assert isinstance(frame, Frame)
    assert_array_equal(frame.image, PICTURE)
    assert not frame.image.flags.writeable


def test_what_was_answered_is_kept_when_more_is_asked(painter: SubprocessWorker) -> None:
    _, first = _paint(painter)
    painter.set("shade", 7)
    _, second = _paint(painter)
    assert_array_equal(first.image, PICTURE)
    assert_array_equal(second.image, PICTURE + np.uint8(7))


def test_a_picture_may_be_larger_than_the_room_was(painter: SubprocessWorker) -> None:
    large = np.random.default_rng(0).integers(0, 255, (1080, 1920, 3), np.uint8)
    _, frame = painter.answer(_job(Frame(large, mirrored=True)))
    assert_array_equal(frame.image, large)
    assert frame.mirrored


def test_parameters_wake_nobody_and_go_with_what_is_asked_next(
    painter: SubprocessWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[bytes] = []
    send = Channel.send

    def spy(channel: Channel, kind: bytes, content: object = None, *, before: bytes = b"") -> None:
        sent.append(kind)
        send(channel, kind, content, before=before)

    monkeypatch.setattr(Channel, "send", spy)
    for shade in range(30):
        painter.set("shade", shade)
    assert not sent
    assert_array_equal(_paint(painter)[1].image, PICTURE + np.uint8(29))
    assert sent == [CALL]
    painter.set("shade", 3)
    painter.reset()
    assert_array_equal(_paint(painter)[1].image, PICTURE + np.uint8(3))


def test_a_new_process_is_told_what_was_ever_set(boxes: dict[str, type[Node]]) -> None:
    outside = SubprocessWorker("box", boxes["Painter"](), Context("box"))
    outside.open()
    outside.set("shade", 7)
    outside.set("_seen", 40)  # as the size that a show chooses itself, this is no parameter
    assert _paint(outside)[0] == 41
    with pytest.raises(ProcessDied):
        _paint(outside, at=14)
    outside.open()
    count, painted = _paint(outside)
    assert count == 41
    assert_array_equal(painted.image, PICTURE + np.uint8(7))
    outside.close()


def test_it_forgets_when_it_is_reset(painter: SubprocessWorker) -> None:
    assert [_paint(painter)[0], _paint(painter)[0]] == [1, 2]
    painter.reset()
    assert _paint(painter)[0] == 1


def test_what_it_says_of_itself_on_the_page_is_that_of_the_box_at_work(
    boxes: dict[str, type[Node]],
) -> None:
    counter = boxes["Counter"]()
    outside = SubprocessWorker("box", counter, Context("box"))
    outside.open()
    told = [counter.caption()]
    for _ in range(3):
        assert [*outside.answer(_job(1.0))] == [1.0]
        told.append(counter.caption())
    outside.close()
    assert told == ["knows 40", "knows 41", "knows 41", "knows 43"]


def test_what_it_raises_is_told_in_its_words_and_it_plays_on(painter: SubprocessWorker) -> None:
    with pytest.raises(RemoteError, match=r"^RuntimeError: a bad moment$"):
        _paint(painter, 13)
    assert _paint(painter)[0] == 2


def test_what_it_logs_is_logged_here(
    painter: SubprocessWorker, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "sensorium"):
        _paint(painter, 16)
    assert caplog.messages == ["a word"]


def test_a_box_that_cannot_be_opened_says_why(boxes: dict[str, type[Node]]) -> None:
    outside = SubprocessWorker("box", boxes["Painter"](shade=255), Context("box"))
    with pytest.raises(RemoteError, match=r"^ValueError: that is too bright$"):
        outside.open()
    outside.set("shade", 1)
    outside.open()
    assert _paint(outside)[0] == 1
    outside.close()


def test_a_crash_ends_no_show_and_another_process_takes_its_place(
    painter: SubprocessWorker,
) -> None:
    painter.set("shade", 3)
    with pytest.raises(ProcessDied, match="has ended"):
        _paint(painter, 14)
    painter.open()
    count, frame = _paint(painter)
    assert count == 1
    assert_array_equal(frame.image, PICTURE + np.uint8(3))


def test_one_that_hangs_can_be_ended_from_another_thread(painter: SubprocessWorker) -> None:
    its = _child(painter)
    answer = painter.answer(_job(Frame(PICTURE), 15))
    threading.Timer(0.1, painter.kill).start()
    with pytest.raises(ProcessDied):
        next(answer)
    assert its.wait(LIMIT)


def test_one_that_hangs_goes_when_nobody_asks_any_more(painter: SubprocessWorker) -> None:
    its = _child(painter)
    painter._channel.send(CALL, [[None], 15, "", True])
    painter.close()
    assert its.wait(LIMIT)


def test_closing_leaves_no_process_and_no_file(boxes: dict[str, type[Node]]) -> None:
    _open_and_close(boxes)  # so that who forks has just been asked, and does not end as idle
    before = _open_files()
    _open_and_close(boxes)
    end = time.monotonic() + LIMIT  # threads of tests before may be opening something
    while (more := _open_files() - before) and time.monotonic() < end:
        time.sleep(0.05)
    assert more == set()


def _open_and_close(boxes: dict[str, type[Node]]) -> None:
    outside = SubprocessWorker("box", boxes["Painter"](), Context("box"))
    outside.open()
    _paint(outside)
    its = _child(outside)
    outside.close()
    outside.close()
    assert its.wait(LIMIT)


def _open_files() -> set[tuple[str, str]]:
    """Return the number and the target of everything that this process has open."""
    found = set()
    for each in Path("/dev/fd").iterdir():
        with suppress(OSError):  # it was the folder itself
            found.add((each.name, str(each.readlink())))
    return found


def test_the_process_that_forks_is_begun_again_when_it_has_gone(
    boxes: dict[str, type[Node]],
) -> None:
    outsides = [
        SubprocessWorker("box", boxes["Painter"](shade=shade), Context("box")) for shade in (1, 2)
    ]
    for outside in outsides:
        outside.open()
        if FORK_SERVER._process is not None:  # where none is needed there is none
            FORK_SERVER._process.kill()
            FORK_SERVER._process.wait(LIMIT)
    for shade, outside in enumerate(outsides, 1):
        assert_array_equal(_paint(outside)[1].image, PICTURE + np.uint8(shade))
        outside.close()


def test_where_nothing_can_be_forked_processes_begin_from_scratch(
    boxes: dict[str, type[Node]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(out_of_process, "FORK_SERVER", ForkServer("engine.no_such_module"))
    outside = SubprocessWorker("box", boxes["Painter"](), Context("box"))
    if sys.platform == "linux":
        with pytest.raises(ConnectionError):
            outside.open()
    outside.open()
    assert isinstance(_child(outside), SpawnedProcess)
    assert _paint(outside)[0] == 1
    outside.close()


def test_names_of_files_are_as_they_are_here(
    boxes: dict[str, type[Node]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("beside.txt").write_text("found")
    outside = SubprocessWorker("box", boxes["Reader"](), Context("box"))
    outside.open()
    assert list(outside.answer(_job(0.0))) == ["found"]
    outside.close()


def test_people_go_and_come(boxes: dict[str, type[Node]]) -> None:
    joints = np.random.default_rng(0).random((17, 3)).astype(np.float32)
    outside = SubprocessWorker("box", boxes["Mover"](), Context("box"))
    outside.open()
    (pose,) = outside.answer(_job(Pose((Person(2, 7, joints),), 1.5)))
    assert isinstance(pose, Pose)
    assert (pose.aspect, pose.people[0].slot, pose.people[0].id) == (1.5, 2, 7)
    assert_array_equal(pose.people[0].joints, joints)
    outside.close()


def test_a_shipped_model_answers_as_it_would_here() -> None:
    dances = (each for each in StandIn(fps=5).events() if each[1] == "frame")
    frames = [message for _, _, message in itertools.islice(dances, 4)]
    workers = [
        SubprocessWorker("box", PoseModel(), Context("box")),
        InProcessWorker(PoseModel(), Context("box")),
    ]
    answers = []
    for worker in workers:
        worker.open()
        answers.append([list(worker.answer(_job(frame, at))) for at, frame in enumerate(frames)])
        worker.close()
    there, here = answers
    assert [len(poses) for poses in there] == [len(poses) for poses in here] == [1] * 4
    for (one,), (other,) in zip(there, here, strict=True):
        assert len(one.people) == len(other.people) == 1
        assert_array_equal(one.people[0].joints, other.people[0].joints)


def _pooled(store: FrameStore, value: int) -> Frame:
    """Make a picture, whose place in the pool is free again when it is gone."""
    picture = store.put(np.full((64, 64, 3), value, np.uint8))
    assert find_place(picture) is not None
    return Frame(picture)


@pytest.mark.parametrize("count", [0, 1, 20])
def test_pictures_in_a_pool_are_not_copied_and_stay_as_they_were_where_they_are_kept(
    boxes: dict[str, type[Node]], count: int
) -> None:
    outside = SubprocessWorker("box", boxes["Keeper"](count=count), Context("box"))
    outside.open()
    store = FrameStore()
    for number in range(3 * SLOTS):
        kept, again = outside.answer(_job(_pooled(store, number)))
        first = number + 1 - min(count, number + 1)
        assert kept == ",".join(map(str, range(first, number + 1)))
        assert_array_equal(again.image, np.full((64, 64, 3), number))
    assert outside.handed_over.lent == 3 * SLOTS
    assert outside.handed_over.copied == 0
    outside.close()
    assert len([store.take((64, 64, 3)) for _ in range(SLOTS)]) == SLOTS


@pytest.mark.parametrize("at", [13, 14])
def test_where_the_box_raises_or_crashes_no_place_is_lost(
    boxes: dict[str, type[Node]], at: int
) -> None:
    outside = SubprocessWorker("box", boxes["Keeper"](), Context("box"))
    store = FrameStore()
    for _ in range(3):
        outside.open()
        for _ in range(3):
            list(outside.answer(_job(_pooled(store, 1))))
        with pytest.raises(RemoteError):
            list(outside.answer(_job(_pooled(store, 1), at)))
    outside.close()
    left = [store.take((64, 64, 3)) for _ in range(SLOTS)]
    assert all(each is not None and find_place(each) is not None for each in left)


def _ask(lane: ThreadLane, at: int) -> None:
    lane.offer(Job((Frame(PICTURE),), Kind.LATEST, Ns(at), 0, lane.generation))
    lane.go()


def test_parameters_do_not_wake_a_lane(boxes: dict[str, type[Node]]) -> None:
    heard: queue.Queue[Entry] = queue.Queue()
    lane = ThreadLane("painter", boxes["Painter"](), Context("painter"), heard.put, SystemClock())
    for shade in range(30):
        lane.set_parameter("shade", shade)
    assert not lane._wakeup.is_set
    lane.start()
    assert heard.get(timeout=LIMIT) == StateChange("painter", "running")
    _ask(lane, 1)
    _, painted = heard.get(timeout=LIMIT), heard.get(timeout=LIMIT)
    assert isinstance(painted, LaneResult) and isinstance(painted.result, Frame)
    assert_array_equal(painted.result.image, PICTURE + np.uint8(29))
    lane.stop()
    lane.join(LIMIT)


def test_a_lane_whose_process_is_killed_says_so_and_begins_anew(
    boxes: dict[str, type[Node]],
) -> None:
    heard: queue.Queue[Entry] = queue.Queue()
    lane = ThreadLane("painter", boxes["Painter"](), Context("painter"), heard.put, SystemClock())
    lane.start()
    assert heard.get(timeout=LIMIT) == StateChange("painter", "running")
    _ask(lane, 14)
    failure, state = heard.get(timeout=LIMIT), heard.get(timeout=LIMIT)
    assert isinstance(failure, LaneFailure)
    assert failure.error == "its process has ended; another takes its place"
    assert state == StateChange("painter", "failed")
    assert heard.get(timeout=LIMIT) == StateChange("painter", "running")
    _ask(lane, 1)
    for _ in range(2):
        assert isinstance(heard.get(timeout=LIMIT), LaneResult)
    lane.stop()
    lane.join(LIMIT)
    assert not lane.hangs


def test_what_an_answer_took_is_what_the_box_itself_worked(boxes: dict[str, type[Node]]) -> None:
    heard: queue.Queue[Entry] = queue.Queue()
    clock = VirtualClock()  # stands still: only the process of the box counts
    lane = ThreadLane("worker", boxes["Worker"](), Context("worker"), heard.put, clock)
    lane.start()
    assert heard.get(timeout=LIMIT) == StateChange("worker", "running")
    for value in (1.0, -1.0):
        lane.offer(Job((value,), Kind.LOSSLESS, Ns(1), 7, lane.generation))
    lane.go()
    first, second, failure = (heard.get(timeout=LIMIT) for _ in range(3))
    assert isinstance(first, LaneResult) and isinstance(second, LaneResult)
    assert second.took > first.took >= first.result >= 1e6
    assert (first.cost, second.cost) == (7 + first.took, 7 + second.took)
    assert isinstance(failure, LaneFailure)
    assert failure.took >= 1e6
    lane.stop()
    lane.join(LIMIT)


def test_a_lane_of_which_nobody_asks_anything_notices_too(boxes: dict[str, type[Node]]) -> None:
    heard: queue.Queue[Entry] = queue.Queue()
    lane = ThreadLane("painter", boxes["Painter"](), Context("painter"), heard.put, SystemClock())
    lane.start()
    assert heard.get(timeout=LIMIT) == StateChange("painter", "running")
    lane.look()
    _child(lane._worker).kill()
    while heard.empty():
        lane.look()
    assert isinstance(heard.get(), LaneFailure)
    assert heard.get(timeout=LIMIT) == StateChange("painter", "failed")
    assert heard.get(timeout=LIMIT) == StateChange("painter", "running")
    lane.stop()
    lane.join(LIMIT)


def test_a_lane_that_hangs_is_left_and_nothing_of_it_stays(boxes: dict[str, type[Node]]) -> None:
    heard: queue.Queue[Entry] = queue.Queue()
    lane = ThreadLane("painter", boxes["Painter"](), Context("painter"), heard.put, SystemClock())
    lane.start()
    assert heard.get(timeout=LIMIT) == StateChange("painter", "running")
    _ask(lane, 15)
    lane.abandon()
    lane.join(LIMIT)
    assert not lane.hangs


def test_a_box_that_no_other_process_could_find_works_here(boxes: dict[str, type[Node]]) -> None:
    assert isinstance(worker_of("box", boxes["Painter"](), Context("box")), SubprocessWorker)
    sys.modules["boxes_outside"].__spec__ = None
    assert isinstance(worker_of("box", boxes["Painter"](), Context("box")), InProcessWorker)
