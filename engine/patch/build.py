"""Instantiate the boxes of a patch and check every key and value."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from engine.core.box import Box
from engine.core.box_errors import anything_raised
from engine.core.errors import (
    ParameterError,
    Problem,
    UnknownName,
    as_written,
    describe_error,
    tell_error,
)
from engine.core.event_inlets import check_value_inlets, read_event_inlets, read_hand_events
from engine.core.files import beside
from engine.core.kinds import KINDS
from engine.core.label import CALLED, LABEL, read_label
from engine.core.nearest import nearest
from engine.core.node import Node
from engine.core.own_modules import OWN_MODULES
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
from engine.patch.parse import BoxSpec, misplaced
from engine.patch.plan import PlannedBox, group_of

HINTS = 100
"""So many problems of a patch have a hint, such as the nearest name: to find one takes long."""

_ANY = ("use", "label", "on", "keep", "machine")
"""The keys of any box."""

Find = Callable[[str], type[Box]]
"""Return the class of a box by the name it is used by. Raises UnknownName or ImportError."""


@dataclass(frozen=True)
class _SharedWords:
    """What any box may say of itself."""

    label: str = ""
    keep: bool = False


def _read_switch(value: object) -> bool:
    if not isinstance(value, bool):
        raise ParameterError(f"expected true or false, got {as_written(value)}")
    return value


_READ: Mapping[str, Callable[[object], Any]] = {"label": read_label, "keep": _read_switch}


def is_called(parameters: Mapping[str, Parameter]) -> bool:
    """Whether a box has its label as a parameter, which a hand may change."""
    return LABEL in parameters and parameters[LABEL].param is CALLED


class Builder:
    """Instantiates boxes one at a time and collects their errors in ``problems``."""

    def __init__(self, document: Document, find: Find) -> None:
        self._document = document
        self._find = find
        self._kept: set[str] = set()
        self.problems: list[Problem] = []

    def build(self, spec: BoxSpec) -> PlannedBox | None:
        """Return the planned box, or None when it has errors (added to ``problems``)."""
        before = len(self.problems)
        cls = self._class(spec)
        if cls is None:
            return None
        parameters = read_parameters(cls)
        inlets = {inlet.name: inlet for inlet in inlets_of(cls)}
        self._check_keys(spec, cls, parameters, inlets)
        values = self._values(spec, parameters)
        only_inlets = {name: each for name, each in inlets.items() if name not in parameters}
        constants = self._constants(spec, cls, only_inlets)
        words = self._shared_words(spec, {*parameters, *inlets})
        if is_called(parameters):
            words = replace(words, label=read_label(values.get(LABEL, "")))
        if len(self.problems) > before:
            return None
        try:
            box = cls(**values)
            box.known_texts()
        except anything_raised() as error:  # a performer's own box may raise anything
            key, text = _key_of(tell_error(error), parameters)
            self._report(spec, text, *key)
            return None
        return PlannedBox(
            spec.name,
            spec.use,
            box,
            values,
            on=spec.values.get("on", True),
            hidden=spec.hidden,
            places={key: self._document.place((*spec.path, key)) for key in spec.values},
            label=words.label,
            keep=words.keep,
            constants=constants,
            place=self._document.place(spec.path),
            path=spec.path,
        )

    def load(self, use: str) -> None:
        """Load the file of a box; what is wrong with it is reported when it is built."""
        try:
            self._find(use)
        except anything_raised():
            return

    def _class(self, spec: BoxSpec) -> type[Box] | None:
        file = ""
        try:
            cls = self._find(spec.use)
            file = _own_file(cls)
            if issubclass(cls, Node):
                read_signature(cls)
                check_value_inlets(cls)
            elif issubclass(cls, Source):
                require_registered(f"{cls.__name__}.OUT", cls.OUT.values())
            read_hand_events(cls)
        except UnknownName as error:
            self._report(spec, str(error), "use")
        except anything_raised() as error:  # importing a performer's file may raise anything
            text = str(error) if isinstance(error, ImportError) else describe_error(error)
            self._report(spec, f'"{spec.use}" cannot be used: {file}{text}', "use")
        else:
            return cls
        return None

    def _check_keys(
        self,
        spec: BoxSpec,
        cls: type[Box],
        parameters: Mapping[str, Parameter],
        inlets: Mapping[str, Inlet],
    ) -> None:
        known = {*parameters, *inlets, *grammar_of(cls), *cls.gone}
        if not spec.ports and "every" not in parameters:
            known.discard("every")  # it throttles the cables of "send"
        if spec.ports and not issubclass(cls, Sink):
            self._report(spec, f"{spec.use} is no output, so it sends nothing", "send")
        told = known - {*cls.gone}
        for key in (*spec.values, *(key for key in spec.cables if "." not in key)):
            if key not in known:
                there = f" There is: {', '.join(sorted(told))}."
                near = nearest(key, told) if len(self.problems) < HINTS else ""
                hint = _hint_of_type(cls, key) or near or there
                message = misplaced(key) or f'{spec.use} has no "{key}".{hint}'
                self._report(spec, message, key)
        for name in spec.cables:
            whole, *part = name.split(".", 1)
            if whole in parameters and parameters[whole].fixed:
                message = "cannot be changed while playing, so takes no cable"
                self._report(spec, message, whole, *part)
            elif whole in parameters and parameters[whole].event and not issubclass(cls, Node):
                self._report(spec, "is said by hands alone, so takes no cable", whole, *part)

    def _values(self, spec: BoxSpec, parameters: Mapping[str, Parameter]) -> dict[str, Any]:
        values = {}
        for name, parameter in parameters.items():
            if parameter.event and name in spec.values:
                said = "is said while it plays, not held, so it has no value here"
                self._report(spec, said + self._hint_of_cable(spec.values[name]), name)
            elif name in spec.values:
                try:
                    value = parameter.from_patch(spec.values[name])
                    values[parameter.field] = beside_patch(self._document.file, parameter, value)
                except ParameterError as error:
                    key, text = _part_of(str(error), spec.values[name])
                    hint = "" if key or parameter.fixed else self._hint_of_cable(spec.values[name])
                    self._report(spec, text + hint, name, *key)
            elif parameter.required:
                also = " as well as a cable" if name in spec.cables else ""
                meaning = parameter.param.help or parameter.expected()
                self._report(spec, f'needs "{name}"{also}: {meaning}')
        try:
            _read_switch(spec.values.get("on", True))
        except ParameterError as error:
            self._report(spec, str(error) + self._hint_of_cable(spec.values["on"]), "on")
        return values

    def _shared_words(self, spec: BoxSpec, own: set[str]) -> _SharedWords:
        """Return ``label`` and ``keep``; where a box has such a key of its own, it is that."""
        # A box keeps what its chain and the hidden boxes on its cables keep.
        words = _SharedWords(keep=group_of(spec.name) in self._kept)
        for word in ("label", "keep"):
            if word in own:
                continue
            if word in spec.cables:
                self._report(spec, "cannot be changed while playing, so takes no cable", word)
            elif word in spec.values:
                value = spec.values[word]
                try:
                    words = replace(words, **{word: _READ[word](value)})
                except ParameterError as error:
                    self._report(spec, str(error), word)
        if words.keep:
            self._kept.add(spec.name)
        return words

    def _constants(
        self, spec: BoxSpec, cls: type[Box], inlets: Mapping[str, Inlet]
    ) -> dict[str, Any]:
        """Return the checked values that a patch gives to inlets in place of cables."""
        constants = {}
        events = read_event_inlets(cls) if issubclass(cls, Node) else {}
        for name, inlet in inlets.items():
            value = spec.values.get(name)
            if value is None:
                continue
            if name in events:
                takes = in_words(inlet.accepts)
                said = f"takes {takes} by a cable, so it has no value" + self._hint_of_cable(value)
                self._report(spec, said, name)
            elif not is_finite(value) or not fits(type(value), inlet.accepts):
                takes = f"takes {in_words(inlet.accepts)}, got {as_written(value)}"
                self._report(spec, takes + self._hint_of_cable(value), name)
            elif type(value) not in KINDS:
                self._report(
                    spec, f"expected a number, a text or a cable, got {as_written(value)}", name
                )
            else:
                convert = converter(type(value), inlet.accepts)
                constants[name] = convert(value) if convert else value
        return constants

    def _hint_of_cable(self, value: object) -> str:
        """Return how a cable is written, where the name of a box stands in place of a value."""
        if isinstance(value, str) and value.partition(".")[0] in self._document.tables:
            return f'. A cable from there is {{ from = "{value}" }}'
        return ""

    def _report(self, spec: BoxSpec, message: str, *key: str) -> None:
        path = (*spec.path[1:], *(spec.words.get(part, part) for part in key))
        self.problems.append(self._document.problem(message, spec.path[0], *path))


def beside_patch(file: Path | None, parameter: Parameter, value: Any) -> Any:
    """Return a value, of one that names files with the folder of the patch ``file``, as they lie.

    So it means the same whatever the working directory is.
    """
    if file is None or not parameter.names_files:
        return value
    return beside(file.parent, value, surely=parameter.param.unit == FILE)


def inlets_of(cls: type[Box]) -> Iterable[Inlet]:
    """Return the inlets of a box class, event inlets last; sources and sinks have none."""
    if not issubclass(cls, Node):
        return ()
    return (*read_signature(cls).inlets, *read_event_inlets(cls).values())


def grammar_of(cls: type[Box]) -> tuple[str, ...]:
    """Return the keys that every box of this class accepts, apart from its own parameters."""
    if issubclass(cls, Sink):
        return (*_ANY, "from", "send", "every")
    chain = (*_ANY, "then", "empty", "on_loss")
    return (*chain, "from") if issubclass(cls, Node) else chain


def is_finite(value: object) -> bool:
    """Whether a value is usable as a number: False for NaN and infinities."""
    return not isinstance(value, float) or math.isfinite(value)


def _key_of(text: str, parameters: Mapping[str, Parameter]) -> tuple[tuple[str, ...], str]:
    """Return the key that an error of a box begins with, "map.cc21: ", and the rest of it."""
    keys, colon, rest = text.partition(": ")
    name, _, part = keys.partition(".")
    if not colon or name not in parameters or " " in keys:
        return (), text
    return (name, part) if part else (name,), rest


def _part_of(text: str, value: object) -> tuple[tuple[str, ...], str]:
    """Return the key in a table that an error of it begins with, "cc21: ", and the rest of it."""
    key, colon, rest = text.partition(": ")
    return ((key,), rest) if colon and isinstance(value, dict) and key in value else ((), text)


def _own_file(cls: type[Box]) -> str:
    """Return the name of a performer's own file, as the beginning of an error; else nothing."""
    if not cls.__module__.startswith(OWN_MODULES):
        return ""
    return f"{sys.modules[cls.__module__].__file__}: "


def _hint_of_type(cls: type[Box], key: str) -> str:
    """Return what to write where a class has a value of that name that no type makes a parameter.

    Only an annotated field is one, as in every dataclass.
    """
    value = vars(cls).get(key)
    if not isinstance(value, bool | int | float | str) or key in cls.__annotations__:
        return ""
    kind = type(value).__name__
    return f' Its class gives no type for it: write "{key}: {kind} = {value!r}".'
