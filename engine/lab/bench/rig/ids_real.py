"""How ids hold of real people who were cut out of a film and walk about on a stage.

The whole of `pose` sees the pictures, networks and tracker, and `objects` beside it, by its boxes.
All networks see one drawing of each.
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
from engine.lab.bench.rig.films import pictures_of
from engine.lab.bench.rig.real_people import (
    FPS,
    OTHER_SIDE,
    CutPerson,
    RealStage,
    cut_out,
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
FEW: Final = 1
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
    frames = [*pictures_of(film)]
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
    pieces = [
        (case, MODELS if number >= FEW else (*MODELS, BOXES), RealStage(casts, script, seed))
        for case, (script, judged) in SCRIPTS.items()
        for number, seed in enumerate(seeds if judged else seeds[:FEW])
    ]
    found: dict[tuple[str, str], list[_Run]] = {}
    cases, models, stages = zip(*pieces, strict=True)
    told = each(partial(_follow, seconds), models, stages)
    for case, runs in zip(cases, told, strict=True):
        for model, run in runs.items():
            found.setdefault((case, model), []).append(run)
    for (case, model), runs in found.items():
        name = f"real people, {case}, {model}"
        scores = [score(run.sights) for run in runs]
        switches, idf1 = goals if SCRIPTS[case][1] and model != BOXES else (None, None)
        yield Row(name, "switches", sum(one.switches for one in scores), "", switches)
        yield Row(name, "fragments", sum(one.fragments for one in scores), "")
        yield Row(name, "IDF1", together(scores), "", idf1)
        yield _spent(name, runs)


def rows_of_small(
    casts: Sequence[Sequence[CutPerson]], seeds: Sequence[int], seconds: float, each: Each
) -> Iterator[Row]:
    """Let each network see people who are a sixth of the picture's height."""
    stages = [RealStage(casts, "mingle", seed, *WIDE, span=SMALL) for seed in seeds]
    seen_by = [*each(partial(_follow, seconds, MODELS), stages)]
    for model in MODELS:
        runs = [of[model] for of in seen_by]
        name = f"a sixth of the height, {model}"
        yield Row(name, "recall", recall([score(run.sights) for run in runs]), "%")
        yield _spent(name, runs)


def _spent(name: str, runs: Sequence[_Run]) -> Row:
    """Return the row of the CPU time that a picture takes."""
    spent, pictures = sum(run.spent for run in runs), sum(len(run.sights) for run in runs)
    return Row(name, "CPU ms a picture", 1000 * spent / pictures, "ms")


def recall(scores: Sequence[Ids]) -> float:
    """Return in what share of the pictures somebody in sight is told, in %."""
    return 100 * sum(one.found for one in scores) / max(sum(one.truths for one in scores), 1)


def together(scores: Sequence[Ids]) -> float:
    """Return the IDF1 of several runs as of one."""
    weights = [one.truths + one.told or 1e-9 for one in scores]
    return float(np.average([one.idf1 for one in scores], weights=weights))


def _follow(seconds: float, models: Sequence[str], stage: RealStage) -> dict[str, _Run]:
    """Return what each network tells of a stage."""
    boxes = {model: _box(model, len(stage.casts)) for model in models}
    runs = {model: _Run() for model in models}
    aspect = stage.width / stage.height
    for box in boxes.values():
        box.open()
    for number in range(round(seconds * FPS)):
        at = number / FPS
        picture, truths = stage.moment(at)
        for model, box in boxes.items():
            begun = time.process_time()
            told = box.process(Frame(picture), at=ns(at))
            runs[model].spent += time.process_time() - begun
            if isinstance(told, Detections):
                sights = _boxes(truths, told)
            else:
                people = {one.id: one.points for one in told.seen}
                sights = _either_way(truths, people, aspect)
            runs[model].sights.append(sights)
    for box in boxes.values():
        box.close()
    return runs


def _box(model: str, people: int) -> PoseModel | ObjectsModel:
    if model == BOXES:
        return ObjectsModel(labels=("person",))
    return PoseModel(people=people, model=model)


def _either_way(truths: Bodies, told: Bodies, aspect: float) -> Sights:
    """Return how alike bodies lie, whichever side is taken for which.

    Why: of who is seen from behind a network says now this, now the other, in the truth as well.
    """
    straight = seen(truths, told, aspect)
    turned = {one: points[OTHER_SIDE] for one, points in told.items()}
    other = seen(truths, turned, aspect)
    return Sights(straight.truths, straight.told, np.maximum(straight.alike, other.alike))


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
