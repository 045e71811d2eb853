"""The shipped boxes, and what a suite needs to ask them: parameters, examples, what they said."""

from __future__ import annotations

import math
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import numpy as np

from engine.core.box import Box
from engine.core.contents import Encodable
from engine.core.errors import SensoriumError
from engine.core.kinds import KINDS, Carried, example_of, members, message_types
from engine.core.messages import Block, Frame
from engine.core.node import Model, Node
from engine.core.parameter import Parameter, read_parameters
from engine.core.signature import Inlet
from engine.inference.model_folders import BUILDABLE, built_folder
from engine.registry import Registry

REGISTRY = Registry()
NOT_BUILT = {name for name in BUILDABLE if not built_folder(name).is_dir()}
"""Boxes whose network is no part of the installation: they are held to all this where it is."""
VOICELESS = set() if shutil.which("espeak-ng") else {"say"}
"""Boxes that need a program which is not here; CI installs it."""
BY_FOLDER = {
    folder: [name for name in names if name not in NOT_BUILT | VOICELESS]
    for folder, names in REGISTRY.by_folder().items()
    if folder != "installed"
}
SOURCES, MODELS, NODES, SINKS = (
    BY_FOLDER[folder] for folder in ("sources", "models", "nodes", "sinks")
)
NAMES = [name for names in BY_FOLDER.values() for name in names]
RATE = 16000

ENGINE_KINDS = [one for one in message_types() if one.example is not None]
"""All kinds of messages that the engine knows, each with an example; without those that other
tests register while they run."""
KIND_NAMES = [one.name for one in ENGINE_KINDS]


def find(name: str) -> type[Box]:
    """Return the class of a box."""
    return REGISTRY.find(name)


def find_node(name: str) -> type[Node]:
    """Return the class of a node or model."""
    found = find(name)
    assert issubclass(found, Node)
    return found


def is_model(name: str) -> bool:
    """Whether a box asks a network, which takes its time."""
    return issubclass(find(name), Model)


# Parameters that a patch must give.

GIVEN: Mapping[str, Mapping[str, Any]] = {
    "corpus_map": {"file": str(Path(__file__).parents[1] / "media" / "tones.corpus")},
    "osc_in": {"listen": {"fader": "/fader"}},
    "osc_out": {"to": "127.0.0.1:9"},
    "schedule": {"open": "10:00-18:00", "start": "2026-12-24 09:59"},
    "choose": {"choices": ["one", "two"]},
    "lines": {"text": "The sea is calm tonight.\nThe tide is full"},
    "script": {"text": "The sea is calm tonight.\nThe tide is full"},
    "step": {"steps": ["one", "two"]},
}
"""What fits where a parameter needs more than a value of its type."""


def needed(name: str) -> dict[str, Any]:
    """Return a value, as a patch says it, for every parameter that must be given."""
    given = dict(GIVEN.get(name, {}))
    for each in read_parameters(find(name)).values():
        if each.required and each.name not in given:
            given[each.name] = fitting(each)
    return given


def fitting(parameter: Parameter) -> Any:
    """Return a value that fits a parameter, as a patch says it."""
    if get_origin(parameter.type) is Literal:
        return get_args(parameter.type)[0]
    for example in (
        parameter.param.low,
        0.5,
        1,
        "a",
        [0.0, 1.0],
        ["a"],
        [0.0] * 4,
        {},
        True,
        "1 s",
    ):
        try:
            parameter.from_patch(example)
        except SensoriumError:
            continue
        return example
    raise AssertionError(f"nothing fits {parameter.name}")


def fresh(name: str, **more: Any) -> Any:
    """Make a box; ``more`` are parameters as a patch says them."""
    known = read_parameters(find(name))
    given = {**needed(name), **more}
    return find(name)(**{known[key].field: known[key].from_patch(v) for key, v in given.items()})


# Messages.


def sound(number: int, samples: int = 4096) -> Block:
    """Return a stretch of a tone; that of the next number follows it."""
    moments = np.arange(number * samples, (number + 1) * samples) / RATE
    tone = 0.3 * np.sin(2 * np.pi * 220 * moments)
    return Block(tone.astype(np.float32), RATE, number * samples)


def picture(number: int) -> Frame:
    """Return a picture that nobody may write into."""
    image = np.full((48, 64, 3), 90 + number, np.uint8)
    image.flags.writeable = False
    return Frame(image)


def series(cls: type, count: int = 4) -> list[Any]:
    """Return finite examples of a kind, as they would follow each other."""
    if cls is Block:
        return [sound(number) for number in range(count)]
    if cls is Frame:
        return [picture(number) for number in range(count)]
    if cls is float:
        return [(0.3, 0.9, 0.1, 0.6)[number % 4] for number in range(count)]
    return [example_of(cls)] * count


def kinds_of(carried: Iterable[Carried]) -> list[type]:
    """Return the registered kinds that an inlet or outlet may carry: all where it is anything."""
    every = [one for each in carried for one in members(each)]
    known = [one.cls for one in ENGINE_KINDS]
    return known if object in every else [one for one in every if one in known]


def accepted(inlet: Inlet) -> list[type]:
    """Return the kinds that an inlet takes."""
    return kinds_of(inlet.accepts)


# What came of it.


def is_registered(message: object) -> bool:
    """Whether a message is of a kind that a cable carries; a number of numpy is a number."""
    return isinstance(message, (*KINDS, np.number, np.bool_))


def floats_in(value: Any) -> Iterator[float]:
    """Find every float in a message, in its arrays too."""
    if isinstance(value, float | np.floating):
        yield float(value)
    elif isinstance(value, np.ndarray):
        yield from value.ravel().tolist() if value.dtype.kind == "f" else ()
    elif isinstance(value, tuple | list):
        for part in value:
            yield from floats_in(part)
    elif is_dataclass(value) and not isinstance(value, type | Encodable):
        for field in fields(value):
            yield from floats_in(getattr(value, field.name))


def broken(messages: Iterable[Any]) -> list[Any]:
    """Return the messages that no box may let through: of no kind, or with what is no number."""
    return [
        message
        for message in messages
        if not is_registered(message) or not all(map(math.isfinite, floats_in(message)))
    ]
