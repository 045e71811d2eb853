"""Makes the boxes of a patch from what is written, and checks every key and value on the way."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any

from engine.core.box import Box
from engine.core.errors import (
    ParameterError,
    Problem,
    SensoriumError,
    UnknownName,
    as_written,
    nearest,
)
from engine.core.kinds import KINDS
from engine.core.node import Node
from engine.core.parameter import FILE, Parameter, read_parameters
from engine.core.signature import (
    Inlet,
    converter,
    fits,
    in_words,
    read_signature,
    require_registered,
)
from engine.core.sink import Sink
from engine.core.source import Source
from engine.patch.load import Document
from engine.patch.parse import BoxSpec
from engine.patch.plan import PlannedBox

Find = Callable[[str], type[Box]]
"""Gives the class of a box by the name it is used by; raises UnknownName or ImportError."""


class Builder:
    """Makes boxes one by one; what is wrong with them is in ``problems``."""

    def __init__(self, document: Document, find: Find) -> None:
        self._document = document
        self._find = find
        self.problems: list[Problem] = []

    def build(self, written: BoxSpec) -> PlannedBox | None:
        """Make one box; None where it cannot be made."""
        before = len(self.problems)
        cls = self._class(written)
        if cls is None:
            return None
        parameters = read_parameters(cls)
        inlets = {inlet.name: inlet for inlet in inlets_of(cls)}
        self._check_keys(written, cls, parameters, inlets)
        values = self._values(written, parameters)
        constants = self._constants(written, inlets)
        if len(self.problems) > before:
            return None
        try:
            box = cls(**values)
        except Exception as error:  # a performer's own box may raise anything
            said = str(error) if isinstance(error, SensoriumError) else describe_error(error)
            key = next((name for name in parameters if said.startswith(f"{name}: ")), "")
            self._complain(written, said.removeprefix(f"{key}: "), *[key] * bool(key))
            return None
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

    def load(self, use: str) -> None:
        """Load the file of a box; what is wrong with it is told when it is built."""
        with suppress(Exception):
            self._find(use)

    def _class(self, written: BoxSpec) -> type[Box] | None:
        try:
            cls = self._find(written.use)
            if issubclass(cls, Node):
                read_signature(cls)
            elif issubclass(cls, Source):
                require_registered(f"{cls.__name__}.OUT", cls.OUT.values())
        except UnknownName as error:
            self._complain(written, str(error), "use")
        except Exception as error:  # whatever a performer's own file does when it is read
            said = str(error) if isinstance(error, ImportError) else describe_error(error)
            self._complain(written, f'"{written.use}" cannot be used: {said}', "use")
        else:
            return cls
        return None

    def _check_keys(
        self,
        written: BoxSpec,
        cls: type[Box],
        parameters: Mapping[str, Parameter],
        inlets: Mapping[str, Inlet],
    ) -> None:
        known = {*parameters, *inlets, *grammar_of(cls)}
        if not written.ports and "every" not in parameters:
            known.discard("every")  # it thins what "send" says
        if written.ports and not issubclass(cls, Sink):
            self._complain(written, f"{written.use} is no output, so it sends nothing", "send")
        for key in (*written.values, *(key for key in written.cables if "." not in key)):
            if key not in known:
                there = f" There is: {', '.join(sorted(known))}."
                message = f'{written.use} has no "{key}".{nearest(key, known) or there}'
                self._complain(written, message, key)
        for name in written.cables:
            whole, *part = name.split(".", 1)
            if whole in parameters and parameters[whole].fixed:
                message = "cannot be changed while playing, so takes no cable"
                self._complain(written, message, whole, *part)

    def _values(self, written: BoxSpec, parameters: Mapping[str, Parameter]) -> dict[str, Any]:
        values = {}
        for name, parameter in parameters.items():
            if name in written.values:
                try:
                    value = parameter.from_patch(written.values[name])
                    values[parameter.field] = self._beside_patch(parameter, value)
                except ParameterError as error:
                    self._complain(written, str(error), name)
            elif parameter.required:
                also = " as well as a cable" if name in written.cables else ""
                meaning = parameter.param.help or parameter.expected()
                self._complain(written, f'needs "{name}"{also}: {meaning}')
        on = written.values.get("on", True)
        if not isinstance(on, bool):
            self._complain(written, f"expected true or false, got {as_written(on)}", "on")
        return values

    def _constants(self, written: BoxSpec, inlets: Mapping[str, Inlet]) -> dict[str, Any]:
        """Check the values that a patch gives to inlets instead of cables."""
        constants = {}
        for name, inlet in inlets.items():
            value = written.values.get(name)
            if value is None:
                continue
            if not is_number(value) or not fits(type(value), inlet.accepts):
                self._complain(
                    written, f"takes {in_words(inlet.accepts)}, got {as_written(value)}", name
                )
            elif type(value) not in KINDS:
                self._complain(
                    written, f"expected a number, a text or a cable, got {as_written(value)}", name
                )
            else:
                convert = converter(type(value), inlet.accepts)
                constants[name] = convert(value) if convert else value
        return constants

    def _beside_patch(self, parameter: Parameter, value: Any) -> Any:
        """Find a file that lies beside the patch, wherever it is played from."""
        folder = self._document.file.parent if self._document.file else None
        if parameter.param.unit == FILE and isinstance(value, str) and folder:
            return str(folder / value) if (folder / value).exists() else value
        return value

    def _complain(self, written: BoxSpec, message: str, *key: str) -> None:
        path = (*written.path[1:], *(written.words.get(part, part) for part in key))
        self.problems.append(self._document.problem(message, written.path[0], *path))


def inlets_of(cls: type[Box]) -> Iterable[Inlet]:
    """List the inlets of a box class; sources and sinks have none."""
    return read_signature(cls).inlets if issubclass(cls, Node) else ()


def grammar_of(cls: type[Box]) -> tuple[str, ...]:
    """List the keys that a box has from the grammar of patches, whatever it is."""
    if issubclass(cls, Sink):
        return ("use", "on", "from", "send", "every")
    chain = ("use", "on", "then", "empty", "on_loss")
    return (*chain, "from") if issubclass(cls, Node) else chain


def is_number(value: object) -> bool:
    """Tell whether a value is not a number that nobody can use: NaN or infinite."""
    return not isinstance(value, float) or math.isfinite(value)


def describe_error(error: Exception) -> str:
    """Say an error that is none of ours."""
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
