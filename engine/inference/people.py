"""Finds several people: one network finds them in the picture, another looks closely at each.

Who is found is followed in a square of their own, from picture to picture, which shows small people
as large as those in front, and gives each joint more pixels. The finder looks for others between:
at the whole picture, and at parts of it in turn.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import DTypeLike, NDArray

from engine.core.errors import ModelError
from engine.core.messages import Ns
from engine.core.skeletons import BLAZEPOSE_33, COCO_17
from engine.dsp.image.padded import padded
from engine.dsp.image.region import (
    Point,
    Region,
    crop_lit,
    next_region,
    place,
    to_rgb,
    whole_picture,
)
from engine.dsp.image.turned import TurnedSquare
from engine.dsp.landmarks.areas import are_made_up
from engine.dsp.landmarks.body_regions import (
    around,
    from_circle,
    from_joints,
    has_legs_alone,
    tiles,
)
from engine.dsp.landmarks.sides import Sides, sides_of
from engine.dsp.landmarks.similarity import spread

Floats = NDArray[np.float32]
Image = NDArray[np.uint8]
Run = Callable[..., tuple[NDArray[Any], ...]]
RunRows = Callable[..., NDArray[Any]]
Size = tuple[int, int]
Scored = tuple[list[Point], list[float]]
"""Joints in the order of JOINTS: pixels from the top left corner, and scores 0 to 1."""

SURE: Final = 0.2
"""Score below which a joint does not guide the next region (as published with MoveNet)."""
ENOUGH: Final = 7
"""Joints whose mean score decides about a person."""
STAYS: Final = 0.7
"""Hysteresis: a person stays down to this part of the confidence that let them in."""
SEARCH: Final = 5
"""While somebody is followed, others are looked for in one of so many pictures."""
RARELY: Final = 6
"""While all are small, others are looked for in one of so many pictures."""
UNSEEN: Final = 4
"""Looks at other parts of the picture for which somebody is still taken to be there."""
CHECKED: Final = 10
"""Whom a network that invents follows, the finder looks at in one of so many pictures."""
_LONGER: Final = 256
_MULTIPLE: Final = 32
_LOGIT: Final = 80.0


@dataclass(slots=True)
class FoundBody:
    """Who was found: ``points`` (n, 2) in pixels, or (n, 3) with a depth; ``sure`` (n,) 0 to 1.

    ``region`` is where a closer look would find them next, if that is known; ``unseen`` is how
    often the picture was looked at elsewhere since, ``pictures`` how long they were followed.
    ``sides`` is which side is which, where a network takes each for the other.
    """

    points: Floats
    sure: Floats
    score: float
    region: Region | TurnedSquare | None = None
    unseen: int = 0
    pictures: int = 0
    sides: Sides | None = None

    def rows(self, width: int, height: int) -> Floats:
        """Return the rows of a message: x, y, a depth if there is one, and confidence.

        Who is half in the picture is known by half: what is outside has confidence 0.
        """
        x, y, *depth = self.points.T
        flat = np.stack([x / width, 1 - y / height])
        sure = np.where(are_made_up(flat.T), 0, self.sure)
        columns = [*flat.clip(0, 1), *(z / width for z in depth), sure.clip(0, 1)]
        return np.column_stack(columns).astype(np.float32)


class Closer(ABC):
    """A network that finds the joints of one body in a square.

    One that ``invents`` makes up a whole body where legs alone are seen, and takes each side for
    the other where it cannot see the front.
    """

    invents: ClassVar[bool] = False

    @abstractmethod
    def region(self, joints: FoundBody, size: Size, mirrored: bool) -> Region | TurnedSquare | None:
        """Return where to look closely at a body of 17 joints; None where that is not known."""

    @abstractmethod
    def look(
        self, image: Image, region: Region | TurnedSquare, size: Size, mirrored: bool
    ) -> FoundBody:
        """Return the body in a square of a picture, (h, w, 3) or grey, of a size (w, h)."""


@dataclass
class MoveNet(Closer):
    """MoveNet for one person: 17 joints; ``run`` asks it, ``side`` is its square in pixels.

    ``taken`` is what its input is called, and ``dtype`` what it holds.

    Votel and Li, "Next-Generation Pose Detection with MoveNet and TensorFlow.js", 2021.
    """

    run: Run
    side: int
    taken: str = "image"
    dtype: DTypeLike = np.int32

    def region(self, joints: FoundBody, size: Size, mirrored: bool) -> Region:
        """Return the square around the hips."""
        return next_region(joints.points.tolist(), (joints.sure >= SURE).tolist(), *size)

    def look(
        self, image: Image, region: Region | TurnedSquare, size: Size, mirrored: bool
    ) -> FoundBody:
        """Return the body in a square."""
        assert isinstance(region, Region)
        points, sure = (np.array(each, np.float32) for each in self.joints(image, region))
        body = FoundBody(points, sure, surest(sure))
        body.region = self.region(body, size, mirrored)
        return body

    def joints(self, image: Image, region: Region) -> Scored:
        """Return the joints that it sees in a square of a picture, and how sure it is of each."""
        height, width = image.shape[:2]
        placement = place(region, width, height, size=self.side)
        square = to_rgb(crop_lit(image, placement))[None].astype(self.dtype)
        (answer,) = self.run(**{self.taken: square})
        rows = answer[0, 0].tolist()
        return placement.to_picture([(x, y) for y, x, _ in rows]), [sure for _, _, sure in rows]


@dataclass
class BlazePose(Closer):
    """BlazePose: 33 points with depth; ``run`` asks it, ``side`` is its square in pixels.

    Bazarevsky et al., "BlazePose: On-device Real-time Body Pose Tracking", 2020.
    """

    invents: ClassVar[bool] = True

    run: Run
    side: int

    def region(self, joints: FoundBody, size: Size, mirrored: bool) -> TurnedSquare | None:
        """Return the square around the whole body, upright."""
        return from_joints(joints.points[:, :2], joints.sure, mirrored)

    def look(
        self, image: Image, region: Region | TurnedSquare, size: Size, mirrored: bool
    ) -> FoundBody:
        """Return the body in a square; one that holds nobody is not sure."""
        assert isinstance(region, TurnedSquare)
        answer, presence = self.run(image=region.cut(image, self.side))
        rows = np.asarray(answer, np.float32).reshape(-1, 5)
        square = rows[:, :3] / np.float32(self.side)
        pixels = region.to_picture(square[:, :2])
        depth = -square[:33, 2:] * np.float32(region.side)
        sure = 1 / (1 + np.exp(-np.clip(rows[:33, 3:], -_LOGIT, _LOGIT)).min(axis=1))
        follow = region.next(from_circle(pixels[33], pixels[34], mirrored))
        points = np.hstack([pixels[:33], depth])
        return FoundBody(points, sure.astype(np.float32), float(presence.ravel()[0]), follow)


@dataclass
class Finder:
    """MoveNet multipose: up to six people in a picture; ``run`` asks it for a row of each."""

    run: RunRows

    def find(self, image: Image, part: tuple[int, int, int, int]) -> list[FoundBody]:
        """Return those in a part of a picture, the surest first; 17 joints each."""
        given = padded(image, part, _LONGER, _MULTIPLE)
        bodies = []
        for row in self.run(image=given.picture[None].astype(np.int32)):
            joints = row[:51].reshape(17, 3)
            points = given.to_picture(joints[:, 1::-1])
            bodies.append(FoundBody(points, joints[:, 2], surest(joints[:, 2])))
        return sorted(bodies, key=lambda body: -body.score)


@dataclass
class OneFinder:
    """MoveNet for one person, which finds whoever is nearest the middle."""

    closer: MoveNet

    def find(self, image: Image, part: tuple[int, int, int, int]) -> list[FoundBody]:
        """Return who is in a part of a picture."""
        left, top, right, bottom = part
        piece = image[top:bottom, left:right]
        size = right - left, bottom - top
        body = self.closer.look(piece, whole_picture(*size), size, mirrored=False)
        body.points += np.array((left, top), np.float32)
        return [body]


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
                _take_sides(one, at)
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
            and (body.unseen < UNSEEN and not _holds(part, body))
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


def _take_sides(body: FoundBody, at: Ns) -> None:
    """Exchange the sides of a body of BlazePose, in place, where they are more likely exchanged."""
    trunk = body.points[_TRUNK, :2]
    body.sides = body.sides.next(trunk, at) if body.sides else sides_of(trunk, at)
    if body.sides.are_exchanged:
        body.points, body.sure = body.points[_OTHER_SIDE], body.sure[_OTHER_SIDE]


def _holds(part: tuple[int, int, int, int], body: FoundBody) -> bool:
    """Whether most of a body lies in a part of a picture."""
    left, top, right, bottom = part
    x, y = body.points[:, 0], body.points[:, 1]
    return float(((x >= left) & (x < right) & (y >= top) & (y < bottom)).mean()) > 0.5


def surest(sure: NDArray[Any]) -> float:
    """Return the mean of the surest joints: a head with two shoulders shows no more."""
    return float(np.sort(sure)[-ENOUGH:].mean())


def same(one: FoundBody, other: FoundBody) -> bool:
    """Whether two are one person: their joints lie within a tenth of their length on the whole."""
    a, b = _joints(one.points), _joints(other.points)
    length = max(float(np.ptp(a, axis=0).max()), float(np.ptp(b, axis=0).max()), 1.0)
    apart = np.hypot(*(a - b).T)
    return float(np.median(apart)) < 0.12 * length


def _joints(points: Floats) -> Floats:
    """Return the joints that all skeletons of bodies have, (n, 2)."""
    rows = _COMMON[len(points)]
    joints: Floats = points[rows, :2]
    return joints


_NAMES: Final = [joint for joint in COCO_17.points if joint in BLAZEPOSE_33.index]
_COMMON: Final = {
    len(each.points): [each.index[name] for name in _NAMES] for each in (COCO_17, BLAZEPOSE_33)
}
_TRUNK: Final = [
    BLAZEPOSE_33.index[f"{side}_{joint}"]
    for joint in ("shoulder", "hip")
    for side in ("left", "right")
]
_OTHER_SIDE: Final = spread(BLAZEPOSE_33).sides
