"""Only what is new passes."""

from __future__ import annotations

import math
from typing import Annotated, Any, TypeGuard, TypeVar

from engine.core.messages import Note, Trigger
from engine.core.node import Node
from engine.core.parameter import Param

T = TypeVar("T")


class OnlyChanges(Node):
    """Let something pass only when it is another than what passed before.

    A number must differ by at least ``by``: this thins what a slowly moving hand sends. Switches
    and texts pass when they are not the same. Triggers and notes always pass, for each of them
    happens anew; so do pictures, sound and poses, of which no two are the same.
    """

    by: Annotated[float, Param("how much a number must change to pass", 0)] = 0.0

    _last: Any = None

    def process(self, value: T) -> T | None:
        """Return the message when it differs from the last."""
        if not self._is_new(value):
            return None
        self._last = value
        return value

    def reset(self) -> None:
        """Forget what passed: the next message is new."""
        self._last = None

    def _is_new(self, value: Any) -> bool:
        if isinstance(value, Trigger | Note):
            return True
        if not _is_number(value):
            return bool(value != self._last)
        if not math.isfinite(value):
            return False
        if not _is_number(self._last):
            return True
        return value != self._last and abs(value - self._last) >= self.by


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
