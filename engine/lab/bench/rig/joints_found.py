"""How well joints are found in pictures of a dancer, and how still and late `smooth` makes them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, Final

import numpy as np

from engine.core.clock import ns
from engine.core.landmarks import Landmarks, Person, Pose
from engine.core.messages import Frame
from engine.core.skeletons import COCO_17
from engine.lab.bench.report import Goal, Row
from engine.lab.bench.rig.cores import Each
from engine.lab.bench.rig.detections import ASPECT, FPS, SIZE
from engine.models.pose import PoseModel
from engine.nodes.smooth import Smooth
from engine.synthetic.stage import NOISE_LEVELS
from engine.synthetic.stage_scene import Scene

SEED: Final = 11000
"""The dancer who is looked at."""
NOISE: Final = 8 / NOISE_LEVELS
"""Sensor noise of 8 of 255."""
SETTINGS: Final = (0.0, 0.2, 0.4, 0.5, 0.6, 0.8)
USUAL: Final = 0.5
TALL: Final = 720
SWING: Final = 0.06  # picture widths to either side
STILL: Goal = ("<=", 1.0)
LATE: Goal = ("<=", 25.0)
PICTURES: Final[dict[str, dict[str, Any]]] = {
    "one dancer": {},
    "cluttered": {"ground": "cluttered"},
    "low light": {"light": 0.2, "noise": 0.5},
    "blur": {"shutter": 1 / 30},
    "portrait": {"width": 360, "height": 640},
    "mirror": {"script": "mirror"},
}
_SCENE: Final[dict[str, Any]] = {
    "people": 1,
    "ground": "plain",
    "noise": 0.15,
    "script": "solo",
    "seed": SEED,
    "width": SIZE[0],
    "height": SIZE[1],
}


def rows_of_joints(count: int, each: Each) -> Iterator[Row]:
    """Let a network look at one dancer, in light and in the dark."""
    for rows in each(partial(_seen, count), PICTURES):
        yield from rows


def _seen(count: int, case: str) -> list[Row]:
    scene = Scene(**{**_SCENE, **PICTURES[case]})
    box = PoseModel()
    box.open()
    hits, spent, worked = [], 0.0, 0.0
    for number in range(count):
        moment = number / 10
        cast = scene.cast(moment)
        frame = Frame(scene.picture(cast, number, moment))
        begun, used = time.perf_counter(), time.process_time()
        pose = box.process(frame)
        spent += time.perf_counter() - begun
        worked += time.process_time() - used
        hits.append(_right(pose, cast[0].joints))
    box.close()
    return [
        Row(case, "PCK@0.2", 100 * float(np.concatenate(hits).mean()), "%"),
        Row(case, "ms a picture", 1000 * spent / count, "ms"),
        Row(case, "CPU ms a picture", 1000 * worked / count, "ms"),
    ]


def _right(pose: Landmarks, true: Any) -> Any:
    """Return for each joint in sight whether it was found: bool (n,)."""
    visible = true[:, 2] > 0
    if not pose.seen:
        return np.zeros(int(visible.sum()), bool)
    size = (pose.aspect, 1.0)
    trunk = np.linalg.norm((true[[5, 6], :2].mean(0) - true[[11, 12], :2].mean(0)) * size)
    off = np.linalg.norm((pose.seen[0].points[:, :2] - true[:, :2]) * size, axis=1)
    return (off <= 0.2 * trunk)[visible]


def rows_of_steadiness(each: Each) -> Iterator[Row]:
    """Show how still and how late each setting of `smooth` is on what a network says."""
    still = _at_rest(120)
    late = each(_late, SETTINGS)
    for setting, after in zip(SETTINGS, late, strict=True):
        usual = setting == USUAL
        case = f"smooth = {setting:g}"
        told = np.stack([one.seen[0].points[:, :2] for one in _smoothed(still, setting)])
        jitter = float((told[30:] * [TALL * ASPECT, TALL]).std(axis=0).mean())
        yield Row(case, "jitter", jitter, "px", STILL if usual else None)
        yield Row(case, "late", after, "ms", LATE if usual else None)
    yield Row("ahead = 40 ms", "late", _late(USUAL, ahead=0.04), "ms")


def _at_rest(count: int) -> list[Landmarks]:
    """Return what a network says of somebody who stands still before a noisy sensor."""
    scene = Scene(**{**_SCENE, "noise": NOISE, "width": 1280, "height": TALL})
    cast = scene.cast(0.0)
    box = PoseModel()
    box.open()
    told = [box.process(Frame(scene.picture(cast, number))) for number in range(count)]
    box.close()
    return told


def _smoothed(poses: Sequence[Landmarks], setting: float, ahead: float = 0.0) -> list[Landmarks]:
    box = Smooth(smooth=setting, ahead=ahead)
    return [box.process(one, ns(number / FPS)) or one for number, one in enumerate(poses)]


def _late(setting: float, ahead: float = 0.0) -> float:
    """Return by how many ms a hand comes late that swings once a second."""
    rng = np.random.default_rng(1)
    (actor,) = Scene(**_SCENE).cast(0.0)
    wrist, poses = COCO_17.index["left_wrist"], []
    times = np.arange(15 * FPS) / FPS
    for at in times:
        joints = actor.joints.copy()
        joints[:, 2] = 0.8
        joints[wrist, 0] += SWING * np.sin(2 * np.pi * at)
        joints[:, :2] += rng.normal(0, 1.0, (17, 2)) / [TALL * ASPECT, TALL]
        poses.append(Pose((Person(1, 1, joints),), ASPECT))
    told = [one.seen[0].points[wrist, 0] for one in _smoothed(poses, setting, ahead)]
    turn = np.angle(np.sum((np.array(told) - np.mean(told)) * np.exp(-2j * np.pi * times)))
    return float(-(turn + np.pi / 2) / (2 * np.pi) * 1000)
