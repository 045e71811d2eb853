"""Parse ``on_loss`` of a box or cable, which becomes a hidden box there, and check its place.

    on_loss = "hold"                        the last value stays until the input is back
    on_loss = "rest"                        a number goes to its rest: that of "empty", or 0
    on_loss = "mute"                        nothing more until it is back; notes end
    on_loss = { to = 0.5, fade = "1 s" }    an own rest value; { to = "rest", fade = "1 s" } fades

Why words first: a choice made in a hurry must fit into one word.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from engine.core.errors import ParameterError, Problem, as_written
from engine.core.nearest import nearest
from engine.core.node import Node
from engine.patch.plan import Into, PlannedBox, Wire, group_of

WORDS = ("hold", "rest", "mute")

_KEYS = ("to", "fade")
_EXPECTED = 'expected "hold", "rest" or "mute", or a table such as { to = 0, fade = "1 s" }'
_HOLDS = "hold_on_loss"
_USES = frozenset(f"{word}_on_loss" for word in WORDS)


# -- Parsing -------------------------------------------------------------------------------------


def read_on_loss(value: object, rest: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the class name of the hidden box and its parameters.

    ``rest`` holds the default rest value and fade. Raise ParameterError when ``value`` is
    malformed.
    """
    if not isinstance(value, str | dict):
        raise ParameterError(f"{_EXPECTED}, got {as_written(value)}")
    table = value if isinstance(value, dict) else {"to": value}
    _check_keys(table)
    word, to = _read_target(table.get("to", "rest"))
    if word not in WORDS:
        hint = nearest(word, WORDS)
        raise ParameterError(f"{_EXPECTED}, got {as_written(value)}{hint and f'.{hint}'}")
    fade = {"fade": table["fade"]} if "fade" in table else {}
    if word == "rest":
        return "rest_on_loss", {**rest, **to, **fade}
    if fade:
        raise ParameterError(f'fade: only a number on its way to rest fades, not "{word}"')
    return f"{word}_on_loss", {}


def natural_rest(table: Mapping[str, Any]) -> dict[str, Any]:
    """Return the rest value of a cable: 0, or the start of its range when 0 lies outside."""
    match table.get("in"):
        case [int() | float() as first, int() | float() as last]:
            return {"to": 0 if min(first, last) <= 0 <= max(first, last) else first}
    return {}


def _check_keys(table: Mapping[str, Any]) -> None:
    for key in table:
        if key not in _KEYS:
            hint = nearest(key, _KEYS) or ' There is: "to", "fade".'
            raise ParameterError(f'"on_loss" has no "{key}".{hint}')


def _read_target(to: object) -> tuple[str, dict[str, Any]]:
    """Return the word that ``to`` stands for, and the rest value where it is a number."""
    if isinstance(to, str):
        return to, {}
    if not isinstance(to, int | float) or isinstance(to, bool):
        raise ParameterError(f"to: expected a number or a word, got {as_written(to)}")
    return "rest", {"to": to}


# -- Checking ------------------------------------------------------------------------------------


def check_on_loss(boxes: Mapping[str, PlannedBox], wires: Iterable[Wire]) -> list[Problem]:
    """Return a problem for each ``on_loss`` without effect.

    Behind a box that keeps sending while its input is lost, nothing is ever lost, unless it is one
    of several.
    """
    wires = list(wires)
    several = {wire.box for wire in wires if wire.into is Into.MORE}
    feeds = {
        wire.box: wire.source.box
        for wire in wires
        if wire.into is Into.HOT and wire.box not in several
    }
    return [
        Problem(_no_effect(upstream), *planned.place, group_of(name), "on_loss")
        for name, planned in boxes.items()
        if planned.use in _USES
        for upstream in _upstream(name, feeds)
        if _keeps_sending(boxes.get(upstream))
    ]


def _upstream(name: str, feeds: Mapping[str, str]) -> Iterator[str]:
    """Yield the boxes upstream of a box over first inlets, each once."""
    seen = {name}
    while (upstream := feeds.get(name)) is not None and upstream not in seen:
        seen.add(upstream)
        yield upstream
        name = upstream


def _keeps_sending(planned: PlannedBox | None) -> bool:
    if planned is None or planned.use == _HOLDS or not isinstance(planned.box, Node):
        return False
    return planned.box.holds_on_loss is True


def _no_effect(upstream: str) -> str:
    link = upstream.partition("/")[2]
    by = f' by its "{link}"' if link in ("empty", "on_loss") else ""
    return f'"{group_of(upstream)}" speaks on{by} for what is lost, so nothing is ever lost here'
