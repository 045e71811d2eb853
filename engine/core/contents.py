"""Reads what a message consists of from its constructor, for all that traverses messages."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import is_dataclass
from math import isfinite
from typing import Any, Protocol, Union, get_args, get_origin, get_type_hints, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from engine.core.kinds import PLAIN
from engine.core.memo import cached_by_class


@runtime_checkable
class Encodable(Protocol):
    """A part of a message that encodes itself, such as a skeleton."""

    def encoded(self) -> Any:
        """Return it as plain data."""
        ...

    @classmethod
    def decoded(cls, plain: Any) -> Any:
        """Return what ``encoded`` wrote; raise ValueError, KeyError or TypeError for all else."""
        ...


@cached_by_class
def contents(cls: type) -> Mapping[str, Any]:
    """Return the types of the constructor's arguments of a class, by name.

    Raise TypeError when a type cannot be resolved, such as a class inside a function.
    """
    constructor = next(vars(each)["__init__"] for each in cls.__mro__ if "__init__" in vars(each))
    try:
        hints = get_type_hints(constructor)
    except NameError as error:
        raise TypeError(
            f"{cls.__name__}: {error}; what a message is made of must stand in its module"
        ) from None
    return {name: hint for name, hint in hints.items() if name != "return"}


def is_plain(hint: Any) -> bool:
    """Whether every value of a type is a number, a switch, a text or nothing."""
    if get_origin(hint) in (Union, types.UnionType):
        return all(is_plain(part) for part in get_args(hint))
    return hint in (*PLAIN, types.NoneType)


def unaliased(hint: Any) -> Any:
    """Return what an alias of the ``type`` statement (PEP 695) stands for; any other hint as it is.

    NDArray is one where NumPy needs Python 3.12 or later.
    """
    alias = get_origin(hint) or hint
    value = getattr(alias, "__value__", None)
    if value is None:
        return hint
    return value[get_args(hint)] if get_args(hint) else value


def is_array(hint: Any) -> bool:
    """Whether every value of a type is an array."""
    hint = unaliased(hint)
    return hint is np.ndarray or get_origin(hint) is np.ndarray


def is_array_of_integers(hint: Any) -> bool:
    """Whether every value of a type is an array without floats in it, such as a picture."""
    hint = unaliased(hint)
    dtypes = [get_args(part) for part in get_args(hint)[1:]] if is_array(hint) else []
    return any(len(each) == 1 and issubclass(each[0], np.integer | np.bool_) for each in dtypes)


def all_finite(numbers: NDArray[Any]) -> bool:
    """Whether all numbers of an array are finite.

    The sum of squares is faster, and finite only if all are; where it overflows each number is
    checked. It is ``vdot``, since ``dot`` would warn then.
    """
    return isfinite(np.vdot(numbers, numbers)) or bool(np.isfinite(numbers).all())


def without_numbers(value: Any) -> Any:
    """Return a copy with NaN for every float, also in arrays; the message itself if it has none."""
    if isinstance(value, float):
        return float("nan")
    if isinstance(value, np.ndarray):
        return np.full_like(value, np.nan) if value.dtype.kind == "f" else value
    if isinstance(value, tuple) and not hasattr(value, "_fields"):
        return tuple(map(without_numbers, value))
    if not is_dataclass(value) or isinstance(value, type | Encodable):
        return value
    before = {name: getattr(value, name) for name in contents(type(value))}
    after = {name: without_numbers(part) for name, part in before.items()}
    same = all(after[name] is part for name, part in before.items())
    return value if same else type(value)(**after)
