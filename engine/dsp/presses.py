"""What begins and ends a press: a switch that goes on and off, a note, a trigger without length."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

from engine.core.messages import Note, Trigger

Press = Literal["struck", "pressed", "released"]
"""A trigger has struck, which has no length; something is pressed; the last of it is released."""

_SWITCH: Final = (0, 0)


@dataclass
class Presses:
    """What is held down: a switch, and notes by channel and number."""

    _held: set[tuple[int, int]] = field(default_factory=set)

    @property
    def held(self) -> bool:
        """Whether anything is held down."""
        return bool(self._held)

    def take(self, message: Trigger | bool | Note) -> Press | None:
        """Return what a message begins or ends; None where it changes nothing.

        Each note presses, also while another is held. A switch that is on already does not.
        """
        if isinstance(message, Trigger):
            return "struck"
        if isinstance(message, Note):
            return self._press((message.channel, message.note), message.velocity > 0, anew=True)
        return self._press(_SWITCH, bool(message), anew=False)

    def _press(self, key: tuple[int, int], down: bool, anew: bool) -> Press | None:
        was = key in self._held
        if down:
            self._held.add(key)
            return "pressed" if anew or not was else None
        self._held.discard(key)
        return "released" if was and not self._held else None
