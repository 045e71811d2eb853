"""Follows bodies, hands or a face with a box of ours, picture by picture, smooths, and sends OSC.

Run: python -m engine.lab.bench.rig.bodies_ours WHAT PICTURES POINTS PORT. WHAT is a box and what it
is asked for: pose:movenet_lightning, pose:blazepose_lite, hands:hands, face:face_mesh; with -still
behind it, pictures that have nothing to do with each other, each of which is shown for a tenth of a
second. The rest is as in ``bodies_peers``.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.core.landmarks import Instance, Landmarks
from engine.core.messages import Frame, Ns
from engine.models.face import FaceModel
from engine.models.hands import HandsModel
from engine.models.pose import PoseModel
from engine.sinks.osc_out import OscOut

WARM = 10
STILL = "-still"
STEP = 33_333_333
BOXES: dict[str, type] = {"pose": PoseModel, "hands": HandsModel, "face": FaceModel}
_MIN_CUTOFF, _BETA, _SPEED = 1.7, 5.0, 1.0


class OneEuro:
    """The One Euro filter (Casiez, Roussel & Vogel 2012) on all numbers of a body at once."""

    def __init__(self) -> None:
        self._last: dict[int, tuple[NDArray[np.float32], NDArray[np.float32]]] = {}

    def __call__(self, one: Instance) -> Instance:
        """Return it smoothed; whoever has the id."""
        points = one.points.copy()
        now = points[:, :-1]
        before, speed = self._last.get(one.id, (now, np.zeros_like(now)))
        rate = 1e9 / STEP
        speed = speed + _share(_SPEED, rate) * ((now - before) * rate - speed)
        moved = before + _share(_MIN_CUTOFF + _BETA * np.abs(speed), rate) * (now - before)
        points[:, :-1] = moved
        self._last[one.id] = moved, speed
        return Instance(one.slot, one.id, points)


def _share(cutoff: Any, rate: float) -> Any:
    return 1 / (1 + rate / (2 * np.pi * cutoff))


def main() -> None:
    """Follow, then print."""
    asked, pictures, out, port = sys.argv[1:]
    still = asked.endswith(STILL)
    what, _, model = asked.removesuffix(STILL).partition(":")
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    cv2.setNumThreads(1)
    frames = [Frame(frame) for frame in np.load(pictures)]
    box = BOXES[what](model=model)
    box.open()
    sink = OscOut(to=f"127.0.0.1:{port}")
    sink.plug("/body", Landmarks, sink.options()())
    sink.open()
    steady = OneEuro()
    answers, cpu, wall = [], [], []
    for number, frame in enumerate(frames):
        at = Ns(number * STEP)
        if still:
            box.reset()
            for part in range(3):
                box.process(frame, at=Ns(at + part))
        begun, clock = time.process_time(), time.perf_counter()
        answer = box.process(frame, at=Ns(at + 3))
        found = answer if isinstance(answer, Landmarks) else answer[0]
        smooth = Landmarks(found.skeleton, tuple(map(steady, found.seen)), found.aspect)
        sink.send("/body", smooth, at)
        sink.flush(at)
        cpu.append(time.process_time() - begun)
        wall.append(time.perf_counter() - clock)
        answers.append(found)
    sink.close()
    np.savez(out, points=_points(answers))
    measured = {"cpu": cpu, "wall": wall}
    print(json.dumps({name: 1e3 * float(np.mean(each[WARM:])) for name, each in measured.items()}))


def _points(answers: list[Landmarks]) -> NDArray[np.float32]:
    most = max(1, *(answer.count for answer in answers))
    count = len(answers[0].skeleton.points)
    points = np.full((len(answers), most, count, 2), np.nan, np.float32)
    for number, answer in enumerate(answers):
        for place, one in enumerate(answer.seen):
            points[number, place] = one.points[:, :2] * (1, -1) + (0, 1)
    return points


if __name__ == "__main__":
    main()
