"""What msgspec finds wrong, in plain words."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
import pytest

from engine.core.mismatch import describe_mismatch


class Thing(msgspec.Struct, forbid_unknown_fields=True):
    """A table with a few values."""

    name: str
    size: Annotated[int, msgspec.Meta(ge=1)] = 1
    parts: list[float] | None = None
    way: Literal["in", "out"] = "in"
    more: dict[str, list[int]] = {}


CASES: list[tuple[Any, str]] = [
    ({}, '"name" is missing'),
    ({"name": 3}, "expected a text, got a whole number at name"),
    ({"name": "a", "nme": 1}, 'there is no "nme"'),
    ({"name": "a", "parts": "x"}, "expected a list or nothing, got a text at parts"),
    ({"name": "a", "parts": [1, "x"]}, "expected a number, got a text at parts[1]"),
    ({"name": "a", "size": 0}, "expected a whole number (>= 1) at size"),
    ({"name": "a", "size": True}, "expected a whole number, got true or false at size"),
    ({"name": "a", "way": "up"}, "up is none of what it may be at way"),
    ({"name": "a", "more": {"b": [None]}}, "expected a whole number, got nothing at more[...][0]"),
    ([], "expected a table, got a list"),
]


@pytest.mark.parametrize(("value", "said"), CASES, ids=[said for _, said in CASES])
def test_a_value_that_does_not_fit(value: object, said: str) -> None:
    with pytest.raises(msgspec.ValidationError) as error:
        msgspec.convert(value, Thing)
    assert describe_mismatch(error.value) == said


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "it breaks off"),
        (b'{"name": "a"', "it breaks off"),
        (b"[1, }", "it cannot be read from byte 4 on"),
        (b"never", "it cannot be read from byte 4 on"),
    ],
)
def test_bytes_that_are_no_json(data: bytes, said: str) -> None:
    with pytest.raises(msgspec.DecodeError) as error:
        msgspec.json.decode(data)
    assert describe_mismatch(error.value) == said
