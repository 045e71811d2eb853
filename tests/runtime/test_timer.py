"""The alarm of the loop: both kinds ring when they shall, and only then."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable

import pytest

from engine.core.clock import SystemClock, ns
from engine.core.messages import Ns
from engine.runtime.timer import FdTimer, LoopTimer, Timer, make_timer
from tests.limits import LIMIT

Make = Callable[[asyncio.AbstractEventLoop, Callable[[], None]], Timer]

linux = pytest.mark.skipif(sys.platform != "linux", reason="a timerfd is of Linux")
KINDS = [pytest.param(FdTimer, marks=linux), LoopTimer]


class Rung:
    """Counts rings, and waits for them."""

    def __init__(self) -> None:
        self.moments: list[int] = []
        self._event = asyncio.Event()

    def __call__(self) -> None:
        self.moments.append(SystemClock().now())
        self._event.set()

    async def wait(self) -> None:
        await asyncio.wait_for(self._event.wait(), LIMIT)
        self._event.clear()


@pytest.mark.parametrize("make", KINDS)
def test_it_rings_once_not_before_its_moment_and_can_be_set_again(make: Make) -> None:
    async def go() -> None:
        rung = Rung()
        timer = make(asyncio.get_running_loop(), rung)
        for wait in (0.01, 0.0, -1.0, 0.005):
            due = Ns(SystemClock().now() + ns(wait))
            timer.set(due)
            timer.set(due)
            await rung.wait()
            assert rung.moments[-1] >= due
        assert len(rung.moments) == 4
        timer.close()
        timer.close()

    asyncio.run(go())


@pytest.mark.parametrize("make", KINDS)
def test_it_forgets_what_it_was_set_to_before(make: Make) -> None:
    async def go() -> None:
        rung, other = Rung(), Rung()
        loop = asyncio.get_running_loop()
        timer, later = make(loop, rung), make(loop, other)
        now = SystemClock().now()
        timer.set(Ns(now + ns(0.005)))
        timer.set(None)
        later.set(Ns(now + ns(60)))
        later.set(Ns(now + ns(0.02)))
        await other.wait()
        assert rung.moments == []
        timer.set(Ns(0))  # a moment long over
        await rung.wait()
        timer.close()
        later.close()

    asyncio.run(go())


def test_the_best_timer_of_this_system_is_made() -> None:
    async def go() -> Timer:
        timer = make_timer(asyncio.get_running_loop(), lambda: None)
        timer.close()
        return timer

    assert isinstance(asyncio.run(go()), FdTimer if sys.platform == "linux" else LoopTimer)
