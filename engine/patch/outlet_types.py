"""Finds where a cable begins: an outlet of a box, or a part of what it carries, and its type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from engine.core.errors import UnknownName
from engine.core.kinds import named_part
from engine.core.node import Node
from engine.core.signature import parts, read_signature
from engine.core.source import Source
from engine.patch.plan import Outlet, PlannedBox

Begin = tuple[Outlet, str, Any]
"""Where a cable begins: the outlet, the part taken of it ("" for all), the type carried."""


class OutletTypes:
    """The outlets of all boxes; ``carried_into`` tells what the cable into an inlet carries."""

    def __init__(
        self, boxes: Mapping[str, PlannedBox], carried_into: Callable[[str, str], Any]
    ) -> None:
        self._boxes = boxes
        self._carried_into = carried_into
        self._types: dict[str, dict[str, Any]] = {}

    def find(self, box: str, rest: str) -> Begin:
        """Find an outlet, or a part of what it carries; raises UnknownName."""
        types = self._types_of(box)
        main = next(iter(types), "")
        if not rest:
            return Outlet(box, main), "", types.get(main, object)
        name, _, part = rest.partition(".")
        carries = types.get(name) or self._patterned(box, name)
        if carries is None:
            name, part, carries = main, rest, types.get(main, object)
        if not part:
            return Outlet(box, name), "", carries
        known = parts(carries) if isinstance(carries, type) else {}
        if part not in known and (named := named_part(carries, part)) is not None:
            return Outlet(box, name), part, named
        if part not in known:
            instance = self._boxes[box].box
            if isinstance(instance, Source) and type(instance).outlet is not Source.outlet:
                instance.outlet(rest)  # it knows what it would have understood
            raise UnknownName("output", rest, (*(n for n in types if n), *known))
        return Outlet(box, name), part, known[part]

    def _patterned(self, box: str, name: str) -> Any:
        """Give the type of an outlet that a source makes of its name, such as cc16; or None."""
        instance = self._boxes[box].box
        try:
            return instance.outlet(name) if isinstance(instance, Source) else None
        except UnknownName:
            return None

    def _types_of(self, box: str) -> Mapping[str, Any]:
        """Give the outlets of a box by name with their types, its main outlet first."""
        if box not in self._types:
            self._types[box] = {"": object}  # a cycle finds this and goes no further
            instance = self._boxes[box].box
            if isinstance(instance, Source):
                self._types[box] = dict(instance.outlets())
            else:
                own = instance.outlets() if isinstance(instance, Node) else {}
                self._types[box] = {**self._of_node(box, type(instance)), **own}
        return self._types[box]

    def _of_node(self, box: str, cls: type) -> dict[str, Any]:
        signature = read_signature(cls)
        names = signature.fields or tuple(signature.outlets)
        found = {name: signature.outlets[name] for name in names}
        return {
            name: self._stands_for(box, cls, kind) if isinstance(kind, TypeVar) else kind
            for name, kind in found.items()
        }

    def _stands_for(self, box: str, cls: type, variable: TypeVar) -> Any:
        """Find what a TypeVar stands for: the type on the cable into the inlet that has it."""
        inlet = next(i for i in read_signature(cls).inlets if variable in i.accepts)
        return self._carried_into(box, inlet.name)
