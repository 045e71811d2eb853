"""Find hands and their fingers in each picture."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.core.errors import ModelError
from engine.core.landmarks import Instance, Landmarks
from engine.core.messages import Frame, Ns
from engine.core.parameter import Fixed, Param
from engine.core.skeletons import HAND_21
from engine.dsp.image.anchors import detections
from engine.dsp.image.masking import in_colour
from engine.dsp.image.painting import to_planes
from engine.dsp.image.region import crop_square, place, whole_picture
from engine.dsp.image.turned import TurnedSquare
from engine.dsp.landmarks.hand_regions import (
    Wrist,
    from_bodies,
    from_palm,
    from_points,
    near,
)
from engine.dsp.landmarks.tracker import Tracker, Tracking
from engine.inference.network import ModelName, NetworkModel

Floats = NDArray[np.float32]

_PALM = 0.25
"""How sure a palm must be for a look at its hand, which decides: a bar below that of MediaPipe."""
_STAYS = 0.6
"""Hysteresis: a hand stays down to this part of the confidence that let it in."""
_GLANCE = 0.2
"""How sure a first look must be for a second one, in parts of the confidence asked for."""
_SEARCH = 3
"""While some hands are followed, palms are looked for in one of so many pictures."""
_STEADY = 0.2
"""How much one picture says about which hand it is."""
_SHARE = 0.5
"""A hand further from every wrist than this part of its square is none of a body's."""


@dataclass(slots=True)
class _Hand:
    """One hand of a picture: where to look next, how likely it is a right one, 0 to 1."""

    region: TurnedSquare
    right: float
    points: Floats
    presence: float = 0.0
    told: bool = False
    """Whether a body said which hand it is."""


class Hands(NamedTuple):
    """All hands, and those of either side alone; a hand keeps its slot and id in both."""

    hands: Landmarks
    left: Landmarks
    right: Landmarks


