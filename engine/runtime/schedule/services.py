"""What the parts of a playing engine need of it: a narrow protocol in place of the whole class.

Why a protocol: the engine imports these parts, so none of them may import it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from engine.core.commands import Command
from engine.core.messages import Message, Ns
from engine.core.parameter import Parameter
from engine.patch.plan import Plan
from engine.runtime.metrics import Metrics
from engine.runtime.schedule.state import BoxState
from engine.runtime.schedule.wakeups import WakeupQueue


class Services(Protocol):
    """The engine, as steps, loss, quality and reload see it."""

    @property
    def now(self) -> Ns:
        """The moment at which the entry at hand came in."""
        ...

    @property
    def plan(self) -> Plan:
        """The plan that plays."""
        ...

    @property
    def states(self) -> Mapping[str, BoxState]:
        """The state of every box of the plan, by name."""
        ...

    @property
    def metrics(self) -> Metrics:
        """Delays, counts and faults."""
        ...

    @property
    def wakes(self) -> WakeupQueue:
        """The wake-ups that boxes have requested."""
        ...

    def tell(self, box: str, text: str) -> None:
        """Report a fault of a box: once, then at most every 10 s."""
        ...

    def failed(self, state: BoxState, error: BaseException) -> None:
        """Note that a box raised; the first time, reset what it feeds."""
        ...

    def lose(self, name: str) -> None:
        """Reset everything downstream of a box that went away."""
        ...

    def call_off(self, state: BoxState) -> None:
        """Call off the work at hand of a box, what waits for it, and what it said for later."""
        ...

    def silence(self) -> None:
        """End everything that sounds."""
        ...

    def ask_wake(self, state: BoxState, after: Ns | None = None) -> None:
        """Ask a box when it wants to be called without input."""
        ...

    def emit_after(self, state: BoxState, messages: list[Message], at: Ns, cost: int) -> None:
        """Emit what a box answered to an event, after the current tick."""
        ...

    def set(self, state: BoxState, parameter: Parameter, value: object) -> None:
        """Set a parameter of a box, on the thread that calls the box."""
        ...

    def say(self, state: BoxState, parameter: Parameter, value: object) -> None:
        """Call an event inlet of a box with what a hand says; raise ParameterError for why not."""
        ...

    def arrive(self, source: str, outlet: str, message: Message | Command, at: Ns) -> None:
        """Handle a message or command of a source that the entry at hand brings about."""
        ...

    def enable(self, state: BoxState, on: bool) -> None:
        """Switch a box on or off."""
        ...
