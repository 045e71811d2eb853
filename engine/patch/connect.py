"""Connect the boxes: resolve where each cable begins, insert its stages, check its types."""

from __future__ import annotations

import operator
from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import reduce
from typing import Any, TypeVar

from engine.core.box_errors import anything_raised
from engine.core.errors import ParameterError, Problem, SensoriumError, tell_error
from engine.core.event_inlets import read_event_inlets
from engine.core.label import LABEL, read_label
from engine.core.messages import Trigger
from engine.core.nearest import nearest
from engine.core.node import Node
from engine.core.parameter import Parameter, parameters_of, read_parameters
from engine.core.signature import (
    NUMBERS,
    Inlet,
    converter,
    fits,
    in_words,
    needs_trigger,
    read_signature,
    settable,
)
from engine.core.sink import Filling, Sink
from engine.patch.build import HINTS, Builder, inlets_of
from engine.patch.cables import STAGE_KEYS, THROTTLE, VALUE, Cable, CableStage
from engine.patch.load import Document
from engine.patch.on_beat import read_on_beat
from engine.patch.outlet_types import Origin, OutletTypes
from engine.patch.parse import BoxSpec, PatchSpec
from engine.patch.plan import FEEDS, MORE, Into, PlannedBox, Wire
from engine.patch.switches import instead, is_held

PORT = "in"
"""The port name of a sink whose only input is given by "from"."""


