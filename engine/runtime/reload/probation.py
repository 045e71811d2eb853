"""The probation of a plan that has just taken over: whether the one before must come back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.core.clock import MILLISECOND
from engine.patch.plan import Plan
from engine.runtime.engine import Engine
from engine.runtime.schedule.state import BoxState

SECONDS = 1.0
"""How long a plan is on probation."""

_FAILURES = 3
"""A new box fails when it raised so often and no call has succeeded."""

_MESSAGES = 4
"""How many messages are needed to judge the delay of a route."""

_FARTHER = 3.0
_BESIDES = 50.0


def allowed_ms(plan: Plan, before: float) -> float:
    """Return the delay in ms that a route may have whose delay was ``before`` ms.

    That is what the patch itself allows, or somewhat more than before, whichever is larger.
    """
    stated = plan.deadline.within / MILLISECOND if plan.deadline else 0.0
    return max(stated, _FARTHER * before, before + _BESIDES)


@dataclass(frozen=True)
class _RouteBefore:
    """A route before the swap: its origin, its delay in ms, how many messages it had sent."""

    origin: str
    behind: float
    messages: int


class Probation:
    """Compares a plan that takes over with the one before; make it just before the swap.

    ``routes_stay`` says whether routes of both plans are compared; another patch of the set need
    not be as quick as the one before.
    """

    def __init__(self, engine: Engine, *, routes_stay: bool) -> None:
        self._engine = engine
        self._before = dict(engine.states)
        self._jobs = {name: (lane.jobs, lane.runs) for name, lane in engine.metrics.lanes.items()}
        self._routes_before = {
            name: _RouteBefore(route.origin, route.behind.recent_median(), route.messages)
            for name, route in engine.metrics.routes.items()
            if routes_stay and route.messages >= _MESSAGES
        }

    def failing(self) -> str:
        """Return which new box fails at every call, and why; "" for none."""
        for state in self._new():
            faults = [f.count for f in self._engine.metrics.faults if f.box == state.name]
            if state.failing and not state.worked and sum(faults) >= _FAILURES:
                return f"{state.name} fails: {self._last_fault(state.name)}"
        return ""

    def verdict(self) -> str:
        """Return at the end of the probation what is wrong; "" when all is well."""
        return self._fails() or self._hangs() or self._lags()

    def _new(self) -> Iterable[BoxState]:
        states = self._engine.states.items()
        return (state for name, state in states if self._before.get(name) is not state)

    def _fails(self) -> str:
        for state in self._new():
            if state.failing and not state.worked:
                return f"{state.name} fails: {self._last_fault(state.name)}"
        return ""

    def _hangs(self) -> str:
        """Return which new lane was given jobs and has answered none; "" for none."""
        for state in self._new():
            if state.lane is not None:
                metrics = self._engine.metrics.lanes[state.name]
                jobs, runs = self._jobs.get(state.name, (0, 0))
                if metrics.jobs > jobs and metrics.runs == runs:
                    return f"{state.name} does not answer"
        return ""

    def _lags(self) -> str:
        """Return which route of both plans has become too slow; "" for none.

        Only the second half of the probation counts, because the swap itself takes time on a busy
        machine.
        """
        for name, route in self._engine.metrics.routes.items():
            was = self._routes_before.get(name)
            if was is None or was.origin != route.origin:
                continue
            count = route.messages - was.messages
            behind = route.behind.recent_median(count // 2)
            if count >= _MESSAGES and behind > allowed_ms(self._engine.plan, was.behind):
                return f"{name} is {behind:.0f} ms behind, and was {was.behind:.0f}"
        return ""

    def _last_fault(self, name: str) -> str:
        mine = [fault for fault in self._engine.metrics.faults if fault.box == name]
        return max(mine, key=lambda fault: fault.last or 0).text if mine else "it raises"
