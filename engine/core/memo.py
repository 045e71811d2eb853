"""Remembers what was read of a class, for as long as there is that class.

Why: a patch that takes over asks the classes of all its boxes, while the show stands still.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar
from weakref import WeakKeyDictionary

T = TypeVar("T")


def cached_by_class(read: Callable[[type], T]) -> Callable[[type], T]:
    """Make a function of a class that does its work once for each; what it raises comes again."""
    known: WeakKeyDictionary[type, T] = WeakKeyDictionary()

    @wraps(read)
    def recall(cls: type) -> T:
        found = known.get(cls)
        if found is None:
            found = known[cls] = read(cls)
        return found

    return recall
