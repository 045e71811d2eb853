"""Order the boxes: one island of plain calls behind each root.

A root is an outlet of a source, of a box that runs on a lane, or of one that plays by itself and
has no first cable. Its island is the set of boxes reached over first-inlet cables, in topological
order, so that every value read in a tick has been written before. Across islands a box reads the
last value.
"""

from __future__ import annotations

import heapq
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping

from engine.core.node import Node
from engine.core.signature import read_signature
from engine.core.source import Source
from engine.patch.plan import Into, Island, Outlet, PlannedBox, PlannedStep, Wire

_ASIDE = (Into.PARAMETER, Into.EVENT, Into.MORE)
"""What a wire step of its own carries along, just before the box that it belongs to is called."""
_EVENTS = (Into.EVENT, Into.MORE)


class Cycle(Exception):
    """Boxes that depend on each other within one tick; ``boxes`` is the cycle in order."""

    def __init__(self, boxes: list[str]) -> None:
        super().__init__(" -> ".join(boxes))
        self.boxes = boxes


def make_islands(boxes: dict[str, PlannedBox], wires: Iterable[Wire]) -> dict[Outlet, Island]:
    """Return the ordered island of each root. Raise Cycle when boxes form a cycle."""
    wires = list(wires)
    fed = {wire.box for wire in wires if wire.into is Into.HOT}
    outgoing: dict[str, list[Wire]] = defaultdict(list)
    patch_order: dict[int, int] = {}
    for place, wire in enumerate(wires):
        outgoing[wire.source.box].append(wire)
        patch_order[id(wire)] = place
    _refuse_event_cycles(boxes, outgoing)
    order = {name: place for place, name in enumerate(boxes)}
    roots = {
        wire.source: None
        for name in boxes
        for wire in outgoing[name]
        if is_root(boxes[name]) or (name not in fed and not _waits(boxes[name]))
    }
    return {
        root: Island(root, _Orderer(root, boxes, outgoing, order, patch_order).steps())
        for root in roots
    }


def _refuse_event_cycles(boxes: dict[str, PlannedBox], outgoing: Mapping[str, list[Wire]]) -> None:
    """Raise Cycle where events would go round for ever, through whichever islands."""
    for wires in list(outgoing.values()):
        for wire in wires:
            if wire.into in _EVENTS and (way := _way_back(wire, boxes, outgoing)):
                raise Cycle([wire.source.box, *way])


def _way_back(
    event: Wire, boxes: dict[str, PlannedBox], outgoing: Mapping[str, list[Wire]]
) -> list[str]:
    """Return the boxes by which what answers an event leads back to who sent it; none if none."""
    before: dict[str, str | None] = {event.box: None}
    ahead = deque([event.box])
    while ahead:
        name = ahead.popleft()
        if name == event.source.box:
            return _way_to(name, before)
        if not _is_deferred(boxes[name]):
            for wire in outgoing[name]:
                if wire.into in (Into.HOT, *_EVENTS) and wire.box not in before:
                    before[wire.box] = name
                    ahead.append(wire.box)
    return []


def _way_to(name: str, before: Mapping[str, str | None]) -> list[str]:
    way: list[str] = []
    step: str | None = name
    while step is not None:
        way.append(step)
        step = before[step]
    return way[::-1]


def is_root(planned: PlannedBox) -> bool:
    """Whether the outlets of a box start an island."""
    return isinstance(planned.box, Source) or (isinstance(planned.box, Node) and planned.box.lane)


def _waits(planned: PlannedBox) -> bool:
    """Whether a box needs a cable into its first inlet, or has none."""
    return not isinstance(planned.box, Node) or read_signature(type(planned.box)).inlets[0].waits


def unreached(boxes: dict[str, PlannedBox], islands: dict[Outlet, Island]) -> list[str]:
    """Return the names of nodes that no source reaches."""
    reached = {step.box for island in islands.values() for step in island.steps if not step.wire}
    return [
        name
        for name, planned in boxes.items()
        if isinstance(planned.box, Node)
        if name not in reached and _waits(planned)
    ]


