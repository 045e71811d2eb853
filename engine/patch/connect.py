"""Connect the boxes: find which cable ends where, in inlets, parameters and ports."""

from __future__ import annotations

import operator
from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import reduce
from typing import Any, Final, TypeVar

from engine.core.box_errors import anything_raised
from engine.core.errors import ParameterError, Problem, SensoriumError, tell_error
from engine.core.event_inlets import read_event_inlets
from engine.core.landmarks import Landmarks
from engine.core.messages import Detections, Trigger
from engine.core.node import Node
from engine.core.parameter import Parameter, parameters_of
from engine.core.signature import (
    NUMBERS,
    Inlet,
    in_words,
    read_signature,
    settable,
)
from engine.core.sink import Filling, Sink
from engine.patch.build import Builder, inlets_of
from engine.patch.cables import THROTTLE, VALUE, Cable
from engine.patch.lay_cables import CableLayer
from engine.patch.load import Document
from engine.patch.outlet_types import OutletTypes
from engine.patch.parse import BoxSpec, PatchSpec
from engine.patch.plan import FEEDS, MORE, Into, PlannedBox, Wire

PORT = "in"
"""The port name of a sink whose only input is given by "from"."""
_LANDMARKS_AND_THINGS: Final = (
    "people and things do not go by one cable: each have numbers of their own, so who is who would "
    "not be known; give each a box of its own"
)


