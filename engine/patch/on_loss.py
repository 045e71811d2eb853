"""What a patch says of loss: ``on_loss`` on a box or on a cable, which becomes a small box there.

    on_loss = "hold"                        the last value stays, and goes on when it is back
    on_loss = "rest"                        a number goes to its rest: that of "empty", or 0
    on_loss = "mute"                        nothing more until it is back; what sounds is ended
    on_loss = { to = 0.5, fade = "1 s" }    a rest of its own; { to = "rest", fade = "1 s" } fades

Why words first: what must be decided in a hurry must fit into one of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.core.errors import ParameterError, as_written, nearest

WORDS = ("hold", "rest", "mute")

_EXPECTED = 'expected "hold", "rest" or "mute", or a table such as { to = 0, fade = "1 s" }'


def read_on_loss(said: object, rest: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Give the small box that does what is said, and its parameters; raises ParameterError.

    ``rest`` is where a number rests if nothing is said, and how it gets there.
    """
    to = said.get("to") if isinstance(said, dict) else said
    if isinstance(said, dict):
        _check_keys(said)
        if not isinstance(to, str | int | float | None) or isinstance(to, bool):
            raise ParameterError(f"to: expected a number or a word, got {as_written(to)}")
    own = {} if to is None or isinstance(to, str) else {"to": to}
    word = to if isinstance(to, str) else "rest"
    if word not in WORDS or not isinstance(said, str | dict):
        hint = nearest(word, WORDS) if isinstance(to, str) else ""
        raise ParameterError(f"{_EXPECTED}, got {as_written(said)}{hint and f'.{hint}'}")
    fade = {key: said[key] for key in ("fade",) if isinstance(said, dict) and key in said}
    if word != "rest" and fade:
        raise ParameterError(f'fade: only a number on its way to rest fades, not "{word}"')
    return f"{word}_on_loss", {**rest, **own, **fade} if word == "rest" else {}


def natural_rest(table: Mapping[str, Any]) -> dict[str, Any]:
    """Give where the number on a cable rests: at 0, or where its range begins if that has no 0."""
    match table.get("in"):
        case [int() | float() as first, int() | float() as last]:
            return {"to": 0 if min(first, last) <= 0 <= max(first, last) else first}
    return {}


def _check_keys(said: Mapping[str, Any]) -> None:
    for key in said:
        if key not in ("to", "fade"):
            hint = nearest(key, ("to", "fade")) or ' There is: "to", "fade".'
            raise ParameterError(f'"on_loss" has no "{key}".{hint}')
