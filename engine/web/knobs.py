"""The controls of the page: a slider, switch, choice, numbers or text for every live parameter.

What a parameter is comes from ``engine.core.describe``; this adds where a slider ends that has no
end of its own, the current values, and who sets them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from engine.core.addresses import overlaps
from engine.core.describe import control, current, shown_value
from engine.core.node import Node
from engine.core.parameter import ON, Parameter, parameters_of
from engine.core.source import Remote
from engine.patch.crossing import Arriving, Leaving
from engine.patch.plan import Into, PlannedBox, group_of
from engine.runtime.engine import Engine
from engine.runtime.schedule.state import BoxState
from engine.web.rights import is_teaching, is_touch

_BUTTONS: Final = 16
"""So many whole numbers that are said have a button each; more are typed."""


class Knob(Struct, frozen=True):
    """One parameter; ``kind`` is that of ``engine.core.describe.control``, or "shape" for what is
    drawn on a picture, or of what is said, not held: "press", by a button for each of ``choices``,
    "line", a text, or "figure", a number.

    ``soft`` says that the end of a slider is only where it usually ends: a number beyond may be
    typed. ``cabled`` says that a cable writes it, until a hand takes it. ``part`` says that it is
    one of several in a table, such as one look of a mix. ``start`` is what the patch says, and
    ``guests`` whether they may turn it.
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
    part: bool
    guests: bool


class Knobs:
    """The knobs of a playing patch, and their values."""

    def __init__(self, engine: Engine) -> None:
        whole = engine.plan.whole or engine.plan
        boxes = {**whole.boxes, **engine.plan.boxes}
        wires = (*engine.plan.wires, *whole.wires)
        cabled = {(w.box, w.name) for w in wires if w.into is Into.PARAMETER}
        self._found = [
            (state, each)
            for state in engine.known.values()
            if not state.hidden and not isinstance(state.box, Remote | Arriving | Leaving)
            for each in _live(state)
        ]
        self.all = [
            _knob(state, each, (state.name, each.name) in cabled, boxes[state.name])
            for state, each in self._found
        ]

    def values(self) -> list[tuple[object, bool]]:
        """Return for each knob its value, and whether a hand overrides it."""
        return [
            (_value(state, each), any(overlaps(each.name, hand) for hand in (*state.overrides,)))
            for state, each in self._found
        ]


def _live(state: BoxState) -> Iterator[Parameter]:
    """Yield what can change while playing: the switch of a box, its parameters and their parts."""
    if state.name == group_of(state.name):
        yield ON
    for each in parameters_of(state.box).values():
        if not each.fixed and not is_touch(state, each.name):
            yield from (each, *each.parts())


def _value(state: BoxState, parameter: Parameter) -> object:
    if parameter.event:
        return None
    return current(parameter, state if parameter is ON else state.box)


def _knob(state: BoxState, parameter: Parameter, cabled: bool, planned: PlannedBox) -> Knob:
    start = _start(parameter, planned)
    kind, choices = control(parameter.type)
    if parameter.event:
        kind, choices = _event(parameter)
    elif parameter.param.shape:
        kind = "shape"
    low, high, soft = None, None, False
    if kind == "slider":
        low, high, soft = _ends(parameter.param.low, parameter.param.high, start)
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
        cabled=cabled,
        part=bool(parameter.key),
        guests=isinstance(state.box, Node)
        and not parameter.param.shape
        and not is_teaching(state, parameter.name),
    )


def _event(parameter: Parameter) -> tuple[str, tuple[object, ...]]:
    """Return by what a hand says an event, and the values that buttons have."""
    kind, choices = control(parameter.type)
    low, high = parameter.param.low, parameter.param.high
    if kind == "switch":
        choices = (True,)
    elif parameter.type is int and low is not None and high is not None and high - low < _BUTTONS:
        choices = tuple(range(int(low), int(high) + 1))
    if choices:
        return "press", choices
    return ("line", ()) if kind == "text" else ("figure", ())


def _start(parameter: Parameter, planned: PlannedBox) -> object:
    """Return what the patch says of a parameter; of an event nothing."""
    if parameter.event:
        return None
    whole = planned.on if parameter is ON else planned.initial[parameter.field]
    return shown_value(parameter, whole)


def _ends(low: float | None, high: float | None, start: object) -> tuple[float, float, bool]:
    """Return both ends of a slider, and whether one of them is only where it usually ends."""
    here = float(start) if isinstance(start, int | float) else 0.0
    reach = max(1.0, 4.0 * abs(here))
    if low is None:
        low = min(-1.0, here - reach) if here < 0 else 0.0
        return low, max(high if high is not None else here + reach, low), True
    if high is None or (high > 100 * reach and high > 100):
        return low, low + reach, True
    return low, high, False
