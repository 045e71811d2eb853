"""Gathers the points of everyone seen, ready to be sent, and who is present."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.core.errors import ParameterError
from engine.core.landmarks import Instance, Landmarks
from engine.core.messages import Ns
from engine.core.nearest import nearest
from engine.core.skeletons import Skeleton, point_names
from engine.osc.layout import Layout, OscOptions

Points = NDArray[np.float32]
Who = tuple[tuple[int, int], ...]
"""Those seen as (slot, id)."""

KEPT: Final = 64
"""For how many groups of people a layout keeps its ready bytes."""


def numbers(skeleton: Skeleton) -> int:
    """Return how many numbers the points of one instance have."""
    return len(skeleton.points) * len(skeleton.axes)


def gather(skeleton: Skeleton, seen: tuple[Instance, ...]) -> Points:
    """Return the points of all instances in one row, ``numbers`` each, all finite; read-only.

    A point with a number that is not finite becomes an unknown one: all 0. Raise ValueError when
    an instance does not have the points and numbers of the skeleton.
    """
    # Joining bytes is twice as fast as np.concatenate, and the length tells 32-bit numbers.
    joined = b"".join([one.points.tobytes() for one in seen])
    if len(joined) == 4 * numbers(skeleton) * len(seen):
        flat = np.frombuffer(joined, np.float32)
    else:
        shape = len(skeleton.points), len(skeleton.axes)
        every = [np.asarray(one.points, np.float32).reshape(shape) for one in seen]
        flat = np.stack(every).reshape(-1)
    if not math.isfinite(flat.dot(flat)):
        rows = flat.reshape(-1, len(skeleton.axes))
        known = np.isfinite(rows).all(axis=1, keepdims=True)
        return np.where(known, rows, np.float32(0)).reshape(-1)
    return flat


def who(seen: tuple[Instance, ...]) -> Who:
    """Return (slot, id) of everyone."""
    return tuple([(one.slot, one.id) for one in seen])


def left(before: Who, now: Who) -> list[int]:
    """Return the slots that have become free."""
    taken = {slot for slot, _ in now}
    return [slot for slot, _ in before if slot not in taken]


def chosen(skeleton: Skeleton, options: OscOptions) -> dict[str, int]:
    """Return the rows of the named points, or of all, by name; raise ParameterError."""
    if options.joints is None:
        return dict(skeleton.index)
    single = {name: rows[0] for name, rows in skeleton.rows_of.items() if len(rows) == 1}
    for name in options.joints:
        if len(rows := skeleton.rows_of.get(name, ())) > 1:
            of = " and ".join(f'"{skeleton.points[row]}"' for row in rows)
            raise ParameterError(f'there is no joint "{name}": it is the middle of {of}')
    return {name: single[known_point(name, single)] for name in options.joints}


def known_point(name: str, names: Sequence[str] | dict[str, int] | frozenset[str]) -> str:
    """Return a name if it is among others; otherwise raise ParameterError."""
    if name not in names:
        raise ParameterError(f'there is no joint "{name}".{nearest(name, names)}')
    return name


class AnySkeleton(Layout):
    """Landmarks whose skeleton is only known from each message: laid out by that skeleton.

    ``make`` returns the layout of a skeleton. Raise ParameterError when it cannot for any.
    """

    def __init__(self, make: Callable[[Skeleton], Layout], options: OscOptions) -> None:
        for name in options.joints or ():
            known_point(name, point_names())
        refused = [_refusal(make, skeleton) for skeleton in Skeleton.known.values()]
        if all(refused):
            raise ParameterError(refused[0])
        self._make = make
        self._skeleton: Skeleton | None = None
        self._layout = Layout()

    def encode(self, message: Landmarks, at: Ns) -> Sequence[bytes]:
        """Return the messages of everyone, after the final ones of the previous skeleton."""
        gone: Sequence[bytes] = ()
        if message.skeleton is not self._skeleton:
            gone = self._layout.end()
            self._layout = self._laid_out(message.skeleton)
            self._skeleton = message.skeleton
        pieces = [*gone, *self._layout.encode(message, at)]
        self.doubt = self._layout.doubt
        return pieces

    def end(self) -> Sequence[bytes]:
        """Return the messages that say that nobody is here any more."""
        return self._layout.end()

    def _laid_out(self, skeleton: Skeleton) -> Layout:
        try:
            return self._make(skeleton)
        except ParameterError as error:
            raise ValueError(str(error)) from None


def _refusal(make: Callable[[Skeleton], Layout], skeleton: Skeleton) -> str:
    try:
        make(skeleton)
    except ParameterError as error:
        return str(error)
    return ""
