"""Runs slow work beside the loop, and leaves it behind where it hangs.

Why a thread of its own instead of a pool: a pool waits for all its threads when it ends, so a disk
that stalls would keep the program from ending.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final, Generic, TypeVar

from engine.core.errors import describe_error
from engine.runtime.supervision.left_behind import LeftBehind
from engine.runtime.supervision.places import own_line
from engine.runtime.waiting import either_is_set
from engine.system.priority import lower_priority

T = TypeVar("T")

SLOW: Final = 5.0
"""Seconds after which it is told that something takes long, and where it is."""
LONGEST: Final = 30.0
"""Seconds after which it is left behind. A library that is loaded may take long once."""


class HangsError(Exception):
    """Work that takes too long, and is left behind; the message says where it is."""


class Background:
    """Runs one work after another beside the loop; used on the loop."""

    def __init__(self, left_behind: LeftBehind) -> None:
        self._left_behind = left_behind

    async def run(
        self, what: str, work: Callable[[], T], tell: Callable[[str], None], news: asyncio.Event
    ) -> T:
        """Return the result of ``work``, or raise what it raises, on a thread of its own.

        Raise HangsError when it takes too long. ``tell`` is called once it is slow, with ``what``
        it is and where. ``news`` is set when something else is wanted: what is slow is then left
        behind at once.
        """
        task = _Task(asyncio.get_running_loop(), work)
        if not await _is_set_within(SLOW, task.done):
            tell(f"{what} takes long{task.place}; what plays goes on")
            if not await _is_set_within(LONGEST - SLOW, task.done, news):
                place = task.place
                self._left_behind.add([task.thread])
                raise HangsError(f"{what} has not ended{place}, and is left behind")
        return task.result()


async def _is_set_within(seconds: float, event: asyncio.Event, *others: asyncio.Event) -> bool:
    """Wait until one of several events is set, at most for a time; return whether the first is."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await either_is_set(event, *others)
    return event.is_set()


class _Task(Generic[T]):
    """Work on a thread; ``done`` is set on the loop when it has ended."""

    def __init__(self, loop: asyncio.AbstractEventLoop, work: Callable[[], T]) -> None:
        self.done = asyncio.Event()
        self._loop = loop
        self._work = work
        self._results: list[T] = []
        self._error: BaseException | None = None
        self.thread = threading.Thread(target=self._run, name="background", daemon=True)
        self.thread.start()

    @property
    def place(self) -> str:
        """Where in a performer's own file it is, as part of a sentence."""
        line = own_line(self.thread)
        return f" ({line})" if line else ""

    def result(self) -> T:
        """Return what the work has returned, or raise what it has raised."""
        if self._results:
            return self._results[0]
        if isinstance(self._error, Exception):
            raise self._error
        # Anything else would end the loop, or look as if this show was to end.
        raise RuntimeError(describe_error(self._error) if self._error else "nothing came of it")

    def _run(self) -> None:
        lower_priority()
        try:
            self._results.append(self._work())
        except BaseException as error:
            self._error = error
        with suppress(RuntimeError):  # the show is over
            self._loop.call_soon_threadsafe(self.done.set)
