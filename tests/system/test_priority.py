"""Threads come forward where they may, and nothing they begin does unless it shall."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import pytest

from engine.system import priority
from engine.system.priority import (
    lower_priority,
    may_set_realtime_priority,
    restore_priority,
    set_realtime_priority,
)
from tests.limits import LIMIT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux knows this of threads")


def on_a_thread(act: Callable[[], Any]) -> Any:
    got: list[Any] = []
    thread = threading.Thread(target=lambda: got.append(act()))
    thread.start()
    thread.join()
    return got[0]


def policy() -> int:
    return os.sched_getscheduler(0) & ~os.SCHED_RESET_ON_FORK


@pytest.mark.parametrize("inherited", [False, True])
def test_a_thread_is_raised_alone_or_with_all_it_begins(inherited: bool) -> None:
    def both() -> tuple[int, int]:
        set_realtime_priority(inherited=inherited)
        return policy(), on_a_thread(policy)

    first = os.SCHED_RR if may_set_realtime_priority() else os.SCHED_OTHER
    assert on_a_thread(both) == (first, first if inherited else os.SCHED_OTHER)


def test_a_show_begun_with_priority_keeps_it_for_all_that_it_begins() -> None:
    if not may_set_realtime_priority():
        pytest.skip("this system lets nobody come forward")

    def all_of_them() -> tuple[int, int]:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
        before = set_realtime_priority()
        began = on_a_thread(policy)
        restore_priority(before)
        return began, os.sched_getscheduler(0)

    assert on_a_thread(all_of_them) == (os.SCHED_RR, os.SCHED_RR)


def test_a_restored_thread_is_as_before() -> None:
    def there_and_back() -> int:
        restore_priority(set_realtime_priority())
        return policy()

    assert on_a_thread(there_and_back) == os.SCHED_OTHER


def test_where_it_is_not_allowed_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "sched_setscheduler", refuse)
    assert set_realtime_priority() is None
    assert not may_set_realtime_priority()
    restore_priority(None)


def test_who_stands_back_yields_alone_and_once_for_all() -> None:
    def niceness() -> int:
        lower_priority()
        lower_priority()
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    before = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    assert on_a_thread(niceness) == priority._PROGRAM + 5
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == before


def test_a_session_that_cannot_yield_at_once_does_so_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Busy(type(tmp_path)):  # type: ignore[misc]
        refuses: ClassVar[list[int]] = [1, 2, 3]

        def write_text(self, text: str) -> int:
            if self.refuses:
                self.refuses.pop()
                raise BlockingIOError
            written = int(super().write_text(text))
            yielded.set()
            return written

    yielded = threading.Event()
    group = tmp_path / "autogroup"
    group.write_text("/autogroup-7 nice 0\n")
    monkeypatch.setattr(priority, "_GROUP", Busy(group))
    monkeypatch.setattr(priority, "_AGAIN", 0.001)
    priority._yield_session(3)
    assert yielded.wait(LIMIT)
    assert group.read_text() == "5"


@pytest.mark.parametrize("said", ["", "\n", "nice", "/autogroup-7 nice ?"])
def test_a_session_in_no_group_does_nothing(
    said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    group = tmp_path / "autogroup"
    group.write_text(said)
    monkeypatch.setattr(priority, "_GROUP", group)
    priority._yield_session(3)
    assert group.read_text() == said


def test_a_process_with_a_session_of_its_own_has_the_session_yield() -> None:
    script = (
        "import os, pathlib, time; from engine.system.priority import lower_priority\n"
        "group = pathlib.Path('/proc/self/autogroup')\n"
        "says = lambda: int((group.read_text().split() or [0])[-1])\n"  # empty: in no group
        "before = says(), os.nice(0)\n"
        "lower_priority()\n"
        "left = 1200 if os.getsid(0) == os.getpid() else 0\n"
        "while says() == before[0] and left:  # others may have just done so\n"
        "    left -= 1; time.sleep(0.1)\n"
        "print(says() - before[0], os.nice(0) - before[1])\n"
    )
    if not Path("/proc/self/autogroup").exists():
        pytest.skip("this system groups no processes by session")
    for own, yields in ((True, 5), (False, 0)):
        said = subprocess.run(
            [sys.executable, "-c", script],
            start_new_session=own,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        assert said.split() == [str(yields), "5"]
