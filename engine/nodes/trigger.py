"""Something happened."""

from __future__ import annotations

import math
from typing import Any, TypeVar

from engine.core import messages
from engine.core.messages import Keyword, Note, Pitch
from engine.core.node import Node

T = TypeVar("T")


class TriggerNode(Node):
    """Make a trigger of whatever comes: ``when`` on a cable.

    A note triggers when it begins, with its number; a switch when it goes on; a voice when it
    starts to sing, with its note; a number whenever it is another than before, with itself; a text
    each time, and one that grows when it is final; a keyword when it is heard. Triggers pass as
    they are. Anything else, such as a picture, triggers each time.
    """

    _last: float | None = None

    def process(self, value: T) -> messages.Trigger | None:
        """Return a trigger when something begins."""
        match value:
            case messages.Trigger() | Note() | messages.Text():
                return _of_event(value)
            case Pitch():
                return self._begins(value.on, value.note)
            case Keyword(word):
                return messages.Trigger() if word else None
            case bool():
                return self._begins(value, 1.0)
            case int() | float():
                return self._changes(float(value))
        return messages.Trigger()

    def reset(self) -> None:
        """Forget the last switch, voice and number."""
        self._last = None

    def _begins(self, on: Any, value: float) -> messages.Trigger | None:
        was, self._last = self._last, float(on)
        if not on or was:
            return None
        return messages.Trigger(value) if math.isfinite(value) else messages.Trigger()

    def _changes(self, value: float) -> messages.Trigger | None:
        if not math.isfinite(value) or value == self._last:
            return None
        self._last = value
        return messages.Trigger(value)


def _of_event(event: messages.Trigger | Note | messages.Text) -> messages.Trigger | None:
    """Return the trigger of an event; None for one that ends a note or is not final."""
    match event:
        case messages.Trigger(value):
            return event if math.isfinite(value) else messages.Trigger()
        case Note(note, velocity):
            return messages.Trigger(float(note)) if velocity > 0 else None
    return messages.Trigger() if event.final else None
