"""Whole OSC messages, which bring their own address."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from engine.core.messages import Ns, OscMessage
from engine.osc.address import check, in_address
from engine.osc.layout import Dialect, Layout, OscOptions
from engine.osc.numbers import finite, text
from engine.osc.packer import packer

_LONGEST: Final = 255
"""Characters of an address."""


class WholeLayout(Layout):
    """A message as it is, below the key of the cable: "/" adds nothing to its address.

    Numbers go as f or i, texts as s, switches as T or F. Characters that an address may not hold
    are "_".
    """

    def __init__(self, address: str, options: OscOptions, dialect: Dialect) -> None:
        options.only("a whole OSC message")
        check(address, ())
        self._base = address.rstrip("/")
        self._dialect = dialect

    def encode(self, message: OscMessage, at: Ns) -> Sequence[bytes]:
        """Return the one message. Raise ValueError for an address that is none."""
        if not message.address.startswith("/") or len(message.address) > _LONGEST:
            raise ValueError(f'"{message.address[:_LONGEST]}" is no OSC address')
        tags, values = "", []
        for one in message.arguments:
            tag, value = self._argument(one)
            tags += tag
            values += [] if value is None else [value]
        address = in_address(self._base + message.address)
        return (packer(address, tags).pack(*values),)

    def example(self) -> Sequence[bytes]:
        """Return a message without arguments; its final length is unknown."""
        return (packer(self._base + "/", "").pack(),)

    def _argument(self, one: float | str | bool) -> tuple[str, float | str | None]:
        if isinstance(one, bool):
            return ("T" if one else "F"), None
        if isinstance(one, str):
            return "s", text(one)
        if isinstance(one, int):
            return self._dialect.tag("i"), self._dialect.clamped(
                one
            ) if self._dialect.clamp else one
        return "f", self._dialect.clamped(finite(one))
