"""How well bodies are found, told apart and kept steady on the stand-in's stage.

"Ids" are those of the tracker on made detections: the truth with noise, misses, doubles, ghosts and
people taken for a part of others (``rig/detections``), over seeds that nothing was tuned on.
Switches and fragments are summed over all; whoever turns back while hidden, or is one of many,
has no goal, and is shown on fewer seeds. The tracker carries on for a moment who is missed, as
in `pose`. "IDF1" can be no more than what was found allows, which stands beside it: "best" is
that of a tracker that knows the truth. What people wear is seen in the pictures as they are drawn,
by the function that `pose` uses. "After smooth" is what a receiver gets behind `smooth`, which
moves on for a quarter of a second whoever is missed; a tracker alone tells nobody who is not found.

The trackers of others get the same detections, by their settings for the same memory and the same
confidences, in an environment of their own: boxes around the joints (those of `trackers`), or the
joints (norfair). None of them is given what people wear.

"Real people" are two who were cut out of a film and walk about on the same stage (see
``rig/ids_real``): the whole of `pose` finds and follows them, and `objects` by its boxes. Their
truth is what the network said of them in the film. "A sixth of the height": the same people in a
wide picture. "Floor" is what `floors` makes of one camera and of two, to within 60 cm.

"PCK" is the share of the joints in sight that a network finds within a fifth of the trunk (Yang &
Ramanan 2013), of the pictures of one dancer. "Jitter" is the standard deviation of the joints of
somebody who stands still before a sensor with noise of 8 of 255, in pixels of 720p; "late" is by
how much a hand comes late that swings once a second. Both are shown for each setting of `smooth`.
"""

from __future__ import annotations

import math
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from engine.core.clock import ns
from engine.core.landmarks import Person, Pose
from engine.core.skeletons import COCO_17
from engine.dsp.landmarks.areas import Area
from engine.dsp.landmarks.roster import CARRY
from engine.dsp.landmarks.tracker import Tracker, Tracking
from engine.lab.bench.report import COUNT, Goal, Row
from engine.lab.bench.rig.detections import ASPECT, FPS, SIZE, Moment, detections
from engine.lab.bench.rig.fetched import NotFetched, alone, run_with
from engine.lab.bench.rig.ids_real import people_of, rows_of_ids, rows_of_small
from engine.lab.bench.rig.joints_found import rows_of_joints, rows_of_steadiness
from engine.lab.bench.rig.tracking_score import Ids, Sights, score, seen
from engine.lab.bench.rig.two_cameras import seen_from_two_sides, sights
from engine.nodes.smooth import Smooth
from engine.synthetic.stage_scene import Scene

JUDGED: Final = range(11000, 11020)
"""The seeds that ids are judged by; what was tuned was tuned on those below 10000, and on 10006."""
SOME: Final = 5
"""How many of them show what has no goal."""
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
    seeds: Sequence[int] | None = None,
    seconds: float | None = None,
    pictures: int | None = None,
    peers: bool = True,
) -> list[Row]:
    """Follow everybody of some seeds for some ``seconds``; let a network see some pictures.

    Without ``peers`` only what is ours.
    """
    seeds = seeds or (JUDGED[:2] if short else JUDGED)
    seconds = seconds or (8.0 if short else 20.0)
    rows = list(_ids(seeds, seconds, peers=peers))
    if peers:
        rows += _real(seeds[:1] if short else seeds[:SOME], 4.0 if short else SECONDS_REAL)
    rows += _from_two_sides(seeds[:1] if short else seeds[:SOME], seconds / 2)
    rows += rows_of_joints(pictures or (20 if short else 150))
    rows += rows_of_steadiness()
    return rows


def _ids(seeds: Sequence[int], seconds: float, *, peers: bool) -> Iterator[Row]:
    for case, crowd in CROWDS.items():
        runs, smooth, best, spent = [], [], [], 0.0
        footage = []
        shown = seeds if crowd.judged else seeds[:SOME]
        for seed in shown:
            scene = Scene(
                crowd.people,
                "plain",
                GRAIN,
                crowd.script,
                seed,
                *SIZE,
                same_clothes=crowd.same_clothes,
            )
            moments = list(detections(scene, seconds, dressed=True))
            begun = time.process_time()
            told = followed(moments, crowd)
            spent += time.process_time() - begun
            footage.append(moments)
            runs.append(score(told))
            smooth.append(score(followed(moments, crowd, Smooth())))
            best.append(score([_told_by_truth(moment) for moment in moments]))
        goal = SWITCHES if crowd.judged else None
        yield Row(case, "switches", sum(one.switches for one in runs), COUNT, goal)
        yield Row(case, "fragments", sum(one.fragments for one in runs), "")
        yield Row(case, "IDF1", _together(runs), "", IDF1 if crowd.judged else None)
        yield Row(case, "IDF1 after smooth", _together(smooth), "")
        yield Row(case, "best IDF1", _together(best), "")
        yield Row(case, "ms a picture", 1000 * spent / (len(shown) * seconds * FPS), "ms")
        if peers and case in BESIDE:
            yield from _peers(case, footage)


