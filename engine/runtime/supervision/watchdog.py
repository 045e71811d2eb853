"""Looks now and then whether what should give or answer does, and says so where it does not.

A source that gives something all the time is late when nothing came for 5 of its intervals, and
lost after 10; a box or output on a thread of its own is late when one call takes two seconds, and
a box hangs when it takes longer than its patience.

Why it looks, and nobody tells: what hangs cannot tell. It looks four times a second at a few
numbers, on the loop, and waits for nothing; the moments are noted where things happen.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from engine.core.clock import SECOND, Clock, ns
from engine.core.messages import Ns
from engine.core.node import Node
from engine.runtime.engine import Engine
from engine.runtime.entries import Entry, StateChange
from engine.runtime.schedule.state import BoxState
from engine.runtime.supervision.heartbeat import Heartbeat
from engine.runtime.workers.lane import ThreadLane

EVERY: Final = 0.25
"""Seconds between two looks."""
SLEPT: Final = 2 * SECOND
"""When a look comes so late, nobody could run: what was silent meanwhile is forgiven."""

SLOW: Final = 2 * SECOND
"""How long one call may take until the box is late."""
USUAL: Final = 5.0
"""Seconds of patience above which a box is known to be slow."""
OPENING: Final = 60.0
"""Seconds that a box may take to open: networks are loaded, built and tried then."""


class Watchdog:
    """Watches everything of one engine that may fall silent or hang."""

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        enter: Callable[[Entry], None],
        hung: Callable[[str, str], None],
        heartbeat: Callable[[str], Heartbeat | None],
    ) -> None:
        """``enter`` takes what it says; ``hung`` is told which box hangs, and in which words.

        ``heartbeat`` gives that of a source by name, None where it gives something by chance.
        """
        self._engine = engine
        self._clock = clock
        self._enter = enter
        self._hung = hung
        self._heartbeat = heartbeat
        self._late: set[str] = set()
        self._looked = self._awake = clock.now()

    def look(self) -> None:
        """Look at everything, and say what has changed."""
        now = self._clock.now()
        if now - self._looked > SLEPT:
            self._awake = now
        self._looked = now
        for name, state in list(self._engine.states.items()):
            if (heartbeat := self._heartbeat(name)) is not None:
                self._look_at_source(name, heartbeat, now)
            elif isinstance(state.lane, ThreadLane):
                self._look_at_lane(state, state.lane, now)
            elif state.out_lane is not None:
                self._judge(name, self._busy(state.out_lane.begun, now) > SLOW, "sends slowly")

    def _look_at_source(self, name: str, heartbeat: Heartbeat, now: Ns) -> None:
        if self._engine.metrics.state(name) not in ("running", "late"):
            self._late.discard(name)
            return
        overdue = heartbeat.overdue(now, self._awake)
        if overdue != "lost":
            self._judge(name, overdue == "late", "gives nothing, though it should by now")
            return
        self._late.discard(name)
        self._engine.on_lost(name)
        self._enter(StateChange(name, "lost", "gives nothing any more; it is opened again"))

    def _look_at_lane(self, state: BoxState, lane: ThreadLane, now: Ns) -> None:
        assert isinstance(state.box, Node)
        lane.look()
        busy = self._busy(lane.begun, now)
        patience = _patience(state.box, lane)
        if patience is not None and busy > ns(patience):
            self._late.discard(state.name)
            what = "did not answer" if lane.opened else "did not open"
            self._hung(state.name, f"{what} for {patience:g} s")
        elif lane.opened:
            slow = max(busy, lane.took) > _slow(state.box, lane)
            self._judge(state.name, slow, "answers slowly")

    def _busy(self, begun: Ns | None, now: Ns) -> int:
        return 0 if begun is None else now - max(begun, self._awake)

    def _judge(self, name: str, late: bool, why: str) -> None:
        """Say that something is late, or no longer; nobody else's word is taken back."""
        is_now = self._engine.metrics.state(name)
        if late and is_now == "running":
            self._late.add(name)
            self._enter(StateChange(name, "late", why))
        elif not late and name in self._late:
            if is_now == "late":
                self._enter(StateChange(name, "running"))
            self._late.discard(name)


def _patience(node: Node, lane: ThreadLane) -> float | None:
    """Return how many seconds what a lane does now may take; None for as long as it likes."""
    if not lane.opened:
        return OPENING
    if node.patience is None:
        return None
    return node.patience + (0.0 if lane.took else node.warm_up)


def _slow(node: Node, lane: ThreadLane) -> float:
    """Return from how many ns on an answer is late: two seconds, or half of a long patience."""
    patience = _patience(node, lane)
    return math.inf if patience is None else max(SLOW, ns(patience) / 2 if patience > USUAL else 0)
