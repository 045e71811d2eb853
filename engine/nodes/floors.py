"""One floor of what several cameras see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Annotated, Final

import numpy as np

from engine.core.label import Label
from engine.core.landmarks import Instance, Landmarks
from engine.core.messages import Ns
from engine.core.node import Node
from engine.core.parameter import Param
from engine.core.skeletons import FLOOR, Skeleton
from engine.dsp.landmarks.floor_fit import DOUBTED, FloorFit
from engine.dsp.landmarks.shared_floor import SharedFloor, Stood

WITHIN: Final = 0.7
MEMORY: Final = 2.0
_CAMERAS: Final = ("from", "second", "third", "fourth")


class Floors(Node):
    """Make one floor of those of several cameras: whom two of them see is one, with one id.

    ``from`` leads to the ``floor`` of one camera, ``second``, ``third`` and ``fourth`` to those of
    others. All have the same rectangle on the floor drawn over their picture, with the same
    ``size``, and its corners in the same order: "near" and "left" as the first camera sees them,
    so that a place has the same metres for all.

    Who stands ``within`` so many metres of where another camera sees somebody is that one. Who is
    hidden from one camera, or leaves its picture, keeps slot and id as long as another one sees
    them, and for ``memory`` after that. Places are the mean of those that see somebody, and glide
    where one more or one less does. A camera that falls silent is left out. When two
    cameras each see people for 20 s where the other sees nobody, a warning says so: their corners
    may not fit.

    It gives everybody whenever a camera speaks, in metres, as ``floor`` does. It goes by places
    alone: of two who stand closer together than that it may take the one for the other, and puts it
    right when they part; somebody has another id then.
    """

    within: Annotated[
        float, Param("how far apart cameras may see the same person", 0.05, 5, unit="metres")
    ] = WITHIN
    memory: Annotated[
        float, Param("how long somebody is remembered whom no camera sees", 0, 60, unit="s")
    ] = MEMORY

    label: Label = ""

    _shared: SharedFloor = field(default_factory=lambda: SharedFloor(WITHIN, MEMORY))
    _fit: FloorFit = field(default_factory=FloorFit)
    _count: int = 0

    def needs(self) -> tuple[str, ...]:
        """Return the floor of a second camera: of one alone nothing is to be made."""
        return ("second",)

    def skeletons(self) -> Mapping[str, Skeleton]:
        """Return what it gives: points on a floor."""
        return {"": FLOOR}

    def caption(self) -> str:
        """Return how many stand on it."""
        return f"{self._count} here" if self._count else ""

    def process(self, floor: Landmarks, at: Ns) -> Landmarks | None:
        """Return everybody, when the first camera speaks."""
        return self._seen(0, floor, at)

    def on_second(self, second: Landmarks, at: Ns) -> Landmarks | None:
        """Return everybody, when the second camera speaks."""
        return self._seen(1, second, at)

    def on_third(self, third: Landmarks, at: Ns) -> Landmarks | None:
        """Return everybody, when the third camera speaks."""
        return self._seen(2, third, at)

    def on_fourth(self, fourth: Landmarks, at: Ns) -> Landmarks | None:
        """Return everybody, when the fourth camera speaks."""
        return self._seen(3, fourth, at)

    def reset(self) -> None:
        """Forget what the cameras said last; who is who stays, as another camera may see them."""
        self._shared.hush()

    def _seen(self, camera: int, floor: Landmarks, at: Ns) -> Landmarks | None:
        if not floor.skeleton.metres:
            said = 'floors reads people on a floor (a box "floor"), not "%s"'
            self.tell_once(said, floor.skeleton.name)
            return None
        self._shared.within, self._shared.memory = self.within, self.memory
        stood = []
        for one in floor.seen:
            x, y, sure = one.points[0].tolist()
            stood.append(Stood(one.id, (x, y), sure))
        people = self._shared.update(camera, stood, at)
        for pair in self._fit.update(camera, self._shared.seen_by(), at):
            first, other = (_CAMERAS[each] for each in pair)
            self.tell_once(
                f'floors: for {DOUBTED:g} s and more, "{first}" and "{other}" each see people where'
                " the other sees nobody: if both look at the same people, the corners of one floor"
                " are in another order than those of the other, or of another rectangle"
            )
        self._count = len(people)
        rows = (
            Instance(one.slot, one.id, np.array([(*one.place, one.sure)], np.float32))
            for one in people
        )
        return Landmarks(FLOOR, tuple(rows), 1.0)
