"""Connect the boxes: resolve where each cable begins, insert its stages, check its types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from engine.core.errors import ParameterError, Problem, UnknownName, nearest
from engine.core.node import Node
from engine.core.parameter import Parameter, read_parameters
from engine.core.signature import converter, fits, in_words, needs_trigger, read_signature, settable
from engine.core.sink import Sink
from engine.patch.build import Builder, inlets_of
from engine.patch.cables import WAY, Cable, CableStage
from engine.patch.load import Document
from engine.patch.outlet_types import Begin, OutletTypes
from engine.patch.parse import BoxSpec, PatchSpec
from engine.patch.plan import Into, PlannedBox, Wire

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
        self._laid: set[str] = set()
        self._outlets = OutletTypes(boxes, self._carried_into)
        self.wires: list[Wire] = []
        self.problems: list[Problem] = []

    def lay(self, written: BoxSpec) -> None:
        """Connect all cables that end in one box. A second call for the same box does nothing."""
        planned = self._boxes.get(written.name)
        if planned is None or written.name in self._laid:
            return
        self._laid.add(written.name)
        if isinstance(planned.box, Sink):
            self._lay_ports(written, planned, planned.box)
        elif isinstance(planned.box, Node):
            self._lay_inlets(written, planned)
        parameters = read_parameters(type(planned.box))
        for key, cable in written.cables.items():
            if key == "on" or key in parameters:
                self._lay_parameter(written.name, key, parameters.get(key), cable)
            elif "." in key:
                self._lay_part(written.name, key, parameters, cable)

    def _lay_inlets(self, written: BoxSpec, planned: PlannedBox) -> None:
        hot, *cold = inlets_of(type(planned.box))
        if not written.cables.keys() & {"from", hot.name} and "from" not in written.said:
            self._complain_of(written, f'needs "from": which box gives it {in_words(hot.accepts)}')
        if "from" in written.cables and hot.name in written.cables:
            message = 'is the first input, which "from" feeds already: one of them is too many'
            self._complain(written.cables[hot.name], message)
        for inlet in (hot, *cold):
            cable = written.cables.get(inlet.name)
            if inlet is hot:
                cable = written.cables.get("from", cable)
            if cable is None:
                if inlet is not hot and inlet.waits and inlet.name not in planned.constants:
                    message = f'needs "{inlet.name}": {in_words(inlet.accepts)}, or a cable'
                    self._complain_of(written, message)
                continue
            into = Into.HOT if inlet is hot else Into.COLD
            self._lay(cable, inlet.accepts, written.name, into, inlet.name)

    def _lay_parameter(self, box: str, key: str, parameter: Parameter | None, cable: Cable) -> None:
        accepts = settable(parameter.type) if parameter else (bool,)
        if accepts:
            self._lay(cable, accepts, box, Into.PARAMETER, key)
        elif parameter:
            self._complain(cable, f"takes {parameter.expected()}, which no cable carries")

    def _lay_part(
        self, box: str, key: str, parameters: Mapping[str, Parameter], cable: Cable
    ) -> None:
        whole, _, part = key.partition(".")
        try:
            self._lay_parameter(box, key, parameters[whole].part(part), cable)
        except ParameterError as error:
            self._complain(cable, str(error))

    def _lay_ports(self, written: BoxSpec, planned: PlannedBox, sink: Sink) -> None:
        ports = list(written.ports)
        if "from" in written.cables:
            ports.append((PORT, written.cables["from"]))
        if not ports and not written.said & {"send", "from"}:
            self._complain_of(written, 'sends nothing: it needs "send" or "from"')
        for port, cable in ports:
            try:
                accepts = sink.accepts(port)
            except (UnknownName, ParameterError) as error:
                self._complain_of_port(cable, port, str(error))
                continue
            before = len(self.problems)
            options = self._options(sink.options(), cable)
            wire = self._lay(cable, accepts, planned.name, Into.PORT, port)
            if wire and len(self.problems) == before:
                self.wires[-1] = replace(wire, options=options)
                self._plug(sink, wire, cable, options)

    def _plug(self, sink: Sink, wire: Wire, cable: Cable, options: Any) -> None:
        port = wire.name
        try:
            sink.plug(port, wire.carries, options)
        except (ParameterError, UnknownName) as error:
            self._complain_of_port(cable, port, str(error))

    def _complain_of_port(self, cable: Cable, port: str, message: str) -> None:
        if port == PORT:
            self._complain(cable, 'takes no "from": what goes where is said by "send"')
        else:
            address = cable.path[2]
            said = message.removeprefix(f"{address}: ").removeprefix(f'"{address}": ')
            self._complain(cable, said)

    def _options(self, cls: type[Any] | None, cable: Cable) -> Any:
        """Return the options of a port as an instance of the class that its sink declares.

        A sink option named ``to`` receives the output range of the cable itself.
        """
        known = read_parameters(cls) if cls else {}
        values: dict[str, Any] = {"to": cable.to} if "to" in known and cable.to else {}
        for key, value in cable.options.items():
            if key not in known:
                words = ("from", "when", *WAY, *known)
                there = f" There is: {', '.join(words)}."
                message = f'a cable has no "{key}" here.{nearest(key, words) or there}'
                self._complain(cable, message, key)
                continue
            try:
                values[known[key].field] = known[key].from_patch(value)
            except ParameterError as error:
                self._complain(cable, str(error), key)
        return cls(**values) if cls else None

    def _lay(
        self, cable: Cable, accepts: tuple[Any, ...], box: str, into: Into, name: str
    ) -> Wire | None:
        if into is not Into.PORT:
            self._options(None, cable)
        begin = self._begin(cable)
        for stage in cable.stages:
            begin = self._put_on(begin, stage, cable, f"{box}.{name}")
        if begin and needs_trigger(begin[2], accepts):
            begin = self._put_on(begin, CableStage("trigger", {}), cable, f"{box}.{name}")
        if begin is None:
            return None
        outlet, part, carries = begin
        if not fits(carries, accepts):
            self._complain(
                cable,
                f'takes {in_words(accepts)}, but "{cable.origin}" gives {in_words((carries,))}',
            )
            return None
        wire = Wire(outlet, part, box, into, name, carries, converter(carries, accepts))
        self.wires.append(wire)
        return wire

    def _put_on(
        self, begin: Begin | None, stage: CableStage, cable: Cable, end: str
    ) -> Begin | None:
        """Insert a stage on a cable and return where the rest of the cable begins.

        Where the origin of the cable is unknown, the stage is still built, so that it is checked.
        """
        name = f"{end}/{stage.use}"
        written = BoxSpec(
            name, stage.use, cable.path, dict(stage.values), words=stage.words, hidden=True
        )
        planned = self._builder.build(written)
        if planned is None or begin is None:
            return None
        self._boxes[name] = planned
        outlet, part, carries = begin
        hot = read_signature(type(planned.box)).inlets[0]
        if not fits(carries, hot.accepts):
            says = next(iter(stage.values), next(iter(stage.words), "when"))
            says = stage.words.get(says, says)
            self._complain(
                cable,
                f'"{says}" works on {in_words(hot.accepts)}, '
                f'but "{cable.origin}" gives {in_words((carries,))}',
            )
            return None
        convert = converter(carries, hot.accepts)
        self.wires.append(Wire(outlet, part, name, Into.HOT, hot.name, carries, convert))
        return self._outlets.find(name, "")

    def _begin(self, cable: Cable) -> Begin | None:
        name, _, rest = cable.origin.partition(".")
        end = self._tables.ends.get(name)
        if end is None:
            hint = nearest(name, self._tables.ends)
            self._complain(cable, f'there is no box "{name}".{hint}')
            return None
        box = cable.origin if cable.direct else end
        if box not in self._boxes:
            return None  # its problem is already reported
        if isinstance(self._boxes[box].box, Sink):
            self._complain(cable, f'"{name}" is an output: nothing comes out of it')
            return None
        try:
            return self._outlets.find(box, rest)
        except (UnknownName, ParameterError) as error:
            self._complain(cable, f'"{name}": {error}')
            return None

    def _carried_into(self, box: str, inlet: str) -> Any:
        """Return the type carried into an inlet, connecting its box first if needed."""
        if box in self._tables.boxes:
            self.lay(self._tables.boxes[box])
        found = (w.carries for w in self.wires if w.box == box and w.name == inlet)
        return next(found, object)

    def _complain_of(self, written: BoxSpec, message: str) -> None:
        box, *path = written.path
        self.problems.append(self._document.problem(message, box, *path))

    def _complain(self, cable: Cable, message: str, *key: str) -> None:
        box, *path = (*cable.path, *key)
        problem = self._document.problem(message, box, *path)
        if problem not in self.problems:
            self.problems.append(problem)
