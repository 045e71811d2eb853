"""Resolve where a cable begins: an outlet of a box or a part of its message, and its type."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeVar

from engine.core.errors import UnknownName
from engine.core.event_inlets import read_event_inlets
from engine.core.kinds import named_part
from engine.core.node import Node
from engine.core.signature import NUMBERS, converter, parts, read_signature
from engine.core.source import Source
from engine.patch.plan import Outlet, PlannedBox

Origin = tuple[Outlet, str, Any]
"""Origin of a cable: the outlet, the part taken of its message ("" for all), the type carried."""


class OutletTypes:
    """The outlets of all boxes; ``carried_into`` returns the type on the cables into inlets."""

    def __init__(
        self, boxes: Mapping[str, PlannedBox], carried_into: Callable[[str, Collection[str]], Any]
    ) -> None:
        self._boxes = boxes
        self._carried_into = carried_into
        self._types: dict[str, dict[str, Any]] = {}

    def find(self, box: str, rest: str) -> Origin:
        """Return an outlet, or a part of its message. Raise UnknownName when there is none."""
        types = self.types_of(box)
        main = next(iter(types), "")
        if not rest:
            return Outlet(box, main), "", types.get(main, object)
        name, _, part = rest.partition(".")
        carries = types.get(name) or self._named_type(box, name)
        if carries is None:
            name, part, carries = main, rest, types.get(main, object)
        if not part:
            return Outlet(box, name), "", carries
        known = parts(carries) if isinstance(carries, type) else {}
        if part not in known and (named := named_part(carries, part)) is not None:
            self._check_part(box, name, part)
            return Outlet(box, name), part, named
        if part not in known:
            instance = self._boxes[box].box
            if isinstance(instance, Source) and type(instance).outlet is not Source.outlet:
                instance.outlet(rest)  # its error names the valid outlets
            raise UnknownName("output", rest, (*(n for n in types if n), *known))
        return Outlet(box, name), part, known[part]

    def _check_part(self, box: str, outlet: str, part: str) -> None:
        """Raise UnknownName for a part of which the box knows that there is none."""
        instance = self._boxes[box].box
        names = instance.part_names().get(outlet) if isinstance(instance, Node) else None
        if names is not None and part not in names:
            raise UnknownName("output", part, names)

    def _named_type(self, box: str, name: str) -> Any:
        """Return the type of an outlet that a source derives from its name (cc16), or None."""
        instance = self._boxes[box].box
        try:
            return instance.outlet(name) if isinstance(instance, Source) else None
        except UnknownName:
            return None

    def types_of(self, box: str) -> Mapping[str, Any]:
        """Return the types of a box's outlets by name, the main outlet first."""
        if box not in self._types:
            self._types[box] = {"": object}  # ends the recursion in a cycle
            instance = self._boxes[box].box
            if isinstance(instance, Source):
                self._types[box] = dict(instance.outlets())
            else:
                own = instance.outlets() if isinstance(instance, Node) else {}
                self._types[box] = {**self._types_of_node(box, type(instance)), **own}
        return self._types[box]

    def _types_of_node(self, box: str, cls: type) -> dict[str, Any]:
        signature = read_signature(cls)
        names = signature.fields or tuple(signature.outlets)
        found = {name: signature.outlets[name] for name in names}
        return {
            name: self._resolve_typevar(box, cls, kind) if isinstance(kind, TypeVar) else kind
            for name, kind in found.items()
        }

    def _resolve_typevar(self, box: str, cls: type, variable: TypeVar) -> Any:
        """Return the type bound to a TypeVar: that on the cables into the inlets that use it."""
        inlets = (*read_signature(cls).inlets, *read_event_inlets(cls).values())
        names = {i.name for i in inlets if variable in i.accepts}
        carried = self._carried_into(box, names)
        convert = carried in NUMBERS and converter(carried, (variable,)) is not None
        return float if convert else carried  # an inlet of numbers makes one of a switch
