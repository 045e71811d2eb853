"""Which key notes belong to, by how well they fit the profile of each of the 24 keys.

The algorithm of Krumhansl and Schmuckler (Krumhansl, Cognitive Foundations of Musical Pitch, 1990):
the correlation of how long each pitch class has sounded with what listeners, or pieces of music,
have in a key. The profiles are those of Temperley (Music and Probability, 2007), from the Kostka
and Payne corpus, which tell a key from its neighbours better than the first ones.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Weights = NDArray[np.float64]

MODES: Final = ("major", "minor")
ROOTS: Final = {
    "major": ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"),
    "minor": ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B"),
}
"""What musicians call each key: by the fewer signs."""
_PROFILES: Final = np.array(
    (
        (0.748, 0.060, 0.488, 0.082, 0.670, 0.460, 0.096, 0.715, 0.104, 0.366, 0.057, 0.400),
        (0.712, 0.084, 0.474, 0.618, 0.049, 0.460, 0.105, 0.747, 0.404, 0.067, 0.133, 0.330),
    )
)


def _keys() -> Weights:
    """Return the 24 profiles, each of mean 0 and length 1: float64 (24, 12)."""
    turned = [np.roll(profile, root) for profile in _PROFILES for root in range(12)]
    table = np.array([one - one.mean() for one in turned])
    return np.asarray(table / np.linalg.norm(table, axis=1, keepdims=True))


_KEYS: Final = _keys()


class KeyFit(NamedTuple):
    """A key: ``root`` 0 (C) to 11, ``mode``, its correlation -1 to 1, and its lead on the next."""

    root: int
    mode: str
    fit: float
    lead: float

    @property
    def name(self) -> str:
        """The key's name, such as "Bb major"."""
        return f"{ROOTS[self.mode][self.root]} {self.mode}"


def fits(weights: Weights) -> Weights:
    """Return the correlation of pitch classes, float64 (12,), with the 24 keys, -1 to 1.

    C major is the first, C minor the thirteenth; all are 0 where every class weighs the same.
    """
    centred = weights - weights.mean()
    length = float(np.linalg.norm(centred))
    if length < 1e-9 * max(1.0, float(np.abs(weights).max())):
        return np.zeros(len(_KEYS))
    return np.asarray(_KEYS @ (centred / length))


def best_key(weights: Weights) -> KeyFit:
    """Return the key that fits pitch classes best; ``weights`` is float64 (12,)."""
    found = fits(weights)
    first, second = np.argsort(found)[::-1][:2]
    return KeyFit(
        int(first % 12),
        MODES[int(first) // 12],
        float(found[first]),
        float(found[first] - found[second]),
    )
