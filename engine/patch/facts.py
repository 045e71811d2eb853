"""What there is to know of a box: read from its class, for the reference pages and the schema."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from engine.core.box import Box
from engine.core.errors import as_written
from engine.core.kinds import members
from engine.core.node import Node
from engine.core.parameter import Parameter, read_parameters
from engine.core.signature import in_words, parts, read_signature
from engine.core.sink import Sink
from engine.core.source import Source

_FOR_PROGRAMMERS = re.compile(r"\bRaises \w+Error\b|^Raises ")


@dataclass(frozen=True)
class Fact:
    """One input or output of a box: its name ("" for the only one), and what it carries."""

    name: str
    words: str


@dataclass(frozen=True)
class Facts:
    """All of one box. ``about`` is its help, a text a paragraph; the first is the summary.

    ``options`` is what a cable into an output may say beside the words of any cable.
    """

    name: str
    about: tuple[str, ...]
    inputs: tuple[Fact, ...]
    outputs: tuple[Fact, ...]
    parameters: tuple[Parameter, ...]
    options: tuple[Parameter, ...]

    @property
    def summary(self) -> str:
        """The first sentence of its help."""
        return (
            re.split(r"(?<=[.;:]) ", self.about[0], maxsplit=1)[0].rstrip(";:")
            if self.about
            else ""
        )


def read_facts(name: str, cls: type[Box]) -> Facts:
    """Read everything from the class of a box."""
    return Facts(
        name,
        tuple(_paragraphs(inspect.getdoc(cls) or "")),
        _inputs(cls),
        _outputs(cls),
        tuple(read_parameters(cls).values()),
        tuple(_options(cls)),
    )


def written_default(parameter: Parameter) -> str:
    """Say what a parameter is when a patch does not say it, as a patch would write it."""
    if parameter.required or parameter.default is None:
        return ""
    if parameter.is_time:
        return as_written(written_time(parameter.default))
    return as_written(parameter.default)


def written_time(seconds: float) -> str:
    """Write a time as a patch does."""
    return f"{seconds * 1000:g} ms" if 0 < seconds < 1 else f"{seconds:g} s"


def _paragraphs(text: str) -> Iterable[str]:
    """Give the paragraphs of a docstring, without what is for who writes code."""
    for paragraph in text.split("\n\n"):
        if not _FOR_PROGRAMMERS.search(paragraph):
            yield paragraph.replace("``", "`").strip()


def _inputs(cls: type[Box]) -> tuple[Fact, ...]:
    if not issubclass(cls, Node):
        return ()
    return tuple(Fact(inlet.name, in_words(inlet.accepts)) for inlet in read_signature(cls).inlets)


def _outputs(cls: type[Box]) -> tuple[Fact, ...]:
    if issubclass(cls, Source):
        kinds: dict[str, Any] = dict(cls.OUT)
    elif issubclass(cls, Node):
        signature = read_signature(cls)
        kinds = {name: signature.outlets[name] for name in signature.fields or signature.outlets}
    else:
        kinds = {}
    found = [Fact(name, in_words((kind,))) for name, kind in kinds.items()]
    for kind in (each for carried in kinds.values() for each in members(carried)[:1]):
        if len(kinds) == 1 and isinstance(kind, type):
            found += [Fact(part, in_words((carried,))) for part, carried in parts(kind).items()]
    return tuple(found)


def _options(cls: type[Box]) -> Iterable[Parameter]:
    if not issubclass(cls, Sink):
        return ()
    # What a cable may say is the same for every instance, and making one may need a device.
    options = cls.options(cls.__new__(cls))
    return read_parameters(options).values() if options else ()
