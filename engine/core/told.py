"""What an output tells: of what it sent, and of itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from engine.core.commands import Command

Tap = Callable[[str, dict[str, Any]], None]
"""Told of everything that left an output: the port, and what it was, ready for JSON."""


Wire = Callable[[str, bytes], None]
"""Told of the very bytes that left an output: "osc", "midi" or "json", and themselves."""


Say = Callable[[Command], None]
"""Takes what an output says of itself; may be called from any thread."""


def both(one: Tap, other: Tap, port: str, sent: dict[str, Any]) -> None:
    """Tell two of what left."""
    one(port, sent)
    other(port, sent)


def as_json(wire: Wire, port: str, sent: dict[str, Any]) -> None:
    """Tell of what left in JSON."""
    wire("json", msgspec.json.encode({"port": port, **sent}))


def to_nobody(_: Command) -> None:
    """Leave what an output says of itself unheard, where it does not play."""
