"""The differences of two plans: which boxes stay, which values changed, which wires are cut.

A box stays when its name, its class and its fixed parameters are the same. A node file that was
loaded again makes another class, and a network that was written again has another fingerprint.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from engine.core.box import Box
from engine.core.node import Node
from engine.core.parameter import Parameter, read_parameters
from engine.core.signature import read_signature
from engine.core.source import Source
from engine.patch.plan import FEEDS, Into, Outlet, Plan, PlannedBox, Wire
from engine.runtime.schedule.slots import Slot

End = tuple[str, Into, str]
"""Where a wire ends: its box, into what, and the name of the inlet, parameter or port."""


def unchanged_boxes(old: Plan, new: Plan) -> set[str]:
    """Return the names of the boxes that stay, with their instances and state."""
    both = old.boxes.keys() & new.boxes.keys()
    return {name for name in both if _same(old.boxes[name], new.boxes[name])}


def _same(old: PlannedBox, new: PlannedBox) -> bool:
    if old.box is new.box:
        return True
    if type(old.box) is not type(new.box) or old.fingerprints != new.fingerprints:
        return False
    fixed = [p.field for p in read_parameters(type(old.box)).values() if p.fixed]
    return all(old.initial[field] == new.initial[field] for field in fixed)


def changed_parameters(old: Plan, new: Plan, name: str) -> Iterator[tuple[Parameter, object]]:
    """Yield the parameters of a box that stays whose value in the patch has changed, and that.

    A parameter that a cable no longer writes goes back to its value in the patch, too.
    """
    before, after = old.boxes[name], new.boxes[name]
    loose = cabled_parameters(old, name) - cabled_parameters(new, name)
    for parameter in read_parameters(type(after.box)).values():
        was, value = (planned.initial[parameter.field] for planned in (before, after))
        if not parameter.fixed and (was != value or parameter.name in loose):
            yield parameter, value


def cabled_parameters(plan: Plan, name: str) -> set[str]:
    """Return the parameters of a box that cables write; of a part, the whole table."""
    into = (w.name for w in plan.wires if w.box == name and w.into is Into.PARAMETER)
    return {parameter.partition(".")[0] for parameter in into}


def cut_wires(old: Plan, new: Plan, staying: set[str]) -> list[Wire]:
    """Return the hot and port wires of the old plan that the new one lacks or has changed."""
    now = _by_end(new.wires)
    return [
        wire
        for end, wire in _by_end(old.wires).items()
        if wire.into in (*FEEDS, Into.PORT)
        if not (
            {wire.source.box, wire.box} <= staying
            and (other := now.get(end))
            and _identity(wire) == _identity(other)
        )
    ]


def staying_ends(old: Plan, new: Plan, staying: set[str]) -> set[End]:
    """Return the ends of the wires that both plans have, between boxes that stay."""
    before = _by_end(old.wires)
    return {
        end
        for end, wire in _by_end(new.wires).items()
        if {wire.source.box, wire.box} <= staying
        and (other := before.get(end))
        and _identity(wire) == _identity(other)
    }


def _by_end(wires: Iterable[Wire]) -> dict[End, Wire]:
    return {end_of(wire): wire for wire in wires}


def end_of(wire: Wire) -> End:
    """Return where a wire ends."""
    return wire.box, wire.into, wire.name


def _identity(wire: Wire) -> tuple[object, ...]:
    return (wire.source, wire.part, wire.carries, wire.options)


def carried_slots(
    old: Plan, new: Plan, slots: Mapping[Outlet, Slot], staying: set[str]
) -> dict[Outlet, Slot]:
    """Return the slots whose last message stays valid: those of the same outlet and type."""
    types = _types(old), _types(new)
    found = {}
    for outlet, slot in slots.items():
        both = outlet.box in old.boxes and outlet.box in new.boxes
        if both and _agree(*(known.get(outlet) for known in types)):
            before, after = old.boxes[outlet.box].box, new.boxes[outlet.box].box
            if outlet.box in staying or _declared(before, outlet) == _declared(after, outlet):
                found[outlet] = slot
    return found


def _types(plan: Plan) -> dict[Outlet, object]:
    """Return the types of outlets, of those that a cable carries whole."""
    return {wire.source: wire.carries for wire in plan.wires if not wire.part}


def _agree(one: object, other: object) -> bool:
    return one is None or other is None or one == other


def _declared(box: Box, outlet: Outlet) -> object:
    if isinstance(box, Source):
        return box.outlets().get(outlet.name)
    return read_signature(type(box)).outlets.get(outlet.name) if isinstance(box, Node) else None


def differs(old: Plan, new: Plan) -> bool:
    """Whether anything in a plan differs from the one before."""
    return (
        is_rebuilt(old, new)
        or (old.title, old.deadline, old.parts) != (new.title, new.deadline, new.parts)
        or _elsewhere(old) != _elsewhere(new)
        or any(_said(old.boxes[name]) != _said(new.boxes[name]) for name in new.boxes)
        or [wire.label for wire in old.wires] != [wire.label for wire in new.wires]
        or any(True for name in new.boxes for _ in changed_parameters(old, new, name))
    )


def _elsewhere(plan: Plan) -> dict[str, type]:
    """Return what the boxes of other machines are: a file of the performer's own may be edited."""
    return {name: planned.cls for name, planned in plan.elsewhere.items()}


def _said(planned: PlannedBox) -> tuple[object, ...]:
    return (planned.on, planned.label, planned.keep)


def is_rebuilt(old: Plan, new: Plan) -> bool:
    """Whether a plan has other boxes or cables than the one before, not only other values."""
    return (
        list(old.boxes) != list(new.boxes)
        or len(unchanged_boxes(old, new)) != len(new.boxes)
        or [_whole(wire) for wire in old.wires] != [_whole(wire) for wire in new.wires]
        or any(old.boxes[name].constants != new.boxes[name].constants for name in new.boxes)
    )


def _whole(wire: Wire) -> tuple[object, ...]:
    return (wire.box, wire.into, wire.name, *_identity(wire))
