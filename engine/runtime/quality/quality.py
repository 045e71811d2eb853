"""What was degraded to keep a deadline: for the table, the page, the stats file and OSC."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any

from engine.core.clock import MILLISECOND, SECOND
from engine.core.messages import Ns

_REMEMBERED = 1000
"""How many changes are kept of a show that plays for weeks."""


@dataclass(frozen=True, slots=True)
class QualityChange:
    """One step: its moment since the start, and the quality after it."""

    at: Ns
    text: str
    quality: float


@dataclass
class Quality:
    """The share of full quality: 1 is all, 0 is everything degraded.

    ``degraded`` describes what is degraded now, ``last_step`` the last change, ``count`` the number
    of changes.
    """

    deadline: Ns
    value: float = 1.0
    degraded: tuple[str, ...] = ()
    last_step: str = ""
    count: int = 0
    steps: deque[QualityChange] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))

    @classmethod
    def after(cls, before: Quality | None, deadline: Ns) -> Quality:
        """Return the quality for another deadline, with the history of the one before."""
        if before is None:
            return cls(deadline)
        return cls(deadline, last_step=before.last_step, count=before.count, steps=before.steps)

    def record(self, at: Ns, text: str, degraded: tuple[str, ...], value: float) -> None:
        """Record a step."""
        self.degraded, self.value, self.last_step = degraded, value, text
        self.count += 1
        self.steps.append(QualityChange(at, text, value))

    def stats(self) -> dict[str, Any]:
        """Return it as in the ``--stats`` file."""
        return {
            "deadline_ms": self.deadline / MILLISECOND,
            "quality": self.value,
            "given": list(self.degraded),
            "count": self.count,
            "steps": [
                {"t": round(change.at / SECOND, 3), "step": change.text, "quality": change.quality}
                for change in self.steps
            ],
        }
