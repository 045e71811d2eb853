"""Prints what a tracker of others tells of detections given as files: run where it is installed.

What it prints is JSON: for each file a list, for each picture a pair, rows of the detections that
are told and their ids.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Told = tuple[list[int], list[int]]
Follow = Callable[[NDArray[np.float64], NDArray[np.float64]], Told]

ENTER = 0.4
"""How sure a detection must be to begin a track, as in ours."""
STAY = 0.15
MEMORY = 60
"""Pictures for which somebody unseen is remembered: two seconds."""
FAR = 0.5
"""Mean distance of points, in sizes of a body, above which norfair takes two for different."""
SURE = 0.2


def main() -> None:
    """Follow the detections of each file with a new tracker, which the first argument names."""
    name, *files = sys.argv[1:]
    told = []
    for file in files:
        with np.load(file) as table:
            pictures = [table[f"arr_{number}"] for number in range(len(table.files))]
        follow = _norfair() if name == "norfair" else _trackers(name)
        told.append([follow(*_sure(points)) for points in pictures])
    print(json.dumps(told))


def _sure(points: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the bodies, and how sure each is: the mean of its surest seven joints."""
    return points, np.sort(points[:, :, 2], axis=1)[:, -7:].mean(axis=1)


def _boxes(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the boxes (n, 4) around the joints that are sure, in pixels of 640."""
    found = []
    for one in points:
        places = one[one[:, 2] >= SURE, :2] if (one[:, 2] >= SURE).any() else one[:, :2]
        found.append([*places.min(axis=0), *places.max(axis=0)])
    return np.array(found, np.float64).reshape(-1, 4) * 640


def _trackers(name: str) -> Follow:
    """Return one of the package trackers, which are given boxes."""
    import supervision  # type: ignore[import-not-found]  # noqa: PLC0415
    import trackers  # type: ignore[import-not-found]  # noqa: PLC0415

    kind = getattr(trackers, name)
    settings: dict[str, Any] = {"lost_track_buffer": MEMORY, "frame_rate": 30.0}
    if name == "ByteTrackTracker":
        settings |= {"track_activation_threshold": ENTER, "high_conf_det_threshold": ENTER}
    elif name == "OCSORTTracker":
        settings |= {"high_conf_det_threshold": ENTER}
    tracker = kind(**settings)

    def follow(points: NDArray[np.float64], sure: NDArray[np.float64]) -> Told:
        rows = np.flatnonzero(sure >= STAY)
        given = supervision.Detections(
            xyxy=_boxes(points[rows]).astype(np.float32),
            confidence=sure[rows].astype(np.float32),
            class_id=np.zeros(len(rows), int),
            data={"row": rows},
        )
        told = tracker.update(given)
        ids = np.asarray(told.tracker_id if len(told) else [], int)
        known = ids >= 0
        return np.asarray(told.data.get("row", []))[known].tolist(), ids[known].tolist()

    return follow


def _norfair() -> Follow:
    """Return norfair, which is given the joints."""
    import norfair  # type: ignore[import-not-found]  # noqa: PLC0415

    def apart(found: Any, track: Any) -> float:
        both = (found.scores > SURE) & (track.last_detection.scores > SURE)
        if not both.any():
            return 10.0
        size = float(np.sqrt(np.prod(np.ptp(found.points[both], axis=0) + 1e-6)))
        away = np.linalg.norm(found.points - track.estimate, axis=1)[both].mean()
        return float(away / max(size, 1e-6))

    tracker = norfair.Tracker(
        apart, distance_threshold=FAR, hit_counter_max=MEMORY, initialization_delay=2
    )

    def follow(points: NDArray[np.float64], sure: NDArray[np.float64]) -> Told:
        rows = np.flatnonzero(sure >= ENTER).tolist()
        given = [
            norfair.Detection(points[row, :, :2], scores=points[row, :, 2], data=row)
            for row in rows
        ]
        told = tracker.update(detections=given)
        here = [one for one in told if any(one.last_detection is each for each in given)]
        return [one.last_detection.data for one in here], [int(one.id) for one in here]

    return follow


if __name__ == "__main__":
    main()
