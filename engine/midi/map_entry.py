"""One entry of ``map`` of ``midi_in``, as a patch writes it: what a control does.

"reach.smooth"   "panic"   "blackout"   "freeze"   "master"
{ parameter = "hit.above", to = [0.5, 0.9] }
{ parameter = "painting.look", to = "starry", else = "ink", toggle = true }
{ release = "painting.look" }   { patch = "next" }   { do = "panic" }
{ do = "blackout", toggle = true }
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from engine.core.errors import ParameterError, as_written
from engine.core.nearest import nearest

DOES: Final = ("panic", "blackout", "freeze", "master")
"""What a control may ``do`` to the whole show."""
LATCHES: Final = ("blackout", "freeze")
"""What of it is so while a button is down, or from one press to the next."""
_WHAT: Final = ("parameter", "release", "patch", "do")
_OF_A_PARAMETER: Final = ("to", "else", "toggle")
_KEYS: Final = (*_WHAT, *_OF_A_PARAMETER, "colour")
_PLAIN: Final = (bool, int, float, str)
_LAST: Final = 127


@dataclass(frozen=True)
class MapEntry:
    """An entry whose shape is right: ``what`` is "parameter", "release", "patch" or "do".

    ``name`` is the parameter as (box, parameter), ``which`` the patch. The control sets the
    parameter within ``span``, or to ``values``; ``rest`` holds the one that it goes back to.
    ``colour`` is the velocity that lights its pad.
    """

    what: str
    name: tuple[str, str] = ("", "")
    which: int | str = ""
    span: tuple[float, float] | None = None
    values: tuple[object, ...] = ()
    rest: tuple[object, ...] = ()
    toggle: bool = False
    colour: int | None = None


def read_entry(written: object) -> MapEntry:
    """Return the entry that a patch has written. Raise ParameterError with what is wrong."""
    if isinstance(written, str):
        if written in DOES:
            return MapEntry("do", which=written)
        return MapEntry("parameter", _parameter(written, nearest(written, DOES)))
    if not isinstance(written, Mapping):
        raise ParameterError(f"expected {_expected()}, got {as_written(written)}")
    for key in written:
        if key not in _KEYS:
            there = f" There is: {', '.join(_KEYS)}."
            raise ParameterError(f'"{key}" means nothing here.{nearest(key, _KEYS) or there}')
    found = [key for key in _WHAT if key in written]
    if len(found) != 1:
        got = " and ".join(f'"{key}"' for key in found) or "none of them"
        raise ParameterError(f"expected one of {_expected()}, got {got}")
    what = found[0]
    for key in _OF_A_PARAMETER if what != "parameter" else ():
        latches = key == "toggle" and written.get("do") in LATCHES
        if key in written and not latches:
            raise ParameterError(f'"{key}" means nothing beside "{what}"')
    return _read(what, written)


def _read(what: str, written: Mapping[str, Any]) -> MapEntry:
    value, colour = written[what], _colour(written.get("colour"))
    if what == "patch":
        if isinstance(value, bool) or not isinstance(value, int | str) or value == "":
            raise ParameterError(
                'patch: expected its number, file or title, "next" or "previous", '
                f"got {as_written(value)}"
            )
        return MapEntry(what, which=value, colour=colour)
    if what == "do":
        if value not in DOES:
            there = ", ".join(f'"{one}"' for one in DOES[:-1])
            raise ParameterError(f'do: expected {there} or "{DOES[-1]}", got {as_written(value)}')
        toggle = _switch(written.get("toggle", False))
        return MapEntry(what, which=value, toggle=toggle, colour=colour)
    name = _parameter(value)
    if what == "release":
        return MapEntry(what, name, colour=colour)
    span, values = _to(written["to"]) if "to" in written else (None, ())
    rest = _rest(written["else"], values) if "else" in written else ()
    return MapEntry(
        what,
        name,
        span=span,
        values=values,
        rest=rest,
        toggle=_toggle(written.get("toggle", False), values, rest),
        colour=colour,
    )


def _parameter(written: object, hint: str = "") -> tuple[str, str]:
    box, _, parameter = written.partition(".") if isinstance(written, str) else ("", "", "")
    if not (box and parameter):
        got = as_written(written) + (hint and f".{hint}")
        raise ParameterError(f'expected a parameter as "box.parameter", got {got}')
    return box, parameter


def _to(written: object) -> tuple[tuple[float, float] | None, tuple[object, ...]]:
    """Return the range, or the values. Two numbers are a range, all other lists are choices."""
    if isinstance(written, _PLAIN):
        return None, (written,)
    if isinstance(written, list | tuple) and all(isinstance(one, _PLAIN) for one in written):
        match [*written]:
            case [int() | float() as low, int() | float() as high] if not (
                isinstance(low, bool) or isinstance(high, bool)
            ):
                return (float(low), float(high)), ()
            case [_, _, *_]:
                return None, tuple(written)
    raise ParameterError(
        "to: expected a value, two numbers from and to which it goes, or a list of two choices "
        f"or more, got {as_written(written)}"
    )


def _rest(written: object, values: tuple[object, ...]) -> tuple[object, ...]:
    if len(values) != 1:
        raise ParameterError('else: goes with one value in "to", such as to = 1, else = 0')
    if not isinstance(written, _PLAIN):
        raise ParameterError(f"else: expected a value, got {as_written(written)}")
    return (written,)


def _toggle(written: object, values: tuple[object, ...], rest: tuple[object, ...]) -> bool:
    _switch(written)
    if written and len(values) > 1:
        raise ParameterError("toggle: a list of choices goes to the next one at each press anyway")
    if written and values and not rest:
        raise ParameterError('toggle: needs "else", which the next press goes back to')
    return bool(written)


def _switch(written: object) -> bool:
    if not isinstance(written, bool):
        raise ParameterError(f"toggle: expected true or false, got {as_written(written)}")
    return written


def _colour(written: object) -> int | None:
    if written is None:
        return None
    if isinstance(written, bool) or not isinstance(written, int) or not 0 < written <= _LAST:
        raise ParameterError(
            f"colour: expected a velocity, a whole number from 1 to 127, got {as_written(written)}"
        )
    return written


def _expected() -> str:
    return '"parameter", "release", "patch" or "do"'
