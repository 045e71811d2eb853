"""Gestures of one body: a clap, a jump, a hand raised over the head, a turn.

Lengths are in statures (see ``body``), so that it does not matter how near somebody stands. A
gesture of which a part is not seen is not told.
"""

from __future__ import annotations

import math
from collections import deque
from statistics import fmean, median
from typing import Final, Literal

from engine.core.clock import SECOND
from engine.core.messages import Ns
from engine.dsp.landmarks.body import Body, Point, reshaped
from engine.dsp.landmarks.measures import distance

Gesture = Literal["clap", "jump", "raised", "turn"]

_ALL_RISE: Final = ("left_foot", "right_foot", "hips", "shoulders")

TOGETHER: Final = 0.13
"""Statures between wrists whose palms touch."""
APART: Final = 0.22
"""Statures from which hands that close are a clap; and that hands may be apart in depth, where that
is seen: from the side, arms that swing side by side meet in the picture alone."""
CLOSING: Final = 0.2
"""Seconds in which they must close; folded hands come together more slowly."""
SLIP: Final = 0.05
QUICKEST: Final = 8.0
"""Statures, and statures a second, that hands do not close in a picture: one was mistaken for the
other."""
LEAST_HEIGHT: Final = 0.1
"""How high hands clap, as ``Body.height`` says: hands that hang down pass each other."""
HIGH: Final = 0.02
"""Statures that shoulders, hips and both feet rise in a jump, each of them: as much as the lower
foot is seen to rise in a hop, which is less than it does."""
STRETCHED: Final = 0.037
"""By how many statures more all of it rises in the mean, as knees were bent before. Why not the
feet alone: points that tremble rise by as much as they do in a hop, though not all of them."""
STOOD: Final = 2.0
"""Seconds in which it was seen how high over their feet somebody's hips mostly are: who jumps is
higher than that over the ground, by ``STRETCHED`` too, and who gets up from a squat is not."""
UPRIGHT: Final = 0.144
"""Statures that shoulders are over the hips of who jumps, half a trunk: who springs from a crouch,
or runs off, has none."""
RISING: Final = 0.3
"""Seconds in which they do; who walks away from the camera rises in the picture more slowly."""
STAYS: Final = 0.03
"""Seconds, a picture at least, for which the lower foot stays up: one that steps, or is mistaken,
does not, and nobody who jumped is down again so soon."""
DROPPED: Final = 0.75
"""What part of how high it must rise it may lose in them: points tremble."""
HIDDEN: Final = 0.1
"""Seconds for which a foot, or another part that rises, may be missed in between."""
ALOFT: Final = 1.0
"""Seconds after which a jump is over in any case."""
SETTLING: Final = 0.3
"""Seconds after somebody is first seen in which points find their place, and nothing is a jump."""
FACING: Final = 0.2
"""Seconds over which it is seen which way somebody faces: a network may swap the sides for a
moment, and of who stands before the light again and again."""
SURELY: Final = 0.5
"""How far that must be the one way, of -1 to 1, before they face it."""
SWAP: Final = 0.1
SWAPPED: Final = 0.6
"""Seconds, and how far shoulders are seen the one way before and the other way after them, that no
body turns about in: a network swaps its sides."""
DOUBT: Final = 1.0
"""Seconds after that in which whoever faces the other way has not turned."""
CROWN: Final = 0.075
"""Statures from the middle of the face to the crown."""
OVER: Final = 0.03
"""Statures that a hand must be over the crown to be raised; it is down when it is under the
eyes."""
PALM: Final = 0.35
"""From the wrist to the middle of the hand, in forearms: 0.5 of 0.108 statures, of 0.146."""
UP: Final = 0.1
"""Seconds for which a hand must be up, or down: less is one that passes, or was mistaken."""
BREADTH: Final = 0.2
"""Statures from shoulder to shoulder of who faces the camera, or has the back to it."""
_STATURES: Final = 15
"""Pictures whose greatest stature a rise is measured by: who bends looks smaller, and is not."""
SURE: Final = 0.6
"""How sure the points must be, in the mean over a third of a second, that something is done: the
points of who stands so far away that a network is less sure tremble by as much as a jump."""
_SURELY_FOR: Final = 0.3
GAP: Final = 0.5
"""Seconds without a reading after which all begins anew."""
LEAP: Final = 0.1
FASTEST: Final = 6.0
"""Statures, and statures a second, that nobody moves from one picture to the next: a film was cut,
a camera turned, or it is somebody else."""


