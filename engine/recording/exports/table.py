"""A take as CSV (RFC 4180): a row for each picture from the first to the last with them in it.

    time,nose.x,nose.y,nose.confidence,...
    0.0400,0.512,0.801,0.97,...

The time is in seconds since the show began; numbers are as everywhere: parts of the picture, y from
the bottom. A point that is unknown is empty, and so is a picture without them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.recording.exports.takes import Take


def as_table(take: Take, pictures: Sequence[float]) -> bytes:
    """Return the table of somebody; ``pictures`` are the moments of all that were looked at."""
    names = [f"{name}.{axis}" for name in take.skeleton.points for axis in take.skeleton.axes]
    rows = dict(zip(take.seconds, take.points, strict=True))
    lines = [",".join(["time", *names])]
    for second in pictures:
        if take.seconds[0] <= second <= take.seconds[-1]:
            row = rows.get(second)
            cells = [""] * len(names) if row is None else _cells(row)
            lines.append(",".join([f"{second:.4f}", *cells]))
    return "\r\n".join([*lines, ""]).encode()


def _cells(points: NDArray[np.float32]) -> list[str]:
    cells: list[str] = []
    for row in points.tolist():
        known = row[-1] > 0 and np.isfinite(row).all()
        cells += [f"{number:.6g}" for number in row] if known else [""] * len(row)
    return cells
