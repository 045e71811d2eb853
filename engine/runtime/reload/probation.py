"""Whether a plan that has just taken over does what it should, or the one before must come back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.core.clock import MILLISECOND
from engine.patch.plan import Plan
from engine.runtime.engine import Engine
from engine.runtime.schedule.state import BoxState

SECONDS = 1.0
"""How long a plan is on trial."""

_FAILURES = 3
"""A new box that raised so often, and never did anything else, fails."""

_MESSAGES = 4
"""So many messages say how late a way out is."""

_FARTHER = 3.0
_BESIDES = 50.0


def allowed_ms(plan: Plan, before: float) -> float:
    """Say how many ms behind a way out may be that was ``before`` ms behind.

    What the patch itself allows is well; so is a little more than there was.
    """
    stated = plan.deadline.within / MILLISECOND if plan.deadline else 0.0
    return max(stated, _FARTHER * before, before + _BESIDES)


@dataclass(frozen=True)
class _RouteBefore:
    """A way out as it was: where it came from, how late it was, what had left by it."""

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
        """Say which new box fails whatever it is given; nothing where none does so."""
        for state in self._new():
            faults = [f.count for f in self._engine.metrics.faults if f.box == state.name]
            if state.failing and not state.worked and sum(faults) >= _FAILURES:
                return f"{state.name} fails: {self._last_fault(state.name)}"
        return ""

    def verdict(self) -> str:
        """Say at the end what is wrong; nothing where all is well."""
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
        """Say which new lane was asked and has not answered."""
        for state in self._new():
            if state.lane is not None:
                metrics = self._engine.metrics.lanes[state.name]
                jobs, runs = self._jobs.get(state.name, (0, 0))
                if metrics.jobs > jobs and metrics.runs == runs:
                    return f"{state.name} does not answer"
        return ""

    def _lags(self) -> str:
        """Say which way out that was there before is too far behind now.

        Only the second half of the trial counts: to take over is work, on a busy machine much.
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
