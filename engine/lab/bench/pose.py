"""How well bodies are found, told apart and kept steady on the stand-in's stage.

"Ids" are those of the tracker on made detections: the truth with noise, misses, doubles, ghosts and
people taken for a part of others (``rig/detections``), over seeds that nothing was tuned on.
Switches and fragments are summed over all; what has no goal is shown on the first three seeds, as
are the trackers of others. The tracker carries on for a moment who is missed, as in `pose`. "IDF1"
can be no more than what was found allows, which stands beside it: "best" is that of a tracker that
knows the truth. What people wear is seen in the pictures as they are drawn, by the function that
`pose` uses. "After smooth" is what a receiver gets behind `smooth`, which moves on for a quarter of
a second whoever is missed; a tracker alone tells nobody who is not found.

The trackers of others get the same detections, by their settings for the same memory and the same
confidences, in an environment of their own: boxes around the joints (those of `trackers`), or the
joints (norfair). None of them is given what people wear.

"Real people" are two who were cut out of a film and walk about on the same stage (see
``rig/ids_real``), on four seeds: the whole of `pose` finds and follows them, and `objects` by its
boxes. Their truth is what the network said of them in the film. "A sixth of the height": the same
people in a wide picture. "Floor" is what `floors` makes of one camera and of two, to within 60 cm.

"PCK" is the share of the joints in sight that a network finds within a fifth of the trunk (Yang &
Ramanan 2013), of the pictures of one dancer. "Jitter" is the standard deviation of the joints of
somebody who stands still before a sensor with noise of 8 of 255, in pixels of 720p; "late" is by
how much a hand comes late that swings once a second. Both are shown for each setting of `smooth`.

All cores work at once, so "ms a picture" is of a core whose neighbours work too.
"""

from __future__ import annotations

import math
import os
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from engine.core.clock import ns
from engine.core.landmarks import Instance, Person, Pose
from engine.core.skeletons import COCO_17
from engine.dsp.landmarks.areas import Area
from engine.dsp.landmarks.roster import CARRY
from engine.dsp.landmarks.tracker import Tracker, Tracking
from engine.lab.bench.report import COUNT, Goal, Row
from engine.lab.bench.rig.cores import Each, all_cores
from engine.lab.bench.rig.detections import ASPECT, FPS, SIZE, Moment, detections
from engine.lab.bench.rig.fetched import NotFetched, alone, run_with
from engine.lab.bench.rig.ids_real import FEW, people_of, rows_of_ids, rows_of_small, together
from engine.lab.bench.rig.joints_found import rows_of_joints, rows_of_steadiness
from engine.lab.bench.rig.tracking_score import ALIKE, Ids, Sights, score, seen
from engine.lab.bench.rig.two_cameras import seen_from_two_sides, sights
from engine.nodes.smooth import Smooth
from engine.synthetic.stage_scene import Scene

Told = tuple[Instance, ...]
"""Everybody in a picture, as they are told."""

PARTS: Final = ("ids", "real", "floor", "joints", "smooth")
"""What `sensorium bench pose.ids` and so on run apart."""
JUDGED: Final = range(13800, 13820)
"""The seeds that ids are judged by: nothing was tuned on them."""
SOME: Final = 3
"""How many of them show what has no goal."""
REAL: Final = 4
"""How many of them real people walk on, and for how many seconds."""
SECONDS_REAL: Final = 12.0
GRAIN: Final = 0.15
"""Noise of the pictures that clothes are seen in."""
SWITCHES: Goal = ("<=", 1)
IDF1: Goal = (">=", 0.97)


@dataclass(frozen=True)
class Crowd:
    """People of a script whose ids are followed; ``judged``: whether it has the goal."""

    script: Any
    people: int
    judged: bool = False
    same_clothes: bool = False
    ignore: tuple[Area, ...] = ()