class GestureReader:
    """Reads the gestures of one body, from picture to picture."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget what was seen."""
        self._at: Ns | None = None
        self._since: Ns | None = None
        self._aspect = 0.0
        self._place: Point = (0.0, 0.0)
        self._hands: deque[tuple[Ns, float]] = deque()
        self._together = True
        self._feet: deque[tuple[Ns, tuple[float, ...]]] = deque()
        self._standing: Ns | None = None
        self._legs: deque[tuple[Ns, float]] = deque()
        self._leaving: tuple[Ns, tuple[float, ...]] | None = None
        self._ground: tuple[float, ...] | None = None
        self._jumped = Ns(0)
        self._peak = 0.0
        self._tall: deque[float] = deque(maxlen=_STATURES)
        self._raised: dict[str, bool] = {}
        self._changing: dict[str, Ns] = {}
        self._sure = dict.fromkeys(_ALL_RISE, 1.0)
        self._facing = 0
        self._sides = 0.0
        self._across: deque[tuple[Ns, float]] = deque()
        self._swapped: Ns | None = None

    def update(
        self, body: Body, at: Ns, high: float = HIGH, held: float = UP, sure: float = SURE
    ) -> list[tuple[Gesture, float]]:
        """Return what happened just now, each with a value.

        Of a raised hand it is 1 for the left and 2 for the right, else 1. ``high`` are the statures
        that a jump must rise by, ``held`` the seconds for which a hand must be over the head, and
        ``sure`` how sure points must be that something other than that is told.
        """
        gap = (at - self._at) / SECOND if self._at is not None else 0.0
        if self._at is not None and not 0 < gap <= GAP:
            if at == self._at:
                return []
            self.reset()
        self._at = at
        tall, place = body.stature, body.position("shoulders")
        if tall is None or place is None:
            return []
        if self._since is not None and self._elsewhere(body, place, tall, gap):
            self.reset()
            self._at = at
        self._place, self._aspect = place, body.aspect
        self._since = at if self._since is None else self._since
        found: list[tuple[Gesture, float]] = []
        share = -math.expm1(-gap / _SURELY_FOR)
        for part, before in self._sure.items():
            self._sure[part] = before + (body.sureness(part) - before) * share
        if self._claps(body, tall, at) and self._sure["shoulders"] >= sure:
            found.append(("clap", 1.0))
        if self._jumps(body, tall, at, high) and fmean(self._sure.values()) >= sure:
            found.append(("jump", 1.0))
        found += [("raised", float(hand)) for hand in self._raises(body, tall, at, held)]
        if self._turns(body, tall, at) and self._sure["shoulders"] >= sure:
            found.append(("turn", 1.0))
        return found

    def _elsewhere(self, body: Body, place: Point, tall: float, gap: float) -> bool:
        """Whether this cannot be the body of the picture before."""
        across, up = (place[0] - self._place[0]) * body.aspect, place[1] - self._place[1]
        far = math.hypot(across, up) > (LEAP + FASTEST * gap) * max([tall, *self._tall])
        return far or reshaped(body.aspect, self._aspect)

    def _claps(self, body: Body, tall: float, at: Ns) -> bool:
        apart = distance(body, "left_hand", body, "right_hand")
        heights = body.height("left_hand"), body.height("right_hand")
        elbows = body.position("left_elbow"), body.position("right_elbow")
        if apart is None or None in heights or None in elbows:
            self._hands.clear()
            return False
        before, was = self._hands[-1] if self._hands else (at, apart)
        slipped = abs(apart - was) > SLIP + QUICKEST * (at - before) / SECOND
        if slipped:
            self._hands.clear()
            self._together = True
        self._hands.append((at, apart))
        if slipped:
            return False
        while at - self._hands[0][0] > CLOSING * SECOND:
            self._hands.popleft()
        if apart > APART:
            self._together = False
        if self._together or apart > TOGETHER or _hands_in_depth(body, tall) > APART:
            return False
        self._together = True
        high = min(height for height in heights if height is not None) > LEAST_HEIGHT
        return high and max(each for _, each in self._hands) > APART

    def _jumps(self, body: Body, tall: float, at: Ns, high: float) -> bool:
        places = [body.position(part) for part in _ALL_RISE]
        settling = self._is_settling(at)
        if None in places or settling:
            if settling or self._standing is None or at - self._standing > HIDDEN * SECOND:
                self._feet.clear()
                self._legs.clear()
                self._leaving = self._ground = None
            return False
        self._standing = at
        ys = tuple(place[1] for place in places if place is not None)
        self._tall.append(tall)
        tall = max(self._tall)
        if self._ground is not None:
            risen = min(_risen(ys, self._ground)) / tall
            self._peak = max(self._peak, risen)
            still_up = risen > max(high, self._peak) / 2
            if still_up and at - self._jumped < ALOFT * SECOND:
                return False
            self._ground = None
            self._feet.clear()
        self._legs.append((at, _hips_over_feet(ys, ys) / tall))
        while at - self._legs[0][0] > STOOD * SECOND:
            self._legs.popleft()
        self._feet.append((at, ys))
        while at - self._feet[0][0] > RISING * SECOND:
            self._feet.popleft()
        if self._leaving and min(_risen(ys, self._leaving[1])) <= DROPPED * high * tall:
            self._leaving = None
        if self._leaving is None:
            before = self._left(ys, tall, high)
            self._leaving = (at, before) if before is not None else None
            return False
        if at - self._leaving[0] < STAYS * SECOND:
            return False
        self._ground, self._jumped, self._peak = self._leaving[1], at, 0.0
        self._leaving = None
        return True

    def _left(self, ys: tuple[float, ...], tall: float, high: float) -> tuple[float, ...] | None:
        """Return where all of the body was before it rose as in a jump; None if it did not."""
        stood = median(each for _, each in self._legs)
        for _, before in self._feet:
            rises = _risen(ys, before)
            if (
                min(rises) > high * tall
                and fmean(rises) > (high + STRETCHED) * tall
                and _hips_over_feet(ys, before) > (stood + STRETCHED) * tall
                and ys[3] - ys[2] > UPRIGHT * tall
            ):
                return before
        return None

    def _is_settling(self, at: Ns) -> bool:
        return self._since is None or at - self._since < SETTLING * SECOND

    def _raises(self, body: Body, tall: float, at: Ns, held: float) -> list[int]:
        head = body.position("head")
        found = []
        for number, side in enumerate(("left", "right"), 1):
            hand = _hand(body, side)
            if head is None or hand is None:
                self._changing.pop(side, None)
                continue
            over = (hand[1] - head[1]) / tall
            was = self._raised.setdefault(side, over > 0)
            up = over > (0 if was else CROWN + OVER)
            if up == was:
                self._changing.pop(side, None)
            elif at - self._changing.setdefault(side, at) >= held * SECOND:
                self._raised[side] = up
                self._changing.pop(side)
                if up:
                    found.append(number)
        return found

    def _turns(self, body: Body, tall: float, at: Ns) -> bool:
        left, right = body.position("left_shoulder"), body.position("right_shoulder")
        if left is None or right is None:
            return False
        across = min(max((left[0] - right[0]) * body.aspect / tall / BREADTH, -1.0), 1.0)
        passed = (at - self._across[-1][0]) / SECOND if self._across else 0.0
        while len(self._across) > 1 and at - self._across[0][0] > SWAP * SECOND:
            self._across.popleft()
        if self._is_settling(at):
            self._across.clear()
        other = max((abs(was) for _, was in self._across if was * across < 0), default=0.0)
        if min(abs(across), other) > SWAPPED:
            self._swapped = at
        self._across.append((at, across))
        self._sides += (across - self._sides) * -math.expm1(-passed / FACING)
        if abs(self._sides) < SURELY:
            return False
        before, self._facing = self._facing, 1 if self._sides > 0 else -1
        doubtful = self._swapped is not None and at - self._swapped < DOUBT * SECOND
        return before == -self._facing and not doubtful


def _hips_over_feet(ys: tuple[float, ...], before: tuple[float, ...]) -> float:
    """Return how high the hips are over where the feet were before."""
    return ys[2] - fmean(before[:2])


def _risen(ys: tuple[float, ...], before: tuple[float, ...]) -> list[float]:
    """Return by how much each has risen."""
    return [now - then for now, then in zip(ys, before, strict=True)]


def _hands_in_depth(body: Body, tall: float) -> float:
    """Return by how many statures one hand is nearer than the other; 0 where that is not seen."""
    if not body.has_depth:
        return 0.0
    left, right = body.depth("left_hand"), body.depth("right_hand")
    return 0.0 if left is None or right is None else abs(left - right) * body.aspect / tall


def _hand(body: Body, side: str) -> Point | None:
    """Return the middle of a hand: the forearm goes on beyond the wrist."""
    wrist, elbow = body.position(f"{side}_wrist"), body.position(f"{side}_elbow")
    if wrist is None or elbow is None:
        return None
    return wrist[0] + PALM * (wrist[0] - elbow[0]), wrist[1] + PALM * (wrist[1] - elbow[1])
