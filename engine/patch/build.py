"""Makes the boxes of a patch from what is written, and checks every key and value on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING
from typing import Any

from engine.core.errors import ParameterError, Problem, UnknownName, nearest
from engine.core.node import Box, Node, Sink
from engine.core.parameter import FILE, Parameter, read_parameters
from engine.core.signature import Inlet, read_signature
from engine.patch.load import Document
from engine.patch.plan import PlannedBox
from engine.patch.written import Written

Find = Callable[[str], type[Box]]
"""Gives the class of a box by the name it is used by; raises UnknownName or ImportError."""


class Builder:
    """Makes boxes one by one; what is wrong with them is in ``problems``."""

    def __init__(self, document: Document, find: Find) -> None:
        self._document = document
        self._find = find
        self.problems: list[Problem] = []

    def build(self, written: Written) -> PlannedBox | None:
        """Make one box; None where it cannot be made."""
        before = len(self.problems)
        cls = self._class(written)
        if cls is None:
            return None
        parameters = read_parameters(cls)
        inlets = {inlet.name: inlet for inlet in inlets_of(cls)}
        self._check_keys(written, cls, parameters, inlets)
        values = self._values(written, parameters)
        if len(self.problems) > before:
            return None
        try:
            box = cls(**values)
        except ParameterError as error:
            self._complain(written, str(error))
            return None
        constants = {key: v for key, v in written.values.items() if key in inlets}
        return PlannedBox(
            written.name,
            written.use,
            box,
            values,
            on=written.values.get("on", True),
            hidden=written.hidden,
            constants=constants,
            place=self._document.place(written.path),
        )

    def _class(self, written: Written) -> type[Box] | None:
        try:
            cls = self._find(written.use)
            if issubclass(cls, Node):
                read_signature(cls)
        except UnknownName as error:
            self._complain(written, str(error), "use")
        except (ImportError, TypeError) as error:
            self._complain(written, f'the box "{written.use}" cannot be used: {error}', "use")
        else:
            return cls
        return None

    def _check_keys(
        self,
        written: Written,
        cls: type[Box],
        parameters: Mapping[str, Parameter],
        inlets: Mapping[str, Inlet],
    ) -> None:
        known = {"on", *parameters, *inlets}
        if not written.hidden:
            known |= {"use", "then", "empty"} - (
                {"then", "empty"} if issubclass(cls, Sink) else set()
            )
        if inlets or issubclass(cls, Sink):
            known.add("from")
        if issubclass(cls, Sink):
            known.add("send")
        elif written.ports:
            self._complain(written, f"{written.use} is no output, so it sends nothing", "send")
        for key in (*written.values, *written.cables):
            if key not in known:
                there = f" There is: {', '.join(sorted(known))}."
                message = f'{written.use} has no "{key}".{nearest(key, known) or there}'
                self._complain(written, message, key)
        for name in parameters:
            if name in written.cables and parameters[name].fixed:
                self._complain(written, "cannot be changed while playing, so takes no cable", name)

    def _values(self, written: Written, parameters: Mapping[str, Parameter]) -> dict[str, Any]:
        values = {}
        for name, parameter in parameters.items():
            if name in written.values:
                try:
                    value = parameter.from_patch(written.values[name])
                    values[parameter.field] = self._beside_patch(parameter, value)
                except ParameterError as error:
                    self._complain(written, str(error), name)
            elif parameter.default is MISSING and name not in written.cables:
                self._complain(written, f'is missing "{name}": expected {parameter.expected()}')
        if not isinstance(written.values.get("on", True), bool):
            self._complain(written, "expected true or false", "on")
        return values

    def _beside_patch(self, parameter: Parameter, value: Any) -> Any:
        """Find a file that lies beside the patch, wherever it is played from."""
        folder = self._document.file.parent if self._document.file else None
        if parameter.param.unit == FILE and isinstance(value, str) and folder:
            return str(folder / value) if (folder / value).exists() else value
        return value

    def _complain(self, written: Written, message: str, *key: str) -> None:
        path = written.path[1:] or key
        self.problems.append(self._document.problem(message, written.path[0], *path))


def inlets_of(cls: type[Box]) -> Iterable[Inlet]:
    """List the inlets of a box class; sources and sinks have none."""
    return read_signature(cls).inlets if issubclass(cls, Node) else ()