CROWDS: Final = {
    "crossing": Crowd("crossing", 2, judged=True),
    "crossing, four at once": Crowd("crossing", 4),
    "occlusion": Crowd("occlusion", 2, judged=True),
    "occlusion, same clothes": Crowd("occlusion", 2, same_clothes=True),
    "exits and entries": Crowd("enter_leave", 3),
    "mingling": Crowd("mingle", 3),
    "six people": Crowd("solo", 6),
    "turning back": Crowd("turn_back", 2),
}
BESIDE: Final = ("crossing", "occlusion", "mingling")
"""Where trackers of others stand beside ours."""
PEERS: Final = {
    "SORTTracker": "trackers==2.6.1",
    "ByteTrackTracker": "trackers==2.6.1",
    "OCSORTTracker": "trackers==2.6.1",
    "norfair": "norfair==2.3.0",
}
"""Trackers of others (Apache-2.0, and BSD-3-Clause), and where they are."""
FILM: Final = "sports2d==0.8.34"
"""Where the film is that people are cut out of (BSD-3-Clause)."""


def run(
    short: bool,
    part: str = "",
    *,
    seeds: Sequence[int] | None = None,
    seconds: float | None = None,
    pictures: int | None = None,
    peers: bool = True,
) -> list[Row]:
    """Follow everybody of some seeds for some ``seconds``; let a network see some pictures.

    ``part`` is one of PARTS, or all of them. Without ``peers`` only what is ours.
    """
    seeds = seeds or (JUDGED[:2] if short else JUDGED)
    seconds = seconds or (8.0 if short else 20.0)
    some = seeds[:1] if short else seeds[:SOME]
    rows: list[Row] = []
    with all_cores(len(seeds)) as each:
        if part in ("", "ids"):
            rows += _ids(seeds, seconds, each, peers=peers)
        if part in ("", "real") and peers:
            real = seeds[: 1 if short else REAL]
            rows += _real(real, 4.0 if short else SECONDS_REAL, each)
        if part in ("", "floor"):
            rows += _from_two_sides(some, seconds / 2, each)
        if part in ("", "joints"):
            rows += rows_of_joints(pictures or (20 if short else 100), each)
        if part in ("", "smooth"):
            rows += rows_of_steadiness(each)
    return rows


@dataclass(frozen=True)
class _Followed:
    """What became of one seed: how well ids held, ours and the best, and the detections."""

    moments: list[Moment]
    ours: Ids
    smooth: Ids
    best: Ids
    spent: float


def _ids(seeds: Sequence[int], seconds: float, each: Each, *, peers: bool) -> Iterator[Row]:
    shown = {case: seeds if crowd.judged else seeds[:SOME] for case, crowd in CROWDS.items()}
    pieces = [(case, seed, seconds) for case, of_case in shown.items() for seed in of_case]
    done = dict(zip(pieces, each(_follow, *zip(*pieces, strict=True)), strict=True))
    for case, crowd in CROWDS.items():
        runs = [one for (name, *_), one in done.items() if name == case]
        spent = sum(one.spent for one in runs)
        switches, idf1 = (SWITCHES, IDF1) if crowd.judged else (None, None)
        yield Row(case, "switches", sum(one.ours.switches for one in runs), COUNT, switches)
        yield Row(case, "fragments", sum(one.ours.fragments for one in runs), "")
        yield Row(case, "IDF1", together([one.ours for one in runs]), "", idf1)
        yield Row(case, "IDF1 after smooth", together([one.smooth for one in runs]), "")
        yield Row(case, "best IDF1", together([one.best for one in runs]), "")
        yield Row(case, "ms a picture", 1000 * spent / (len(runs) * seconds * FPS), "ms")
        if peers and case in BESIDE:
            yield from _peers(case, [one.moments for one in runs[:SOME]])


def _follow(case: str, seed: int, seconds: float) -> _Followed:
    """Follow everybody of a seed."""
    crowd = CROWDS[case]
    scene = Scene(
        crowd.people, "plain", GRAIN, crowd.script, seed, *SIZE, same_clothes=crowd.same_clothes
    )
    moments = list(detections(scene, seconds, dressed=True))
    begun = time.process_time()
    told = followed(moments, crowd)
    spent = time.process_time() - begun
    ours, after, best = (
        score(beside_truth(moments, each))
        for each in (told, smoothed(moments, told), map(_told_by_truth, moments))
    )
    return _Followed([replace(moment, looks=None) for moment in moments], ours, after, best, spent)


def followed(moments: Sequence[Moment], crowd: Crowd, carry: float = CARRY) -> list[Told]:
    """Return what the tracker tells of each picture."""
    options = Tracking(people=crowd.people, ignore=crowd.ignore, carry=carry)
    tracker = Tracker(COCO_17, options)
    return [
        tracker.update(moment.found, ns(moment.seconds), ASPECT, looks=moment.looks)
        for moment in moments
    ]


