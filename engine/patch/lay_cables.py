"""Lay one cable: resolve where it begins, insert its stages, check its types."""

from __future__ import annotations

from typing import Any

from engine.core.box_errors import anything_raised
from engine.core.errors import ParameterError, Problem, tell_error
from engine.core.event_inlets import read_event_inlets
from engine.core.label import LABEL, read_label
from engine.core.nearest import nearest
from engine.core.parameter import read_parameters
from engine.core.signature import converter, fits, in_words, needs_trigger, read_signature
from engine.core.sink import Sink
from engine.patch.build import HINTS, Builder
from engine.patch.cables import STAGE_KEYS, Cable, CableStage
from engine.patch.load import Document
from engine.patch.on_beat import read_on_beat
from engine.patch.outlet_types import Origin, OutletTypes
from engine.patch.parse import BoxSpec, PatchSpec
from engine.patch.plan import Into, PlannedBox, Wire
from engine.patch.switches import instead, is_held


class CableLayer:
    """Lays the cables of a patch, one by one; adds their stages to ``boxes``.

    ``wires`` are what was laid, ``carried`` the types on them by the box and name of their end,
    ``problems`` what was wrong.
    """

    def __init__(
        self,
        document: Document,
        tables: PatchSpec,
        boxes: dict[str, PlannedBox],
        builder: Builder,
        outlets: OutletTypes,
    ) -> None:
        self._document = document
        self._tables = tables
        self._boxes = boxes
        self._builder = builder
        self._outlets = outlets
        self._reported: set[Problem] = set()
        self.wires: list[Wire] = []
        self.carried: dict[tuple[str, str], Any] = {}
        self.problems: list[Problem] = []

    def lay(
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
        """Lay a cable to an end that accepts some types; return its last wire, None with a problem.

        ``known`` is the class of the options that a sink has for its cables, ``counts`` whether
        each trigger counts for it.
        """
        origin = self._find_origin(cable)
        unit = self._unit(cable, origin)
        options, label = self.options(known, cable, unit), self.label(known, cable)
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
            self.report(
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
        self.add(wire)
        return wire

    def add(self, wire: Wire) -> None:
        """Add a wire that is laid."""
        self.wires.append(wire)
        self.carried.setdefault((wire.box, wire.name), wire.carries)

    def report(self, cable: Cable, message: str, *key: str) -> None:
        """Report what is wrong with a cable, or with a key of it; the same is reported once."""
        box, *path = (*cable.path, *key)
        problem = self._document.problem(message, box, *path)
        if problem not in self._reported:
            self._reported.add(problem)
            self.problems.append(problem)

    def options(self, cls: type[Any] | None, cable: Cable, unit: str = "") -> Any:
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
                self.report(cable, message, key)
                continue
            try:
                values[known[key].field] = known[key].from_patch(value)
            except ParameterError as error:
                self.report(cable, str(error), key)
        return cls(**values) if cls else None

    def label(self, cls: type[Any] | None, cable: Cable) -> str:
        """Return what the patch calls a cable; where its sink has such an option, it is that."""
        if LABEL not in cable.options or (cls and LABEL in read_parameters(cls)):
            return ""
        try:
            return read_label(cable.options[LABEL])
        except ParameterError as error:
            self.report(cable, str(error), LABEL)
            return ""

    def _unit(self, cable: Cable, origin: Origin | None) -> str:
        """Return what the numbers on a cable count, as far as is known; "" once it scales them."""
        if origin is None or cable.to or origin[0].box not in self._boxes:
            return ""
        outlet, part, _ = origin
        return "" if part else self._boxes[outlet.box].box.UNITS.get(outlet.name, "")

    def _other_outlet(self, cable: Cable, box: str, accepts: tuple[Any, ...]) -> str:
        """Return a hint at the one other outlet of a box that fits, "" without one."""
        if "." in cable.origin or cable.stages:
            return ""
        types = self._outlets.types_of(box)
        fitting = [name for name, carries in types.items() if name and fits(carries, accepts)]
        return f'; "{cable.origin}.{fitting[0]}" fits' if len(fitting) == 1 else ""

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
            self.report(
                cable,
                f'"{key}" works on {in_words(hot.accepts)}, '
                f'but "{cable.origin}" gives {in_words((carries,))}',
            )
            return None
        convert = converter(carries, hot.accepts)
        self.add(Wire(outlet, part, name, Into.HOT, hot.name, carries, convert))
        if stage.line is not None:
            self._connect_grid(name, planned, stage.line, cable)
        return self._outlets.find(name, "")

    def _connect_grid(self, name: str, planned: PlannedBox, line: object, cable: Cable) -> None:
        """Connect a box that waits for the beat to its grid."""
        try:
            origins = read_on_beat(line, self._document.tables)
        except ParameterError as error:
            self.report(cable, str(error).removeprefix("on_beat: "), "on_beat")
            return
        inlets = read_event_inlets(type(planned.box))
        for inlet, origin in origins.items():
            accepts = inlets[inlet].accepts
            self.lay(Cable(origin, cable.path), accepts, name, Into.EVENT, inlet)

    def _find_origin(self, cable: Cable) -> Origin | None:
        name, _, rest = cable.origin.partition(".")
        end = self._tables.ends.get(name)
        if not name:
            self.report(cable, 'needs "from" or "when": which box it comes from')
            return None
        if end is None:
            hint = nearest(name, self._tables.ends) if len(self.problems) < HINTS else ""
            self.report(cable, f'there is no box "{name}".{hint}')
            return None
        box = cable.origin if cable.direct else end
        if box not in self._boxes:
            return None  # its problem is already reported
        if isinstance(self._boxes[box].box, Sink):
            self.report(cable, f'"{name}" is an output: nothing comes out of it')
            return None
        try:
            return self._outlets.find(box, rest)
        except anything_raised() as error:
            self.report(cable, f'"{name}": {tell_error(error)}')
            return None
