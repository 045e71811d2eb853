"""What a box takes and gives is read from its own code."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple, TypeVar

import pytest

from engine.core.kinds import KINDS, Kind
from engine.core.messages import Block, Frame, Note, Ns, Pitch, Pose, Trigger
from engine.core.signature import converter, fits, in_words, needs_trigger, parts, read_signature

T = TypeVar("T")


class Voice(NamedTuple):
    hz: float
    on: bool | None = None


class Single:
    def process(self, value: float) -> float | None: ...


class Several:
    def process(self, block: Block, level: float, at: Ns, gain: float = 2.0) -> Voice | None: ...


class Events:
    def process(self, value: float | int) -> Iterator[Note]: ...


class Passing:
    def process(self, value: T) -> T: ...


class Silent:
    def process(self, value: Any) -> None: ...


def test_one_input_and_one_output() -> None:
    read = read_signature(Single)
    assert [(inlet.name, inlet.accepts, inlet.waits) for inlet in read.inlets] == [
        ("value", (float,), True)
    ]
    assert (read.outlets, read.fields, read.takes_at, read.is_generator) == (
        {"": float},
        (),
        False,
        False,
    )


def test_several_inputs_a_moment_and_named_outputs() -> None:
    read = read_signature(Several)
    assert [inlet.name for inlet in read.inlets] == ["block", "level", "gain"]
    assert [inlet.waits for inlet in read.inlets] == [True, True, False]
    assert read.takes_at
    assert read.fields == ("hz", "on")
    assert read.outlets == {"": float, "hz": float, "on": bool}


class Mixing:
    def process(self, one: Frame, other: Frame, gain: float, other_at: Ns, at: Ns) -> Frame: ...


class Unknown:
    def process(self, one: Frame, other: Frame, another_at: Ns) -> Frame: ...


class OfTheHotOne:
    def process(self, one: Frame, other: Frame, one_at: Ns) -> Frame: ...


def test_the_moment_of_another_inlet() -> None:
    read = read_signature(Mixing)
    assert [inlet.name for inlet in read.inlets] == ["one", "other", "gain"]
    assert read.moments == ("other",)
    assert read.takes_at
    assert read_signature(Several).moments == ()


@pytest.mark.parametrize("cls", [Unknown, OfTheHotOne])
def test_a_moment_of_no_other_inlet_is_refused(cls: type) -> None:
    with pytest.raises(TypeError, match="expected at or other_at"):
        read_signature(cls)


def test_events_whatever_passes_and_nothing() -> None:
    assert read_signature(Events).is_generator
    assert read_signature(Events).outlets == {"": Note}
    assert read_signature(Events).inlets[0].accepts == (float, int)
    assert read_signature(Passing).outlets == {"": T}
    assert read_signature(Silent).outlets == {}


FITTING = [
    (float, (float,), True),
    (int, (float,), True),
    (bool, (int,), True),
    (float, (bool,), True),
    (str, (float,), False),
    (float, (str,), False),
    (Pose, (float,), False),
    (Pose, (object,), True),
    (object, (Pose,), True),
    (Pose, (T,), True),
    (T, (Pose,), True),
    (Note, (Trigger, Note), True),
    (Frame, (Pose, Pitch), False),
]


@pytest.mark.parametrize(("carried", "accepts", "result"), FITTING)
def test_what_fits(carried: Any, accepts: tuple[Any, ...], result: bool) -> None:
    assert fits(carried, accepts) is result


@pytest.mark.parametrize(
    ("carried", "accepts", "value", "result"),
    [
        (float, (int,), 2.6, 3),
        (float, (bool,), 0.2, True),
        (int, (bool,), 0, False),
        (bool, (float,), True, 1.0),
    ],
)
def test_numbers_become_what_is_taken(
    carried: Any, accepts: tuple[Any, ...], value: float, result: float
) -> None:
    convert = converter(carried, accepts)
    assert convert is not None
    assert convert(value) == result
    assert type(convert(value)) is type(result)


@pytest.mark.parametrize("carried", [float, str, Pose])
def test_what_is_taken_as_it_is_stays(carried: Any) -> None:
    assert converter(carried, (carried,)) is None


def test_when_a_trigger_must_be_made() -> None:
    assert needs_trigger(float, (Trigger,))
    assert not needs_trigger(Trigger, (Trigger,))
    assert not needs_trigger(float, (Trigger, float))


def test_parts_of_messages() -> None:
    assert parts(Pose) == {"aspect": float, "count": int}
    numbers = ("hz", "note", "confidence", "level", "db", "bright", "step", "cents")
    assert parts(Pitch) == {"on": bool, "sure": bool, **dict.fromkeys(numbers, float)}
    assert parts(float) == {}


@pytest.mark.parametrize(
    ("kinds", "words"),
    [
        ((float,), "a number"),
        ((float, int), "a number"),
        ((float, bool, Pose), "a number, a switch or a pose"),
        ((Frame,), "a picture"),
        ((Block,), "sound"),
        ((T,), "anything"),
    ],
)
def test_types_in_words(kinds: tuple[Any, ...], words: str) -> None:
    assert in_words(kinds) == words


def test_every_message_names_its_kind() -> None:
    assert set(KINDS.values()) == set(Kind)
