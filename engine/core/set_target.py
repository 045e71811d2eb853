"""What a control of a desk sets, and what a parameter's value is on that control.

A control sets a parameter over its whole range, within a ``span``, or to one of some ``values``.
The other way round, a lamp on a pad and the place of a motor fader follow from the value that is
set now.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args, get_origin

from engine.core.commands import BlackOut, Freeze, PlayPatch, SetMaster
from engine.core.errors import ParameterError
from engine.core.parameter import Parameter

MARGIN: Final = 1.5 / 127
"""How far past a border a knob is turned before it counts: a noisy one moves by one step in 127."""
_ALIKE: Final = 1e-6
"""How much two numbers may differ that are the same: OSC has 24 bits of them."""


@dataclass(frozen=True, slots=True)
class SetTarget:
    """A parameter that a control sets, by default over its whole range.

    ``span`` is the part of the range that it covers, ``values`` are what it sets instead. ``rest``
    are the values that a pad goes back to. One that ``releases`` only gives it back to its cable.
    """

    box: str
    parameter: str
    values: tuple[object, ...] = ()
    span: tuple[float, float] | None = None
    rest: tuple[object, ...] = ()
    releases: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """What a control shows: whether it is ``lit``, and its ``position``, 0 to 1.

    All positions within ``reach`` of it stand for the same value. None: it has no position.
    """

    lit: bool
    position: float | None = None
    reach: float = 0.0


Watched = SetTarget | PlayPatch | BlackOut | Freeze | SetMaster
"""What a control shows: how a parameter stands, which patch plays, how pictures leave."""


def turned(
    parameter: Parameter, position: float, now: object, choices: tuple[object, ...] = ()
) -> Any:
    """Return the value for a knob position, 0 to 1, over the range or the given choices.

    Where values are distinct it stays ``now`` until the knob is turned past the border by
    ``MARGIN``; but a switch is on from half, as that of a pedal. Raise
    ParameterError for types that no knob can set.
    """
    wanted = _at(parameter, position, choices)
    glides = isinstance(wanted, float) and not choices
    switches_on = wanted is True and not choices
    if glides or switches_on or not 0.0 < position < 1.0 or is_same(parameter, now, wanted):
        return wanted
    beside = (_at(parameter, position + step, choices) for step in (-MARGIN, MARGIN))
    return now if any(is_same(parameter, now, one) for one in beside) else wanted


def following(parameter: Parameter, now: object, choices: tuple[object, ...]) -> object:
    """Return the choice after the one that is set now; the first where none of them is."""
    places = (place for place, one in enumerate(choices) if is_same(parameter, now, one))
    return choices[(next(places, -1) + 1) % len(choices)]


def show(target: SetTarget, parameter: Parameter, now: object) -> Shown:
    """Return what a control shows while its parameter has the value ``now``."""
    if target.values:
        here = _place(parameter, now, target.values)
        lit = here is not None and _place(parameter, now, target.rest) is None
        if here is None:
            return Shown(lit)
        many = len(target.values)
        return Shown(lit, (here + 0.5) / many, 0.5 / many)
    position, reach = _position(target, parameter, now)
    return Shown(position is not None and position >= 0.5, position, reach)


def is_same(parameter: Parameter, value: object, wanted: object) -> bool:
    """Whether ``value`` is what the parameter becomes when it is set to ``wanted``."""
    try:
        wanted = parameter.from_wire(wanted)
    except ParameterError:
        return False
    if parameter.is_table:
        return _weights(value) == _weights(wanted)
    if _is_number(value) and _is_number(wanted):
        return math.isclose(value, wanted, rel_tol=_ALIKE, abs_tol=_ALIKE)  # type: ignore[arg-type]
    return value == wanted


def _at(parameter: Parameter, position: float, choices: tuple[object, ...]) -> Any:
    if not choices:
        return parameter.from_knob(position)
    place = int(min(max(position, 0.0), 1.0) * len(choices))
    return parameter.from_wire(choices[min(place, len(choices) - 1)])


def _place(parameter: Parameter, now: object, values: tuple[object, ...]) -> int | None:
    places = (place for place, one in enumerate(values) if is_same(parameter, now, one))
    return next(places, None)


def _position(target: SetTarget, parameter: Parameter, now: object) -> tuple[float | None, float]:
    """Return where a knob stands for a value, and how far it may be turned without a change."""
    if parameter.type is bool:
        return (1.0 if now else 0.0), 0.5
    choices = get_args(parameter.type) if get_origin(parameter.type) is Literal else ()
    if now in choices:
        return (choices.index(now) + 0.5) / len(choices), 0.5 / len(choices)
    if not _is_number(now):
        return None, 0.0
    low, high = target.span or (parameter.param.low, parameter.param.high)
    if low is None or high is None:
        low, high = 0.0, 1.0
    if low == high:
        return None, 0.0
    place = (now - low) / (high - low)  # type: ignore[operator]
    return min(max(place, 0.0), 1.0), 0.5 / abs(high - low) if parameter.type is int else 0.0


def _weights(table: object) -> object:
    """Return a table without what weighs nothing; a name alone stands for the whole table."""
    if isinstance(table, str):
        return {table: 1.0}
    if isinstance(table, Mapping):
        return {key: value for key, value in table.items() if value}
    return table


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
