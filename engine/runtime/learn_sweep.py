"""MIDI-learn support and tests: one output moves slowly while all others are silent.

Programs that learn a mapping take the next control that moves. A patch that plays moves everything
at once; during a sweep only the selected output moves, over its whole range. In a test it moves
whatever it carries, also while no performer is there, and is released by itself after a while. An
output for which nothing can be made up (a picture; when learning also a pose or a pitch) sends what
the patch gives it.

Why in the engine and not in the page: a page that stalls would leave a knob where it is, and an
offline show has no page.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from engine.core.clock import SECOND
from engine.core.messages import Message, Ns
from engine.core.nearest import nearest
from engine.patch.plan import Into, Plan
from engine.runtime.metrics import route_name
from engine.runtime.schedule.outbox import Outbox, OutputPort
from engine.runtime.schedule.services import Services
from engine.runtime.sweep_signal import Signal, make_signal

LEARN_SWEEP: Final = "the teacher"
TEST: Final = 20 * SECOND
"""ns after which a test is released by itself."""


class LearnSweep:
    """Sweeps one output of a plan on request; ``route`` names it, "" is none.

    ``last_sent`` is the last message sent; None while the patch itself drives the output. ``tests``
    says whether it is a test, which ends by itself.
    """

    def __init__(
        self, services: Services, outbox: Outbox, plan: Plan, outputs: Mapping[str, OutputPort]
    ) -> None:
        self.route = ""
        self.tests = False
        self.last_sent: Message | None = None
        self._services = services
        self._outbox = outbox
        self._plan = plan
        self._outputs = outputs
        self._wires = {route_name(w.box, w.name): w for w in plan.wires if w.into is Into.PORT}
        self._signal: Signal | None = None
        self._started = Ns(0)
        self._due: Ns | None = None

    def select(self, route: str, *, test: bool = False, since: Ns | None = None) -> str:
        """Select an output, or none; return why that is refused, or "".

        ``since`` is when a test began that goes on; else it begins now.
        """
        if route and route not in self._outputs:
            return f'there is no way out "{route}".{nearest(route, self._outputs)}'
        if (self.route, self.tests) == (route, test):
            return ""
        self._services.silence()
        self.route, self.tests, self.last_sent = route, test, None
        self._signal = self._make(route) if route else None
        for name, output in self._outputs.items():
            output.muted = bool(route) and (name != route or self._signal is not None)
        now = self._services.now
        self._started = now if since is None else since
        self._due = now if self._signal is not None else self._ends()
        self._services.wakes.ask(LEARN_SWEEP, self)
        return ""

    @property
    def started(self) -> Ns:
        """When it began."""
        return self._started

    def wake(self) -> Ns | None:
        """Return when it moves next, or ends."""
        return self._due

    def on_wake(self, at: Ns) -> None:
        """Send the next value, or end."""
        if not self.route:
            return
        ends = self._ends()
        if ends is not None and at >= ends:
            self.select("")
            return
        output, signal = self._outputs[self.route], self._signal
        if signal is not None:
            if output.state.on and output.state.up:
                for message in signal.values(at - self._started):
                    self.last_sent = message
                    self._outbox.send(output, message, at, 0)
            self._due = Ns(at + signal.every)
            if ends is not None:
                self._due = min(self._due, ends)
        self._services.wakes.ask(LEARN_SWEEP, self)

    def _ends(self) -> Ns | None:
        return Ns(self._started + TEST) if self.tests and self.route else None

    def _make(self, route: str) -> Signal | None:
        return make_signal(self._plan, self._wires[route], route, full=self.tests)
