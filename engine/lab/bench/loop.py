"""From picture to OSC with the pose network running: Sensorium beside the script one writes first.

A dancer plays from a file, 30 pictures a second. "Behind" counts from the moment the picture is
there to the moment its last packet is handed to the system; "ours" is that less the network, as
the process in which it runs has timed it: what hands a picture over is ours.
"Uneven" is by how much the time between two pictures was off at the receiver, another process.

The script runs the network with the library's usual settings: all cores, and threads that keep
turning while they wait; and once more with one thread. So on a machine with nothing else to do its
network answers sooner, at the price of the processor time that the synthesiser beside it needs.
What decides is that price, and what we add ourselves, though every picture crosses threads and
processes on its way.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from engine.core.files import installed_folder
from engine.lab.bench.report import Goal, Row, ratio
from engine.lab.bench.rig.footage import FPS, film
from engine.lab.bench.rig.listener import PacketListener
from engine.lab.bench.rig.turns import PAIRS, Numbers, child, in_turn, median, ratios

WARM = 1.0
UNITS = {"cpu": "% of a core"}
SIZES = ((640, 360), (1280, 720))
ALL = 0
"""As many threads as there are cores."""
RATIOS: dict[str, Goal | None] = {
    "behind p50": None,
    "behind p99": None,
    "ours p50": ("<=", 1.0),
    "jitter p99": None,
    "uneven p99": None,
    "cpu": ("<=", 0.5),
}


def run(
    short: bool, seconds: float | None = None, sizes: Sequence[tuple[int, int]] = SIZES
) -> list[Row]:
    """Measure for about six minutes; short, for half of one."""
    seconds = seconds or (3.0 if short else 6.0)
    rows: list[Row] = []
    for size in sizes:
        rows += _rows(size, 1 if short else PAIRS, seconds)
    return rows


def _rows(size: tuple[int, int], pairs: int, seconds: float) -> list[Row]:
    with film(size=size) as video:
        ours, script, alone = in_turn(
            pairs,
            partial(_player, video, seconds),
            partial(_naive, video, seconds, ALL),
            partial(_naive, video, seconds, 1),
        )
    at = f"{size[0]}x{size[1]}"
    cases = (f"Sensorium {at}", ours), (f"script {at}", script), (f"script {at}, 1 thread", alone)
    rows = [
        Row(case, name, median(numbers, name), UNITS.get(name, "ms"))
        for case, numbers in cases
        for name in numbers[0]
    ]
    for name, goal in RATIOS.items():
        rows += ratio(f"Sensorium / script {at}", name, ratios(ours, script, name), goal)
        rows += ratio(f"Sensorium / script {at}, 1 thread", name, ratios(ours, alone, name), None)
    return rows


def _player(video: Path, seconds: float) -> Numbers:
    with PacketListener() as listener:
        measured = child("player", video, listener.port, seconds, WARM)
    return {
        **{
            f"{name} {part}": measured[name][part]
            for name in ("behind", "jitter", "ours", "network")
            for part in ("p50", "p99")
        },
        **_shared(measured, listener),
    }


def _naive(video: Path, seconds: float, threads: int) -> Numbers:
    model = installed_folder("models") / "movenet_lightning" / "model.onnx"
    with PacketListener() as listener:
        measured = child("naive", video, model, listener.port, seconds, WARM, threads)
    behind, network = np.array(measured["behind"]), np.array(measured["network"])
    samples = {
        "behind": behind,
        "jitter": np.abs(np.diff(behind)),
        "ours": behind - network,
        "network": network,
    }
    return {
        **{
            f"{name} p{part}": float(np.percentile(ms, part))
            for name, ms in samples.items()
            for part in (50, 99)
        },
        **_shared(measured, listener),
    }


def _shared(measured: dict[str, Any], listener: PacketListener) -> Numbers:
    uneven = listener.uneven_ms(1000 / FPS, skip=round(WARM * FPS))
    return {
        "uneven p50": float(np.percentile(uneven, 50)),
        "uneven p99": float(np.percentile(uneven, 99)),
        "cpu": 100 * measured["cpu"] / measured["seconds"],
    }