def followed(
    moments: Sequence[Moment], crowd: Crowd, smooth: Smooth | None = None, carry: float = CARRY
) -> list[Sights]:
    """Return what the tracker, or `smooth` behind it, tells of each picture beside the truth."""
    options = Tracking(people=crowd.people, ignore=crowd.ignore, carry=carry)
    tracker = Tracker(COCO_17, options)
    told = []
    for moment in moments:
        at = ns(moment.seconds)
        people = tracker.update(moment.found, at, ASPECT, looks=moment.looks)
        if smooth is not None:
            pose = Pose(tuple(Person(one.slot, one.id, one.points) for one in people), ASPECT)
            people = (smooth.process(pose, at) or pose).seen
        told.append(seen(moment.truths, {one.id: one.points for one in people}, ASPECT))
    return told


def _peers(case: str, footage: Sequence[Sequence[Moment]]) -> Iterator[Row]:
    """Let the trackers of others follow the same detections."""
    with tempfile.TemporaryDirectory() as folder:
        for name, package in PEERS.items():
            files = [Path(folder, f"{number}.npz") for number in range(len(footage))]
            try:
                for file, moments in zip(files, footage, strict=True):
                    shape = np.array([ASPECT, 1, 1], np.float32)
                    np.savez(file, *(moment.found * shape for moment in moments))
                told = run_with([package], "tracking_peers.py", name, *files)
                runs = [
                    score([_told_by(*each) for each in zip(moments, one, strict=True)])
                    for moments, one in zip(footage, told, strict=True)
                ]
            except NotFetched as error:
                yield Row(f"{case}, {name}: not here, {error}", "switches", math.nan, "")
                continue
            yield Row(f"{case}, {name}", "switches", sum(one.switches for one in runs), "")
            yield Row(f"{case}, {name}", "fragments", sum(one.fragments for one in runs), "")
            yield Row(f"{case}, {name}", "IDF1", _together(runs), "")


def _real(seeds: Sequence[int], seconds: float) -> Iterator[Row]:
    """Follow people who were cut out of a film, with the whole of `pose`."""
    try:
        with alone(FILM) as folder:
            casts = people_of(folder / "Sports2D/Demo/demo.mp4")
    except NotFetched as error:
        yield Row(f"real people: not here, {error}", "switches", math.nan, "")
        return
    yield from rows_of_ids(casts, seeds, seconds, SWITCHES, IDF1)
    yield from rows_of_small(casts, seeds, seconds / 2)


def _from_two_sides(seeds: Sequence[int], seconds: float) -> Iterator[Row]:
    """Follow people on a floor, by one camera and by two."""
    for script in ("occlusion", "turn_back"):
        footage = [list(seen_from_two_sides(script, 2, seed, seconds)) for seed in seeds]
        for cameras in (1, 2):
            runs = [score(sights(moments, together=cameras == 2)) for moments in footage]
            case = f"floor, {script.replace('_', ' ')}, cameras: {cameras}"
            yield Row(case, "switches", sum(one.switches for one in runs), "")
            yield Row(case, "IDF1", _together(runs), "")


def _told_by(moment: Moment, told: tuple[list[int], list[int]]) -> Sights:
    """Return a picture as another tracker tells it: rows of the detections, and their ids."""
    rows, ids = told
    people = {one: moment.found[row] for row, one in zip(rows, ids, strict=True)}
    return seen(moment.truths, people, ASPECT)


def _told_by_truth(moment: Moment) -> Sights:
    """Return a picture in which each detection that is somebody has their id."""
    table = seen(moment.truths, dict(enumerate(moment.found)), ASPECT)
    told = {}
    for row, true in enumerate(table.truths):
        if len(table.told) and table.alike[row].max() >= 0.4:
            told[true] = moment.found[int(table.alike[row].argmax())]
    return seen(moment.truths, told, ASPECT)


def _together(runs: Sequence[Ids]) -> float:
    """Return the IDF1 of several runs as of one."""
    weights = [one.truths + one.told or 1e-9 for one in runs]
    return float(np.average([one.idf1 for one in runs], weights=weights))
