"""Check that boxes ask landmarks for points that they have, as far as it is known who gives them.

Why before playing: there is a "wrist" of a hand, so the name alone is no mistake; of a body it is
left or right, and a box that asks a body for it says nothing but errors on stage.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from engine.core.box import Box
from engine.core.box_errors import anything_raised
from engine.core.errors import Problem, tell_error
from engine.core.event_inlets import read_event_inlets
from engine.core.landmarks import Landmarks
from engine.core.node import Node
from engine.core.signature import read_signature
from engine.core.skeletons import Skeleton
from engine.patch.load import Document
from engine.patch.plan import MORE, Into, PlannedBox, Wire, group_of

Given = tuple[str, Skeleton | None]
"""The box that gives landmarks, and their skeleton, None where it is not known."""


def check_points(
    document: Document, boxes: Mapping[str, PlannedBox], wires: Iterable[Wire]
) -> list[Problem]:
    """Return a problem for each parameter that names what no landmarks that come have."""
    into: dict[str, list[Wire]] = defaultdict(list)
    for wire in wires:
        into[wire.box].append(wire)
    return [
        document.problem(message, *planned.path, *([key] if key else []))
        for planned in boxes.values()
        if isinstance(planned.box, Node) and not planned.hidden
        for key, message in _messages(planned, planned.box, boxes, into)
    ]


def _messages(
    planned: PlannedBox,
    node: Node,
    boxes: Mapping[str, PlannedBox],
    into: Mapping[str, list[Wire]],
) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a box, by the parameter or ""."""
    hot = read_signature(type(node)).inlets[0]
    if not any(isinstance(one, type) and issubclass(one, Landmarks) for one in hot.accepts):
        return
    led = {wire.name for wire in into[planned.name] if wire.into is Into.PARAMETER}
    try:
        given = [*_given(planned.name, (hot.name, MORE), boxes, into)]
        lacks = [(box, kind, node.lacks(kind)) for box, kind in given if kind is not None]
    except anything_raised() as error:  # a performer's own box may raise anything
        yield "", tell_error(error)
        return
    if not lacks or len(lacks) < len(given):
        return
    box, skeleton, lacking = lacks[0]
    for key, lack in lacking.items():
        if key not in led and all(key in others for _, _, others in lacks):
            yield key, f'"{box}" gives "{skeleton.name}", which has {lack}'


def _given(
    box: str,
    inlets: Collection[str],
    boxes: Mapping[str, PlannedBox],
    into: Mapping[str, list[Wire]],
) -> Iterator[Given]:
    """Yield who gives what comes to some inlets, past the boxes that only pass it on."""
    ahead = [(box, inlets)]
    seen = set()
    while ahead:
        name, inlets = ahead.pop()
        for wire in into.get(name, ()):
            is_meant = wire.name.partition("#")[0] in inlets and wire.into is not Into.PARAMETER
            if not is_meant or wire.source in seen:
                continue
            seen.add(wire.source)
            giver = boxes[wire.source.box].box
            passes = _passing(giver, wire.source.name)
            if passes:
                ahead.append((wire.source.box, passes))
            else:
                yield group_of(wire.source.box), _skeleton(giver, wire)


def _skeleton(giver: Box, wire: Wire) -> Skeleton | None:
    known = giver.skeletons()
    if not wire.part and wire.source.name in known:
        return known[wire.source.name]
    found: Any = getattr(wire.carries, "SKELETON", None)
    return found if isinstance(found, Skeleton) else None


def _passing(giver: Box, outlet: str) -> set[str]:
    """Return the inlets whose messages an outlet passes on as they are; none where it makes them.

    Both are then of one TypeVar.
    """
    if not isinstance(giver, Node) or outlet in giver.skeletons():
        return set()
    cls = type(giver)
    signature = read_signature(cls)
    kind = signature.outlets.get(outlet)
    inlets = (*signature.inlets, *read_event_inlets(cls).values())
    return {each.name for each in inlets if isinstance(kind, TypeVar) and kind in each.accepts}
