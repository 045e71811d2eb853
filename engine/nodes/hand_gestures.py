"""What a hand does: pinch, fist, open hand, pointing, and its roll."""

from __future__ import annotations

from dataclasses import field
from typing import Final, NamedTuple

from engine.core.clock import SECOND
from engine.core.landmarks import Landmarks
from engine.core.messages import Ns
from engine.core.node import Node
from engine.core.skeletons import HAND_21
from engine.dsp.landmarks.body import SEEN
from engine.dsp.landmarks.hand_shape import FINGERS, HandShape, Switch
from engine.dsp.landmarks.people import Sure, Who, find

_STRAIGHT: Final = (0.85, 0.75)
_BENT: Final = (0.4, 0.3)
_PINCHED: Final = (0.85, 0.6)
_AWAY: Final = 0.5
"""Seconds after which a hand that is not seen holds nothing any more."""
_SWITCHES: Final = ("pinched", "fist", "open_hand", "point")
_SPREAD: Final = (24.0, 18.0)
"""Degrees. Why: the fingers of a hand that hangs seem as straight as those of an open one."""
_STRAIGHT_ON: Final = (-45.0, -55.0)
"""Degrees of curl, negative. Why: fingers that lie on keys are spread, but reach down from a palm
that does not."""


class HandReading(NamedTuple):
    """How near thumb and index finger are, what the hand shows, and how it is turned."""

    pinch: float | None = None
    pinched: bool | None = None
    fist: bool | None = None
    open_hand: bool | None = None
    point: bool | None = None
    roll: float | None = None


class HandGestures(Node):
    """Read a hand: ``pinch``, ``fist``, ``open_hand``, ``point`` and its ``roll``.

    ``pinch`` is how near the tips of thumb and index finger are, 0 well apart to 1 touching, and
    ``pinched`` a switch that is on while they touch and the hand is no fist. ``fist`` is on while
    all four fingers are folded, ``open_hand`` while all four are stretched, spread and lead on
    from the palm, ``point`` while the index finger alone is stretched; the thumb does not count. A
    flat hand, its fingers side by side, is none of them: it looks like one that hangs relaxed.
    ``roll`` is how the hand is turned in the picture, in degrees: 0 with the fingers up, 90 to the
    right, -90 to the left.

    It does not matter how large the hand is, how it is turned, and whether it is a left or a right
    one. ``person`` is which hand: 1, 2, 3 ..., 0 for whichever is there. What cannot be told, as
    the roll of a hand that points at the camera, is not said. A hand that is away for half a second
    lets go, and at once when the camera is lost: what was on goes off.
    """

    person: Who = 0
    confidence: Sure = SEEN

    _id: int | None = None
    _seen: Ns = Ns(0)
    _on: set[str] = field(default_factory=set)
    _straight: dict[str, Switch] = field(default_factory=dict)
    _bent: dict[str, Switch] = field(default_factory=dict)
    _spread: Switch = field(default_factory=lambda: Switch(*_SPREAD))
    _straight_on: Switch = field(default_factory=lambda: Switch(*_STRAIGHT_ON))
    _pinched: Switch = field(default_factory=lambda: Switch(*_PINCHED))

    def process(self, hands: Landmarks, at: Ns) -> HandReading | None:
        """Return what the hand shows; without one what it lets go, or None."""
        if hands.skeleton is not HAND_21:
            self.tell_once('hand_gestures reads hands, not "%s"', hands.skeleton.name)
            return None
        hand = find(hands, self.person)
        if hand is None:
            return self.let_go(at) if at - self._seen > _AWAY * SECOND else None
        self._seen = at
        if hand.id != self._id:
            self._begin(hand.id)
        shape = HandShape(hand.points, hands.aspect, self.confidence)
        straight, bent = [], []
        for finger in FINGERS:
            value = shape.straight(finger)
            straight.append(self._straight[finger].take(value))
            bent.append(self._bent[finger].take(None if value is None else 1.0 - value))
        pinch, fist = shape.pinch(), _all(bent)
        pinched = self._pinched.take(pinch)
        if pinched and fist is not False:
            pinched = None if fist is None else False
        point = _all([straight[0], *bent[1:]])
        curl = shape.curl()
        straight_on = self._straight_on.take(None if curl is None else -curl)
        open_hand = _all([*straight, self._spread.take(shape.spread()), straight_on])
        reading = HandReading(pinch, pinched, fist, open_hand, point, shape.roll())
        for name in _SWITCHES:
            match getattr(reading, name):
                case True:
                    self._on.add(name)
                case False:
                    self._on.discard(name)
        return reading

    def let_go(self, at: Ns) -> HandReading | None:
        """Return that what was on is off."""
        on, self._on, self._id = self._on, set(), None
        return HandReading(**dict.fromkeys(on, False)) if on else None

    def reset(self) -> None:
        """Forget what the hand showed."""
        self._on, self._id = set(), None

    def _begin(self, who: int) -> None:
        self._id = who
        self._straight = {finger: Switch(*_STRAIGHT) for finger in FINGERS}
        self._bent = {finger: Switch(*_BENT) for finger in FINGERS}
        self._spread = Switch(*_SPREAD)
        self._straight_on = Switch(*_STRAIGHT_ON)
        self._pinched = Switch(*_PINCHED)


def _all(fingers: list[bool | None]) -> bool | None:
    """Return whether all do; None where one is not known that matters."""
    if False in fingers:
        return False
    return None if None in fingers else True
