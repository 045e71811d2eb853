"""How it stands with several receivers of one output."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from engine.core.commands import Condition

STATES: Final = ("running", "late", "lost")
"""States of a receiver, the best first."""


class ReceiverStates:
    """Reports the state of an output: that of its worst receiver.

    One that is back is reported even so, or it would not be given what holds.
    """

    def __init__(self, report: Callable[[Condition], None]) -> None:
        self._report = report
        self._states: dict[str, tuple[str, str]] = {}

    def forget(self) -> None:
        """Forget all, as before a show."""
        self._states.clear()

    def change(self, receiver: str, state: str, why: str) -> None:
        """Take in the state of a receiver, by its name."""
        before, _ = self._states.get(receiver, ("running", ""))
        again = "; trying again" if state == "lost" else ""
        self._states[receiver] = state, f"{receiver}: {why}{again}" if why else ""
        worst, reason = max(self._states.values(), key=lambda known: STATES.index(known[0]))
        if before == "lost" and state != "lost" and worst == "lost":
            self._report(Condition("running"))
        self._report(Condition(worst, reason))
