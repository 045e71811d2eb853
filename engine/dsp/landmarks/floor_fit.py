"""Whether what the cameras of one floor see fits together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from engine.core.messages import Ns
from engine.dsp.landmarks.onward import Onward

DOUBTED: Final = 20.0
"""Seconds for which two cameras each see people where the other sees nobody, until that is told."""
BELIEVED: Final = 0.5
"""How many seconds of that are made good by one second in which they see the same ones: floor plans
that lie the wrong way round agree where people stand about the middle."""
LONGEST: Final = 1.0
"""Seconds between two pictures of a camera that count at most."""


class FloorFit:
    """Notices two cameras of which each sees people where the other sees nobody."""

    def __init__(self) -> None:
        self._clock = Onward()
        self._spoken: dict[int, float] = {}
        self._doubts: dict[tuple[int, int], float] = {}

    def update(
        self, camera: int, seen_by: Sequence[frozenset[int]], at: Ns
    ) -> Iterator[tuple[int, int]]:
        """Take in which cameras see each person after a picture of one; yield those in doubt.

        Of two cameras the one with the lower number counts for both.
        """
        now = self._clock.at(at)
        passed = min(now - self._spoken.get(camera, now), LONGEST)
        self._spoken[camera] = now
        seeing = frozenset[int]().union(*seen_by)
        for other in sorted(seeing) if camera in seeing else ():
            if other > camera:
                pair = (camera, other)
                same = sum(cameras.issuperset(pair) for cameras in seen_by)
                alone = [sum(cameras & {*pair} == {one} for cameras in seen_by) for one in pair]
                doubt = self._doubts.get(pair, 0.0)
                if min(alone) and min(alone) >= same:
                    doubt += passed
                elif same:
                    doubt -= passed * BELIEVED
                self._doubts[pair] = max(doubt, 0.0)
                if doubt >= DOUBTED:
                    yield pair