class Connector:
    """Connects the cables of a patch; adds their stages to ``boxes``."""

    def __init__(
        self, document: Document, tables: PatchSpec, boxes: dict[str, PlannedBox], builder: Builder
    ) -> None:
        self._document = document
        self._tables = tables
        self._boxes = boxes
        self._builder = builder
        self._connected: set[str] = set()
        self._outlets = OutletTypes(boxes, self._carried_into)
        self._cables = CableLayer(document, tables, boxes, builder, self._outlets)

    @property
    def wires(self) -> list[Wire]:
        """The wires that were laid so far."""
        return self._cables.wires

    @property
    def problems(self) -> list[Problem]:
        """What was wrong with cables so far."""
        return self._cables.problems

    def gives(self, box: str) -> tuple[Any, ...]:
        """Return the types that a box gives, once everything is connected."""
        return tuple(self._outlets.types_of(box).values())

    def types_of(self, box: str) -> Mapping[str, Any]:
        """Return the types of a box's outlets by name, once everything is connected."""
        return {} if isinstance(self._boxes[box].box, Sink) else self._outlets.types_of(box)

    def connect(self, spec: BoxSpec) -> None:
        """Connect all cables that end in one box. A second call for the same box does nothing.

        What a box gives may depend on what it takes, so boxes upstream of such a one come first.
        """
        for each in reversed(self._typed_upstream(spec)):
            self._connect(each)

    def _typed_upstream(self, spec: BoxSpec) -> list[BoxSpec]:
        """Return a box, and what must be connected before its types are known, nearest first.

        Why not left to the recursion by which types are found: a chain may be longer than that.
        """
        found: dict[str, BoxSpec] = {}
        ahead = [spec]
        while ahead:
            each = ahead.pop()
            if each.name in found or each.name in self._connected:
                continue
            found[each.name] = each
            ports = (cable for _, cable in each.ports)
            for cable in (*each.cables.values(), *each.more, *ports):
                origin = cable.origin.partition(".")[0]
                name = cable.origin if cable.direct else self._tables.ends.get(origin, "")
                planned = self._boxes.get(name)
                if planned is not None and name in self._tables.boxes and _takes_type(planned):
                    ahead.append(self._tables.boxes[name])
        return list(found.values())

    def _connect(self, spec: BoxSpec) -> None:
        planned = self._boxes.get(spec.name)
        if planned is None or spec.name in self._connected:
            return
        self._connected.add(spec.name)
        if isinstance(planned.box, Sink):
            self._connect_ports(spec, planned, planned.box)
        elif isinstance(planned.box, Node):
            self._connect_inlets(spec, planned, planned.box)
        parameters = parameters_of(planned.box)
        inlets = {inlet.name for inlet in inlets_of(type(planned.box))}
        for key, cable in spec.cables.items():
            if key in inlets:
                continue
            if key == "on" or key in parameters:
                self._connect_parameter(spec.name, key, parameters.get(key), cable)
            elif "." in key:
                self._connect_part(spec.name, key, parameters, cable)

    def _connect_inlets(self, spec: BoxSpec, planned: PlannedBox, node: Node) -> None:
        hot, *cold = inlets_of(type(planned.box))
        events = read_event_inlets(type(planned.box))
        parameters = parameters_of(planned.box)
        needs = self._needs(spec, node)
        is_fed = spec.cables.keys() & {"from", hot.name} or "from" in spec.keys_written
        if hot.waits and not is_fed:
            self._report_box(spec, f'needs "from": which box gives it {in_words(hot.accepts)}')
        if "from" in spec.cables and hot.name in spec.cables:
            message = 'is the first input, which "from" feeds already: one of them is too many'
            self._cables.report(spec.cables[hot.name], message)
        for inlet in (hot, *cold):
            cable = spec.cables.get(inlet.name)
            if inlet is hot:
                cable = spec.cables.get("from", cable)
            if cable is None:
                waits = inlet is not hot and (inlet.waits or inlet.name in needs)
                if waits and inlet.name not in {*planned.constants, *planned.values}:
                    only = inlet.name in events and inlet.name not in parameters
                    how = "by a cable" if only else "or a cable"
                    message = f'needs "{inlet.name}": {in_words(inlet.accepts)}, {how}'
                    self._report_box(spec, message)
                continue
            into = Into.HOT if inlet is hot else Into.COLD
            if inlet.name in events:
                into = Into.MORE if inlet.name == MORE else Into.EVENT
            held = inlet.name in parameters and not parameters[inlet.name].event
            sets = into is Into.EVENT and held
            first = Into.PARAMETER if sets else into
            wire = self._cables.lay(cable, inlet.accepts, spec.name, first, inlet.name)
            if wire and sets:  # the parameter is set, and then the box hears of it
                self._cables.add(replace(wire, into=into))
        if spec.more:
            self._connect_more(spec, events.get(MORE))

    def _connect_more(self, spec: BoxSpec, inlet: Inlet | None) -> None:
        """Connect the further cables of a list; of numbers of several types make one type."""
        if inlet is None:
            message = 'takes one cable; a box with use = "merge" makes one of several'
            self._cables.report(spec.more[0], message)
            return
        for count, cable in enumerate(spec.more, start=2 if MORE in spec.cables else 1):
            name = MORE if count == 1 else f"{MORE}#{count}"
            self._cables.lay(cable, inlet.accepts, spec.name, Into.MORE, name)
        fed = [place for place, wire in enumerate(self._cables.wires) if _feeds(wire, spec.name)]
        kinds = {self._cables.wires[place].carries for place in fed}
        if _any_is(Landmarks, kinds) and _any_is(Detections, kinds):
            self._cables.report(spec.more[0], _LANDMARKS_AND_THINGS)
        if len(kinds) > 1 and kinds <= {*NUMBERS}:
            for place in fed:
                wire = self._cables.wires[place] = replace(self._cables.wires[place], convert=float)
                self._cables.carried[wire.box, wire.name] = float

    def _needs(self, spec: BoxSpec, node: Node) -> Collection[str]:
        try:
            return node.needs()
        except anything_raised() as error:
            self._report_box(spec, tell_error(error))
            return ()

    def _connect_parameter(
        self, box: str, key: str, parameter: Parameter | None, cable: Cable
    ) -> None:
        accepts = settable(parameter.type) if parameter else (bool,)
        if accepts:
            self._cables.lay(cable, accepts, box, Into.PARAMETER, key)
        elif parameter:
            self._cables.report(cable, f"takes {parameter.expected()}, which no cable carries")

    def _connect_part(
        self, box: str, key: str, parameters: Mapping[str, Parameter], cable: Cable
    ) -> None:
        whole, _, part = key.partition(".")
        try:
            self._connect_parameter(box, key, parameters[whole].part(part), cable)
        except ParameterError as error:
            self._cables.report(cable, str(error))

    def _connect_ports(self, spec: BoxSpec, planned: PlannedBox, sink: Sink) -> None:
        ports = list(spec.ports)
        if "from" in spec.cables:
            ports.append((PORT, spec.cables["from"]))
        if not ports and not spec.keys_written & {"send", "from"}:
            self._report_box(spec, 'sends nothing: it needs "send" or "from"')
        for port, cable in ports:
            try:
                accepts, known = sink.accepts(port), sink.options()
            except anything_raised() as error:
                self._report_port(cable, port, error)
                continue
            before = len(self._cables.problems)
            if cable.named and sink.fills_args:
                wires = self._connect_message(cable, planned.name, port, known)
            else:
                wires = [
                    self._cables.lay(
                        *(cable, accepts, planned.name, Into.PORT, port),
                        known=known,
                        counts=sink.counts,
                    )
                ]
            for wire in wires:
                if wire and len(self._cables.problems) == before:
                    self._plug(sink, wire, cable)

    def _connect_message(
        self, cable: Cable, box: str, port: str, known: type[Any] | None
    ) -> list[Wire | None]:
        """Connect the cables that make one message; return their wires.

        It leaves whenever ``from`` or ``when`` says something. Where neither does, since ``from``
        only tells whose outputs the arguments name, it leaves whenever one of them does.
        """
        options, label = self._cables.options(known, cable), self._cables.label(known, cable)
        found = {mark: self._own_output(cable, each) for mark, each in cable.named}
        named = [(mark, each) for mark, each in found.items() if each is not None]
        own = any(found[mark] != each for mark, each in cable.named)
        whole = VALUE in cable.options["args"]
        speaks = bool(cable.origin) and (whole or cable.is_trigger or not own)
        ends = []
        if speaks:
            first = replace(cable if whole or cable.is_trigger else _throttled(cable), options={})
            ends.append((port, first, Filling(options, VALUE if whole else "", True), label))
        pace = (0.0, True) if speaks else self._pace(cable, f"{box}.{port}")
        for mark, each in named:
            shown = f"{label or port.partition('#')[0]} {mark.strip('{}')}"
            filling = Filling(options, mark, not speaks, *pace)
            ends.append((f"{port}#{mark}", each, filling, shown))
        return [self._connect_filling(box, *end) for end in ends]

    def _connect_filling(
        self, box: str, port: str, cable: Cable, filling: Filling, label: str
    ) -> Wire | None:
        """Connect one of the cables that make a message."""
        takes: tuple[Any, ...] = (*NUMBERS, str)
        if filling.mark in ("", VALUE):
            takes = (*takes, Trigger) if filling.mark else (object,)
        wire = self._cables.lay(cable, takes, box, Into.PORT, port)
        if wire:
            wire = self._cables.wires[-1] = replace(wire, options=filling, label=label)
        return wire

    def _pace(self, cable: Cable, end: str) -> tuple[float, bool]:
        """Return how often a message may leave, in s, and whether the last one does in any case."""
        for stage in _throttled(cable).stages:
            name, words = f"{end}/{stage.use}", stage.words
            spec = BoxSpec(name, stage.use, cable.path, dict(stage.values), words=words)
            if planned := self._builder.build(spec):
                return planned.values["time"], planned.values["last"]
        return 0.0, True

    def _own_output(self, cable: Cable, named: Cable) -> Cable | None:
        """Return a cable from an output of the box that ``from`` names, where it has such a one.

        None where there is neither such an output nor such a box.
        """
        name, _, rest = cable.origin.partition(".")
        end = self._tables.ends.get(name, "")
        planned = self._boxes.get(end)
        if planned is None or isinstance(planned.box, Sink):
            return named
        output = f"{rest}.{named.origin}" if rest else named.origin
        try:
            self._outlets.find(end, output)
        except anything_raised() as error:
            if named.origin.partition(".")[0] not in self._tables.ends:
                text = f'there is no box "{named.origin}"; "{cable.origin}": {tell_error(error)}'
                self._cables.report(named, text)
                return None
            return named
        return replace(named, origin=f"{name}.{output}")

    def _plug(self, sink: Sink, wire: Wire, cable: Cable) -> None:
        port = wire.name
        try:
            sink.plug(port, wire.carries, wire.options)
        except anything_raised() as error:
            self._report_port(cable, port, error)

    def _report_port(self, cable: Cable, port: str, error: BaseException) -> None:
        text = tell_error(error)
        if isinstance(error, SensoriumError):
            if port == PORT:
                text = 'takes no "from": what goes where is said by "send"'
            else:
                address = cable.path[2]
                text = text.removeprefix(f"{address}: ").removeprefix(f'"{address}": ')
        self._cables.report(cable, text)

    def _carried_into(self, box: str, inlets: Collection[str]) -> Any:
        """Return the type carried into inlets, connecting their box first if needed."""
        if box in self._tables.boxes:
            self.connect(self._tables.boxes[box])
        found = [
            carried
            for (end, name), carried in self._cables.carried.items()
            if end == box and name.partition("#")[0] in inlets
        ]
        return reduce(operator.or_, found) if found and object not in found else object

    def _report_box(self, spec: BoxSpec, message: str) -> None:
        box, *path = spec.path
        self._cables.problems.append(self._document.problem(message, box, *path))


def _throttled(cable: Cable) -> Cable:
    """Return a cable without its stages but those that limit how often something comes."""
    return replace(cable, stages=tuple(each for each in cable.stages if each.use == THROTTLE))


def _any_is(wanted: type, kinds: Collection[Any]) -> bool:
    return any(isinstance(kind, type) and issubclass(kind, wanted) for kind in kinds)


def _feeds(wire: Wire, box: str) -> bool:
    return wire.box == box and wire.into in FEEDS


def _takes_type(planned: PlannedBox) -> bool:
    """Whether the types that a box gives are those of what it takes."""
    if not isinstance(planned.box, Node):
        return False
    return any(
        isinstance(kind, TypeVar) for kind in read_signature(type(planned.box)).outlets.values()
    )
