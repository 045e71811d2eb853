"""Finds several people: one network finds them in the picture, another looks closely at each.

Who is found is followed in a square of their own, from picture to picture, which shows small people
as large as those in front, and gives each joint more pixels. The finder looks for others between:
at the whole picture, and at parts of it in turn.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.core.errors import ModelError
from engine.core.messages import Ns
from engine.dsp.image.region import Region
from engine.dsp.image.turned import TurnedSquare
from engine.dsp.landmarks.body_regions import around, has_legs_alone, tiles
from engine.inference.closer import Closer
from engine.inference.finder import Finder, OneFinder
from engine.inference.found_body import STAYS, SURE, FoundBody, holds, same, take_sides

Image = NDArray[np.uint8]

SEARCH: Final = 5
"""While somebody is followed, others are looked for in one of so many pictures."""
RARELY: Final = 6
"""While all are small, others are looked for in one of so many pictures."""
UNSEEN: Final = 4
"""Looks at other parts of the picture for which somebody is still taken to be there."""
CHECKED: Final = 10
"""Whom a network that invents follows, the finder looks at in one of so many pictures."""


def _as_it_is(image: Image) -> Image:
    return image


def _nothing() -> None:
    pass


@dataclass
class People:
    """Finds people picture by picture; without a ``closer`` as the finder sees them.

    A ``closer`` looks for newcomers in what ``cover`` makes of a picture. ``tell`` is called when a
    network fails at one of several people: the others are found, and that one is looked at again.
    """

    finder: Finder | OneFinder
    closer: Closer | None = None
    cover: Callable[[Image], Image] = _as_it_is
    tell: Callable[[], None] = _nothing
    _followed: list[FoundBody] = field(default_factory=list)
    _pictures: int = 0
    _searches: int = 0

    def reset(self) -> None:
        """Forget everybody: all parts of the picture are looked at, one after the other."""
        self._followed = []
        self._searches = 0

    def find(
        self, image: Image, most: int, confidence: float, mirrored: bool, at: Ns
    ) -> list[FoundBody]:
        """Return up to ``most`` people of a picture, (h, w, 3) or grey, of a moment.

        Raises ModelError when a network fails, and nobody is left.
        """
        if self.closer is None:
            return self._at_once(image, confidence * STAYS)
        found: list[FoundBody] = []
        missed: list[FoundBody] = []
        failed: ModelError | None = None
        for body in self._followed:
            already = len(found)
            try:
                if not self._is_invented(image, body):
                    self._look(image, body.region, confidence * STAYS, mirrored, found)
            except ModelError as error:
                failed, body.unseen = error, body.unseen + 1
                missed += [body] if body.unseen < UNSEEN else []
            for one in found[already:]:
                one.pictures, one.sides = body.pictures + 1, body.sides
        try:
            self._search(image, most, confidence, mirrored, found)
        except ModelError as error:
            failed = error
        if failed and not found:
            raise failed
        if failed:
            self.tell()
        if self.closer.invents:
            for one in found:
                take_sides(one, at)
        self._followed = [*found, *missed]
        return found

    def _is_invented(self, image: Image, body: FoundBody) -> bool:
        """Whether the finder, asked now and then, sees legs alone where a whole body is told."""
        closer, region = self.closer, body.region
        asked = closer is not None and closer.invents and body.pictures % CHECKED == CHECKED - 1
        if not asked or not isinstance(region, TurnedSquare):
            return False
        part = region.part_of(image.shape[1], image.shape[0])
        there = self.finder.find(image, part) if part else []
        return bool(there) and has_legs_alone(there[0].sure)

    def _search(
        self, image: Image, most: int, confidence: float, mirrored: bool, found: list[FoundBody]
    ) -> None:
        """Look for others in a part of the picture, where it is time to, and add them."""
        size = image.shape[1], image.shape[0]
        self._pictures += 1
        parts = tiles(*size)
        due = not found or self._searches < len(parts) or self._pictures % SEARCH == 0
        if self.closer is None or not due or len(found) >= most:
            return
        self._searches += 1
        for one in self.finder.find(self.cover(image), parts[(self._searches - 1) % len(parts)]):
            if len(found) >= most or one.score < confidence * STAYS:
                break
            if any(same(one, other) for other in found):
                continue
            region = self.closer.region(one, size, mirrored)
            self._look(image, region, confidence, mirrored, found)

    def _at_once(self, image: Image, bar: float) -> list[FoundBody]:
        """Return everybody as the finder sees them, in one look at a picture.

        Why everybody: of three people with two slots, each picture may show another two as the
        surest; who follows them knows who was there before.

        While all who are followed are small it looks at the parts where they are, in turn; between,
        and while nobody is followed, at the whole picture and at tiles of it.
        """
        size = image.shape[1], image.shape[0]
        tiled = tiles(*size)
        self._pictures += 1
        near = around([body.points[body.sure >= SURE, :2] for body in self._followed], *size)
        if near == tiled[:1]:
            part = tiled[0]
        elif near and self._pictures % RARELY:
            part = near[self._pictures % len(near)]
        else:
            part = tiled[self._searches % len(tiled)]
            self._searches += 1
        found = [body for body in self.finder.find(image, part) if body.score >= bar]
        elsewhere = [
            body
            for body in self._followed
            if not any(same(body, other) for other in found)
            and (body.unseen < UNSEEN and not holds(part, body))
        ]
        for body in elsewhere:
            body.unseen += 1
        self._followed = [*found, *elsewhere]
        return found

    def _look(
        self,
        image: Image,
        region: Region | TurnedSquare | None,
        bar: float,
        mirrored: bool,
        found: list[FoundBody],
    ) -> None:
        """Look closely; add who is there, unless it is somebody who was found already."""
        size = image.shape[1], image.shape[0]
        if (
            self.closer is None
            or region is None
            or (isinstance(region, TurnedSquare) and not region.fits(*size))
        ):
            return
        body = self.closer.look(image, region, size, mirrored)
        if body.score >= bar and not any(same(body, other) for other in found):
            found.append(body)
