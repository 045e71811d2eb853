"""Parameters: what a patch may write, what may arrive while playing, and how that is said."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.box import Box
from engine.core.errors import ParameterError
from engine.core.node import Node
from engine.core.parameter import (
    Fixed,
    Param,
    Parameter,
    describe,
    parameters_of,
    read_parameters,
    seconds,
)


class Example(Node):
    """A box with every kind of parameter."""

    needed: Annotated[str, Param("something")]
    share: Annotated[float, Param("a share", 0, 1)] = 0.5
    count: Annotated[int, Param("how many", 1)] = 1
    loud: bool = False
    curve: Annotated[Literal["linear", "exp"], Param("how it bends")] = "linear"
    wait: Annotated[float, Param("how long", 0, 60, unit="s")] = 0.5
    exposure: Annotated[Literal["auto"] | float, Param("", 0.1, 1000, unit="ms")] = "auto"
    limit: float | None = None
    to: tuple[float, float] = (0.0, 1.0)
    names: list[str] = field(default_factory=lambda: ["a"])
    port: Fixed[Annotated[int, Param("UDP port", 1, 65535)]] = 9000
    in_: float = 0.0
    _state: int = 0

    def process(self, value: float) -> float:
        return value


ALL = read_parameters(Example)


def test_fields_are_parameters_and_state_is_not() -> None:
    names = "needed share count loud curve wait exposure limit to names port in"
    assert list(ALL) == names.split()
    assert ALL["in"].field == "in_"


def test_what_must_be_said_and_what_stays_while_playing() -> None:
    assert [name for name, each in ALL.items() if each.required] == ["needed"]
    assert [name for name, each in ALL.items() if each.fixed] == ["port"]
    assert ALL["names"].default == ["a"]


WRITTEN = [
    ("share", 1, 1.0),
    ("share", 0, 0.0),
    ("count", 7, 7),
    ("loud", True, True),
    ("curve", "exp", "exp"),
    ("wait", "20 ms", 0.02),
    ("wait", "1min", 60.0),
    ("exposure", "auto", "auto"),
    ("exposure", 10, 10),
    ("limit", 3, 3.0),
    ("to", [20, 20000], (20.0, 20000.0)),
    ("names", ["x", "y"], ["x", "y"]),
]
NOT_WRITTEN = [
    ("share", 1.5, "expected a number from 0 to 1, got 1.5"),
    ("share", "half", 'expected a number from 0 to 1, got "half"'),
    ("share", True, "expected a number from 0 to 1, got true"),
    ("share", math.nan, "expected a number from 0 to 1, got nan"),
    ("share", math.inf, "expected a number from 0 to 1, got inf"),
    ("count", 0, "expected a whole number of 1 or more, got 0"),
    ("count", 1.5, "expected a whole number of 1 or more, got 1.5"),
    ("loud", 1, "expected true or false, got 1"),
    ("curve", "expo", 'expected one of "linear", "exp", got "expo". Did you mean "exp"?'),
    ("wait", 2, 'expected a time with its unit, such as "20 ms", got 2'),
    ("wait", "2", 'expected a time with its unit, such as "20 ms", got "2"'),
    ("wait", "2 years", 'expected a time with its unit, such as "20 ms", got "2 years"'),
    ("wait", "-2 s", 'expected a time with its unit, such as "20 ms", got "-2 s"'),
    ("wait", "2 min", 'expected a time from 0 s to 60 s, got "2 min"'),
    ("exposure", 0.01, 'expected one of "auto" or a number from 0.1 to 1000 ms, got 0.01'),
    ("to", [0, math.nan], "expected a list of 2 numbers, got [0, nan]"),
    ("to", [0, 1, 2], "expected a list of 2 numbers, got [0, 1, 2]"),
    ("to", 3, "expected a list of 2 numbers, got 3"),
    ("names", [3], "expected a list of texts, got [3]"),
]


@pytest.mark.parametrize(("name", "value", "result"), WRITTEN)
def test_what_a_patch_may_write(name: str, value: object, result: object) -> None:
    assert ALL[name].from_patch(value) == result


@pytest.mark.parametrize(("name", "value", "said"), NOT_WRITTEN)
def test_what_a_patch_may_not_write(name: str, value: object, said: str) -> None:
    with pytest.raises(ParameterError) as caught:
        ALL[name].from_patch(value)
    assert str(caught.value) == said


ARRIVING = [
    ("share", 1.5, 1.0),
    ("share", -3, 0.0),
    ("share", True, 1.0),
    ("count", 2.6, 3),
    ("count", 90.0, 90),
    ("count", -1, 1),
    ("loud", 1, True),
    ("loud", 0.0, False),
    ("wait", 2, 2),
    ("wait", "20 ms", 0.02),
    ("wait", 100, 60),
    ("to", [0, 5.0], (0.0, 5.0)),
    ("limit", None, None),
]


@pytest.mark.parametrize(("name", "value", "result"), ARRIVING)
def test_what_arrives_while_playing_goes_to_the_nearest_that_fits(
    name: str, value: object, result: object
) -> None:
    assert ALL[name].from_wire(value) == result


@pytest.mark.parametrize(
    ("name", "value"),
    [("share", math.nan), ("share", "x"), ("count", math.inf), ("curve", "cubic"), ("to", 1)],
)
def test_what_arrives_and_fits_nowhere_is_refused(name: str, value: object) -> None:
    with pytest.raises(ParameterError):
        ALL[name].from_wire(value)


@given(
    st.sampled_from(sorted(ALL)), st.one_of(st.floats(), st.integers(), st.text(), st.booleans())
)
def test_whatever_arrives_is_in_range_or_refused(name: str, value: Any) -> None:
    parameter: Parameter = ALL[name]
    try:
        result = parameter.from_wire(value)
    except ParameterError:
        return
    if isinstance(result, int | float) and not isinstance(result, bool):
        assert math.isfinite(result)
        assert parameter.param.low is None or result >= parameter.param.low
        assert parameter.param.high is None or result <= parameter.param.high


@pytest.mark.parametrize(
    ("text", "value"),
    [("500 us", 0.0005), ("1.5 s", 1.5), (" 20ms ", 0.02), ("5 min", 300.0), ("2 h", 7200.0)],
)
def test_times(text: str, value: float) -> None:
    assert seconds(text) == pytest.approx(value)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (float, "a number"),
        (bool, "true or false"),
        (str | list[str], "a text or a list of texts"),
        (list[str | float], "a list of texts or numbers"),
        (tuple[float, float, float, float], "a list of 4 numbers"),
        (tuple[str, ...], "a list of texts"),
        (dict, "a table"),
        (dict[str, float], "a table of numbers"),
        (float | None, "a number"),
        (Literal["a", 2], 'one of "a", 2'),
    ],
)
def test_types_in_words(kind: Any, words: str) -> None:
    assert describe(kind) == words


@pytest.mark.parametrize(
    ("name", "turned", "result"),
    [
        ("share", 0.25, 0.25),
        ("share", 7.0, 1.0),
        ("wait", 0.5, 30.0),
        ("port", 0.0, 1),
        ("port", 1.0, 65535),
        ("loud", 0.49, False),
        ("loud", 0.5, True),
        ("curve", 0.0, "linear"),
        ("curve", 0.6, "exp"),
        ("curve", 1.0, "exp"),
        ("in", 0.7, 0.7),
        ("limit", 0.7, 0.7),
        ("exposure", 0.0, 0.1),
    ],
)
def test_the_way_of_a_knob_is_the_whole_range(name: str, turned: float, result: object) -> None:
    assert ALL[name].from_knob(turned) == result


@pytest.mark.parametrize("name", ["needed", "names", "to"])
def test_what_no_knob_can_set_is_refused(name: str) -> None:
    with pytest.raises(ParameterError):
        ALL[name].from_knob(0.5)


class Shelf(Box):
    """Knows which books it has once it is made; its class takes any."""

    books: list[str]
    open_at: Annotated[str | dict[str, float], Param("which", 0, 1)] = ""
    title: str = "anything"

    def known_texts(self) -> Mapping[str, Sequence[str]]:
        return {"open_at": tuple(self.books)}


def test_a_box_may_know_which_texts_its_parameters_take() -> None:
    any_text = read_parameters(Shelf)["open_at"]
    assert any_text.from_wire("nothing of the kind") == "nothing of the kind"
    assert any_text.parts() == ()
    known = parameters_of(Shelf(books=["dawn", "dusk"]))
    at = known["open_at"]
    assert at.from_wire("dusk") == "dusk"
    assert at.from_wire({"dawn": 0.5}) == {"dawn": 0.5}
    assert [part.key for part in at.parts()] == ["dawn", "dusk"]
    with pytest.raises(ParameterError, match=r'expected one of "dawn", "dusk".*mean "dusk"'):
        at.from_wire("dus")
    with pytest.raises(ParameterError, match=r'has no "dusky"\. Did you mean "dusk"'):
        at.part("dusky")
    assert known["title"] is read_parameters(Shelf)["title"]
    assert known.keys() == read_parameters(Shelf).keys()


def test_a_box_that_knows_nothing_more_has_the_parameters_of_its_class() -> None:
    class Plain(Box):
        word: str = ""

    assert parameters_of(Plain()) is read_parameters(Plain)
