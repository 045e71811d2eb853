"""From the command to the first OSC message: the first light, beside the script one writes first.

Both have been run once before, so that their files are in the system's memory. Both open the same
film in place of a camera, and the same network. What Sensorium does beyond that, such as reading a
command line and a patch, checking the network's file and opening its control, may take as long
again, and once more: four times the script's is what decides.
"""

from __future__ import annotations

import subprocess
import sys
import time
from functools import partial
from pathlib import Path

from engine.core.files import installed_folder
from engine.lab.bench.report import Goal, Row, ratio
from engine.lab.bench.rig.footage import film
from engine.lab.bench.rig.listener import PacketListener
from engine.lab.bench.rig.turns import PAIRS, ChildFailed, Numbers, in_turn, median, ratios

COMMAND = "from engine.cli import main; main()"
PATIENCE = 60.0
FIRST = "first message"
GOALS: dict[str, Goal] = {FIRST: ("<=", 1.5)}


def run(short: bool, pairs: int | None = None) -> list[Row]:
    """Measure for half a minute; short, for a few seconds."""
    pairs = pairs or (2 if short else PAIRS)
    with film() as video:
        a, b = partial(_sensorium, video), partial(_script, video)
        a(), b()
        ours, script = in_turn(pairs, a, b)
    rows = [
        Row(case, name, median(numbers, name), "s", goals.get(name))
        for case, numbers, goals in (("Sensorium", ours, GOALS), ("script", script, {}))
        for name in numbers[0]
    ]
    return rows + ratio("Sensorium / script", FIRST, ratios(ours, script, FIRST), ("<=", 4.0))


def _sensorium(video: Path) -> Numbers:
    arguments = ["-c", COMMAND, "play", "first_light", "--quiet"]
    arguments += ["--set", f"camera.device={video}"]
    with PacketListener() as listener:
        to = ["--to", f"127.0.0.1:{listener.port}"]
        first = _until_heard([*arguments, *to], listener)
    return {
        FIRST: first,
        "python alone": _takes(["-c", "pass"]),
        "the command's imports too": _takes(["-c", "import engine.cli"]),
    }


def _script(video: Path) -> Numbers:
    model = installed_folder("models") / "movenet_lightning" / "model.onnx"
    module = ["-m", "engine.lab.bench.rig.naive"]
    with PacketListener() as listener:
        numbers = [str(listener.port), "60", "0", "0"]
        return {FIRST: _until_heard([*module, str(video), str(model), *numbers], listener)}


def _until_heard(arguments: list[str], listener: PacketListener) -> float:
    """Return the seconds from starting a program to its first packet. Raise ChildFailed."""
    begun = time.monotonic_ns()
    program = subprocess.Popen(
        [sys.executable, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        if not listener.heard.wait(PATIENCE):
            raise ChildFailed(f"{' '.join(arguments)} sent nothing within {PATIENCE:.0f} s")
        return (listener.arrivals[0] - begun) / 1e9
    finally:
        program.terminate()
        program.wait()


def _takes(arguments: list[str]) -> float:
    begun = time.monotonic()
    subprocess.run([sys.executable, *arguments], check=True)
    return time.monotonic() - begun
