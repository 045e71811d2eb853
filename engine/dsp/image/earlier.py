"""The picture a little before the newest one, to see what has moved since.

Why not simply the last one: from one picture to the next, what moves slowly would be lost in the
noise of the camera, and a faster camera would see less.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any, Final, Generic, NamedTuple, TypeVar

from numpy.typing import NDArray

from engine.core.clock import ns
from engine.core.messages import Ns

Picture = TypeVar("Picture", bound=NDArray[Any])

APART: Final = ns(0.06)
"""How long there is between two pictures that are compared, where a camera is faster than that."""
GAP: Final = ns(0.5)
"""After so long without a picture there is nothing to compare with."""


class Before(NamedTuple, Generic[Picture]):
    """A picture, and its moment."""

    at: Ns
    picture: Picture


@dataclass
class Earlier(Generic[Picture]):
    """Keeps the pictures of the last moments, all of one size."""

    _seen: deque[Before[Picture]] = field(default_factory=deque)

    def forget(self) -> None:
        """Forget all: there is nothing before the next picture."""
        self._seen.clear()

    def take(self, picture: Picture, at: Ns) -> Before[Picture] | None:
        """Keep a picture, and return the one to compare it with.

        None for the first one, and after a gap, another size, or a time that began anew.
        """
        seen = self._seen
        if seen and (seen[-1].picture.shape != picture.shape or not 0 <= at - seen[-1].at <= GAP):
            seen.clear()
        while len(seen) > 1 and at - seen[1].at >= APART:
            seen.popleft()
        before = seen[0] if seen and seen[0].at < at else None
        seen.append(Before(at, picture))
        return before
