"""Every live parameter as something a hand can move: a slider, a switch, a choice, numbers, a text.

What fits is what ``engine.core.parameter`` says: its range, its unit, its help.
"""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from typing import Any, Literal, Union, get_args, get_origin

from msgspec import Struct

from engine.core.addresses import overlaps
from engine.core.parameter import Parameter
from engine.core.source import Remote
from engine.patch.plan import Into
from engine.runtime.engine import Engine
from engine.runtime.schedule.state import BoxState
from engine.web.drawing import group_of

ON = "on"
_PLAIN: dict[Any, str] = {bool: "switch", int: "slider", float: "slider"}


class Knob(Struct, frozen=True):
    """One parameter. ``kind`` is "slider", "switch", "choice", "numbers" or "text".

    ``soft`` says that the end of a slider is only where it usually ends: a number beyond may be
    typed. ``cabled`` says that a cable writes it, until a hand takes it. ``part`` says that it is
    one of several in a table, such as one look of a mix.
    """

    group: str
    box: str
    name: str
    kind: str
    help: str
    unit: str
    low: float | None
    high: float | None
    soft: bool
    whole: bool
    choices: tuple[object, ...]
    start: object
    cabled: bool
    part: bool = False


class Knobs:
    """The knobs of a playing patch, and where they stand."""

    def __init__(self, engine: Engine) -> None:
        self._cabled = {(w.box, w.name) for w in engine.plan.wires if w.into is Into.PARAMETER}
        self._found: list[tuple[Knob, BoxState, Parameter | None]] = []
        for state in engine.states.values():
            if not state.hidden and not isinstance(state.box, Remote):
                self._found += self._of(state)
        self.all = [knob for knob, _, _ in self._found]

    def stand(self) -> list[tuple[object, bool]]:
        """Give for each knob where it stands, and whether a hand is on it."""
        return [
            (
                _value(state, parameter),
                any(overlaps(knob.name, hand) for hand in (*state.overrides,)),
            )
            for knob, state, parameter in self._found
        ]

    def _of(self, state: BoxState) -> Iterator[tuple[Knob, BoxState, Parameter | None]]:
        if state.name == group_of(state.name):
            yield self._switch(state), state, None
        for parameter in state.parameters.values():
            if not parameter.fixed:
                for one in (parameter, *parameter.parts()):
                    yield self._knob(state, one), state, one

    def _switch(self, state: BoxState) -> Knob:
        return Knob(
            group=group_of(state.name),
            box=state.name,
            name=ON,
            kind="switch",
            help="off passes nothing",
            unit="",
            low=None,
            high=None,
            soft=False,
            whole=False,
            choices=(),
            start=state.on,
            cabled=(state.name, ON) in self._cabled,
        )

    def _knob(self, state: BoxState, parameter: Parameter) -> Knob:
        kind, choices = _kind(parameter.type)
        start = _value(state, parameter)
        low, high, soft = _ends(parameter, start) if kind == "slider" else (None, None, False)
        return Knob(
            group=group_of(state.name),
            box=state.name,
            name=parameter.name,
            kind=kind,
            help=parameter.param.help,
            unit=parameter.param.unit,
            low=low,
            high=high,
            soft=soft,
            whole=parameter.type is int,
            choices=choices,
            start=start,
            cabled=(state.name, parameter.name) in self._cabled,
            part=bool(parameter.key),
        )


def _value(state: BoxState, parameter: Parameter | None) -> object:
    if parameter is None:
        return state.on
    value = getattr(state.box, parameter.field)
    if parameter.key:
        return _share(value, parameter.key)
    return _plain(value)


def _share(whole: object, key: str) -> object:
    """Give one part of a table; a name alone stands for all of it."""
    if isinstance(whole, Mapping):
        return _plain(whole.get(key, 0.0))
    return 1.0 if whole == key else 0.0


def _kind(wanted: Any) -> tuple[str, tuple[object, ...]]:
    """Say what a hand moves for a type, and what there is to choose from."""
    if wanted in _PLAIN:
        return _PLAIN[wanted], ()
    options = _options(wanted)
    for option in options:
        if get_origin(option) is Literal:
            return "choice", get_args(option)
    if options in ([float], [int]):
        return "number", ()
    inside = get_args(wanted)
    if get_origin(wanted) in (list, tuple) and set(inside) <= {int, float, Ellipsis}:
        return "numbers", ()
    return "text", ()


def _options(wanted: Any) -> list[Any]:
    """List the types that a type allows, None left out."""
    if get_origin(wanted) in (Union, types.UnionType):
        return [part for part in get_args(wanted) if part is not types.NoneType]
    return [wanted]


def _ends(parameter: Parameter, start: object) -> tuple[float, float, bool]:
    """Say where a slider begins and ends; where a parameter has no end, give it a usual one."""
    low, high = parameter.param.low, parameter.param.high
    here = float(start) if isinstance(start, int | float) else 0.0
    reach = max(1.0, 4.0 * abs(here))
    if low is None:
        low = min(-1.0, here - reach) if here < 0 else 0.0
        return low, max(high if high is not None else here + reach, low), True
    if high is None or (high > 100 * reach and high > 100):
        return low, low + reach, True
    return low, high, False


def _plain(value: object) -> object:
    """Make a value fit for JSON."""
    if isinstance(value, bool | int | float | str) or value is None:
        return value
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    return str(value)