class _Orderer:
    """Orders one island."""

    def __init__(
        self,
        root: Outlet,
        boxes: dict[str, PlannedBox],
        outgoing: dict[str, list[Wire]],
        order: dict[str, int],
        patch_order: dict[int, int],
    ) -> None:
        self._root = root
        self._boxes = boxes
        self._outgoing = outgoing
        self._order = order
        self._patch_order = patch_order

    def steps(self) -> tuple[PlannedStep, ...]:
        """Return the island's boxes in order, each parameter wire just before its box.

        Wires into sink ports come last, in the order in which the patch names the sinks.
        """
        members = self._members()
        dependencies = self._dependencies(members)
        inside = set(members)
        leaving = self._leaving(inside)
        aside: dict[str, list[Wire]] = defaultdict(list)
        for wire in leaving:
            if wire.into in _ASIDE:
                aside[wire.box].append(wire)
        steps: list[PlannedStep] = []
        for name in self._sorted(members, dependencies):
            steps += [PlannedStep(w.box, w) for w in aside[name]]
            steps.append(PlannedStep(name))
        late = [w for w in leaving if w.into in _ASIDE and w.box not in inside]
        ports = [w for w in leaving if w.into is Into.PORT]
        ports.sort(key=lambda wire: self._order[wire.box])
        return (*steps, *(PlannedStep(wire.box, wire) for wire in (*late, *ports)))

    def _members(self) -> list[str]:
        """Return the boxes reached over first-inlet cables, stopping at other roots."""
        found: dict[str, None] = {}
        ahead = deque(w.box for w in self._outgoing[self._root.box] if self._hot_from_root(w))
        while ahead:
            name = ahead.popleft()
            if name in found:
                continue
            found[name] = None
            if not is_root(self._boxes[name]):
                ahead += [w.box for w in self._outgoing[name] if w.into is Into.HOT]
        return list(found)

    def _hot_from_root(self, wire: Wire) -> bool:
        return wire.into is Into.HOT and wire.source == self._root

    def _leaving(self, inside: set[str]) -> list[Wire]:
        """Return the wires out of the root and of the island's members, in patch order."""
        wires = [w for w in self._outgoing[self._root.box] if w.source == self._root]
        for name in inside:
            if not is_root(self._boxes[name]):
                wires += self._outgoing[name]
        wires.sort(key=lambda wire: self._patch_order[id(wire)])
        return wires

    def _dependencies(self, members: list[str]) -> dict[str, set[str]]:
        """Map each member to the members that must be called before it in the same tick."""
        inside = set(members)
        dependencies: dict[str, set[str]] = {name: set() for name in members}
        for name in members:
            if _is_deferred(self._boxes[name]):
                continue
            for wire in self._outgoing[name]:
                if wire.box in inside and wire.into is not Into.PORT:
                    dependencies[wire.box].add(name)
        return dependencies

    def _sorted(self, members: list[str], dependencies: dict[str, set[str]]) -> list[str]:
        """Return the members, each after those it depends on, else in the order of the patch."""
        needed_by: dict[str, list[str]] = defaultdict(list)
        for name, needs in dependencies.items():
            for need in needs:
                needed_by[need].append(name)
        waits_for = {name: len(dependencies[name]) for name in members}
        ready = [(self._order[name], name) for name in members if not waits_for[name]]
        heapq.heapify(ready)
        done: list[str] = []
        while ready:
            _, name = heapq.heappop(ready)
            done.append(name)
            for after in needed_by[name]:
                waits_for[after] -= 1
                if not waits_for[after]:
                    heapq.heappush(ready, (self._order[after], after))
        if len(done) < len(members):
            left = sorted({*members} - {*done}, key=lambda name: self._order[name])
            raise Cycle(_find_cycle(left, dependencies))
        return done


def _is_deferred(planned: PlannedBox) -> bool:
    """Whether a box never answers within the tick in which it is called."""
    return isinstance(planned.box, Node) and (planned.box.lane or planned.box.breaks_cycle)


def _find_cycle(left: list[str], dependencies: dict[str, set[str]]) -> list[str]:
    """Follow the dependencies until a box repeats, and return that cycle."""
    remaining = set(left)
    path = {left[0]: None}
    last = left[0]
    while True:
        last = min(dependencies[last] & remaining)
        if last in path:
            names = list(path)
            return [last, *reversed(names[names.index(last) :])]
        path[last] = None
