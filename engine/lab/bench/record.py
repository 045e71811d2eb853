"""What recording costs a show, and how fast what was recorded plays again.

The same patch plays live with and without recording, turn by turn, each in a process of its own:
the CPU that it takes is compared. It is the first light, with the stand-in in place of camera and
microphone: pictures are not recorded, sound is.

Then a set is recorded in virtual time and replayed as fast as it goes, comparing every byte; a few
times over.
"""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

from engine.lab.bench.report import COUNT, Row, ratio
from engine.lab.bench.rig.turns import PAIRS, Numbers, child, in_turn, median, ratios

CPU = "CPU"
SET = 60.0
REPLAYS = 3


def run(
    short: bool, seconds: float | None = None, pairs: int | None = None, set_: float | None = None
) -> list[Row]:
    """Measure for nine minutes; short, for one."""
    seconds = seconds or (4.0 if short else 15.0)
    set_ = set_ or (15.0 if short else SET)
    with tempfile.TemporaryDirectory(prefix="sensorium-bench-") as folder:
        a, b = partial(_played, Path(folder), seconds), partial(_played, None, seconds)
        recorded, plain = in_turn(pairs or (2 if short else PAIRS), a, b)
    again = [_replayed(set_) for _ in range(1 if short else REPLAYS)]
    rows = [
        Row(case, CPU, median(numbers, CPU), "%")
        for case, numbers in (("recorded", recorded), ("not recorded", plain))
    ]
    rows += [
        *ratio("recorded / not recorded", CPU, ratios(recorded, plain, CPU), ("<=", 1.10)),
        Row("recorded", "a minute", median(recorded, "megabytes"), "MB"),
        Row(
            "replay",
            "different messages",
            max(each["different"] for each in again),
            COUNT,
            ("<=", 0),
        ),
        *ratio("replay / show", "faster", [each["factor"] for each in again], (">=", 20.0)),
    ]
    return rows


def _played(folder: Path | None, seconds: float) -> Numbers:
    numbers: Numbers = child("recorded", "play", folder or "-", seconds)
    return numbers


def _replayed(seconds: float) -> Numbers:
    with tempfile.TemporaryDirectory(prefix="sensorium-bench-") as folder:
        numbers: Numbers = child("recorded", "replay", folder, seconds)
    return numbers
