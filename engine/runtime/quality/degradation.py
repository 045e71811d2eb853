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

    giving: Degradable
    depth: int


class Degradations:
    """The degradable properties of one plan. A manual override wins until it is released."""

    def __init__(self, services: Services, deadline: Deadline) -> None:
        self._services = services
        self._deadline = deadline
        self._whole = sum(len(giving.lighter) for giving in deadline.order)
        self._gone: list[DegradationStep] = []
        self._before: dict[Degradable, Any] = {}

    @property
    def quality(self) -> float:
        """The share of full quality: 1 is all, 0 is everything degraded."""
        return round(1.0 - len(self._gone) / self._whole, 4) if self._whole else 1.0

    @property
    def given(self) -> tuple[str, ...]:
        """Descriptions of what is degraded now, in the order in which it was."""
        deepest = {step.giving: step for step in self._gone}
        return tuple(self._in_words(step) for step in deepest.values())

    def give_way(self) -> str:
        """Take the next step and return its description; "" when everything is degraded."""
        for step in self._steps():
            if step not in self._gone and self._may(step.giving):
                self._before.setdefault(step.giving, self._now(step.giving))
                self._gone.append(step)
                self._apply(step.giving, step.depth)
                return self._in_words(step)
        return ""

    def come_back(self) -> str:
        """Undo the last step and return its description; "" when nothing is degraded."""
        if not self._gone:
            return ""
        step = self._gone.pop()
        self._apply(step.giving, step.depth - 1)
        said = self._in_words(DegradationStep(step.giving, step.depth - 1))
        if step.depth == 1:
            del self._before[step.giving]
        return f"{said} again"

    def let_be(self) -> list[str]:
        """Drop what was overridden manually; return its descriptions."""
        deepest = {step.giving: step.depth for step in self._gone}
        taken = [giving for giving, depth in deepest.items() if self._is_taken(giving, depth)]
        self._gone = [step for step in self._gone if step.giving not in taken]
        for giving in taken:
            del self._before[giving]
        return [f"{giving.box}: {giving.what} is left as it was set" for giving in taken]

    def _is_taken(self, giving: Degradable, depth: int) -> bool:
        """Whether a degraded parameter is, or since was, overridden manually."""
        if giving.what == EVERY:
            return False
        value = self._value(giving, depth)
        last = self._state(giving).last.get(self._parameter(giving).field, value)
        return not self._may(giving) or last != value

    def _steps(self) -> Iterator[DegradationStep]:
        """Yield all steps in the order in which they are taken."""
        order = list(self._deadline.order)
        if self._deadline.slowest_first:
            order.sort(key=self._by_kind_and_time)
        for giving in order:
            yield from (DegradationStep(giving, depth + 1) for depth in range(len(giving.lighter)))

    def _by_kind_and_time(self, giving: Degradable) -> tuple[int, float]:
        kinds = [each.kind for each in self._deadline.order]
        return kinds.index(giving.kind), -self._services.metrics.lanes[
            giving.box
        ].ms.median_lately()

    def _may(self, giving: Degradable) -> bool:
        return giving.what == EVERY or not self._state(giving).is_overridden(giving.what)

    def _state(self, giving: Degradable) -> BoxState:
        return self._services.states[giving.box]

    def _parameter(self, giving: Degradable) -> Parameter:
        return self._state(giving).parameters[giving.what]

    def _now(self, giving: Degradable) -> Any:
        """Return the current value, without reading the box, which its lane may be changing."""
        if giving.what == EVERY:
            return 1
        parameter, state = self._parameter(giving), self._state(giving)
        written = self._services.plan.boxes[giving.box].beginning
        return state.last.get(parameter.field, written[parameter.field])

    def _value(self, giving: Degradable, depth: int) -> Any:
        """Return the value at a depth; 0 is undegraded."""
        if depth == 0:
            return self._before[giving]
        lighter = giving.lighter[depth - 1]
        if not giving.by_parts:
            return lighter
        parameter = self._parameter(giving)
        part = self._before[giving] * lighter
        return parameter.from_wire(round(part) if parameter.type is int else part)

    def _apply(self, giving: Degradable, depth: int) -> None:
        state, value = self._state(giving), self._value(giving, depth)
        if giving.what == EVERY:
            state.every = value
        elif self._parameter(giving).fixed:
            assert state.lane is not None, "only what has a thread of its own gives way"
            state.lane.reopen(self._parameter(giving).field, value)
        else:
            self._services.set(state, self._parameter(giving), value)

    def _in_words(self, step: DegradationStep) -> str:
        value = self._value(step.giving, step.depth)
        if step.giving.what == EVERY:
            nth = "" if value == 1 else f" {_NTH.get(value, f'{value}th')}"
            return f"{step.giving.box}: every{nth} picture"
        return f"{step.giving.box}: {step.giving.what} {value}"