class HandsModel(NetworkModel[Landmarks]):
    """Finds hands: 21 points of each, with depth, in every picture.

    ``left`` and ``right`` have the hands of either side, the performer's own: ``from =
    "hands.left"``. With a cable of ``pose`` each hand is looked for where an arm ends, which finds
    smaller ones, in less time, and never takes a left hand for a right one; palms are looked for
    in the whole picture only while there is nobody. Without, hands near the camera are found, a
    fifth of the picture's height and more; who shows the back of a hand or a fist may be missed.

    A hand that the network is not sure of is not told: ``confidence``. Slots and ids are kept while
    hands cross. The points are as the network gives them: ``smooth`` steadies them.

    The networks are those of MediaPipe Hands (Zhang et al., 2020), lite; the full one is built once
    by ``sensorium models build hands_full``.

    Raises ModelError for a picture to which a network answers with what is not a number.
    """

    TASK = "hands"
    ROLES = ("palm", "hand")

    model: ModelName = "hands"
    hands: Fixed[Annotated[int, Param("how many hands to follow", 1, 32)]] = 2
    confidence: Annotated[float, Param("how sure to be that there is a hand", 0, 1)] = 0.5

    _tracker: Tracker = field(default_factory=lambda: Tracker(HAND_21))
    _followed: list[_Hand] = field(default_factory=list)
    _size: tuple[int, int] = (0, 0)
    _pictures: int = 0

    def reset(self) -> None:
        """Forget all hands: the next ones are found anew, and have new ids."""
        self._tracker.reset()
        self._followed = []

    def process(self, frame: Frame, pose: Landmarks | None = None, *, at: Ns) -> Hands:
        """Return the hands of a picture, by slot.

        The picture is uint8, (h, w, 3) blue-green-red, or grey as (h, w, 1) or (h, w).

        Raises ModelError when a network fails, or answers with what is not a number.
        """
        height, width = frame.image.shape[:2]
        if self._size != (width, height):
            self._size = (width, height)
            self.reset()
        try:
            self._followed = self._all_hands(frame, pose)
        except ModelError:
            self.reset()
            raise
        return self._told(frame, at)

    def _all_hands(self, frame: Frame, pose: Landmarks | None) -> list[_Hand]:
        """Return the hands that are seen: those followed, of arms, or of palms in the picture."""
        wrists = from_bodies(pose, *self._size, frame.mirrored) if pose is not None else []
        found: list[_Hand] = []
        for hand in self._followed:
            self._add(found, self._look(frame, hand.region, hand, _STAYS))
        if pose is not None and pose.count:
            found = [hand for hand in found if self._owned(hand, wrists)]
            for wrist in wrists:
                if len(found) < self.hands and not any(_at(hand, wrist) for hand in found):
                    there = self._look_twice(frame, wrist.region)
                    if there is not None:
                        there.right, there.told = float(wrist.side == "right"), True
                    self._add(found, there)
        elif len(found) < self.hands:
            self._pictures += 1
            if not found or self._pictures % _SEARCH == 0:
                self._search(frame, found)
        return found

    def _search(self, frame: Frame, found: list[_Hand]) -> None:
        """Look for palms in the whole picture, and add the hands that are not found yet."""
        session = self.session("palm")
        side = session.inputs[0].filled[-1]
        placement = place(whole_picture(*self._size), *self._size, size=side)
        square = to_planes(in_colour(crop_square(frame.image, placement)))
        boxes, logits = self.run("palm", image=square)
        palms, _ = detections(boxes[0], logits[0, :, 0], side, _PALM)
        for palm in palms:
            points = np.array(placement.to_picture([(x, y) for x, y in palm.tolist()]), np.float32)
            region = from_palm(points, frame.mirrored)
            if len(found) < self.hands and not any(near(hand.region, region) for hand in found):
                self._add(found, self._look_twice(frame, region))

    def _add(self, found: list[_Hand], hand: _Hand | None) -> None:
        """Add a hand, unless it is one that is there already; the surer of both stays."""
        if hand is None:
            return
        for place_, other in enumerate(found):
            if near(other.region, hand.region):
                if hand.presence > other.presence:
                    found[place_] = hand
                return
        found.append(hand)

    def _look_twice(self, frame: Frame, region: TurnedSquare) -> _Hand | None:
        """Look where a hand may be, and then at the hand itself, which lies as the network likes.

        A palm and a forearm say roughly where a hand is and how it is turned.
        """
        first = self._look(frame, region, None, _GLANCE)
        return first and self._look(frame, first.region, first, 1.0)

    def _look(
        self, frame: Frame, region: TurnedSquare, before: _Hand | None, share: float
    ) -> _Hand | None:
        """Ask the network for the hand in a square; None where it is not sure enough."""
        if not region.fits(*self._size):
            return None
        size = self.session("hand").inputs[0].filled[-1]
        answers = self.run("hand", image=region.cut(frame.image, size))
        points, presence, handed = (answer.reshape(-1) for answer in answers)
        sure = float(presence[0])
        if sure < self.confidence * share:
            return None
        square = np.asarray(points, np.float32).reshape(-1, 3) / np.float32(size)
        pixels = region.to_picture(square[:, :2])
        depth = -square[:, 2:] * np.float32(region.side)
        right = 1.0 - float(handed[0])  # the network takes every picture for a mirror
        told = before is not None and before.told
        if before is not None:
            right = before.right if told else before.right + _STEADY * (right - before.right)
        follow = region.next(from_points(pixels, frame.mirrored))
        return _Hand(follow, right, np.hstack([pixels, depth]), sure, told)

    def _owned(self, hand: _Hand, wrists: list[Wrist]) -> bool:
        """Whether a hand is at the end of an arm, and take its side from there."""
        x, y = hand.points[0, :2].tolist()
        for wrist in wrists:
            if np.hypot(wrist.x - x, wrist.y - y) < _SHARE * hand.region.side:
                if not hand.told:
                    hand.right, hand.told = float(wrist.side == "right"), True
                return True
        return not wrists

    def _told(self, frame: Frame, at: Ns) -> Hands:
        """Return the message, with slots and ids."""
        width, height = self._size
        aspect = width / height
        rows = [_wire(hand, width, height) for hand in self._followed]
        points = np.array(rows, np.float32).reshape(-1, len(HAND_21.points), 4)
        scores = [hand.presence for hand in self._followed]
        self._tracker.options = Tracking(
            people=self.hands, enter=self.confidence, stay=self.confidence * _STAYS, birth=2
        )
        given = self._tracker.assign(points, at, aspect, scores)
        seen = tuple(Instance(one.slot, one.id, points[one.row]) for one in given)
        rights = [self._followed[one.row].right >= 0.5 for one in given]
        sides = (
            tuple(one for one, right in zip(seen, rights, strict=True) if right == wanted)
            for wanted in (False, True)
        )
        return Hands(*(Landmarks(HAND_21, each, aspect) for each in (seen, *sides)))


def _at(hand: _Hand, wrist: Wrist) -> bool:
    x, y = hand.points[0, :2].tolist()
    return bool(np.hypot(wrist.x - x, wrist.y - y) < _SHARE * hand.region.side)


def _wire(hand: _Hand, width: int, height: int) -> Floats:
    """Return the rows of a message: x, y, z and confidence."""
    x, y, z = hand.points.T
    sure = np.full_like(x, hand.presence)
    return np.column_stack([x / width, 1 - y / height, z / width, sure]).astype(np.float32)
