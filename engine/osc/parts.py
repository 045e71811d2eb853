"""The layout of a message by its parts: one OSC message each, such as ``/star/brightness f``.

It is the layout of every kind without one of its own, so that a new kind can be sent at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.core.contents import contents, is_plain
from engine.core.kinds import KINDS
from engine.core.messages import Ns
from engine.core.signature import parts
from engine.osc.address import check
from engine.osc.layout import Dialect, Layout, OscOptions
from engine.osc.numbers import NumberLayout


def consists_of_parts(carries: Any) -> bool:
    """Whether a kind consists only of numbers, switches and texts."""
    return (
        isinstance(carries, type)
        and carries in KINDS
        and bool(parts(carries))
        and all(map(is_plain, contents(carries).values()))
    )


class PartsLayout(Layout):
    """The numbers, switches and texts of a message, each under its name."""

    def __init__(self, address: str, carries: type, options: OscOptions, dialect: Dialect) -> None:
        options.only(f"a {carries.__name__.lower()}")
        check(address, ())
        base = address.rstrip("/")
        self._layouts = {
            name: NumberLayout(f"{base}/{name}", kind, dialect)
            for name, kind in parts(carries).items()
        }

    def encode(self, message: Any, at: Ns) -> Sequence[bytes]:
        """Return one message a part."""
        return [
            piece
            for name, layout in self._layouts.items()
            for piece in layout.encode(getattr(message, name), at)
        ]

    def example(self) -> Sequence[bytes]:
        """Return messages of the usual length."""
        return [piece for layout in self._layouts.values() for piece in layout.example()]
