"""How alike two bodies, hands, faces or boxes lie: the object keypoint similarity of COCO.

OKS is the mean over the points of exp(-d² / 2 s² k²): ``d`` how far a point is from the other's,
``s`` the size of the body, ``k`` twice the spread of that point among people who mark photographs
(Lin et al. 2014; cocodataset.org/#keypoints-eval). Points of hands and faces all have one spread,
so there it goes by their distance over the size.

Why it is widened by time: where a point was some time ago says less of where it is now. The spread
grows with that time, and what is spread wider counts for less where it is met, as a probability
does. So of two tracks that fit a body as well, the one that was seen just now has it.

Networks now and then take each side of a body for the other: one that lies as the other does with
its sides exchanged is as alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.core.skeletons import FACE_468, HAND_21, Skeleton
from engine.dsp.landmarks.build import Build, build

Floats = NDArray[np.float64]

_COCO: Final = {
    "nose": 0.026,
    "eye": 0.025,
    "ear": 0.035,
    "shoulder": 0.079,
    "elbow": 0.072,
    "wrist": 0.062,
    "hip": 0.107,
    "knee": 0.087,
    "ankle": 0.089,
}
_OTHER_POINT: Final = 0.07
"""Of a body: fingers, heels, what COCO does not name."""
_TRUNK: Final = ("shoulder", "hip")
_BODY_DRIFT: Final = 0.4
_DRIFTS: Final = {HAND_21.name: 6.0, FACE_468.name: 2.5}
_SPREAD: Final = 0.08
"""Of each point of what is no body."""


LEAST: Final = 0.06
"""The share of the points that must be seen of both, or they are not alike however few fit."""


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """How the points of a skeleton scatter: ``k`` (n,) in sizes, and ``drift`` in sizes a second.

    ``steady`` (n,) weighs the points that carry the rest, such as the trunk of a body.
    What ``falls`` goes up only to come down. ``sides`` (n,) is the point of the other side of each,
    where sides may be taken for each other; ``build`` how a body is built.
    """

    k: Floats
    steady: Floats
    drift: float
    falls: bool = False
    sides: NDArray[np.intp] | None = None
    build: Build | None = None


@lru_cache(maxsize=64)
def spread(skeleton: Skeleton | None) -> Spread:
    """Return how the points of a skeleton scatter; of None, the two corners of a box."""
    if skeleton is None:
        return Spread(np.full(2, 0.25), np.ones(2), 1.0)
    if not skeleton.is_body:
        count = len(skeleton.points)
        drift = _DRIFTS.get(skeleton.name, _BODY_DRIFT)
        return Spread(np.full(count, 2 * _SPREAD), np.ones(count), drift)
    kinds = [_kind(name) for name in skeleton.points]
    k = np.array([2 * _COCO.get(kind, _OTHER_POINT) for kind in kinds])
    steady = np.array([1.0 if kind in _TRUNK else 0.15 for kind in kinds])
    sides = np.array(
        [skeleton.index.get(_opposite(name), row) for name, row in skeleton.index.items()]
    )
    return Spread(k, steady, _BODY_DRIFT, falls=True, sides=sides, build=build(skeleton))


def _opposite(name: str) -> str:
    """Return "right_eye" of "left_eye", and so on."""
    side, _, rest = name.partition("_")
    return {"left": "right_", "right": "left_"}.get(side, "") + rest


def _kind(name: str) -> str:
    """Return "eye" of "left_eye_inner", and so on."""
    plain = name.removeprefix("left_").removeprefix("right_")
    return "eye" if plain.startswith("eye_") else plain


def similarity(
    apart: Floats, weights: Floats, sizes: Floats, k: Floats, drift: Floats
) -> tuple[Floats, Floats]:
    """Return how alike things lie, twice: as it is met by a gate, and to choose by; each 0 to 1.

    ``apart`` (..., n) are squared distances of points, ``weights`` (..., n) how much each counts,
    ``sizes`` (...) the sizes and ``k`` (n,) the spreads. ``drift`` (...) is by how many sizes a
    point may have moved unseen; with 0 both are OKS. Without a point that counts both are 0.
    """
    narrow = k * k
    wide = narrow + (drift * drift)[..., None]
    with np.errstate(under="ignore"):
        fit = np.exp(-apart / (2 * wide * (sizes * sizes)[..., None]))
    total = weights.sum(axis=-1)
    share = weights / np.maximum(total, LEAST * weights.shape[-1])[..., None]
    return (share * fit).sum(axis=-1), (share * fit * (narrow / wide)).sum(axis=-1)


class Lying(Protocol):
    """What lies somewhere: points (n, 2), their weights (n,), and a size."""

    points: Floats
    weights: Floats
    size: float


def alike(ones: Sequence[Lying], others: Sequence[Lying], spread: Spread) -> Floats:
    """Return the OKS (ones, others) of each two of one moment, 0 to 1; by the larger of both."""
    if not ones or not others:
        return np.zeros((len(ones), len(others)))
    (places, weights, sizes), (others_, their, theirs) = _stacked(ones), _stacked(others)
    apart = ((places[:, None] - others_) ** 2).sum(axis=-1)
    larger = np.maximum(sizes[:, None], theirs)
    return similarity(apart, weights[:, None] * their, larger, spread.k, np.zeros(()))[0]


def _stacked(several: Sequence[Lying]) -> tuple[Floats, Floats, Floats]:
    """Return points (n, k, 2), weights (n, k) and sizes (n,) of several."""
    return (
        np.stack([one.points for one in several]),
        np.stack([one.weights for one in several]),
        np.array([one.size for one in several]),
    )
