"""The layout of a cable on which messages of several types come, such as notes and triggers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from engine.core.messages import Ns
from engine.osc.layout import Layout


class OneOfLayout(Layout):
    """Each message as its own type goes; one of a type that was not announced is refused."""

    has_off: ClassVar[bool] = True

    def __init__(self, layouts: Mapping[type, Layout]) -> None:
        self._layouts = layouts

    def encode(self, message: Any, at: Ns) -> Sequence[bytes]:
        """Return the pieces of a message. Raise TypeError for one of another type."""
        layout = self._of(message)
        pieces = layout.encode(message, at)
        self.doubt = layout.doubt
        return pieces

    def off(self, message: Any) -> bytes:
        """Return what releases what the message pressed; b"" for nothing."""
        layout = self._of(message)
        return layout.off(message) if layout.has_off else b""

    def end(self) -> Sequence[bytes]:
        """Return the pieces that end everything that was begun."""
        return [piece for layout in self._layouts.values() for piece in layout.end()]

    def example(self) -> Sequence[bytes]:
        """Return the pieces of each type."""
        return [piece for layout in self._layouts.values() for piece in layout.example()]

    def _of(self, message: Any) -> Layout:
        found = self._layouts.get(type(message))
        if found is None:
            raise TypeError(f"a {type(message).__name__.lower()} was not announced here")
        return found
