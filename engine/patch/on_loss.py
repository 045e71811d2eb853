"""Parse ``on_loss`` of a box or cable, which becomes a hidden box there.

    on_loss = "hold"                        the last value stays until the input is back
    on_loss = "rest"                        a number goes to its rest: that of "empty", or 0
    on_loss = "mute"                        nothing more until it is back; notes end
    on_loss = { to = 0.5, fade = "1 s" }    an own rest value; { to = "rest", fade = "1 s" } fades

Why words first: a choice made in a hurry must fit into one word.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.core.errors import ParameterError, as_written, nearest

WORDS = ("hold", "rest", "mute")

_EXPECTED = 'expected "hold", "rest" or "mute", or a table such as { to = 0, fade = "1 s" }'


def read_on_loss(said: object, rest: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the class name of the hidden box and its parameters.

    ``rest`` holds the default rest value and fade. Raise ParameterError when ``on_loss`` is
    malformed.
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
    """Return the rest value of a cable: 0, or the start of its range when 0 lies outside."""
    match table.get("in"):
        case [int() | float() as first, int() | float() as last]:
            return {"to": 0 if min(first, last) <= 0 <= max(first, last) else first}
    return {}


def _check_keys(said: Mapping[str, Any]) -> None:
    for key in said:
        if key not in ("to", "fade"):
            hint = nearest(key, ("to", "fade")) or ' There is: "to", "fade".'
            raise ParameterError(f'"on_loss" has no "{key}".{hint}')
