"""Find hands and their fingers in each picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, NamedTuple

import numpy as np

from engine.core.landmarks import Landmarks
from engine.core.messages import Frame, Ns
from engine.core.parameter import Fixed, Param
from engine.core.skeletons import HAND_21, Skeleton
from engine.dsp.image.turned import TurnedSquare
from engine.dsp.landmarks.hand_regions import (
    Wrist,
    from_bodies,
    from_palm,
    from_points,
    near,
)
from engine.dsp.landmarks.tracker import Tracker
from engine.inference.as_seen import as_seen
from engine.inference.following import STAYS, Followed, FollowingModel
from engine.inference.network import ModelName

_PALM = 0.25
"""How sure a palm must be for a look at its hand, which decides: a bar below that of MediaPipe."""
_GLANCE = 0.2
"""How sure a first look must be for a second one, in parts of the confidence asked for."""
_STEADY = 0.2
"""How much one picture says about which hand it is."""
_SHARE = 0.5
"""A hand further from every wrist than this part of its square is none of a body's."""


@dataclass(slots=True)
class _Hand(Followed):
    """One hand of a picture, and how likely it is a right one, 0 to 1."""

    right: float
    told: bool = False
    """Whether a body said which hand it is."""


class Hands(NamedTuple):
    """All hands, and those of either side alone; a hand keeps its slot and id in both."""

    hands: Landmarks
    left: Landmarks
    right: Landmarks


class HandsModel(FollowingModel[_Hand]):
    """Finds hands: 21 points of each, with depth, in every picture.

    ``left`` and ``right`` have the hands of either side, the performer's own: ``from =
    "hands.left"``. With a cable of ``pose`` each hand is looked for where an arm ends, which finds
    smaller ones, in less time, and never takes a left hand for a right one; palms are looked for
    in the whole picture only while there is nobody. Without, hands near the camera are found, a
    fifth of the picture's height and more; who shows the back of a hand or a fist may be missed.

    A hand that the network is not sure of is not told: ``confidence``. Points outside the picture
    have no confidence. Slots and ids are kept while hands cross. The points are as the network
    gives them: ``smooth`` steadies them.

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

    def skeletons(self) -> Mapping[str, Skeleton]:
        """Return what it gives: the points of a hand."""
        return dict.fromkeys(Hands._fields, HAND_21)

    def process(self, frame: Frame, pose: Landmarks | None = None, *, at: Ns) -> Hands:
        """Return the hands of a picture, by slot.

        The picture is uint8, (h, w, 3) blue-green-red, or grey as (h, w, 1) or (h, w).

        Raises ModelError when a network fails, or answers with what is not a number, and no hand
        is left.
        """
        frame = as_seen(frame)
        self.follow(frame, pose)
        told = self.tell(HAND_21, self.hands, self.confidence, at)
        sides = (
            tuple(one for _, one in told),
            tuple(one for hand, one in told if hand.right < 0.5),
            tuple(one for hand, one in told if hand.right >= 0.5),
        )
        return Hands(*(Landmarks(HAND_21, each, self.aspect) for each in sides))

    def find(self, frame: Frame, pose: Landmarks | None) -> list[_Hand]:
        """Return the hands that are seen: those followed, of arms, or of palms in the picture."""
        wrists = from_bodies(pose, *self._size, frame.mirrored) if pose is not None else []
        found: list[_Hand] = []
        for hand in self._followed:
            self._add(found, self._look(frame, hand.region, hand, STAYS))
        if pose is not None and pose.count:
            if wrists:
                found = [hand for hand in found if any(_apart(hand, one) < 1 for one in wrists)]
            _, without = _paired(found, wrists)
            for wrist in without:
                if len(found) < self.hands:
                    self._add(found, self._look_twice(frame, wrist.region))
            for hand, wrist in _paired(found, wrists)[0]:
                if not hand.told:
                    hand.right, hand.told = float(wrist.side == "right"), True
        elif len(found) < self.hands and self.is_due(found):
            self._search(frame, found)
        return found

    def _search(self, frame: Frame, found: list[_Hand]) -> None:
        """Look for palms in the whole picture, and add the hands that are not found yet."""
        for points in self.detect(frame, _PALM):
            region = from_palm(points, frame.mirrored)
            if len(found) < self.hands and not any(near(hand.region, region) for hand in found):
                self._add(found, self._look_twice(frame, region))

    def _add(self, found: list[_Hand], hand: _Hand | None) -> None:
        """Add a hand, unless it is one that is there already; the surer of both stays."""
        if hand is None:
            return
        for index, other in enumerate(found):
            if near(other.region, hand.region):
                if hand.presence > other.presence:
                    if other.told:
                        hand.right, hand.told = other.right, True
                    found[index] = hand
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
        asked = self.ask(frame, region)
        if asked is None:
            return None
        points, (presence, handed) = asked
        sure = float(presence.ravel()[0])
        if sure < self.confidence * share:
            return None
        right = 1.0 - float(handed.ravel()[0])  # the network takes every picture for a mirror
        told = before is not None and before.told
        if before is not None:
            right = before.right if told else before.right + _STEADY * (right - before.right)
        follow = region.next(from_points(points, frame.mirrored))
        return _Hand(follow, points, sure, right, told)


def _paired(
    hands: list[_Hand], wrists: list[Wrist]
) -> tuple[list[tuple[_Hand, Wrist]], list[Wrist]]:
    """Return hands with the arms that end at them, the nearest first, and arms without a hand.

    Each has one at most, so that of two people's hands beside each other both are looked for, and
    each has the side of its own arm.
    """
    near_ = sorted(
        (_apart(hand, wrist), row, column)
        for row, hand in enumerate(hands)
        for column, wrist in enumerate(wrists)
    )
    pairs: dict[int, int] = {}
    for apart, row, column in near_:
        if apart < 1 and row not in pairs and column not in pairs.values():
            pairs[row] = column
    without = [wrist for column, wrist in enumerate(wrists) if column not in pairs.values()]
    return [(hands[row], wrists[column]) for row, column in pairs.items()], without


def _apart(hand: _Hand, wrist: Wrist) -> float:
    """Return how far a hand is from the end of an arm; 1 and more is none of it."""
    x, y = hand.points[0, :2].tolist()
    return float(np.hypot(wrist.x - x, wrist.y - y)) / (_SHARE * hand.region.side)
