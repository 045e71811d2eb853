"""Degrade boxes of a playing patch step by step, and restore them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from engine.core.parameter import Parameter
from engine.patch.deadline import EVERY
from engine.patch.plan import Deadline, Degradable
from engine.runtime.schedule.services import Services
from engine.runtime.schedule.state import BoxState

_NTH = {2: "2nd", 3: "3rd"}


@dataclass(frozen=True, slots=True)
class DegradationStep:
    """One step of one degradable property; ``depth`` counts from 1."""

    target: Degradable
    depth: int


class Degradations:
    """The degradable properties of one plan. A manual override wins until it is released."""

    def __init__(self, services: Services, deadline: Deadline) -> None:
        self._services = services
        self._deadline = deadline
        self._total = sum(len(target.lighter) for target in deadline.order)
        self._taken: list[DegradationStep] = []
        self._before: dict[Degradable, Any] = {}

    @property
    def quality(self) -> float:
        """The share of full quality: 1 is all, 0 is everything degraded."""
        return round(1.0 - len(self._taken) / self._total, 4) if self._total else 1.0

    @property
    def degraded(self) -> tuple[str, ...]:
        """Descriptions of what is degraded now, in the order in which it was."""
        deepest = {step.target: step for step in self._taken}
        return tuple(self._describe(step) for step in deepest.values())

    def is_degraded(self, box: str, parameter: str) -> bool:
        """Whether a parameter of a box is degraded now."""
        return any((each.box, each.what) == (box, parameter) for each in self._before)

    def degrade(self) -> str:
        """Take the next step and return its description; "" when everything is degraded."""
        for step in self._steps():
            if step not in self._taken and self._may_degrade(step.target):
                self._before.setdefault(step.target, self._now(step.target))
                self._taken.append(step)
                self._apply(step.target, step.depth)
                return self._describe(step)
        return ""

    def restore(self) -> str:
        """Undo the last step and return its description; "" when nothing is degraded."""
        if not self._taken:
            return ""
        step = self._taken.pop()
        self._apply(step.target, step.depth - 1)
        description = self._describe(DegradationStep(step.target, step.depth - 1))
        if step.depth == 1:
            del self._before[step.target]
        return f"{description} again"

    def drop_overridden(self) -> list[str]:
        """Drop what was overridden manually; return its descriptions."""
        deepest = {step.target: step.depth for step in self._taken}
        taken = [target for target, depth in deepest.items() if self._was_overridden(target, depth)]
        self._taken = [step for step in self._taken if step.target not in taken]
        for target in taken:
            del self._before[target]
        return [f"{target.box}: {target.what} is left as it was set" for target in taken]

    def _was_overridden(self, target: Degradable, depth: int) -> bool:
        """Whether a degraded parameter is, or since was, overridden manually."""
        if target.what == EVERY:
            return False
        value = self._value(target, depth)
        last = self._state(target).last.get(self._parameter(target).field, value)
        return not self._may_degrade(target) or last != value

    def _steps(self) -> Iterator[DegradationStep]:
        """Yield all steps in the order in which they are taken."""
        order = list(self._deadline.order)
        if self._deadline.slowest_first:
            order.sort(key=self._by_kind_and_time)
        for target in order:
            yield from (DegradationStep(target, depth + 1) for depth in range(len(target.lighter)))

    def _by_kind_and_time(self, target: Degradable) -> tuple[int, float]:
        kinds = [each.kind for each in self._deadline.order]
        lane = self._services.metrics.lanes[target.box]
        return kinds.index(target.kind), -lane.ms.recent_median()

    def _may_degrade(self, target: Degradable) -> bool:
        return target.what == EVERY or not self._state(target).is_overridden(target.what)

    def _state(self, target: Degradable) -> BoxState:
        return self._services.states[target.box]

    def _parameter(self, target: Degradable) -> Parameter:
        return self._state(target).parameters[target.what]

    def _now(self, target: Degradable) -> Any:
        """Return the current value, without reading the box, which its lane may be changing."""
        if target.what == EVERY:
            return 1
        parameter, state = self._parameter(target), self._state(target)
        initial = self._services.plan.boxes[target.box].initial
        return state.last.get(parameter.field, initial[parameter.field])

    def _value(self, target: Degradable, depth: int) -> Any:
        """Return the value at a depth; 0 is undegraded."""
        if depth == 0:
            return self._before[target]
        lighter = target.lighter[depth - 1]
        if not target.by_parts:
            return lighter
        parameter = self._parameter(target)
        part = self._before[target] * lighter
        return parameter.from_wire(round(part) if parameter.type is int else part)

    def _apply(self, target: Degradable, depth: int) -> None:
        state, value = self._state(target), self._value(target, depth)
        if target.what == EVERY:
            state.every = value
        elif self._parameter(target).fixed:
            assert state.lane is not None, "only boxes on a lane are degraded"
            state.lane.reopen(self._parameter(target).field, value)
        else:
            self._services.set(state, self._parameter(target), value)

    def _describe(self, step: DegradationStep) -> str:
        value = self._value(step.target, step.depth)
        if step.target.what == EVERY:
            nth = "" if value == 1 else f" {_NTH.get(value, f'{value}th')}"
            return f"{step.target.box}: every{nth} picture"
        return f"{step.target.box}: {step.target.what} {value}"
