"""What gave way to keep a deadline: for the table, the page, the file and who listens by OSC."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any

from engine.core.clock import MILLISECOND, SECOND
from engine.core.messages import Ns

_REMEMBERED = 1000
"""So many steps are kept of a set that plays for weeks."""


@dataclass(frozen=True, slots=True)
class QualityChange:
    """One step that was made at a moment since the start, and the quality after it."""

    at: Ns
    text: str
    quality: float


@dataclass
class Quality:
    """How much of a patch is as it was written: 1 is all, 0 is everything given way.

    ``given`` says what gives way now, ``said`` what was done last, ``count`` how often anything was
    done.
    """

    deadline: Ns
    value: float = 1.0
    given: tuple[str, ...] = ()
    said: str = ""
    count: int = 0
    steps: deque[QualityChange] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))

    @classmethod
    def after(cls, before: Quality | None, deadline: Ns) -> Quality:
        """Begin another deadline; what was done for the one before is remembered."""
        if before is None:
            return cls(deadline)
        return cls(deadline, said=before.said, count=before.count, steps=before.steps)

    def made(self, at: Ns, text: str, given: tuple[str, ...], value: float) -> None:
        """Note a step."""
        self.given, self.value, self.said = given, value, text
        self.count += 1
        self.steps.append(QualityChange(at, text, value))

    def stats(self) -> dict[str, Any]:
        """Give it as the ``--stats`` file has it."""
        return {
            "deadline_ms": self.deadline / MILLISECOND,
            "quality": self.value,
            "given": list(self.given),
            "count": self.count,
            "steps": [
                {"t": round(made.at / SECOND, 3), "step": made.text, "quality": made.quality}
                for made in self.steps
            ],
        }
