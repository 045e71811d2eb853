"""MIDI-learn support: move one output slowly while all others are silent.

Programs that learn a mapping take the next control that moves. A patch that plays moves everything
at once; during a sweep only the selected output moves, over its whole range. An output without a
range (a pose, a pitch) sends what the patch gives it.

Why in the engine and not in the page: a page that stalls would leave a knob where it is, and an
offline show has no page.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from engine.core.clock import MILLISECOND, SECOND
from engine.core.messages import Message, Note, Ns, Trigger
from engine.core.nearest import nearest
from engine.patch.plan import Into, Plan, Wire
from engine.runtime.metrics import route_name
from engine.runtime.schedule.outbox import Outbox, OutputPort
from engine.runtime.schedule.services import Services

LEARN_SWEEP = "the teacher"
STEP = 40 * MILLISECOND
PERIOD = 4 * SECOND
BEAT = SECOND // 2
"""A note or switch changes twice a second."""

MIDDLE_C = 60
VELOCITY = 100
_STEPPED = (bool, Note, Trigger)


class LearnSweep:
    """Sweeps one output of a plan on request; ``route`` names it, "" is none.

    ``last_sent`` is the last message sent; None while the patch itself drives the output.
    """

    def __init__(
        self, services: Services, outbox: Outbox, plan: Plan, outputs: Mapping[str, OutputPort]
    ) -> None:
        self.route = ""
        self.last_sent: Message | None = None
        self._services = services
        self._outbox = outbox
        self._plan = plan
        self._outputs = outputs
        self._wires = {route_name(w.box, w.name): w for w in plan.wires if w.into is Into.PORT}
        self._started = Ns(0)
        self._due: Ns | None = None

    def select(self, route: str) -> str:
        """Select an output, or none; return why that is refused, or ""."""
        if route and route not in self._outputs:
            return f'there is no way out "{route}".{nearest(route, self._outputs)}'
        if self.route == route:
            return ""
        self._services.silence()
        self.route, self.last_sent = route, None
        moves = bool(route) and self._moves()
        for name, output in self._outputs.items():
            output.muted = bool(route) and (name != route or moves)
        self._started = self._services.now
        self._due = self._started if moves else None
        self._services.wakes.ask(LEARN_SWEEP, self)
        return ""

    def wake(self) -> Ns | None:
        """Return when it moves next."""
        return self._due

    def on_wake(self, at: Ns) -> None:
        """Send the next value."""
        if not self.route:
            return
        output = self._outputs[self.route]
        if output.state.on and output.state.up:
            for message in self._messages(at):
                self.last_sent = message
                self._outbox.send(output, message, at, 0)
        self._due = Ns(at + (BEAT if self._carries() in _STEPPED else STEP))
        self._services.wakes.ask(LEARN_SWEEP, self)

    def _moves(self) -> bool:
        return self._carries() in (int, float, *_STEPPED)

    def _carries(self) -> Any:
        return self._wires[self.route].carries

    def _messages(self, at: Ns) -> Iterator[Message]:
        """Yield the messages of a moment."""
        carries = self._carries()
        passed = at - self._started
        first_half = (passed // BEAT) % 2 == 0
        if carries is Trigger:
            if first_half:
                yield Trigger()
        elif carries is Note:
            yield Note(MIDDLE_C, VELOCITY if first_half else 0)
        elif carries is bool:
            yield first_half
        else:
            low, high = _range(self._plan, self._wires[self.route])
            wave = 0.5 - 0.5 * math.cos(2 * math.pi * passed / PERIOD)
            value = low + (high - low) * wave
            yield round(value) if carries is int else value


def _range(plan: Plan, wire: Wire) -> tuple[float, float]:
    """Return the range of an output: that of its scale stage, or 0 to 1."""
    while plan.boxes[wire.source.box].hidden:
        hidden = plan.boxes[wire.source.box]
        if hidden.use == "scale":
            low, high = hidden.values.get("to", (0.0, 1.0))
            return float(low), float(high)
        wire = next(w for w in plan.wires if w.box == hidden.name and w.into is Into.HOT)
    return 0.0, 1.0
