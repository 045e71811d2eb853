"""What is measured comes before other programs, where the system allows it.

So a number says how long our way takes, and not how long it waited for a core that another program
had: a chain on eight threads waits at each, and the same chain on one thread once.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from engine.system.priority import restore_priority, set_realtime_priority


@contextmanager
def undisturbed() -> Iterator[None]:
    """Have this thread, and all that it begins in the block, come before other programs."""
    before = set_realtime_priority(inherited=True)
    try:
        yield
    finally:
        restore_priority(before)
