"""How ids hold of real people who were cut out of a film and walk about on a stage.

The whole of `pose` sees the pictures, networks and tracker, and `objects` beside it, by its boxes.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from engine.core.clock import ns
from engine.core.messages import Detections, Frame
from engine.lab.bench.report import Goal, Row
from engine.lab.bench.rig.cores import Each
from engine.lab.bench.rig.real_people import (
    FPS,
    OTHER_SIDE,
    CutPerson,
    RealStage,
    cut_out,
    frames_of,
)
from engine.lab.bench.rig.tracking_score import Bodies, Ids, Sights, score, seen
from engine.models.objects import ObjectsModel
from engine.models.pose import PoseModel
from engine.synthetic.stage import Picture
from engine.synthetic.stage_script import Script

SCRIPTS: Final[dict[str, tuple[Script, bool]]] = {
    "crossing": ("crossing", True),
    "occlusion": ("occlusion", True),
    "exits and entries": ("enter_leave", False),
}
"""Scripts, and whether they have the goal."""
MODELS: Final = ("movenet_lightning", "movenet_multipose")
BOXES: Final = "objects"
FEW: Final = 2
"""Seeds that show what has no goal."""
SMALL: Final = 1.7 * 6
"""Height of the picture in metres where people are a sixth of it."""
WIDE: Final = (1280, 720)
_FIRST, _LAST, _SIZE = 40, 220, (960, 540)


@dataclass
class _Run:
    """What one network told of some footage."""

    sights: list[Sights] = field(default_factory=list)
    spent: float = 0.0


def people_of(film: Path) -> list[list[CutPerson]]:
    """Return the two people of the film, each as cut-outs."""
    frames = frames_of(film)
    if frames[0].shape[1] > _SIZE[0]:
        frames = [_smaller(frame) for frame in frames[_FIRST:_LAST]]
    return cut_out(frames)


def rows_of_ids(
    casts: Sequence[Sequence[CutPerson]],
    seeds: Sequence[int],
    seconds: float,
    goals: tuple[Goal, Goal],
    each: Each,
) -> Iterator[Row]:
    """Let each network see the scripts; print switches, IDF1 and ms a picture.

    ``goals`` are those of switches and IDF1; what has none is shown on FEW seeds.
    """
    for case, (script, judged) in SCRIPTS.items():
        for model in (*MODELS, BOXES):
            has_goal = judged and model != BOXES
            stages = [RealStage(casts, script, s) for s in (seeds if has_goal else seeds[:FEW])]
            name = f"real people, {case}, {model}"
            scores, cpu = _seen_by(model, stages, seconds, name, each)
            switches, idf1 = goals if has_goal else (None, None)
            yield Row(name, "switches", sum(one.switches for one in scores), "", switches)
            yield Row(name, "fragments", sum(one.fragments for one in scores), "")
            yield Row(name, "IDF1", together(scores), "", idf1)
            yield cpu


def rows_of_small(
    casts: Sequence[Sequence[CutPerson]], seeds: Sequence[int], seconds: float, each: Each
) -> Iterator[Row]:
    """Let each network see people who are a sixth of the picture's height."""
    for model in MODELS:
        stages = [RealStage(casts, "mingle", seed, *WIDE, span=SMALL) for seed in seeds]
        name = f"a sixth of the height, {model}"
        scores, cpu = _seen_by(model, stages, seconds, name, each)
        yield Row(name, "recall", recall(scores), "%")
        yield cpu


def _seen_by(
    model: str, stages: Sequence[RealStage], seconds: float, name: str, each: Each
) -> tuple[list[Ids], Row]:
    """Return how ids hold on each stage, and the row of the CPU time that a picture takes."""
    runs = [*each(partial(_follow, model, seconds), stages)]
    spent, pictures = sum(run.spent for run in runs), sum(len(run.sights) for run in runs)
    scores = [score(run.sights) for run in runs]
    return scores, Row(name, "CPU ms a picture", 1000 * spent / pictures, "ms")


def _follow(model: str, seconds: float, stage: RealStage) -> _Run:
    """Return what a network tells of a stage."""
    return by_boxes(stage, seconds) if model == BOXES else by_pose(stage, seconds, model)


def recall(scores: Sequence[Ids]) -> float:
    """Return in what share of the pictures somebody in sight is told, in %."""
    return 100 * sum(one.found for one in scores) / max(sum(one.truths for one in scores), 1)


def together(scores: Sequence[Ids]) -> float:
    """Return the IDF1 of several runs as of one."""
    weights = [one.truths + one.told or 1e-9 for one in scores]
    return float(np.average([one.idf1 for one in scores], weights=weights))


def by_pose(stage: RealStage, seconds: float, model: str) -> _Run:
    """Return what `pose` with a network tells of a stage."""
    box = PoseModel(people=len(stage.casts), model=model)
    box.open()
    run = _Run()
    aspect = stage.width / stage.height
    for at, picture, truths in _footage(stage, seconds):
        begun = time.process_time()
        told = box.process(Frame(picture), at=ns(at))
        run.spent += time.process_time() - begun
        run.sights.append(_either_way(truths, {one.id: one.points for one in told.seen}, aspect))
    box.close()
    return run


def by_boxes(stage: RealStage, seconds: float) -> _Run:
    """Return what `objects` tells of a stage: alike is by how much boxes cover each other."""
    box = ObjectsModel(labels=("person",))
    box.open()
    run = _Run()
    for at, picture, truths in _footage(stage, seconds):
        begun = time.process_time()
        told = box.process(Frame(picture), at=ns(at))
        run.spent += time.process_time() - begun
        run.sights.append(_boxes(truths, told))
    box.close()
    return run


def _either_way(truths: Bodies, told: Bodies, aspect: float) -> Sights:
    """Return how alike bodies lie, whichever side is taken for which.

    Why: of who is seen from behind a network says now this, now the other, in the truth as well.
    """
    straight = seen(truths, told, aspect)
    turned = {one: points[OTHER_SIDE] for one, points in told.items()}
    other = seen(truths, turned, aspect)
    return Sights(straight.truths, straight.told, np.maximum(straight.alike, other.alike))


def _footage(stage: RealStage, seconds: float) -> Iterator[tuple[float, Picture, Bodies]]:
    for number in range(round(seconds * FPS)):
        yield number / FPS, *stage.moment(number / FPS)


def _boxes(truths: Bodies, told: Detections) -> Sights:
    """Return how alike boxes are: what both cover, of what either does."""
    table = np.zeros((len(truths), len(told.seen)))
    for row, joints in enumerate(truths.values()):
        places = joints[joints[:, 2] > 0, :2]
        low, high = places.min(axis=0), places.max(axis=0)
        for column, one in enumerate(told.seen):
            middle, size = np.array(one.box[:2]), np.array(one.box[2:])
            sides = np.minimum(high, middle + size / 2) - np.maximum(low, middle - size / 2)
            both = float(np.prod(np.maximum(sides, 0)))
            either = float(np.prod(high - low) + np.prod(size)) - both
            table[row, column] = both / max(either, 1e-9)
    return Sights(list(truths), [one.id for one in told.seen], table)


def _smaller(frame: Picture) -> Picture:
    return np.asarray(cv2.resize(frame, _SIZE, interpolation=cv2.INTER_AREA), np.uint8)
