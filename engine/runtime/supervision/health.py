"""The states of sources, models and outputs; each change is reported once, with its reason.

    opening   not open yet
    running   works
    late      open, but much slower than it should be
    lost      its device is gone; it is opened again, with longer and longer pauses
    failed    its last call raised, or did not return

A source that is finite may also have "ended"; one that only pushes is "silent" offline. Everything
downstream of a box that is lost or does not return is reset; a box that is late still plays.
"""

from __future__ import annotations

from typing import Final

from engine.core.commands import Condition
from engine.runtime.entries import StateChange
from engine.runtime.schedule.latecomers import Latecomers
from engine.runtime.schedule.services import Services
from engine.runtime.schedule.state import OPENING, BoxState

UP: Final = ("running", "late")
"""The states in which a box can be called."""


class Health:
    """Keeps the states of all boxes of one engine."""

    def __init__(self, services: Services, latecomers: Latecomers) -> None:
        self._services = services
        self._latecomers = latecomers

    def change(self, state: BoxState, entry: StateChange) -> None:
        """Apply a change of state that a supervisor, a lane or the watchdog reports."""
        was_up = state.condition in UP
        state.up = entry.state in UP
        self._note(state, entry.state)
        if entry.reason:
            self._services.tell(state.name, entry.reason)
        if state.up and not was_up:
            self._latecomers.came(state)
        elif not state.up and entry.state != OPENING:
            self._latecomers.went(state)
        if entry.reason and not state.up:
            self._services.lose(state.name)

    def on_condition(self, state: BoxState, condition: Condition) -> None:
        """Apply what an open box reports of itself; ignored when it is closed."""
        if not state.up:
            return
        is_back = state.condition == "lost" and condition.state in UP
        self._note(state, condition.state)
        if condition.reason:
            self._services.tell(state.name, condition.reason)
        if is_back:
            self._latecomers.came(state)

    def failed(self, state: BoxState) -> None:
        """Note the first failure of a box."""
        state.failing = True
        if self._services.metrics.state(state.name) in UP:
            self._note(state, "failed")

    def recovered(self, state: BoxState) -> None:
        """Note that a call of a box has succeeded."""
        failed = state.failing
        state.succeeded()
        if failed and self._services.metrics.state(state.name) == "failed":
            self._note(state, "running")

    def _note(self, state: BoxState, word: str) -> None:
        state.condition = word
        self._services.metrics.set_state(state.name, word)
