"""What every test may use: free ports, real peers, and an alarm for calls that block the loop."""

from __future__ import annotations

import asyncio.constants
import asyncio.format_helpers
import gc
import logging
import os
import shutil
import signal
import traceback
from collections.abc import Callable, Generator, Iterator
from functools import cache
from pathlib import Path

import pytest
from blockbuster import BlockBuster
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

from engine.commands.ending import interrupt
from tests.by_night import NIGHT
from tests.limits import LIMIT
from tests.ports import find_port

# Before any loop exists: debug mode reports coroutines never awaited and calls from a wrong thread.
os.environ.setdefault("PYTHONASYNCIODEBUG", "1")
# Of a coroutine that is never awaited, one frame says who made it. Of each call, future and task it
# would keep all frames with their lines: nobody reads them, and they take half the time of a loop.
asyncio.constants.DEBUG_STACK_DEPTH = 1
asyncio.format_helpers.extract_stack.__defaults__ = (None, 0)
traceback.extract_stack.__defaults__ = (None, 0)  # what futures and tasks in C call

IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
MARKS = (
    "peer(command, package): needs this program; skips without it, fails without it where CI=true",
    "may_block(why): what this test runs may block its loop",
    "slow: plays live, starts processes, runs networks or fuzzes; set by path, see SLOW",
)

TESTS = Path(__file__).parent
# Folders and files whose tests take long. `pytest -m "not slow"` leaves them out, to be done within
# a minute: see CONTRIBUTING.md.
SLOW = (
    "cluster/test_room_link.py",
    "cluster/test_room_network.py",
    "conformance/test_alone.py",
    "conformance/test_played.py",
    "conformance/test_sinks.py",
    "conformance/test_sources.py",
    "docs",
    "dsp/audio/test_beat_tracker.py",
    "dsp/image/test_steadying.py",
    "fuzz",
    "golden/test_wekinator.py",
    "lab",
    "models",
    "night",
    "peers",
    "recording",
    "synthetic",
    "training",
    "web",
    "truth",
    "inference/test_optical_flow.py",
    "inference/test_own_model_live.py",
    "nodes/test_drums.py",
    "nodes/test_lags.py",
    "nodes/test_notes.py",
    "nodes/test_onset.py",
    "nodes/test_pitch.py",
    "osc/test_packer.py",
    "patch/test_large.py",
    "sources/test_http_camera.py",
    "runtime/test_alive.py",
    "runtime/test_clock_jump.py",
    "runtime/test_command.py",
    "runtime/test_contract.py",
    "runtime/test_crash.py",
    "runtime/test_descriptors.py",
    "runtime/test_disk.py",
    "runtime/test_files.py",
    "runtime/test_hang.py",
    "runtime/test_hang_at_start.py",
    "runtime/test_learner.py",
    "runtime/test_live.py",
    "runtime/test_on_loss.py",
    "runtime/test_own_kinds.py",
    "runtime/test_out_of_process.py",
    "runtime/test_picture_patches.py",
    "runtime/test_picture_outputs.py",
    "runtime/test_picture_sink.py",
    "runtime/test_properties.py",
    "runtime/test_quality_live.py",
    "runtime/test_raises.py",
    "runtime/test_reads.py",
    "runtime/test_saves.py",
    "runtime/test_service.py",
    "runtime/test_signals.py",
    "runtime/test_slow_text.py",
    "runtime/test_stills_played.py",
    "runtime/test_swap_live.py",
    "runtime/test_swap_load.py",
    "runtime/test_swap_notes.py",
    "runtime/test_watchdog.py",
    "runtime/test_watcher.py",
    "sources/test_camera.py",
    "sources/test_opening_hours.py",
    "sources/test_schedule.py",
    "sources/test_stand_in.py",
    "sinks/test_video_writer.py",
    "sources/test_video_file.py",
    "runtime/test_unplayed.py",
    "system/test_processes.py",
    "system/test_state_folder.py",
    "terminal/test_install.py",
    "terminal/test_outputs.py",
    "test_conftest.py",
    "video/test_ffmpeg.py",
    "video/test_film.py",
    "video/test_film_numbers.py",
    "video/test_killed.py",
    "video/test_playlist.py",
)

# Folders whose tests play through real sound servers, MIDI and browsers, or measure: those of each
# one after the other, on one worker, or they would meet each other's ports and be late.
ONE_BY_ONE = ("tests/lab/", "tests/peers/")


