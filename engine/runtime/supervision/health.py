"""How every source, model and output is, in five words; each change is told once with its reason.

    opening   not there yet
    running   all is well
    late      it is there, but gives or takes much later than it should
    lost      it is gone, and is tried again, waiting longer each time
    failed    its last call raised, or did not end

Beside these a film, say, has "ended". What is lost or does not end brings what hangs on it to rest;
what is late does not: it still plays.
"""

from __future__ import annotations

from typing import Final

from engine.core.commands import Condition
from engine.runtime.entries import StateChange
from engine.runtime.schedule.services import Services
from engine.runtime.schedule.state import BoxState

UP: Final = ("running", "late")
"""The states in which a box can be used."""


class Health:
    """Keeps how everything is, for one engine."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def change(self, state: BoxState, entry: StateChange) -> None:
        """Note what a supervisor, a lane or a watchdog says of a box."""
        state.up = entry.state in UP
        self._note(state, entry.state)
        if entry.reason:
            self._services.tell(state.name, entry.reason)
        if entry.reason and not state.up:
            self._services.lose(state.name)

    def on_condition(self, state: BoxState, condition: Condition) -> None:
        """Note what an open box says of itself; one that is closed meanwhile is not asked."""
        if not state.up:
            return
        self._note(state, condition.state)
        if condition.reason:
            self._services.tell(state.name, condition.reason)

    def failed(self, state: BoxState) -> None:
        """Note that a box raised for the first time."""
        state.failing = True
        if self._services.metrics.state(state.name) in UP:
            self._note(state, "failed")

    def recovered(self, state: BoxState) -> None:
        """Note that a call of a box went well."""
        failed = state.failing
        state.succeeded()
        if failed and self._services.metrics.state(state.name) == "failed":
            self._note(state, "running")

    def _note(self, state: BoxState, word: str) -> None:
        state.condition = word
        self._services.metrics.set_state(state.name, word)
