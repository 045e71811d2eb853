"""Whether two tones explain a sound better than the one tone whose period they have in common.

A fifth in tune repeats after two periods of its lower tone and three of its upper one, as a tone an
octave below does. But what repeats after ``A`` is gone from ``x(t) - x(t - A)``, so two such
filters in a row, for a half and a third of the period, leave nothing of the fifth, while of one
tone they leave the partials that belong to neither: 1, 5, 7, 11. Joint cancellation of two periods
is due to de Cheveigné 1993 (doi 10.1121/1.405712).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from engine.dsp.audio.lag_products import LagProducts

MOST: Final = 9
"""The highest number in the ratio of two tones."""
LOWER: Final = 5
"""The highest number of the lower one: beyond, both filters take the fundamental itself away."""
LEAVES: Final = 0.02
"""What two tones may leave unexplained beyond what one tone leaves, which is noise, or tempered
thirds that beat. A tempered fifth leaves 0.005, a voice without its first partial 0.03 and more."""
OF_LOWEST: Final = 0.5
"""The most, as a part of what they would leave of a sine at their common fundamental (5:16 would
leave 0.05 of it)."""
WINDOW: Final = 240
"""Samples that are looked at, at least: 10 ms."""

_NUMBERS: Final = np.arange(2, MOST + 1)
_RATIOS: Final = np.array(
    [(a, b) for a in range(2, LOWER + 1) for b in range(a + 1, MOST + 1) if b % a] + [(5, 16)]
)
"""Two tones to their common fundamental, shape (n, 2), without those of which one is the other's
overtone; and the sixth over an octave."""
_MOST: Final = OF_LOWEST * 4 * np.prod(np.sin(np.pi / _RATIOS) ** 2, axis=1)
_PARTS: Final = np.concatenate([1 / _RATIOS[:, 0], 1 / _RATIOS[:, 1], (1 / _RATIOS).sum(axis=1)])


def two_tones(sound: LagProducts, lag: float, left: float) -> bool:
    """Return whether two tones explain the newest sound that repeats after ``lag`` samples.

    ``left`` is the part (0 to 1) of it that one tone does not explain.
    """
    count = max(int(lag), WINDOW)
    whole, part = np.divmod(lag * _PARTS, 1.0)
    past = sound.newest().astype(np.float32)  # half as much to move
    stretches = np.lib.stride_tricks.as_strided(
        past, (len(past) - count, count + 1), (past.itemsize, past.itemsize), writeable=False
    )
    reach = stretches[len(past) - count - 1 - whole.astype(np.intp)]
    parts = part.astype(np.float32)[:, None]
    earlier = reach[:, 1:] + parts * (reach[:, :-1] - reach[:, 1:])
    lower, upper, both = earlier.reshape(3, len(_RATIOS), count)
    rest = past[-count:] - lower - upper + both
    squares = np.einsum("ij,ij->i", earlier, earlier).reshape(3, -1).sum(axis=0)
    energy = squares + past[-count:] @ past[-count:]
    allowed = np.minimum(LEAVES + left, _MOST)
    return bool((np.einsum("ij,ij->i", rest, rest) < allowed * energy).any())