# A machine that is busy takes its time over an example, or over making it; that is no failure.
settings.register_profile(
    "sensorium",
    deadline=None,
    max_examples=100 if NIGHT else 40,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("sensorium")


def pytest_configure(config: pytest.Config) -> None:
    """Make the marks known, and hear Ctrl-C as the command line does.

    So a box that raises ``KeyboardInterrupt`` by itself is told apart from a Ctrl-C, and shows
    under test hear it, though whoever runs the tests may ignore it (``nohup``).
    """
    for mark in MARKS:
        config.addinivalue_line("markers", mark)
    signal.signal(signal.SIGINT, interrupt)


@cache
def takes_long(file: Path) -> bool:
    """Tell whether a file of tests is, or lies in, one of those that take long."""
    return not {TESTS / path for path in SLOW}.isdisjoint({file, *file.parents})


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that take long."""
    for item in items:
        if takes_long(item.path):
            item.add_marker("slow")


class ByFile(LoadFileScheduling):
    """Gives each worker whole files, and each folder of those that play devices to one."""

    def _split_scope(self, nodeid: str) -> str:
        of_devices = (folder for folder in ONE_BY_ONE if nodeid.startswith(folder))
        return next(of_devices, super()._split_scope(nodeid))

    def _assign_work_unit(self, node: WorkerController) -> None:
        """Hand out those folders first, for they last the longest, and then what takes long.

        So workers end at about the same time: what is left at the end is short.
        """
        root = self.config.rootpath
        long = (file for file in self.workqueue if takes_long(root / file))
        folders = (folder for folder in reversed(ONE_BY_ONE) if folder in self.workqueue)
        if first := next(folders, None) or next(long, None):
            self.workqueue.move_to_end(first, last=False)
        super()._assign_work_unit(node)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Have one worker more than cores, for many tests wait for a show or a program."""
    ours = getattr(os, "sched_getaffinity", None)
    return 1 + (len(ours(0)) if ours else os.cpu_count() or 1)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    """Say which worker runs what, where several do."""
    return ByFile(config, log)


# -- Real peers ----------------------------------------------------------------------------------


def need(command: str, package: str) -> None:
    """Skip the running test unless ``command`` is installed, and say how to install it."""
    if shutil.which(command) is None:
        pytest.skip(f"no {command}: apt-get install --no-install-recommends {package}")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Look for the programs named by the ``peer`` marks of a test."""
    for mark in item.iter_markers("peer"):
        need(*mark.args, **mark.kwargs)


def is_peer(node: pytest.Item | pytest.Collector) -> bool:
    """Tell whether a skip of this test, or of this file, would hide a missing peer."""
    folder = node.config.rootpath / "tests" / "peers"
    return folder in node.path.parents or any(node.iter_markers("peer"))


def fail_if_skipped(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn a skip into a failure: a missing peer in CI must not pass unseen."""
    if report.outcome == "skipped" and not hasattr(report, "wasxfail"):
        why = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"A peer test may not skip in CI. {why}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let no test with a peer skip in CI."""
    report = yield
    if IN_CI and is_peer(item):
        fail_if_skipped(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Let no file of peer tests skip as a whole in CI."""
    report = yield
    if IN_CI and is_peer(collector):
        fail_if_skipped(report)
    return report


# -- The loop ------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def _alarm() -> BlockBuster:
    alarm = BlockBuster(scanned_modules="engine")
    # A lock held for a microsecond is how a mailbox crosses threads; whether the other side holds
    # it just now is chance, so that this check would fail at random.
    for name in ("threading.Lock.acquire", "threading.Lock.acquire_lock"):
        del alarm.functions[name]
    return alarm


@pytest.fixture(autouse=True)
def no_blocking(request: pytest.FixtureRequest, _alarm: BlockBuster) -> Iterator[None]:
    """Raise ``BlockingError`` where our code sleeps, reads, or waits on a socket inside a loop.

    Only a stack with a frame of ``engine`` in it counts, so tests themselves may read files. Make
    sockets non-blocking. A test that means to block says so: ``@pytest.mark.may_block("why")``.
    """
    if request.node.get_closest_marker("may_block"):
        yield
        return
    _alarm.activate()
    try:
        yield
    finally:
        _alarm.deactivate()


TOOK_LONG = "Executing %s took %.3f seconds"
"""What asyncio logs of a call that took longer than 0.1 s."""


@pytest.fixture(scope="session", autouse=True)
def _calm() -> Iterator[None]:
    """Let a show of this process wait longer than it would for what a busy machine is slow in.

    Else it would tell of that, or do without. Who tests that says how long is to be waited, or
    plays a show that is a process of its own. Nor does asyncio, which debugs, log what took long.
    """
    logging.getLogger("asyncio").addFilter(lambda record: record.msg != TOOK_LONG)
    with pytest.MonkeyPatch.context() as patching:
        patching.setattr("engine.runtime.supervision.loop_watch.MISSED", 1_000_000)
        patching.setattr("engine.system.device_process.PATIENCE", float(LIMIT))
        patching.setattr("engine.system.fork_server.PATIENCE", float(LIMIT))
        patching.setattr("engine.runtime.reload.probation._BESIDES", 1000.0 * LIMIT)
        yield


# -- Garbage -------------------------------------------------------------------------------------

# A show searches for garbage when it begins and when its boxes run, freezes what it finds in use,
# and thaws all when it ends. Here most of that are thousands of tests, which stay to the end: to
# look through them takes half a second a show. So they are frozen once, and what shows froze is
# thawed after each file.
_freeze, _thaw = gc.freeze, gc.unfreeze
_frozen_by_shows: list[None] = []


def _freeze_for_a_show() -> None:
    _frozen_by_shows.append(None)
    _freeze()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Leave the tests out of every search for garbage, from their collection on."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.collect()
        _freeze()
        gc.freeze, gc.unfreeze = _freeze_for_a_show, lambda: None


@pytest.fixture(autouse=True, scope="module")
def no_leftovers() -> Iterator[None]:
    """Let what a file of tests left open fail that file, not one that happens to collect it."""
    yield
    if _frozen_by_shows:
        _frozen_by_shows.clear()
        _thaw()
    gc.collect()
    _freeze()


# -- Ports ---------------------------------------------------------------------------------------


@pytest.fixture
def free_port() -> int:
    """Give a port that is free for UDP and for TCP."""
    return find_port()


@pytest.fixture
def make_port() -> Callable[[], int]:
    """Give a function that finds one free port a call, for tests that need several."""
    return find_port
