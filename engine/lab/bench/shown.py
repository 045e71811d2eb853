"""How long it takes from the camera until a painting is on the display.

A show paints a picture with the style network and shows it in a window of the whole display, which
tells when each picture is there (after the swap and once the graphics driver has finished). Behind
is counted from the grab until then. The goal: 1.3 times what the network takes, and one period of
the display.

The display is Xvfb's, in memory, where all drawing is done by the processor (llvmpipe): a graphics
card takes it off. Xvfb shows a picture at once, so that a real display may add its period. All of
it comes before other programs where the system allows that.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from engine.lab.bench.report import RATIO, Row
from engine.lab.bench.rig.undisturbed import undisturbed
from engine.lab.bench.rig.xvfb import x_server

PERIOD_MS: Final = 1000 / 60
RUNS: Final = 5
PATCH: Final = """
[room]
use = "picture_file"
file = "room.png"
fps = 10                 # so that no picture waits for the one before
[style]
use = "style"
from = "room"
size = 256
[screen]
use = "window"
from = "style"
display = 1
"""


def run(short: bool) -> list[Row]:
    """Measure five shows of eight seconds; short, one."""
    with undisturbed():
        found = [_show(8) for _ in range(1 if short else RUNS)]
    model, behind = (statistics.median(each) for each in zip(*found, strict=True))
    ratios = [shown / (1.3 * painted + PERIOD_MS) for painted, shown in found]
    return [
        Row("style 256, 640x360", "the network, p50", model, "ms"),
        Row("style 256, 640x360", "behind when shown, p50", behind, "ms"),
        Row("style 256, 640x360", "a period of the display", PERIOD_MS, "ms"),
        Row(
            "style 256, 640x360",
            "behind / (1.3 network + period)",
            statistics.median(ratios),
            RATIO,
            ("<=", 1.0),
        ),
    ]


def _show(seconds: int) -> tuple[float, float]:
    """Return the medians of a show in ms: of the network, and of how late pictures are shown."""
    with tempfile.TemporaryDirectory() as place, x_server("640x360") as display:
        folder = Path(place)
        (folder / "show.toml").write_text(PATCH)
        room = np.random.default_rng(1).integers(0, 255, (36, 64, 3), np.uint8)
        cv2.imwrite(str(folder / "room.png"), cv2.resize(room, (640, 360)))
        stats = folder / "stats.json"
        code = "from engine.cli import main; main()"
        show = ["play", str(folder / "show.toml"), "--for", str(seconds), "--stats", str(stats)]
        subprocess.run(
            [sys.executable, "-c", code, *show, "--quiet", "--no-page"],
            env={**os.environ, "DISPLAY": display.name, "LIBGL_ALWAYS_SOFTWARE": "1"},
            check=True,
        )
        said = json.loads(stats.read_text())
    return said["lanes"]["style"]["ms"]["p50"], said["routes"]["screen/in"]["behind_ms"]["p50"]
