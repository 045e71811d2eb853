"""Which side of a body is which, where a network takes each for the other for a moment.

Of who stands before the light BlazePose cannot see whether it is the front or the back, and says
now this and now that. A trunk does not turn about between two pictures: one that lies as it did
with its sides exchanged is the same trunk, of which the network says the other. What it says for
longer is believed, for who turns about does so at a moment that it may miss. While a trunk is seen
from the side it may have turned either way, and what was believed counts no more.

This is the forward filter of a hidden Markov model with two states, what the network says being
right or exchanged, its belief in parts of its limit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.core.messages import Ns

Floats = NDArray[np.float32]

BELIEVED: Final = 0.5
"""Seconds for which a network must say the other of what it said before, to be believed."""
_MEMORY: Final = BELIEVED / math.log(2)
_CLEAR: Final = 10.0
"""How soon it is clear whether the sides are exchanged, in parts of the trunk's height."""
_UNCLEAR: Final = 0.1
"""In parts of that height: who is seen from the side, and turns, has sides that pass each other."""


@dataclass(frozen=True, slots=True)
class Sides:
    """What a network says of the sides of one body, and how far that is believed, -1 to 1.

    ``across`` (2, 2) leads from the right to the left shoulder, and from hip to hip.
    """

    across: Floats
    at: Ns
    belief: float = 0.0

    @property
    def are_exchanged(self) -> bool:
        """Whether its right side is more likely what the network takes for its left one."""
        return self.belief < 0

    def next(self, trunk: Floats, at: Ns) -> Sides:
        """Return what there is to believe of the same body at a later moment."""
        after = across(trunk)
        kept = math.exp(-max(at - self.at, 0) / 1e9 / _MEMORY)
        same = float(np.hypot(*(after - self.across).T).mean())
        other = float(np.hypot(*(after + self.across).T).mean())
        length = max(_height(trunk), float(np.hypot(*after.T).max()), 1e-6)
        apart = (other - same) / length
        clear = math.copysign(math.tanh(_CLEAR * max(abs(apart) - _UNCLEAR, 0.0)), apart)
        return Sides(after, at, 1 - kept + kept * clear * self.belief)


def sides_of(trunk: Floats, at: Ns) -> Sides:
    """Return the sides of a body that was not seen before: left and right shoulder, then hips."""
    return Sides(across(trunk), at)


def across(trunk: Floats) -> Floats:
    """Return what leads from right to left (2, 2) of both shoulders and both hips (4, 2)."""
    lead: Floats = trunk[0::2] - trunk[1::2]
    return lead


def _height(trunk: Floats) -> float:
    """Return how far the shoulders are from the hips."""
    return float(np.hypot(*(trunk[:2].mean(axis=0) - trunk[2:].mean(axis=0))))