class Connector:
    """Connects the cables of a patch; adds stages to ``boxes`` and errors to ``problems``."""

    def __init__(
        self, document: Document, tables: PatchSpec, boxes: dict[str, PlannedBox], builder: Builder
    ) -> None:
        self._document = document
        self._tables = tables
        self._boxes = boxes
        self._builder = builder
        self._connected: set[str] = set()
        self._carried: dict[tuple[str, str], Any] = {}
        self._reported: set[Problem] = set()
        self._outlets = OutletTypes(boxes, self._carried_into)
        self.wires: list[Wire] = []
        self.problems: list[Problem] = []

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
            self._report(spec.cables[hot.name], message)
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
            wire = self._connect_cable(cable, inlet.accepts, spec.name, first, inlet.name)
            if wire and sets:  # the parameter is set, and then the box hears of it
                self._add(replace(wire, into=into))
        if spec.more:
            self._connect_more(spec, events.get(MORE))

    def _connect_more(self, spec: BoxSpec, inlet: Inlet | None) -> None:
        """Connect the further cables of a list; of numbers of several types make one type."""
        if inlet is None:
            message = 'takes one cable; a box with use = "merge" makes one of several'
            self._report(spec.more[0], message)
            return
        for count, cable in enumerate(spec.more, start=2 if MORE in spec.cables else 1):
            name = MORE if count == 1 else f"{MORE}#{count}"
            self._connect_cable(cable, inlet.accepts, spec.name, Into.MORE, name)
        fed = [place for place, wire in enumerate(self.wires) if _feeds(wire, spec.name)]
        kinds = {self.wires[place].carries for place in fed}
        if len(kinds) > 1 and kinds <= {*NUMBERS}:
            for place in fed:
                wire = self.wires[place] = replace(self.wires[place], convert=float)
                self._carried[wire.box, wire.name] = float

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
            self._connect_cable(cable, accepts, box, Into.PARAMETER, key)
        elif parameter:
            self._report(cable, f"takes {parameter.expected()}, which no cable carries")

    def _connect_part(
        self, box: str, key: str, parameters: Mapping[str, Parameter], cable: Cable
    ) -> None:
        whole, _, part = key.partition(".")
        try:
            self._connect_parameter(box, key, parameters[whole].part(part), cable)
        except ParameterError as error:
            self._report(cable, str(error))

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
            before = len(self.problems)
            if cable.named and sink.fills_args:
                wires = self._connect_message(cable, planned.name, port, known)
            else:
                wires = [
                    self._connect_cable(
                        *(cable, accepts, planned.name, Into.PORT, port),
                        known=known,
                        counts=sink.counts,
                    )
                ]
            for wire in wires:
                if wire and len(self.problems) == before:
                    self._plug(sink, wire, cable)

    def _connect_message(
        self, cable: Cable, box: str, port: str, known: type[Any] | None
    ) -> list[Wire | None]:
        """Connect the cables that make one message; return their wires.

        It leaves whenever ``from`` or ``when`` says something. Where neither does, since ``from``
        only tells whose outputs the arguments name, it leaves whenever one of them does.
        """
        options, label = self._options(known, cable), self._label(known, cable)
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
        wire = self._connect_cable(cable, takes, box, Into.PORT, port)
        if wire:
            wire = self.wires[-1] = replace(wire, options=filling, label=label)
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
                self._report(named, text)
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
        self._report(cable, text)

    def _unit(self, cable: Cable, origin: Origin | None) -> str:
        """Return what the numbers on a cable count, as far as is known; "" once it scales them."""
        if origin is None or cable.to or origin[0].box not in self._boxes:
            return ""
        outlet, part, _ = origin
        return "" if part else self._boxes[outlet.box].box.UNITS.get(outlet.name, "")

    def _options(self, cls: type[Any] | None, cable: Cable, unit: str = "") -> Any:
        """Return the options of a port as an instance of the class that its sink declares.

        A sink option named ``to`` receives the output range of the cable itself, one named
        ``unit`` what its numbers count.
        """
        known = read_parameters(cls) if cls else {}
        given = {"to": cable.to, "unit": unit}
        values: dict[str, Any] = {key: one for key, one in given.items() if key in known and one}
        for key, value in cable.options.items():
            if key not in known:
                if key == LABEL:
                    continue
                words = ("from", "when", *STAGE_KEYS, LABEL, *known)
                there = f" There is: {', '.join(words)}."
                message = f'a cable has no "{key}" here.{nearest(key, words) or there}'
                self._report(cable, message, key)
                continue
            try:
                values[known[key].field] = known[key].from_patch(value)
            except ParameterError as error:
                self._report(cable, str(error), key)
        return cls(**values) if cls else None

    def _label(self, cls: type[Any] | None, cable: Cable) -> str:
        """Return what the patch calls a cable; where its sink has such an option, it is that."""
        if LABEL not in cable.options or (cls and LABEL in read_parameters(cls)):
            return ""
        try:
            return read_label(cable.options[LABEL])
        except ParameterError as error:
            self._report(cable, str(error), LABEL)
            return ""

    def _connect_cable(
        self,
        cable: Cable,
        accepts: tuple[Any, ...],
        box: str,
        into: Into,
        name: str,
        *,
        known: type[Any] | None = None,
        counts: bool = False,
    ) -> Wire | None:
        origin = self._find_origin(cable)
        unit = self._unit(cable, origin)
        options, label = self._options(known, cable, unit), self._label(known, cable)
        begins = origin[2] if origin else None
        for stage in cable.stages:
            if origin is None or not is_held(stage, cable, origin[2], accepts):
                origin = self._insert_stage(origin, stage, cable, f"{box}.{name}")
        if origin and needs_trigger(origin[2], accepts, counts=counts):
            origin = self._insert_stage(origin, CableStage("trigger", {}), cable, f"{box}.{name}")
        if origin is None:
            return None
        outlet, part, carries = origin
        if not fits(carries, accepts):
            self._report(
                cable,
                f'takes {in_words(accepts)}, but "{cable.origin}" gives {in_words((carries,))}'
                + (
                    self._other_outlet(cable, outlet.box, accepts)
                    or instead(cable, begins, carries, accepts)
                ),
            )
            return None
        convert = converter(carries, accepts)
        wire = Wire(outlet, part, box, into, name, carries, convert, options, label)
        self._add(wire)
        return wire

    def _other_outlet(self, cable: Cable, box: str, accepts: tuple[Any, ...]) -> str:
        """Return a hint at the one other outlet of a box that fits, "" without one."""
        if "." in cable.origin or cable.stages:
            return ""
        types = self._outlets.types_of(box)
        fitting = [name for name, carries in types.items() if name and fits(carries, accepts)]
        return f'; "{cable.origin}.{fitting[0]}" fits' if len(fitting) == 1 else ""

    def _add(self, wire: Wire) -> None:
        self.wires.append(wire)
        self._carried.setdefault((wire.box, wire.name), wire.carries)

    def _insert_stage(
        self, origin: Origin | None, stage: CableStage, cable: Cable, end: str
    ) -> Origin | None:
        """Insert a stage on a cable and return where the rest of the cable begins.

        Where the origin of the cable is unknown, the stage is still built, so that it is checked.
        """
        name = f"{end}/{stage.use}"
        spec = BoxSpec(
            name, stage.use, cable.path, dict(stage.values), words=stage.words, hidden=True
        )
        planned = self._builder.build(spec)
        if planned is None or origin is None:
            return None
        self._boxes[name] = planned
        outlet, part, carries = origin
        hot = read_signature(type(planned.box)).inlets[0]
        if not fits(carries, hot.accepts):
            key = next(iter(stage.values), next(iter(stage.words), "when"))
            key = stage.words.get(key, key)
            self._report(
                cable,
                f'"{key}" works on {in_words(hot.accepts)}, '
                f'but "{cable.origin}" gives {in_words((carries,))}',
            )
            return None
        convert = converter(carries, hot.accepts)
        self._add(Wire(outlet, part, name, Into.HOT, hot.name, carries, convert))
        if stage.line is not None:
            self._connect_grid(name, planned, stage.line, cable)
        return self._outlets.find(name, "")

    def _connect_grid(self, name: str, planned: PlannedBox, line: object, cable: Cable) -> None:
        """Connect a box that waits for the beat to its grid."""
        try:
            origins = read_on_beat(line, self._document.tables)
        except ParameterError as error:
            self._report(cable, str(error).removeprefix("on_beat: "), "on_beat")
            return
        inlets = read_event_inlets(type(planned.box))
        for inlet, origin in origins.items():
            accepts = inlets[inlet].accepts
            self._connect_cable(Cable(origin, cable.path), accepts, name, Into.EVENT, inlet)

    def _find_origin(self, cable: Cable) -> Origin | None:
        name, _, rest = cable.origin.partition(".")
        end = self._tables.ends.get(name)
        if not name:
            self._report(cable, 'needs "from" or "when": which box it comes from')
            return None
        if end is None:
            hint = nearest(name, self._tables.ends) if len(self.problems) < HINTS else ""
            self._report(cable, f'there is no box "{name}".{hint}')
            return None
        box = cable.origin if cable.direct else end
        if box not in self._boxes:
            return None  # its problem is already reported
        if isinstance(self._boxes[box].box, Sink):
            self._report(cable, f'"{name}" is an output: nothing comes out of it')
            return None
        try:
            return self._outlets.find(box, rest)
        except anything_raised() as error:
            self._report(cable, f'"{name}": {tell_error(error)}')
            return None

    def _carried_into(self, box: str, inlets: Collection[str]) -> Any:
        """Return the type carried into inlets, connecting their box first if needed."""
        if box in self._tables.boxes:
            self.connect(self._tables.boxes[box])
        found = [
            carried
            for (end, name), carried in self._carried.items()
            if end == box and name.partition("#")[0] in inlets
        ]
        return reduce(operator.or_, found) if found and object not in found else object

    def _report_box(self, spec: BoxSpec, message: str) -> None:
        box, *path = spec.path
        self.problems.append(self._document.problem(message, box, *path))

    def _report(self, cable: Cable, message: str, *key: str) -> None:
        box, *path = (*cable.path, *key)
        problem = self._document.problem(message, box, *path)
        if problem not in self._reported:
            self._reported.add(problem)
            self.problems.append(problem)


def _throttled(cable: Cable) -> Cable:
    """Return a cable without its stages but those that limit how often something comes."""
    return replace(cable, stages=tuple(each for each in cable.stages if each.use == THROTTLE))


def _feeds(wire: Wire, box: str) -> bool:
    return wire.box == box and wire.into in FEEDS


def _takes_type(planned: PlannedBox) -> bool:
    """Whether the types that a box gives are those of what it takes."""
    if not isinstance(planned.box, Node):
        return False
    return any(
        isinstance(kind, TypeVar) for kind in read_signature(type(planned.box)).outlets.values()
    )
