"""Gestures of one body: a clap, a jump, a hand raised over the head, a turn.

Lengths are in statures (see ``body``), so that it does not matter how near somebody stands. A
gesture of which a part is not seen is not told.
"""

from __future__ import annotations

from collections import deque
from typing import Final, Literal

from engine.core.clock import SECOND
from engine.core.messages import Ns
from engine.dsp.landmarks.body import Body
from engine.dsp.landmarks.measures import distance

Gesture = Literal["clap", "jump", "raised", "turn"]

_ALL_RISE: Final = ("left_foot", "right_foot", "hips", "shoulders")

TOGETHER: Final = 0.13
"""Statures between wrists whose palms touch."""
APART: Final = 0.22
"""Statures from which hands that close are a clap."""
CLOSING: Final = 0.2
"""Seconds in which they must close; folded hands come together more slowly."""
LEAST_HEIGHT: Final = 0.1
"""How high hands clap, as ``Body.height`` says: hands that hang down pass each other."""
RISE: Final = 0.04
"""Statures that shoulders, hips and both feet rise in a jump."""
RISING: Final = 0.3
"""Seconds in which they do; who walks away from the camera rises in the picture more slowly."""
LANDED: Final = 0.02
"""Statures over the ground at which a jump is over; it is, too, half-way down from its top."""
ALOFT: Final = 1.0
"""Seconds after which a jump is over in any case."""
SETTLING: Final = 0.3
"""Seconds after somebody is first seen in which points find their place, and nothing is a jump."""
HELD: Final = 0.15
"""Seconds that somebody must face another way, for a network may swap the sides for a moment."""
OVER: Final = 0.05
"""Statures that a hand must be over the middle of the face, near the crown, or under it again."""
BREADTH: Final = 0.07
"""Statures from shoulder to shoulder from which one sees which is which."""
_STATURES: Final = 15
"""Pictures whose greatest stature a rise is measured by: who bends looks smaller, and is not."""
GAP: Final = 0.5
"""Seconds without a reading after which all begins anew."""


class GestureReader:
    """Reads the gestures of one body, from picture to picture."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget what was seen."""
        self._at: Ns | None = None
        self._since: Ns | None = None
        self._hands: deque[tuple[Ns, float]] = deque()
        self._together = True
        self._feet: deque[tuple[Ns, tuple[float, ...]]] = deque()
        self._ground: tuple[float, ...] | None = None
        self._jumped = Ns(0)
        self._peak = 0.0
        self._tall: deque[float] = deque(maxlen=_STATURES)
        self._raised: dict[str, bool] = {}
        self._facing = 0
        self._other: Ns | None = None

    def update(self, body: Body, at: Ns) -> list[tuple[Gesture, float]]:
        """Return what happened just now, each with a value.

        Of a raised hand it is 1 for the left and 2 for the right, else 1.
        """
        if self._at is not None and not 0 < at - self._at <= GAP * SECOND:
            if at == self._at:
                return []
            self.reset()
        self._at = at
        tall = body.stature
        if tall is None:
            return []
        self._since = at if self._since is None else self._since
        found: list[tuple[Gesture, float]] = []
        if self._claps(body, at):
            found.append(("clap", 1.0))
        if self._jumps(body, tall, at):
            found.append(("jump", 1.0))
        found += [("raised", float(hand)) for hand in self._raises(body, tall)]
        if self._turns(body, tall, at):
            found.append(("turn", 1.0))
        return found

    def _claps(self, body: Body, at: Ns) -> bool:
        apart = distance(body, "left_hand", body, "right_hand")
        heights = body.height("left_hand"), body.height("right_hand")
        if apart is None or None in heights:
            self._hands.clear()
            return False
        self._hands.append((at, apart))
        while at - self._hands[0][0] > CLOSING * SECOND:
            self._hands.popleft()
        if apart > APART:
            self._together = False
        if self._together or apart > TOGETHER:
            return False
        self._together = True
        high = min(height for height in heights if height is not None) > LEAST_HEIGHT
        return high and max(each for _, each in self._hands) > APART

    def _jumps(self, body: Body, tall: float, at: Ns) -> bool:
        places = [body.position(part) for part in _ALL_RISE]
        settling = self._since is None or at - self._since < SETTLING * SECOND
        if None in places or settling:
            self._feet.clear()
            self._ground = None
            return False
        ys = tuple(place[1] for place in places if place is not None)
        self._tall.append(tall)
        tall = max(self._tall)
        if self._ground is not None:
            risen = _risen(ys, self._ground) / tall
            self._peak = max(self._peak, risen)
            still_up = risen > max(LANDED, self._peak / 2)
            if still_up and at - self._jumped < ALOFT * SECOND:
                return False
            self._ground = None
            self._feet.clear()
        self._feet.append((at, ys))
        while at - self._feet[0][0] > RISING * SECOND:
            self._feet.popleft()
        for _, before in self._feet:
            if _risen(ys, before) / tall > RISE:
                self._ground, self._jumped, self._peak = before, at, 0.0
                return True
        return False

    def _raises(self, body: Body, tall: float) -> list[int]:
        head = body.position("head")
        found = []
        for number, hand in enumerate(("left_hand", "right_hand"), 1):
            place = body.position(hand)
            if head is None or place is None:
                self._raised.pop(hand, None)
                continue
            over = (place[1] - head[1]) / tall
            before = self._raised.get(hand)
            up = over > OVER if not before else over > -OVER
            self._raised[hand] = up
            if up and before is False:
                found.append(number)
        return found

    def _turns(self, body: Body, tall: float, at: Ns) -> bool:
        left, right = body.position("left_shoulder"), body.position("right_shoulder")
        if left is None or right is None:
            return False
        across = (left[0] - right[0]) * body.aspect / tall
        facing = 1 if across > 0 else -1
        if abs(across) < BREADTH or facing == self._facing:
            self._other = None
            return False
        if self._other is None:
            self._other = at
        if at - self._other < HELD * SECOND:
            return False
        before, self._facing, self._other = self._facing, facing, None
        return before != 0


def _risen(ys: tuple[float, ...], before: tuple[float, ...]) -> float:
    """Return by how much the one has risen that has risen least."""
    return min(now - then for now, then in zip(ys, before, strict=True))
