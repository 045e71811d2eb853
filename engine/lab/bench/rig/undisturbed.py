"""What is measured comes before other programs, where the system allows it.

So a number says how long our way takes, and not how long it waited for a core that another program
had: a chain on eight threads waits at each, and the same chain on one thread once.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from engine.system.priority import set_realtime_priority

Measured = TypeVar("Measured")


def come_before_others() -> None:
    """Have this thread, and all that it begins, come before other programs."""
    set_realtime_priority(inherited=True)


def undisturbed(measure: Callable[[], Measured]) -> Measured:
    """Measure on a thread that comes before other programs, as do the processes that it begins."""
    with ThreadPoolExecutor(1, initializer=come_before_others) as ahead:
        return ahead.submit(measure).result()
