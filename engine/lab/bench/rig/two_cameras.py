"""One stage of the stand-in seen by two cameras, each with a tracker and a floor of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.core.clock import ns
from engine.core.landmarks import Landmarks, Person, Pose
from engine.core.skeletons import COCO_17
from engine.dsp.landmarks.floor_plan import NOWHERE
from engine.dsp.landmarks.tracker import Tracker, Tracking
from engine.lab.bench.rig.detections import ASPECT, FPS, SIZE, detections
from engine.lab.bench.rig.tracking_score import Sights
from engine.nodes.floor import Floor
from engine.nodes.floors import Floors
from engine.synthetic.dancer_body import rotation
from engine.synthetic.stage import CAMERA_HEIGHT
from engine.synthetic.stage_scene import Scene

TURN: Final = 70.0
"""Degrees from the one camera to the other."""
LEFT, RIGHT, NEAR, FAR = -3.0, 3.0, 1.5, -2.0
"""The rectangle on the floor, in metres of the stage."""
_ROOM: Final = 1.0
"""Metres at which two places are not alike at all."""

Places = Mapping[int, tuple[float, float]]


@dataclass(frozen=True)
class FloorMoment:
    """One picture: where everybody truly is on the floor, and where one floor and two have them."""

    truths: Places
    alone: Places
    together: Places


def seen_from_two_sides(
    script: str, people: int, seed: int, seconds: float, memory: float = 2.0, *, known: bool = True
) -> Iterator[FloorMoment]:
    """Yield what one camera tells of a floor, and what it and a second one tell together.

    The pictures of the second lie between those of the first. ``known``: the floors are told where
    the cameras stand.
    """
    scenes = [
        Scene(people, "plain", 0.0, script, seed, *SIZE, turn=turn)  # type: ignore[arg-type]
        for turn in (0.0, TURN)
    ]
    trackers = [Tracker(COCO_17, Tracking(people=people, memory=memory)) for _ in scenes]
    size = RIGHT - LEFT, NEAR - FAR
    floors = [
        Floor(corners=corners(scene), size=size, camera=stands(scene) if known else NOWHERE)
        for scene in scenes
    ]
    one, both = Floors(), Floors()
    footage = [detections(scene, seconds) for scene in scenes]
    for moments in zip(*footage, strict=True):
        told = []
        for tracker, floor, moment in zip(trackers, floors, moments, strict=True):
            seen = tracker.update(moment.found, ns(moment.seconds), ASPECT)
            pose = Pose(tuple(Person(each.slot, each.id, each.points) for each in seen), ASPECT)
            told.append(floor.process(pose, ns(moment.seconds)).floor)
        at = ns(moments[0].seconds)
        alone = one.process(told[0], at)
        together = both.process(told[0], at)
        assert alone is not None and together is not None, "these are floors"
        both.on_second(told[1], ns(moments[0].seconds + 0.5 / FPS))
        yield FloorMoment(
            true_places(scenes[0], moments[0].seconds), _places(alone), _places(together)
        )


def corners(scene: Scene) -> tuple[tuple[float, float], ...]:
    """Return the corners of the rectangle in the picture of a camera, as ``floor`` takes them."""
    spots = np.array(
        [(LEFT, 0, NEAR), (RIGHT, 0, NEAR), (RIGHT, 0, FAR), (LEFT, 0, FAR)], np.float64
    )
    pixels, _ = scene.view.project(spots @ rotation(-scene.turn, 0.0, 0.0).T)
    return tuple((x / scene.width, 1 - y / scene.height) for x, y in pixels.tolist())


def stands(scene: Scene) -> tuple[float, float, float]:
    """Return where the camera of a stage is, as ``floor`` takes it."""
    spot = np.array([0.0, CAMERA_HEIGHT, scene.view.distance]) @ rotation(-scene.turn, 0.0, 0.0)
    x, y, z = spot.tolist()
    return x - LEFT, NEAR - z, y


def true_places(scene: Scene, seconds: float) -> Places:
    """Return where everybody stands in metres of the rectangle, by id."""
    return {
        actor.id: (
            float(actor.figure.skeleton.joints[15:17, 0].mean()) - LEFT,
            NEAR - float(actor.figure.skeleton.joints[15:17, 2].mean()),
        )
        for actor in scene.cast(seconds)
    }


def compared(truths: Places, told: Places) -> Sights:
    """Return how alike true and told places are: 1 in one place, 0 a metre apart."""
    table = [
        [max(0.0, 1 - float(np.hypot(x - u, y - v)) / _ROOM) for u, v in told.values()]
        for x, y in truths.values()
    ]
    return Sights(list(truths), list(told), np.array(table).reshape(len(truths), len(told)))


def _places(floor: Landmarks) -> dict[int, tuple[float, float]]:
    return {one.id: (float(one.points[0, 0]), float(one.points[0, 1])) for one in floor.seen}


def sights(moments: Sequence[FloorMoment], *, together: bool) -> list[Sights]:
    """Return the pictures as ids are scored, of one camera or of both."""
    return [compared(each.truths, each.together if together else each.alone) for each in moments]
