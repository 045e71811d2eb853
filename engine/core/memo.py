"""Per-class caching that lasts as long as the class.

Why: a reload inspects the classes of all boxes while the show stands still.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar
from weakref import WeakKeyDictionary

T = TypeVar("T")


def cached_by_class(read: Callable[[type], T]) -> Callable[[type], T]:
    """Decorate a function of a class to run once per class; exceptions are not cached."""
    known: WeakKeyDictionary[type, T] = WeakKeyDictionary()

    @wraps(read)
    def recall(cls: type) -> T:
        found = known.get(cls)
        if found is None:
            found = known[cls] = read(cls)
        return found

    return recall
