"""Finds messages that contain NaN or infinity, which are not passed on.

Why here: a NaN that gets into a filter stays there for ever, and receivers treat it as they like.
So messages are checked once, where they are emitted, and not by everything that reads them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import is_dataclass
from math import isfinite
from operator import attrgetter
from typing import Any

import numpy as np

from engine.core.contents import all_finite, contents, is_array_of_integers
from engine.core.kinds import message_type
from engine.core.messages import Message

Check = Callable[[Any], bool]


def is_finite(message: Message) -> bool:
    """Whether every number in a message is finite, or its kind declares it usable."""
    cls = type(message)
    check = _CHECKS[cls] if cls in _CHECKS else _check_of(cls)
    return check is None or check(message)


def describe_not_finite(message: Message) -> str:
    """Return in words what is wrong with a message that is not finite."""
    if isinstance(message, float | np.floating):
        return f"gave {message}, which is no number; the last value stays"
    kind = type(message).__name__.lower()
    return f"gave a {kind} with something in it that is no number; the last one stays"


_CHECKS: dict[type, Check | None] = {
    float: isfinite,
    **dict.fromkeys((int, bool, str, type(None))),
}
"""The check of messages by their type; None where there is nothing to check."""


def _check_of(cls: type) -> Check | None:
    """Return the check of messages of a type, and cache it."""
    found = message_type(cls)
    if found is not None and found.is_finite is not None:
        check: Check | None = found.is_finite
    elif issubclass(cls, float | np.floating):
        check = isfinite
    elif is_dataclass(cls):
        check = _check_of_contents(cls)
    else:
        check = None
    _CHECKS[cls] = check
    return check


def _check_of_contents(cls: type) -> Check | None:
    """Return a check of all that the constructor of a class takes."""
    hints = contents(cls)
    floats = [name for name, hint in hints.items() if hint is float]
    others = [
        name
        for name, hint in hints.items()
        if hint not in (float, int, bool, str) and not is_array_of_integers(hint)
    ]
    checks = [_every(floats, isfinite)] if floats else []
    checks += [_every(others, _is_finite_inside)] if others else []
    if len(checks) == 2:
        first, second = checks
        return lambda message: first(message) and second(message)
    return checks[0] if checks else None


def _every(names: list[str], check: Check) -> Check:
    """Return a check of some attributes of a message."""
    read = attrgetter(*names)
    if len(names) == 1:
        return lambda message: check(read(message))
    return lambda message: all(map(check, read(message)))


def _is_finite_inside(value: Any) -> bool:
    """Whether a value inside a message is finite."""
    if isinstance(value, np.ndarray):
        return value.dtype.kind != "f" or all_finite(value)
    if isinstance(value, tuple | list):
        return all(map(_is_finite_inside, value))
    return is_finite(value)