def smoothed(moments: Sequence[Moment], told: Sequence[Told]) -> Iterator[Told]:
    """Yield what `smooth` makes of what is told of each picture."""
    box = Smooth()
    for moment, people in zip(moments, told, strict=True):
        pose = Pose(tuple(Person(one.slot, one.id, one.points) for one in people), ASPECT)
        yield (box.process(pose, ns(moment.seconds)) or pose).seen


def beside_truth(moments: Sequence[Moment], told: Iterable[Told]) -> list[Sights]:
    """Return what is told of each picture beside the truth."""
    return [
        seen(moment.truths, {one.id: one.points for one in people}, ASPECT)
        for moment, people in zip(moments, told, strict=True)
    ]


def _peers(case: str, footage: Sequence[Sequence[Moment]]) -> Iterator[Row]:
    """Let the trackers of others follow the same detections, several at a time."""
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as threads:
        files = [Path(folder, f"{number}.npz") for number in range(len(footage))]
        for file, moments in zip(files, footage, strict=True):
            shape = np.array([ASPECT, 1, 1], np.float32)
            np.savez(file, *(moment.found * shape for moment in moments))
        running = {
            name: threads.submit(run_with, [package], "tracking_peers.py", name, *files)
            for name, package in PEERS.items()
        }
        for name, at_work in running.items():
            shown = f"{case}, {name}, seeds: {len(footage)}"
            try:
                told = at_work.result()
            except NotFetched as error:
                yield Row(f"{shown}: not here, {error}", "switches", math.nan, "")
                continue
            runs = [
                score(beside_truth(moments, map(_told_by, one, moments)))
                for moments, one in zip(footage, told, strict=True)
            ]
            yield Row(shown, "switches", sum(one.switches for one in runs), "")
            yield Row(shown, "fragments", sum(one.fragments for one in runs), "")
            yield Row(shown, "IDF1", together(runs), "")


def _real(seeds: Sequence[int], seconds: float, each: Each) -> Iterator[Row]:
    """Follow people who were cut out of a film, with the whole of `pose`."""
    try:
        with alone(FILM) as folder:
            casts = people_of(folder / "Sports2D/Demo/demo.mp4")
    except NotFetched as error:
        yield Row(f"real people: not here, {error}", "switches", math.nan, "")
        return
    yield from rows_of_ids(casts, seeds, seconds, (SWITCHES, IDF1), each)
    yield from rows_of_small(casts, seeds[:FEW], seconds / 2, each)


def _from_two_sides(seeds: Sequence[int], seconds: float, each: Each) -> Iterator[Row]:
    """Follow people on a floor, by one camera and by two."""
    for script in ("occlusion", "turn_back"):
        runs = [*each(_by_one_and_two, [script] * len(seeds), seeds, [seconds] * len(seeds))]
        for cameras in (1, 2):
            case = f"floor, {script.replace('_', ' ')}, cameras: {cameras}"
            scores = [one[cameras - 1] for one in runs]
            yield Row(case, "switches", sum(one.switches for one in scores), "")
            yield Row(case, "IDF1", together(scores), "")


def _by_one_and_two(script: str, seed: int, seconds: float) -> tuple[Ids, Ids]:
    """Return how ids hold on a floor that one camera sees, and that two see."""
    moments = list(seen_from_two_sides(script, 2, seed, seconds))
    return score(sights(moments, together=False)), score(sights(moments, together=True))


def _told_by(told: tuple[list[int], list[int]], moment: Moment) -> Told:
    """Return a picture as another tracker tells it: rows of the detections, and their ids."""
    return tuple(Instance(0, id_, moment.found[row]) for row, id_ in zip(*told, strict=True))


def _told_by_truth(moment: Moment) -> Told:
    """Return a picture in which each detection that is somebody has their id."""
    table = seen(moment.truths, dict(enumerate(moment.found)), ASPECT)
    if not len(table.told):
        return ()
    return tuple(
        Instance(0, true, moment.found[int(alike.argmax())])
        for true, alike in zip(table.truths, table.alike, strict=True)
        if alike.max() >= ALIKE
    )
