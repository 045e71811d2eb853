"""Parse ``deadline``, and the order in which boxes degrade to keep it.

    deadline = "40 ms"
    give_way = ["painting.every", "painting.size", "pose"]

``every`` answers every 2nd, 3rd, 4th picture; any other word is a parameter that declares lighter
values. A box name alone stands for all its degradable properties, in this order: rate, size,
network. Without ``give_way``, all boxes that work on pictures are used, in the same order, the
slowest box first within each kind.

Why never sound: a picture that stutters is a blemish, sound that stutters ends the music.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.core.clock import ns
from engine.core.errors import ParameterError, Problem, as_written
from engine.core.kinds import KINDS, Kind
from engine.core.messages import Ns
from engine.core.nearest import nearest
from engine.core.node import Node
from engine.core.parameter import AUTO, Parameter, read_parameters, seconds
from engine.core.signature import in_words
from engine.patch.build import inlets_of
from engine.patch.load import Document
from engine.patch.plan import Deadline, Degradable, Into, PlannedBox, Wire

EVERY = "every"
SKIPS = (2, 3, 4)
"""Degradation steps of ``every``: one picture in N is answered."""

_EXPECTED = 'expected a list such as ["painting.every", "painting.size"]'


class DeadlineParser:
    """Parses both keys of one patch; errors are in ``problems``."""

    def __init__(
        self, document: Document, boxes: Mapping[str, PlannedBox], wires: list[Wire]
    ) -> None:
        self._document = document
        self._boxes = boxes
        self._cabled = {(wire.box, wire.name) for wire in wires if wire.into is Into.PARAMETER}
        self.problems: list[Problem] = []

    def read(self) -> Deadline | None:
        """Return the deadline with its degradation order, or None when the patch has none."""
        tables = self._document.tables
        within = self._within(tables["deadline"]) if "deadline" in tables else None
        if "give_way" in tables:
            if "deadline" not in tables:
                self._report("give_way", 'needs "deadline", such as deadline = "40 ms"')
            order = tuple(self._read_order(tables["give_way"]))
        else:
            order = tuple(self._default_order()) if within else ()
            if within and not order:
                self._report("deadline", "no box here works on pictures, so none can give way")
        return Deadline(within, order, "give_way" not in tables) if within else None

    def _within(self, value: object) -> Ns | None:
        try:
            within = ns(seconds(value))
        except ParameterError as error:
            self._report("deadline", str(error))
            return None
        if within <= 0:
            self._report("deadline", f"expected a time above 0, got {as_written(value)}")
        return within

    def _read_order(self, value: object) -> Iterator[Degradable]:
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            self._report("give_way", f"{_EXPECTED}, got {as_written(value)}")
            return
        order: list[Degradable] = []
        for one in value:
            try:
                order += self._read_entry(one)
            except ParameterError as error:
                self._report("give_way", str(error))
        for degradable in dict.fromkeys(order):
            if order.count(degradable) > 1:
                self._report("give_way", f"{degradable} stands here twice")
            yield degradable

    def _read_entry(self, entry: str) -> list[Degradable]:
        """Return what one entry of ``give_way`` names. Raise ParameterError without any."""
        box, dot, what = entry.partition(".")
        planned = self._boxes.get(box)
        if planned is None or planned.hidden:
            shown = [name for name, each in self._boxes.items() if not each.hidden]
            raise ParameterError(f'there is no box "{box}".{nearest(box, shown)}')
        if not _can_degrade(planned):
            raise ParameterError(f'"{box}" {_why_not_degradable(planned)}')
        if not dot:
            return self._all_degradable(box, planned)
        if what == EVERY:
            return [Degradable(box, EVERY, SKIPS)]
        return [self._parameter(box, planned, what)]

    def _parameter(self, box: str, planned: PlannedBox, what: str) -> Degradable:
        """Return a parameter's lighter values. Raise ParameterError when it has none."""
        known = {p.name: p for p in read_parameters(type(planned.box)).values() if p.param.lighter}
        if what not in known:
            words = (EVERY, *known)
            there = f" There is: {', '.join(words)}."
            raise ParameterError(f'{box} has no "{what}" to lower.{nearest(what, words) or there}')
        if (box, what) in self._cabled:
            raise ParameterError(f"{box}.{what} is played by a cable, so it cannot give way")
        lighter = _lighter(planned, known[what])
        if _is_auto(planned, known[what]):
            raise ParameterError(f'{box}.{what} is "{AUTO}", so it gives way by itself')
        if not lighter:
            raise ParameterError(f"{box}.{what} is the lightest there is")
        return Degradable(box, what, lighter)

    def _all_degradable(self, box: str, planned: PlannedBox) -> list[Degradable]:
        """Return every degradable property of a box: rate, size, network."""
        found = [Degradable(box, EVERY, SKIPS)]
        for name, parameter in read_parameters(type(planned.box)).items():
            lighter = _lighter(planned, parameter)
            if lighter and (box, name) not in self._cabled:
                found.append(Degradable(box, name, lighter))
        return sorted(found, key=_kind_order)

    def _default_order(self) -> list[Degradable]:
        seeing = {n: p for n, p in self._boxes.items() if not p.hidden and _can_degrade(p)}
        found = [
            degradable
            for name, planned in seeing.items()
            for degradable in self._all_degradable(name, planned)
        ]
        return sorted(found, key=_kind_order)

    def _report(self, key: str, message: str) -> None:
        self.problems.append(Problem(message, *self._document.place((key,)), key=key))


def _kind_order(degradable: Degradable) -> int:
    """Sort key: the least noticeable degradation first."""
    return ("how often", "how large", "which network").index(degradable.kind)


def _lighter(planned: PlannedBox, parameter: Parameter) -> tuple[Any, ...]:
    """Return the factors (0 to 1) of a number, or the choices lighter than the current one."""
    lighter = parameter.param.lighter
    if _is_auto(planned, parameter):
        return ()
    if not lighter or isinstance(lighter[0], float):
        return lighter
    now = planned.values.get(parameter.field, parameter.default)
    return lighter[lighter.index(now) + 1 :] if now in lighter else ()


def _is_auto(planned: PlannedBox, parameter: Parameter) -> bool:
    """Whether a number is chosen by the frame rate that its box is to hold."""
    return bool(parameter.param.ladder) and not planned.values.get(
        parameter.field, parameter.default
    )


def _accepted(planned: PlannedBox) -> tuple[Any, ...]:
    inlets = tuple(inlets_of(type(planned.box)))
    return inlets[0].accepts if inlets else ()


def _can_degrade(planned: PlannedBox) -> bool:
    """Whether a box runs on a lane and takes only kinds of which the newest counts."""
    takes = _accepted(planned)
    on_its_own = isinstance(planned.box, Node) and planned.box.lane
    return on_its_own and all(KINDS.get(kind) is Kind.LATEST for kind in takes)


def _why_not_degradable(planned: PlannedBox) -> str:
    takes = _accepted(planned)
    if any(KINDS.get(kind) is Kind.CONTIGUOUS for kind in takes):
        return "works on sound, and sound never gives way"
    if isinstance(planned.box, Node) and planned.box.lane:
        return f"takes {in_words(takes)}, of which nothing may be left out"
    return "takes no time to speak of; what runs a network on pictures can give way"
