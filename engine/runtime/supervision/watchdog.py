"""The watchdog: reports sources that fall silent, and boxes that are slow or hang.

A steady source is late when nothing came for 5 of its intervals, and lost after 10. A box or output
on a thread of its own is late when one call takes two seconds, and a box hangs when a call takes
longer than its patience.

Why it polls: what hangs cannot report that. Four times a second it reads a few numbers, on the
loop, and blocks on nothing; the moments are noted where things happen.
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
"""Seconds between two checks."""
SLEPT: Final = 2 * SECOND
"""When a check is this late the whole machine stood still: silence meanwhile is not counted."""

SLOW: Final = 2 * SECOND
"""How long one call may take before the box is late."""
USUAL: Final = 5.0
"""A box with more seconds of patience than this is slow by its nature."""
OPENING: Final = 60.0
"""Seconds that a box may take to open: networks are loaded, compiled and tested then."""


class Watchdog:
    """Watches the sources, lanes and outputs of one engine."""

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        enter: Callable[[Entry], None],
        hung: Callable[[str, str], None],
        heartbeat: Callable[[str], Heartbeat | None],
    ) -> None:
        """``enter`` takes its entries; ``hung(name, why)`` is called for a box that hangs.

        ``heartbeat`` returns that of a source by name; None for a box that is not steady.
        """
        self._engine = engine
        self._clock = clock
        self._enter = enter
        self._hung = hung
        self._heartbeat = heartbeat
        self._late: set[str] = set()
        self._checked = self._awake = clock.now()

    def check(self) -> None:
        """Check everything, and report what has changed."""
        now = self._clock.now()
        if now - self._checked > SLEPT:
            self._awake = now
        self._checked = now
        for name, state in list(self._engine.states.items()):
            if (heartbeat := self._heartbeat(name)) is not None:
                self._check_source(name, heartbeat, now)
            elif isinstance(state.lane, ThreadLane):
                self._check_lane(state, state.lane, now)
            elif state.out_lane is not None:
                self._judge(name, self._busy(state.out_lane.begun, now) > SLOW, "sends slowly")

    def _check_source(self, name: str, heartbeat: Heartbeat, now: Ns) -> None:
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

    def _check_lane(self, state: BoxState, lane: ThreadLane, now: Ns) -> None:
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
        """Report that a box is late, or no longer; states that others reported are left alone."""
        is_now = self._engine.metrics.state(name)
        if late and is_now == "running":
            self._late.add(name)
            self._enter(StateChange(name, "late", why))
        elif not late and name in self._late:
            if is_now == "late":
                self._enter(StateChange(name, "running"))
            self._late.discard(name)


def _patience(node: Node, lane: ThreadLane) -> float | None:
    """Return how many seconds the present call of a lane may take; None for no limit."""
    if not lane.opened:
        return OPENING
    if node.patience is None:
        return None
    return node.patience + (0.0 if lane.took else node.warm_up)


def _slow(node: Node, lane: ThreadLane) -> float:
    """Return after how many ns an answer is late: two seconds, or half of a long patience."""
    patience = _patience(node, lane)
    return math.inf if patience is None else max(SLOW, ns(patience) / 2 if patience > USUAL else 0)
