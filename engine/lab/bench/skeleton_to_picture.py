"""A performer painted from a skeleton, beside the nearest picture of all that were learned from.

The stand-in dances for two and a half minutes and is seen by the pose network; a network learns
from the first two, as ``sensorium train picture`` does, and paints the last half minute, which it
has not seen. Fixed before the first run: the mean difference of all numbers of a picture, and the
SSIM of the luma, at 192x112. The nearest picture is chosen knowing the true one.
"""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

from engine.core.clock import SystemClock, ns
from engine.lab.bench.report import Goal, Row
from engine.recording.recorder import Recorder
from engine.recording.writer import WriteRequest
from engine.runtime.offline import Offline
from engine.runtime.opening import open_patch
from engine.training.pairs import Pairs, read_pairs
from engine.training.picture import PictureTraining, TrainedPainter

PATCH = """
title = "Dancer"
[camera]
use = "stand_in"
width = 384
height = 216
fps = 15
[pose]
use = "pose"
from = "camera"
"""
SECONDS = 150.0
SIZE = 192
STEPS = 1000
SHORT = 200
GOAL: Goal = ("<=", 1.0)
SHORT_GOAL: Goal = ("<=", 1.5)
"""After a fifth of the steps it cannot have come nearer yet, but must be on its way."""


def run(short: bool, *, seconds: float = SECONDS, steps: int = 0) -> list[Row]:
    """Record, train and measure for about five minutes; short, for one."""
    with tempfile.TemporaryDirectory(prefix="sensorium-bench-") as folder:
        pairs = _dance(Path(folder), seconds)
    steps = steps or (SHORT if short else STEPS)
    training = PictureTraining(pairs, SystemClock(), seconds=0, steps=steps, threads=2, seed=0)
    while not training.done:
        training.step()
    measured = training.measure(TrainedPainter(training.network()))
    row = partial(Row, f"{steps} steps")
    return [
        row("off by, painted", measured.painted.difference, "of 1"),
        row("off by, nearest seen", measured.nearest.difference, "of 1"),
        row("painted / nearest seen", measured.ratio, "x", SHORT_GOAL if short else GOAL),
        row("SSIM, painted", measured.painted.similarity, "of 1"),
        row("SSIM, nearest seen", measured.nearest.similarity, "of 1"),
        row("training", training.progress.seconds / 60, "min"),
    ]


def _dance(folder: Path, seconds: float) -> Pairs:
    """Record the dancer in virtual time, and read what there is to learn from."""
    patch, file = folder / "dancer.toml", folder / "dancer.mcap"
    patch.write_text(PATCH)
    show = Offline(open_patch(patch, live=False))
    recorder = Recorder(file, WriteRequest(live=False, pixels=True))
    recorder.open()
    recorder.watch(show.engine)
    try:
        show.play(ns(seconds))
    finally:
        recorder.close()
    return read_pairs(file, SIZE)
