"""The description of a box: what it does, its inlets, outlets and parameters, read from its class.

It is derived once here and rendered in several ways: the reference pages, the JSON Schema of
patches, the controls of the page.
"""

from __future__ import annotations

import inspect
import re
import types
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Union, get_args, get_origin

from engine.core.addresses import part_of
from engine.core.box import Box
from engine.core.errors import as_written
from engine.core.event_inlets import read_event_inlets
from engine.core.node import Node
from engine.core.parameter import Parameter, read_parameters
from engine.core.signature import common_parts, in_words, read_signature
from engine.core.sink import Sink
from engine.core.source import Source

_FOR_PROGRAMMERS = re.compile(r"\bRaises? \w+Error\b|^Raises? [A-Z]")
_SIMPLE: dict[Any, str] = {bool: "switch", int: "slider", float: "slider"}


@dataclass(frozen=True)
class Port:
    """One inlet or outlet of a box: its name ("" for the only outlet), and the type in words."""

    name: str
    words: str


@dataclass(frozen=True)
class BoxDescription:
    """A box. ``about`` is its help by paragraphs.

    ``options`` is what a cable into an output may say, beside the words of every cable.
    """

    name: str
    about: tuple[str, ...]
    inlets: tuple[Port, ...]
    outlets: tuple[Port, ...]
    parameters: tuple[Parameter, ...]
    options: tuple[Parameter, ...]

    @property
    def summary(self) -> str:
        """The first sentence of its help."""
        first = re.split(r"(?<=[.;:]) ", "".join(self.about[:1]), maxsplit=1)[0]
        return first.rstrip(";:")


def describe_box(name: str, cls: type[Box]) -> BoxDescription:
    """Describe the box class that patches use by ``name``. Raise TypeError for a broken one."""
    return BoxDescription(
        name,
        tuple(_paragraphs(inspect.getdoc(cls) or "")),
        _inlets(cls),
        _outlets(cls),
        tuple(read_parameters(cls).values()),
        tuple(_options(cls)),
    )


def default_text(parameter: Parameter) -> str:
    """Return the default as a patch writes it; "" where there is none."""
    if parameter.required or parameter.event or parameter.default is None:
        return ""
    if parameter.is_time:
        return as_written(time_text(parameter.default))
    return as_written(parameter.default)


def time_text(seconds: float) -> str:
    """Return a time as a patch writes it: "20 ms", "2 s"."""
    return f"{seconds * 1000:g} ms" if 0 < seconds < 1 else f"{seconds:g} s"


def control(kind: Any) -> tuple[str, tuple[object, ...]]:
    """Return the control that sets a parameter of this type, and the choices that it has.

    It is "slider", "switch", "choice", "number", "numbers", "curve" or "text".
    """
    if kind == list[tuple[float, float]]:
        return "curve", ()
    if kind in _SIMPLE:
        return _SIMPLE[kind], ()
    options = [kind]
    if get_origin(kind) in (Union, types.UnionType):
        options = [part for part in get_args(kind) if part is not types.NoneType]
    for option in options:
        if get_origin(option) is Literal:
            return "choice", get_args(option)
    if options in ([float], [int]):
        return "number", ()
    if get_origin(kind) in (list, tuple) and set(get_args(kind)) <= {int, float, Ellipsis}:
        return "numbers", ()
    return "text", ()


def current(parameter: Parameter, owner: object) -> object:
    """Return the value of a parameter, or of a part of one, as JSON can hold it."""
    return shown_value(parameter, getattr(owner, parameter.field))


def shown_value(parameter: Parameter, whole: object) -> object:
    """Return the value of a parameter, or its part of a whole table, as JSON can hold it."""
    return _plain(part_of(whole, parameter.key) if parameter.key else whole)


def _paragraphs(text: str) -> Iterator[str]:
    """Yield the paragraphs of a docstring, except those for programmers."""
    for paragraph in text.split("\n\n"):
        if not _FOR_PROGRAMMERS.search(paragraph):
            yield paragraph.replace("``", "`").strip()


def _inlets(cls: type[Box]) -> tuple[Port, ...]:
    if not issubclass(cls, Node):
        return ()
    inlets = (*read_signature(cls).inlets, *read_event_inlets(cls).values())
    return tuple(Port(inlet.name, in_words(inlet.accepts)) for inlet in inlets)


def _outlets(cls: type[Box]) -> tuple[Port, ...]:
    """Describe the outlets; of a single one also the parts of its message (a union: the first)."""
    kinds: dict[str, Any] = {}
    if issubclass(cls, Source):
        kinds = dict(cls.OUT)
    elif issubclass(cls, Node):
        signature = read_signature(cls)
        kinds = {name: signature.outlets[name] for name in signature.fields or signature.outlets}
    found = dict(kinds)
    if len(kinds) == 1:
        found |= common_parts(*kinds.values())
    return tuple(Port(name, in_words((kind,))) for name, kind in found.items())


def _options(cls: type[Box]) -> Iterable[Parameter]:
    if not issubclass(cls, Sink):
        return ()
    # What a cable may say is the same for every instance, and creating one may need a device.
    options = cls.options(cls.__new__(cls))
    return read_parameters(options).values() if options else ()


def _plain(value: object) -> object:
    """Return a value as JSON can hold it."""
    if isinstance(value, bool | int | float | str) or value is None:
        return value
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    return str(value)
