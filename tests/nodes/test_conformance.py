"""What every node promises, asked of every file in engine/nodes."""

from __future__ import annotations

import dataclasses
import inspect
import itertools
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin

import numpy as np
import pytest

import engine.nodes
from engine.core.clock import ns
from engine.core.contents import without_numbers
from engine.core.errors import SensoriumError
from engine.core.kinds import example_of, members, message_types
from engine.core.messages import (
    Block,
    Features,
    Frame,
    Instance,
    Landmarks,
    Mask,
    Note,
    Person,
    Pitch,
    Pose,
    Trigger,
)
from engine.core.node import Node
from engine.core.parameter import Parameter, read_parameters
from engine.core.signature import Inlet, read_signature
from engine.core.skeletons import BLAZEPOSE_33
from engine.registry import Registry

NAMES = sorted(
    file.stem for file in Path(engine.nodes.__path__[0]).glob("*.py") if file.stem != "__init__"
)
PASSED_ON = Landmarks | Frame | Mask | Block | Features
NONSENSE = (math.nan, math.inf, -math.inf, 1e308, -1e308)


def box(name: str) -> type[Node]:
    found = Registry().find(name)
    assert issubclass(found, Node)
    return found


def fresh(cls: type[Node]) -> Node:
    """Make a node, with something that fits for every parameter that a patch must give."""
    needed = [each for each in read_parameters(cls).values() if each.required]
    return cls(**{each.field: something(each) for each in needed})


def something(parameter: Parameter) -> Any:
    kind, low = parameter.type, parameter.param.low
    if get_origin(kind) is Literal:
        return get_args(kind)[0]
    for example in (low, 0.5, 1, "a", [0.0, 1.0], ["a", "b"], [0.0] * 4, {}, True):
        try:
            return parameter.from_patch(example)
        except SensoriumError:
            continue
    return parameter.from_patch("1 s")


def joints(number: float) -> Pose:
    return Pose((Person(1, 1, np.full((17, 3), number, np.float32)),), 1.5)


def deep(number: float) -> Landmarks:
    return Landmarks(BLAZEPOSE_33, (Instance(1, 1, np.full((33, 4), number, np.float32)),), 1.5)


EXAMPLES: dict[Any, list[Any]] = {
    **{
        one.cls: [example_of(one.cls), without_numbers(example_of(one.cls))]
        for one in message_types()
        if one.example is not None
    },
    float: [0.3, *NONSENSE, 0.9, 0.1],
    int: [3, 0],
    bool: [True, False],
    str: ["word", ""],
    Landmarks: [joints(0.5), joints(math.nan), deep(0.5), deep(math.inf), Pose((), 1.5)],
    Pose: [joints(0.5), joints(math.nan), joints(math.inf), Pose((), 1.5)],
    Pitch: [Pitch(220, 57, 1, True), Pitch(math.nan, math.nan, math.nan, True)],
    Note: [Note(60, 100), Note(60, 0)],
    Trigger: [Trigger(), Trigger(math.nan)],
    Frame: [Frame(np.zeros((48, 64, 3), np.uint8))],
    Mask: [Mask(np.full((48, 64), math.nan, np.float32))],
    Block: [Block(np.full(480, math.nan, np.float32), 48000, 0)],
}


def examples(inlet: Inlet) -> list[Any]:
    kinds: list[Any] = []
    for kind in inlet.accepts:
        kinds += EXAMPLES if members(kind) == (object,) else members(kind)
    return [message for kind in kinds for message in EXAMPLES[kind]]


def numbers(given: Any) -> Iterator[float]:
    """Find every float in what a node gave, however it gave it."""
    if isinstance(given, float):
        yield given
    elif inspect.isgenerator(given) or isinstance(given, tuple | list | Iterator):
        for part in given:
            yield from numbers(part)
    elif dataclasses.is_dataclass(given) and not isinstance(given, PASSED_ON):
        yield from numbers([getattr(given, field.name) for field in dataclasses.fields(given)])


@pytest.mark.parametrize("name", NAMES)
def test_a_file_holds_one_documented_node(name):
    cls = box(name)
    assert inspect.getdoc(cls), "its docstring is its help text"
    assert inspect.getmodule(cls).__doc__
    named = "".join(word.title() for word in name.split("_"))
    assert cls.__name__ in (named, f"{named}Node")  # the latter where a message has the name


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_says_what_it_does(name):
    assert [each.name for each in read_parameters(box(name)).values() if not each.param.help] == []


@pytest.mark.parametrize("name", NAMES)
def test_defaults_fit_their_own_parameters(name):
    for each in read_parameters(box(name)).values():
        if not each.required and each.default is not None:
            assert each.from_wire(each.default) == each.default


@pytest.mark.parametrize("name", NAMES)
def test_inlets_and_outlets_can_be_read(name):
    assert read_signature(box(name)).inlets


@pytest.mark.parametrize("name", NAMES)
def test_reset_may_come_at_any_time(name):
    node = fresh(box(name))
    node.reset()
    assert node.wake() is None
    feed(node)
    node.reset()
    feed(node)
    node.close()


@pytest.mark.parametrize("name", NAMES)
def test_two_of_a_kind_share_nothing(name):
    one, other = fresh(box(name)), fresh(box(name))
    feed(one)
    state = [field.name for field in dataclasses.fields(one) if field.name.startswith("_")]
    untouched = fresh(box(name))
    assert [repr(getattr(other, each)) for each in state if is_plain(getattr(other, each))] == [
        repr(getattr(untouched, each)) for each in state if is_plain(getattr(other, each))
    ]


def is_plain(value: Any) -> bool:
    return isinstance(value, int | float | str | tuple | list | dict | set | type(None))


@pytest.mark.parametrize("name", NAMES)
def test_what_is_no_number_never_gets_through(name):
    given = list(feed(fresh(box(name))))
    if any(isinstance(kind, TypeVar) for kind in read_signature(box(name)).outlets.values()):
        # A message that is passed on whole is its maker's business; a bare number is not.
        given = [value for value in given if isinstance(value, float)]
    assert [number for number in numbers(given) if not math.isfinite(number)] == []


def feed(node: Node) -> list[Any]:
    """Give a node everything its hot inlet takes, with wakes in between; return all it gives."""
    signature = read_signature(type(node))
    hot, *cold = signature.inlets
    others = {inlet.name: examples(inlet)[0] for inlet in cold if inlet.waits}
    given: list[Any] = []
    for step, message in enumerate(itertools.chain(*[examples(hot)] * 3)):
        at = ns(step / 30)
        times = {"at": at} if signature.takes_at else {}
        given += collect(node.process(message, **others, **times))
        due = node.wake()
        if due is not None and due <= at:
            given += collect(node.on_wake(at))
    for _ in range(200):
        due = node.wake()
        if due is None:
            break
        given += collect(node.on_wake(due))
    return given


def collect(given: Any) -> list[Any]:
    return list(given) if isinstance(given, Iterator) else [given]
