"""Types of values in a performer's words."""

from __future__ import annotations

import json
import types
from collections.abc import Mapping
from typing import Any, Literal, Union, get_args, get_origin

from engine.core.nearest import either

_MANY = {float: "numbers", int: "numbers", bool: "switches", str: "texts"}
_WORDS = {
    float: "a number",
    int: "a whole number",
    bool: "true or false",
    str: "a text",
    list: "a list",
    tuple: "a list",
    dict: "a table",
    types.NoneType: "nothing",
}


def describe(kind: Any) -> str:
    """Return a Python type in a performer's words."""
    origin = get_origin(kind)
    if origin is Literal:
        return "one of " + ", ".join(json.dumps(choice) for choice in get_args(kind))
    if origin in (Union, types.UnionType):
        return " or ".join(describe(part) for part in get_args(kind) if part is not type(None))
    if origin in (list, tuple) and get_args(kind):
        return f"a list of {_describe_many(get_args(kind))}"
    if origin is dict:
        return f"a table of {_describe_many(get_args(kind)[1:])}"
    return _WORDS.get(origin or kind, "a table" if isinstance(origin, type(Mapping)) else "a value")


def _describe_many(kinds: tuple[Any, ...]) -> str:
    """Return a list's contents in words: "2 numbers" of a fixed length, "texts or numbers"."""
    if len(set(kinds) - {...}) > 1:
        return " and ".join(map(describe, kinds))
    inside = kinds[0]
    parts = get_args(inside) if get_origin(inside) in (Union, types.UnionType) else (inside,)
    words = either(list(dict.fromkeys(_in_plural(part) for part in parts)))
    return words if len(kinds) == 1 or kinds[-1] is ... else f"{len(kinds)} {words}"


def _in_plural(kind: Any) -> str:
    if get_origin(kind) in (list, tuple):
        return f"lists of {_describe_many(get_args(kind))}"
    return _MANY.get(kind, "tables")
