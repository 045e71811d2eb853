"""Has a show conducted over machines from the first patch that names any, and not before.

What conducts takes a while to load, and most shows play on one machine. An edit may name the first
machine while the show plays.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.cluster.conductor import Conductor, OpenPart
    from engine.patch.load import Texts
    from engine.patch.plan import Plan
    from engine.runtime.live import Live


class ConductorOnDemand:
    """In place of a conductor that may not be needed; ``make`` returns one when it is."""

    def __init__(self, open_part: OpenPart, make: Callable[[], Conductor]) -> None:
        self._open_part = open_part
        self._make = make
        self._called = threading.Lock()
        self._conductor: Conductor | None = None
        self._begin: Callable[[Conductor], object] = lambda conductor: None

    def open_texts(self, texts: Texts) -> Plan:
        """Return the Plan of a patch; on any thread. Raise PatchError, ClusterError."""
        if self._conductor is not None:
            return self._conductor.open_texts(texts)
        plan = self._open_part(texts, here=frozenset())
        return self._call().take(texts, plan) if plan.parts else plan

    def begin(self, show: Live, read_again: Callable[[], None]) -> None:
        """Begin, on the loop of the show, as soon as there is something to conduct."""
        loop = asyncio.get_running_loop()
        with self._called:
            if self._conductor is not None:
                self._conductor.begin(show, read_again)
            # Before the plan that needs it takes over: the loop hears of that plan later.
            self._begin = lambda conductor: loop.call_soon_threadsafe(
                conductor.begin, show, read_again
            )

    async def end(self) -> None:
        """End, on the loop, when the show has ended."""
        if self._conductor is not None:
            await self._conductor.end()

    def _call(self) -> Conductor:
        with self._called:
            if self._conductor is None:
                conductor = self._make()
                self._begin(conductor)
                self._conductor = conductor
            return self._conductor
