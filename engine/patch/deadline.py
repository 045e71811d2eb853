"""What a patch says of time: ``deadline``, and the order in which boxes give way to keep it.

    deadline = "40 ms"
    give_way = ["painting.every", "painting.size", "pose"]

``every`` answers every 2nd, 3rd, 4th picture; any other word is a parameter whose box says to which
lighter values it gives way. A box alone stands for all that it has, in this order: how often, how
large, which network. Without ``give_way`` all boxes that work on pictures are asked, in that order
too, of each kind the slowest first.

Why never sound: a painting that stutters is a pity, a voice that stutters is the end of the music.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.core.clock import ns
from engine.core.errors import ParameterError, Problem, as_written, nearest
from engine.core.kinds import KINDS, Kind
from engine.core.messages import Ns
from engine.core.node import Node
from engine.core.parameter import Parameter, read_parameters, seconds
from engine.core.signature import in_words
from engine.patch.build import inlets_of
from engine.patch.load import Document
from engine.patch.plan import Deadline, Degradable, Into, PlannedBox, Wire

EVERY = "every"
SKIPS = (2, 3, 4)
"""Of how many pictures one is answered, step by step."""

_EXPECTED = 'expected a list such as ["painting.every", "painting.size"]'


class DeadlineParser:
    """Reads both words of one patch; what is wrong with them is in ``problems``."""

    def __init__(
        self, document: Document, boxes: Mapping[str, PlannedBox], wires: list[Wire]
    ) -> None:
        self._document = document
        self._boxes = boxes
        self._cabled = {(wire.box, wire.name) for wire in wires if wire.into is Into.PARAMETER}
        self.problems: list[Problem] = []

    def read(self) -> Deadline | None:
        """Give the deadline with what gives way; None where the patch has none."""
        said = self._document.tables
        within = self._within(said["deadline"]) if "deadline" in said else None
        if "give_way" in said:
            if "deadline" not in said:
                self._complain("give_way", 'needs "deadline", such as deadline = "40 ms"')
            order = tuple(self._as_written(said["give_way"]))
        else:
            order = tuple(self._by_kind()) if within else ()
            if within and not order:
                self._complain("deadline", "no box here works on pictures, so none can give way")
        return Deadline(within, order, "give_way" not in said) if within else None

    def _within(self, said: object) -> Ns | None:
        try:
            within = ns(seconds(said))
        except ParameterError as error:
            self._complain("deadline", str(error))
            return None
        if within <= 0:
            self._complain("deadline", f"expected a time above 0, got {as_written(said)}")
        return within

    def _as_written(self, said: object) -> Iterator[Degradable]:
        if not isinstance(said, list) or not all(isinstance(one, str) for one in said):
            self._complain("give_way", f"{_EXPECTED}, got {as_written(said)}")
            return
        order: list[Degradable] = []
        for one in said:
            try:
                order += self._of(one)
            except ParameterError as error:
                self._complain("give_way", str(error))
        for giving in dict.fromkeys(order):
            if order.count(giving) > 1:
                self._complain("give_way", f"{giving} stands here twice")
            yield giving

    def _of(self, said: str) -> list[Degradable]:
        """Give what one entry names; raises ParameterError."""
        box, dot, what = said.partition(".")
        planned = self._boxes.get(box)
        if planned is None or planned.hidden:
            shown = [name for name, each in self._boxes.items() if not each.hidden]
            raise ParameterError(f'there is no box "{box}".{nearest(box, shown)}')
        if not _sees(planned):
            raise ParameterError(f'"{box}" {_why_not(planned)}')
        if not dot:
            return self._all_of(box, planned)
        if what == EVERY:
            return [Degradable(box, EVERY, SKIPS)]
        return [self._parameter(box, planned, what)]

    def _parameter(self, box: str, planned: PlannedBox, what: str) -> Degradable:
        """Give by which values a parameter gives way; raises ParameterError where by none."""
        known = {p.name: p for p in read_parameters(type(planned.box)).values() if p.param.lighter}
        if what not in known:
            words = (EVERY, *known)
            there = f" There is: {', '.join(words)}."
            raise ParameterError(f'{box} has no "{what}" to lower.{nearest(what, words) or there}')
        if (box, what) in self._cabled:
            raise ParameterError(f"{box}.{what} is played by a cable, so it cannot give way")
        lighter = _lighter(planned, known[what])
        if not lighter:
            raise ParameterError(f"{box}.{what} is the lightest there is")
        return Degradable(box, what, lighter)

    def _all_of(self, box: str, planned: PlannedBox) -> list[Degradable]:
        """Give all that a box has: how often, how large, which network."""
        found = [Degradable(box, EVERY, SKIPS)]
        for name, parameter in read_parameters(type(planned.box)).items():
            lighter = _lighter(planned, parameter)
            if lighter and (box, name) not in self._cabled:
                found.append(Degradable(box, name, lighter))
        return sorted(found, key=_kind)

    def _by_kind(self) -> list[Degradable]:
        seeing = {n: p for n, p in self._boxes.items() if not p.hidden and _sees(p)}
        found = [
            giving for name, planned in seeing.items() for giving in self._all_of(name, planned)
        ]
        return sorted(found, key=_kind)

    def _complain(self, key: str, message: str) -> None:
        self.problems.append(Problem(message, *self._document.place((key,)), key=key))


def _kind(giving: Degradable) -> int:
    """Order by what is missed least."""
    return ("how often", "how large", "which network").index(giving.kind)


def _lighter(planned: PlannedBox, parameter: Parameter) -> tuple[Any, ...]:
    """Give the parts of a number, or the texts that are lighter than the one at hand."""
    lighter = parameter.param.lighter
    if not lighter or isinstance(lighter[0], float):
        return lighter
    now = planned.values.get(parameter.field, parameter.default)
    return lighter[lighter.index(now) + 1 :] if now in lighter else ()


def _takes(planned: PlannedBox) -> tuple[Any, ...]:
    inlets = tuple(inlets_of(type(planned.box)))
    return inlets[0].accepts if inlets else ()


def _sees(planned: PlannedBox) -> bool:
    """Tell whether a box runs on a thread of its own on what only the newest counts of."""
    takes = _takes(planned)
    on_its_own = isinstance(planned.box, Node) and planned.box.lane
    return on_its_own and all(KINDS.get(kind) is Kind.LATEST for kind in takes)


def _why_not(planned: PlannedBox) -> str:
    takes = _takes(planned)
    if any(KINDS.get(kind) is Kind.CONTIGUOUS for kind in takes):
        return "works on sound, and sound never gives way"
    if isinstance(planned.box, Node) and planned.box.lane:
        return f"takes {in_words(takes)}, of which nothing may be left out"
    return "takes no time to speak of; what runs a network on pictures can give way"
