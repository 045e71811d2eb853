"""A dancer's appearance: skin, hair and clothes, drawn from a seed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

Colour = tuple[float, float, float]
Ramp = tuple[Colour, ...]

# BGR. Skin tones cover the range found in photographs of people.
_SKINS: Final = ((176, 205, 240), (150, 184, 226), (120, 158, 208), (88, 124, 178), (60, 88, 134))
_HAIRS: Final = ((24, 22, 24), (28, 42, 66), (40, 70, 110), (96, 160, 200), (40, 50, 128))
_SHIRTS: Final = (
    (60, 60, 190),
    (190, 120, 50),
    (90, 150, 70),
    (60, 180, 220),
    (150, 80, 140),
    (225, 225, 222),
    (70, 70, 75),
    (170, 160, 60),
)
_TROUSERS: Final = ((80, 60, 45), (50, 48, 46), (110, 84, 60), (60, 80, 96), (120, 120, 118))
_SHOES: Final = ((225, 225, 228), (40, 40, 42), (50, 50, 170), (160, 90, 50))


@dataclass(frozen=True, slots=True)
class Look:
    """Appearance of a person. Colours are ramps of four, BGR, from the dark edge to the light.

    ``build`` scales widths, 1 is average. ``hair_style`` is 0 short, 1 long, 2 bun. ``sleeve`` is
    the covered share of the upper arm, 0 to 1; ``leg`` that of the shank.
    """

    stature: float
    build: float
    skin: Ramp
    hair: Ramp
    shirt: Ramp
    trousers: Ramp
    shoes: Ramp
    hair_style: int
    sleeve: float
    leg: float


@lru_cache(maxsize=64)
def look(seed: int, number: int) -> Look:
    """Return the appearance for a seed and a person's number."""
    rng = np.random.default_rng([seed, number, 5])
    return Look(
        stature=float(rng.uniform(1.62, 1.82)),
        build=float(rng.uniform(0.93, 1.1)),
        skin=_ramp(_pick(rng, _SKINS), rng, 4.0),
        hair=_ramp(_pick(rng, _HAIRS), rng, 6.0),
        shirt=_ramp(_pick(rng, _SHIRTS), rng, 12.0),
        trousers=_ramp(_pick(rng, _TROUSERS), rng, 8.0),
        shoes=_ramp(_pick(rng, _SHOES), rng, 4.0),
        hair_style=int(rng.integers(0, 3)),
        sleeve=float(rng.choice([0.35, 0.6, 1.0])),
        leg=float(rng.choice([0.3, 0.8, 0.97])),
    )


def _pick(rng: np.random.Generator, colours: tuple[tuple[int, int, int], ...]) -> Colour:
    blue, green, red = colours[int(rng.integers(len(colours)))]
    return float(blue), float(green), float(red)


def _ramp(base: Colour, rng: np.random.Generator, spread: float) -> Ramp:
    """Return four shades of a colour varied by about ``spread`` levels."""
    moved = np.array(base) + rng.normal(0, spread, 3)
    shades = [np.clip(moved * light, 8, 250).tolist() for light in (0.56, 0.8, 0.98, 1.1)]
    return tuple((shade[0], shade[1], shade[2]) for shade in shades)
