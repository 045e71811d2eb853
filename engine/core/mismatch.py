"""Explain in plain words what msgspec finds wrong with a value."""

from __future__ import annotations

import re
from typing import Final

import msgspec

_TYPES: Final = {
    "int": "a whole number",
    "float": "a number",
    "str": "a text",
    "bool": "true or false",
    "array": "a list",
    "object": "a table",
    "null": "nothing",
    "bytes": "bytes",
}
_EXPECTED: Final = re.compile(
    r"Expected `([^`]+)`(?: (?:of length )?([<>=]=? ?\S+?))?(?:, got `(.+?)`)?$"
)
_OTHERS: Final = (
    (re.compile(r"Object contains unknown field `(.*)`", re.S), 'there is no "{}"'),
    (re.compile(r"Object missing required field `(.*)`", re.S), '"{}" is missing'),
    (re.compile(r"Invalid (?:enum )?value (.*)", re.S), "{} is none of what it may be"),
    (re.compile(r"(Input data was truncated)"), "it breaks off"),
)
_PLACE: Final = re.compile(r" - at `(?:key in )?\$?\.?(.*)`$", re.S)
_BYTE: Final = re.compile(r"\(byte (\d+)\)")


def describe_mismatch(error: Exception) -> str:
    """Return what an error of msgspec says: "expected a list or nothing, got a text at boxes"."""
    text = str(error)
    place = _PLACE.search(text)
    words = _words(text[: place.start()] if place else text, type(error))
    return f"{words} at {place[1]}" if place and place[1] else words


def _words(text: str, kind: type[Exception]) -> str:
    if expected := _EXPECTED.match(text):
        wanted, size, got = expected.groups()
        return (
            f"expected {_types(wanted)}"
            + (f" ({size})" if size else "")
            + (f", got {_types(got)}" if got else "")
        )
    for pattern, said in _OTHERS:
        if found := pattern.match(text):
            return said.format(found[1].strip("'"))
    byte = _BYTE.search(text) if issubclass(kind, msgspec.DecodeError) else None
    return f"it cannot be read from byte {byte[1]} on" if byte else "it does not fit"


def _types(names: str) -> str:
    return " or ".join(_TYPES.get(name.strip(), "something else") for name in names.split("|"))
