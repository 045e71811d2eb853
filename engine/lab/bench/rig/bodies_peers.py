"""Follows bodies, hands or a face with MediaPipe, as published, picture by picture, and sends OSC.

It knows nothing of the engine, for it runs where that package is and the engine is not. Settings
are those it comes with, its own smoothing among them, for one body, two hands, one face; the
numbers leave by python-osc, one message for each body, hand or face.

Run: python bodies_peers.py WHAT PICTURES POINTS PORT. WHAT is pose, hands, hands_lite or face, with
-still behind it for pictures that have nothing to do with each other, each of which is shown for a
tenth of a second, as if a film had just begun. PICTURES is a file npy, uint8
(n, h, w, 3) blue-green-red; POINTS is written, npz: ``points`` float32 (n, m, k, 2), x and y from 0
to 1 from the top left, NaN where nobody is. It prints ms a picture as JSON: of the processor
("cpu") and of the clock ("wall"), on one core, without the first ten pictures.
"""
# mypy: ignore-errors

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import cv2
import mediapipe
import numpy as np
from pythonosc.udp_client import SimpleUDPClient

WARM = 10
STILL = "-still"
SHOWN = 4
"""How often a picture is shown that has nothing to do with the one before."""


def solution(what: str) -> tuple[Any, Callable[[Any], Any], int, int]:
    """Return MediaPipe's own, how to read its answer, and how many of how many points."""
    of = mediapipe.solutions
    if what == "pose":
        box = of.pose.Pose(model_complexity=1)
        return box, lambda a: [a.pose_landmarks] if a.pose_landmarks else [], 1, 33
    if what in ("hands", "hands_lite"):
        box = of.hands.Hands(model_complexity=int(what == "hands"))
        return box, lambda a: a.multi_hand_landmarks or [], 2, 21
    box = of.face_mesh.FaceMesh()
    return box, lambda a: a.multi_face_landmarks or [], 1, 468


def main() -> None:
    """Follow, then print."""
    what, pictures, out, port = sys.argv[1:]
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    cv2.setNumThreads(1)
    frames = np.load(pictures)
    still = what.endswith(STILL)
    what = what.removesuffix(STILL)
    box, read, most, count = solution(what)
    client = SimpleUDPClient("127.0.0.1", int(port))
    points = np.full((len(frames), most, count, 2), np.nan, np.float32)
    cpu, wall = [], []
    for number, frame in enumerate(frames):
        if still:
            box.reset()
            for _ in range(SHOWN - 1):
                box.process(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB))
        begun, clock = time.process_time(), time.perf_counter()
        found = read(box.process(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)))
        for place, one in enumerate(found[:most]):
            rows = [(point.x, point.y, point.z) for point in one.landmark]
            client.send_message(f"/{what}/{place + 1}", [value for row in rows for value in row])
            points[number, place] = [row[:2] for row in rows[:count]]
        cpu.append(time.process_time() - begun)
        wall.append(time.perf_counter() - clock)
    np.savez(out, points=points)
    measured = {"cpu": cpu, "wall": wall}
    print(json.dumps({name: 1e3 * float(np.mean(each[WARM:])) for name, each in measured.items()}))


if __name__ == "__main__":
    main()
