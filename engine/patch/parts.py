"""Cut a patch that plays on several machines into the part of each.

A part is a patch of its own: the tables of the boxes that play on the machine, and for each box of
another machine whose messages they take a table that stands for it. It is compiled as any patch is.
Then what stands for other machines becomes one ``Arriving`` for each, and what others take from
here leaves by a ``Leaving`` for each: no more than one message for an outlet and a machine, however
many cables begin there. Stages of a cable, such as ``every``, belong to its end.

A chain with ``empty`` or ``on_loss`` says what becomes of a value when it is lost, so it plays
where the value is used: on every machine that takes it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from engine.core.kinds import is_picture, members
from engine.patch.build import Find
from engine.patch.compile import compile_patch
from engine.patch.crossing import Arriving, Leaving, names_of, type_of
from engine.patch.islands import make_islands
from engine.patch.load import MACHINES, Document
from engine.patch.machines import HOME, MACHINE, PICTURES, MachineSpec
from engine.patch.on_beat import ELSEWHERE
from engine.patch.part import Departure, Part
from engine.patch.plan import Into, Outlet, Plan, PlannedBox, Wire, group_of

_CHAIN: Final = ("empty", "on_loss", "then", "on_beat")
_FOLLOWS: Final = ("empty", "on_loss")
"""Keys by which a chain belongs to where its value is used."""


ALL: Final = "*"
"""In place of the names of machines: all of them."""


def arriving_name(machine: str) -> str:
    """Return the name of the box by which messages of a machine arrive; no patch can have it."""
    return f"from {machine or HOME}"


def leaving_name(machine: str, pictures: bool = False) -> str:
    """Return the name of the box by which messages leave for a machine."""
    return f"{'pictures ' if pictures else ''}to {machine or HOME}"


@dataclass
class Crossings:
    """Which outlets of a whole plan are wanted on which machine other than their own.

    ``here`` are the machines whose boxes play at home. ``wanted`` maps each machine ("" is home) to
    the outlets that it takes from others, with the types they give; ``follows`` to the boxes whose
    chain plays there too.
    """

    whole: Plan
    here: frozenset[str] = frozenset()
    wanted: dict[str, dict[Outlet, Any]] = field(default_factory=lambda: defaultdict(dict))
    follows: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def __post_init__(self) -> None:
        self._into: dict[str, list[Wire]] = defaultdict(list)
        for wire in self.whole.wires:
            self._into[wire.box].append(wire)
        for name in self.whole.boxes:
            self._take(name, self.owner(name))

    @property
    def machines(self) -> list[str]:
        """The machines that play a part, home aside, in the order of the patch."""
        owners = dict.fromkeys(map(self.owner, self.whole.boxes))
        return [name for name in owners if name]

    def owner(self, name: str) -> str:
        """Return where a box plays, "" at home."""
        machine = self.whole.boxes[name].machine
        return "" if machine in self.here or ALL in self.here else machine

    def _take(self, name: str, machine: str) -> None:
        """Note what a box takes from other machines than the one that it plays on."""
        for wire in self._into[name]:
            source = wire.source
            if self.owner(source.box) == machine:
                continue
            group = group_of(source.box)
            if source.box != group and self._follows(group):
                if group not in self.follows[machine]:
                    self.follows[machine].add(group)
                    for link in self.whole.boxes:
                        if link.startswith(f"{group}/"):
                            self._take(link, machine)
            else:
                self.wanted[machine].setdefault(source, self._type(wire))

    def _follows(self, group: str) -> bool:
        return any(f"{group}/{key}" in self.whole.boxes for key in _FOLLOWS)

    def _type(self, wire: Wire) -> Any:
        """Return the type of the outlet that a wire begins at."""
        types = self.whole.gives.get(wire.source.box, {})
        return types.get(wire.source.name, object if wire.part else wire.carries)


def cut(crossings: Crossings, document: Document, machine: str) -> Part:
    """Return what one machine plays of a patch; "" is home."""
    whole = crossings.whole
    tables: dict[str, Any] = {"title": whole.title}
    if whole.private:
        tables["privacy"] = True
    tables |= _deadline(crossings, document, machine)
    stand_ins = _stand_ins(crossings, document, machine)
    for name, table in document.tables.items():
        if not isinstance(table, dict) or name == MACHINES or name not in whole.boxes:
            continue
        if crossings.owner(name) == machine:
            tables[name] = {key: value for key, value in table.items() if key != MACHINE}
        elif name in stand_ins:
            tables[name] = stand_ins[name]
    return Part(machine, tables, tuple(departures(crossings, machine)))


def _deadline(crossings: Crossings, document: Document, machine: str) -> dict[str, Any]:
    """Return the deadline, and what of this machine gives way; nothing where nothing does."""
    deadline = crossings.whole.deadline
    order = deadline.order if deadline else ()
    if not any(crossings.owner(each.box) == machine for each in order):
        return {}
    found = {"deadline": document.tables["deadline"]}
    if "give_way" in document.tables:
        found["give_way"] = [
            entry
            for entry in document.tables["give_way"]
            if crossings.owner(entry.partition(".")[0]) == machine
        ]
    return found


def _stand_ins(crossings: Crossings, document: Document, machine: str) -> dict[str, dict[str, Any]]:
    """Return by name the tables that stand for boxes of other machines."""
    found: dict[str, dict[str, Any]] = {}
    for outlet, carried in crossings.wanted[machine].items():
        name = group_of(outlet.box)
        written = document.tables[name]
        if name not in found:
            known = crossings.whole.gives.get(outlet.box, {})
            found[name] = {
                "use": f"{ELSEWHERE}{written['use']}",
                "of": crossings.owner(name),
                "gives": {each: names_of(kind) for each, kind in known.items()},
            }
            if name in crossings.follows[machine]:
                found[name] |= {key: written[key] for key in _CHAIN if key in written}
        found[name]["gives"].setdefault(outlet.name, names_of(carried))
    return found


def departures(crossings: Crossings, machine: str) -> Iterator[Departure]:
    """Yield what leaves a machine; for each other machine first what is read there, and then what
    calls boxes there, so that those see all that belongs to one moment."""
    whole = crossings.whole
    for to, wanted in crossings.wanted.items():
        ends = [wire for wire in whole.wires if crossings.owner(wire.box) == to]
        calls = {wire.source for wire in ends if _calls(whole, wire)}
        mine = [outlet for outlet in wanted if crossings.owner(outlet.box) == machine]
        for outlet in sorted(mine, key=lambda each: each in calls):
            carried = wanted[outlet]
            pictures = _pictures(whole, machine, to) if _shows(carried) else ""
            if pictures == PICTURES[-1]:
                continue
            kinds = tuple(names_of(carried))
            yield Departure(to, outlet.box, outlet.name, _port(outlet), kinds, pictures)


def _calls(whole: Plan, wire: Wire) -> bool:
    """Whether a cable ends where it calls a box or leaves, and not where it is only read."""
    while whole.boxes[wire.box].hidden:
        further = next((each for each in whole.wires if each.source.box == wire.box), None)
        if further is None:
            return True
        wire = further
    return wire.into not in (Into.COLD, Into.PARAMETER)


def _port(outlet: Outlet) -> str:
    """Return what messages of an outlet go by between machines."""
    return str(Outlet(group_of(outlet.box), outlet.name))


def _pictures(whole: Plan, *ends: str) -> str:
    """Return how pictures go between two machines: the one of them that says less has its way."""
    specs = (whole.machines.get(end, MachineSpec(end)) for end in ends if end)
    words = [each.pictures for each in specs]
    return next((word for word in ("none", "jpeg") if word in words), "raw")


def _shows(carried: Any) -> bool:
    return any(isinstance(one, type) and is_picture(one) for one in members(carried))


# From a part to a plan.


def compile_part(part: Part, document: Document, find: Find) -> Plan:
    """Return the Plan of a part; ``document`` has its tables. Raise PatchError, UnknownKind."""

    def find_here(use: str) -> Any:
        return Arriving if use.startswith(ELSEWHERE) else find(use)

    plan = compile_patch(document, find_here)
    arriving = {n: box for n, box in plan.boxes.items() if isinstance(box.box, Arriving)}
    boxes = {n: box for n, box in plan.boxes.items() if n not in arriving}
    wires = [_from_machine(wire, arriving) for wire in plan.wires]
    begin = dict(_arrivals(wires, arriving))
    end, leaving = _leave(part.departures)
    wires += leaving
    boxes = {**begin, **boxes, **end}
    return replace(
        plan,
        boxes=boxes,
        wires=tuple(wires),
        islands=make_islands(boxes, wires),
        warnings=(),
    )


def _machine_of(planned: PlannedBox) -> str:
    assert isinstance(planned.box, Arriving)
    return planned.box.of


def _from_machine(wire: Wire, arriving: Mapping[str, PlannedBox]) -> Wire:
    """Return a wire that begins at what stands for another machine."""
    if wire.source.box not in arriving:
        return wire
    name = arriving_name(_machine_of(arriving[wire.source.box]))
    return replace(wire, source=Outlet(name, str(wire.source)))


def _arrivals(
    wires: Iterable[Wire], arriving: Mapping[str, PlannedBox]
) -> Iterator[tuple[str, PlannedBox]]:
    """Yield for each other machine the box by which its messages arrive."""
    gives: dict[str, dict[str, list[str]]] = defaultdict(dict)
    taken = {wire.source.name for wire in wires}
    for name, planned in arriving.items():
        assert isinstance(planned.box, Arriving)
        for outlet, kinds in planned.box.gives.items():
            if (port := str(Outlet(name, outlet))) in taken:
                gives[planned.box.of][port] = kinds
    for machine, found in gives.items():
        values: dict[str, Any] = {"of": machine, "gives": found}
        name = arriving_name(machine)
        yield name, PlannedBox(name, "elsewhere", Arriving(**values), values)


def _leave(
    departures: Iterable[Departure],
) -> tuple[dict[str, PlannedBox], list[Wire]]:
    """Return the boxes by which messages leave, and the wires into them."""
    boxes: dict[str, PlannedBox] = {}
    wires = []
    for each in departures:
        name = leaving_name(each.to, bool(each.pictures))
        if name not in boxes:
            values: dict[str, Any] = {"to": each.to, "pictures": each.pictures}
            boxes[name] = PlannedBox(name, "elsewhere", Leaving(**values), values)
        source, carries = Outlet(each.box, each.outlet), type_of(list(each.kinds))
        wires.append(Wire(source, "", name, Into.PORT, each.name, carries))
    return boxes, wires


def project(whole: Plan, document: Document, find: Find, here: frozenset[str]) -> Plan:
    """Return what home plays of a patch; the whole, where all of it plays at home.

    ``here`` are the machines whose boxes play at home too.
    """
    crossings = Crossings(whole, here)
    if not crossings.machines:
        return replace(whole, whole=whole, here=here, parts=_parts(whole, document, here))
    part = cut(crossings, document, "")
    plan = compile_part(part, replace(document, tables=part.tables), find)
    return replace(
        plan,
        texts=whole.texts,
        said=whole.said,
        warnings=whole.warnings,
        machines=whole.machines,
        whole=whole,
        here=here,
        parts=_parts(whole, document, here),
        aliases={
            outlet: Outlet(arriving_name(crossings.owner(outlet.box)), _port(outlet))
            for outlet in crossings.wanted[""]
        },
    )


def _parts(whole: Plan, document: Document, here: frozenset[str]) -> dict[str, Part]:
    """Return what each machine plays when it joins, while the others are where they are now."""
    if ALL in here:
        return {}
    found = {}
    for name in dict.fromkeys(box.machine for box in whole.boxes.values() if box.machine):
        crossings = Crossings(whole, here - {name})
        found[name] = cut(crossings, document, name)
    return found
