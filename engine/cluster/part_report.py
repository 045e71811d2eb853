"""What a joined machine reports to home of the part that it plays."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Final

from engine.cluster.exchange import Exchange, is_of_way
from engine.cluster.messages import (
    OPENS,
    PLAYS,
    REFUSED,
    Announcement,
    FaultTold,
    PartOffer,
    PartState,
    PartStatus,
)
from engine.cluster.messenger import Messenger
from engine.cluster.part_show import PartShow
from engine.core.errors import Problem
from engine.runtime.live import Live
from engine.runtime.metrics import LOG
from engine.runtime.schedule.state import OPENING

_LOOK: Final = 0.1
"""Seconds between two looks at what there is to report."""
_STATUS: Final = 1.0
_FAULT_AGAIN: Final = 10.0
"""Seconds until a fault that goes on is reported once more."""
_SLOW: Final = 15.0
"""Seconds after which a part counts as playing though a box of it still opens."""


class PartReport:
    """The report of one show; on the loop."""

    def __init__(
        self,
        show: PartShow,
        messenger: Messenger,
        exchange: Exchange,
        on_plays: Callable[[], None],
    ) -> None:
        self._show = show
        self._messenger = messenger
        self._exchange = exchange
        self._on_plays = on_plays
        self._offer: PartOffer | None = None
        self._since = 0.0
        self._plays = False
        self._faults: dict[tuple[str, str], tuple[int, float]] = {}

    def opens(self) -> None:
        """Report that the part is opened."""
        self._tell(state_of(self._show.offer, OPENS))

    def refuses(self, problems: Iterable[Problem]) -> None:
        """Report why the part cannot be played."""
        problems = list(problems)
        for problem in problems:
            LOG.error("%s", problem)
        told = [(each.message, each.box or "", each.key or "") for each in problems]
        self._tell(state_of(self._show.offer, REFUSED, *told))

    def is_good(self) -> None:
        """Note that what home offered last was read whole: it plays, or is about to."""
        self._plays = False

    async def work(self, live: Live) -> None:
        """Report that the part plays, its faults, and how it does; for ever."""
        loop = asyncio.get_running_loop()
        next_status = loop.time()
        while True:
            now = loop.time()
            self._look(live, now)
            if now >= next_status:
                next_status = now + _STATUS
                self._messenger.report(self._show.home, self._status(live))
            await asyncio.sleep(_LOOK)

    def _look(self, live: Live, now: float) -> None:
        """Report what is new."""
        if self._offer is not self._show.offer:
            self._offer, self._since, self._plays = self._show.offer, now, False
        opening = OPENING in live.engine.metrics.states().values()
        if not self._plays and (not opening or now - self._since > _SLOW):
            self._plays = True
            self._tell(state_of(self._show.offer, PLAYS))
            self._on_plays()
        for fault in live.engine.metrics.faults:
            if is_of_way(fault.text):
                continue  # home sees it itself
            count, then = self._faults.get((fault.box, fault.text), (0, now - _FAULT_AGAIN))
            if fault.count > count and now - then >= _FAULT_AGAIN:
                self._faults[fault.box, fault.text] = fault.count, now
                self._tell(FaultTold(fault.box, fault.text))

    def _status(self, live: Live) -> PartStatus:
        metrics, counts = live.engine.metrics, self._exchange.counts
        dropped = sum(each.dropped for each in metrics.sources.values())
        dropped += sum(each.dropped for each in metrics.lanes.values())
        return PartStatus(
            self._show.offer.show,
            metrics.states(),
            {n: round(r.behind.recent_median(), 3) for n, r in metrics.routes.items()},
            metrics.delay_ms(),
            dropped,
            sum(fault.count for fault in metrics.faults),
            counts["heard"],
            counts["too late"] + counts["does not fit"],
        )

    def _tell(self, told: Announcement) -> None:
        self._messenger.tell(self._show.home, told)


def state_of(offer: PartOffer, state: str, *problems: tuple[str, str, str]) -> PartState:
    """Return how the part stands that an offer is of; ``problems`` are (message, box, key)."""
    return PartState(offer.show, offer.version, state, list(problems))
