"""Runs slow work beside the loop.

Why a thread of its own instead of a pool: a pool waits for all its threads when it ends, so a disk
that stalls would keep the program from ending.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from engine.system.priority import lower_priority

T = TypeVar("T")


async def run_in_thread(work: Callable[[], T]) -> T:
    """Return the result of ``work``, or raise what it raises; it runs on a thread of its own."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: Exception | None) -> None:
        if done.cancelled():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        lower_priority()
        result, problem = None, None
        try:
            result = work()
        except Exception as error:
            problem = error
        with suppress(RuntimeError):  # the show is over
            loop.call_soon_threadsafe(settle, result, problem)

    threading.Thread(target=run, name="background", daemon=True).start()
    return await done
