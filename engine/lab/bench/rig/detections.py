"""What a network would find on the stand-in's stage, made from the truth: noise, misses, mistakes.

Whoever is seen little is found seldom; one who stands behind another is often taken for a part of
them; what is hidden is guessed, sometimes where the other's is. Now and then somebody is missed
for some pictures, found twice, or seen where nobody is. All of it follows from the seed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.core.skeletons import COCO_17
from engine.dsp.image.clothes import clothes
from engine.dsp.landmarks.sighting import extent
from engine.lab.bench.rig.tracking_score import Bodies, seen
from engine.synthetic.stage_scene import Actor, Scene

FPS = 30
SIZE = (640, 360)
ASPECT = SIZE[0] / SIZE[1]
IN_SIGHT = 5
"""Joints that must be seen of somebody who counts as being there."""

NOISE = 0.018  # sizes, of a joint that is seen; half of it stays from picture to picture
GUESS = 0.07  # of one that is hidden
_TAKEN = 0.3  # how often a hidden joint is put on the one who hides it
_MERGED = 0.6  # how often one behind another is not found by itself
_MISS = 0.02
_LAPSE = 0.004  # how often a lapse of some pictures begins
_DOUBLE = 0.01
_GHOST = 0.01
_FLIP = 0.005


@dataclass(frozen=True)
class Moment:
    """One picture: who is in sight, and the detections (n, 17, 3) in an order that says nothing."""

    seconds: float
    truths: Bodies
    found: NDArray[np.float32]
    looks: NDArray[np.float64] | None = None


def detections(
    scene: Scene, seconds: float, fps: float = FPS, dressed: bool = False
) -> Iterator[Moment]:
    """Yield what is found in each picture of a stage; ``dressed``: with what they wear there.

    That is taken from the picture as it is drawn, with whoever stands before them.
    """
    rng = np.random.default_rng([scene.seed, 4201])
    lasting: dict[int, NDArray[np.float64]] = {}
    lapses: dict[int, int] = {}
    for number in range(round(seconds * fps)):
        at = number / fps
        cast = scene.cast(at)
        found = []
        for actor in cast:
            noise = rng.normal(0, 1, (17, 2))
            lasting[actor.id] = 0.7 * lasting.get(actor.id, noise) + 0.71 * noise
            lapses[actor.id] = lapses.get(actor.id, 0) - 1
            if rng.random() < _LAPSE:
                lapses[actor.id] = int(rng.integers(2, 8))
            body = _found(actor, cast, rng, lasting[actor.id])
            if lapses[actor.id] <= 0 and body is not None:
                found.append(body)
                if rng.random() < _DOUBLE:
                    found.append(_again(body, rng))
        if rng.random() < _GHOST:
            found.append(_ghost(rng))
        rng.shuffle(found)
        truths = {a.id: a.joints for a in cast if a.joints[:, 2].sum() >= IN_SIGHT}
        points = np.array(found, np.float32).reshape(-1, 17, 3)
        looks = clothes(scene.picture(cast, number, at), points, COCO_17) if dressed else None
        yield Moment(at, truths, points, looks)


def _found(
    actor: Actor,
    cast: tuple[Actor, ...],
    rng: np.random.Generator,
    noise: NDArray[np.float64],
) -> NDArray[np.float64] | None:
    """Return the joints of somebody as a network has them, or None where it has not."""
    true = actor.joints
    shown = true[:, 2] > 0
    chance = float(np.clip((shown.mean() - 0.15) / 0.3, 0, 1)) * (1 - _MISS)
    before = [one for one in cast if one.figure.depth > actor.figure.depth]
    near = [one for one in before if _alike(one, actor) > 0.25]
    if rng.random() > chance * (1 - _MERGED * (len(near) > 0)):
        return None
    size = extent(true[:, :2] * [ASPECT, 1.0])
    body = true.astype(np.float64)
    if near:
        taken = ~shown & (rng.random(17) < _TAKEN)
        body[taken] = near[0].joints[taken]
    spread = np.where(shown, NOISE, GUESS)[:, None] * size
    body[:, :2] += noise * spread / [ASPECT, 1.0]
    body[:, 2] = np.where(shown, rng.uniform(0.5, 0.95, 17), rng.uniform(0.05, 0.35, 17))
    if rng.random() < _FLIP:
        body = body[[0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15]]
    return body


def _alike(one: Actor, other: Actor) -> float:
    everywhere = [np.where([True, True, False], actor.joints, 1.0) for actor in (one, other)]
    first, second = (points.astype(np.float32) for points in everywhere)
    return float(seen({0: first}, {0: second}, ASPECT).alike[0, 0])


def _again(body: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Return the same body found once more, less surely."""
    other = body.copy()
    other[:, :2] += rng.normal(0, 0.01, (17, 2))
    other[:, 2] *= rng.uniform(0.5, 0.9)
    return other


def _ghost(rng: np.random.Generator) -> NDArray[np.float64]:
    """Return a body where nobody is."""
    middle, tall = rng.uniform(0.1, 0.9, 2), rng.uniform(0.1, 0.5)
    body = np.empty((17, 3))
    body[:, :2] = middle + rng.normal(0, 0.25, (17, 2)) * tall * [0.4, 1.0]
    body[:, 2] = rng.uniform(0.1, 0.6, 17)
    return body
