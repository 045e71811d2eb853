"""The show says each second that it is alive, for weeks and while it is busy."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable

import pytest

from engine.core.box import Box
from engine.core.clock import ns
from engine.core.messages import Ns
from engine.core.source import Emit, Remote
from engine.core.status import Status
from engine.patch.load import parse
from engine.registry import Registry
from engine.runtime.live import Live
from engine.runtime.opening import open_document

HOUR = 3600
ROUNDING = 1e-6
"""Sums of virtual seconds may fall short of a whole one by so much at most."""


class VirtualSelector(selectors.DefaultSelector):
    """Waits for nothing: where a loop would sleep, its time goes on by as much."""

    seconds = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if ready := super().select(None if timeout is None else 0):
            return ready
        self.seconds += max(timeout or 0.0, 0.0)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop whose time passes as fast as it works; it is the clock of its show too."""

    def __init__(self) -> None:
        self.selector = VirtualSelector()
        super().__init__(self.selector)
        self.set_debug(False)  # it would take virtual time for a callback that is slow

    def time(self) -> float:
        return self.selector.seconds

    def now(self) -> Ns:
        return ns(self.selector.seconds)


class Listener(Remote):
    """Notes each second that it is told; to tell it takes a while where ``busy``."""

    heard: list[int]
    passes: Callable[[float], None] = lambda seconds: None

    def open(self, emit: Emit) -> None:
        pass

    def report(self, status: Status) -> None:
        self.heard.append(int(status.seconds + ROUNDING))
        self.passes(0.13 + 0.77 * (len(self.heard) % 5 == 0))


@pytest.mark.parametrize("busy", [False, True])
def test_it_says_each_second_once(busy: bool) -> None:
    loop = VirtualLoop()

    def passes(seconds: float) -> None:
        loop.selector.seconds += seconds if busy else 0.0

    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        heard = runner.run(told(loop, passes))
    assert heard == list(range(HOUR))


async def told(loop: VirtualLoop, passes: Callable[[float], None]) -> list[int]:
    def find(use: str) -> type[Box]:
        return Listener if use == "listener" else Registry().find(use)

    patch = parse('[desk]\nuse = "listener"\nheard = []\n')
    plan = open_document(patch, find, live=False)
    listener = plan.boxes["desk"].box
    assert isinstance(listener, Listener)
    listener.passes = passes
    await Live(plan, loop).play(HOUR - 0.5)
    return listener.heard
