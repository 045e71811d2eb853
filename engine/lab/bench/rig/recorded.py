"""Plays the first light, recorded or not, or replays it, and says what that took.

Run: python -m engine.lab.bench.rig.recorded play FOLDER|- SECONDS, or replay FOLDER SECONDS.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path

from engine.core.clock import ns
from engine.lab.bench.rig.cpu_time import cpu_seconds
from engine.patch.find import find_patch
from engine.recording.reader import Recording
from engine.recording.recorder import Recorder
from engine.recording.replay import Replay
from engine.recording.writer import WriteRequest
from engine.runtime.live import Live
from engine.runtime.offline import Offline
from engine.runtime.opening import open_patch

NOBODY = "127.0.0.1:9"
PATCH = "first_light"


def play(folder: Path | None, seconds: float) -> dict[str, float]:
    """Play live; return the percent of a core it took once it was warm, and how much it wrote."""
    show = Live(open_patch(find_patch(PATCH), to=NOBODY))
    recorder = None
    file = None
    if folder is not None:
        file = folder / f"{time.monotonic_ns()}.mcap"
        recorder = Recorder(file, WriteRequest(to=NOBODY))
        recorder.open()
        recorder.watch(show.engine)
    percent = asyncio.run(_measured(show, seconds))
    if recorder is not None:
        recorder.close()
    size = file.stat().st_size / 1e6 if file else 0.0
    return {"CPU": percent, "megabytes": size * 60 / (seconds + 2)}


async def _measured(show: Live, seconds: float) -> float:
    playing = asyncio.create_task(show.play())
    route = show.engine.metrics.routes["out/reach"]
    while not route.messages and not playing.done():
        await asyncio.sleep(0.01)
    await asyncio.sleep(2.0)
    cpu, wall = await asyncio.to_thread(cpu_seconds), time.monotonic()
    await asyncio.sleep(seconds)
    taken = await asyncio.to_thread(cpu_seconds) - cpu
    percent = 100 * taken / (time.monotonic() - wall)
    show.stop()
    await playing
    return percent


def replay(folder: Path, seconds: float) -> dict[str, float]:
    """Record in virtual time and replay; return how many times faster than the show that was."""
    file = folder / "set.mcap"
    show = Offline(open_patch(find_patch(PATCH), to=NOBODY, live=False))
    recorder = Recorder(file, WriteRequest(to=NOBODY, live=False))
    recorder.open()
    recorder.watch(show.engine)
    show.play(ns(seconds))
    recorder.close()
    again = Replay(Recording(file), compare=True)
    begun = time.monotonic()
    again.play(None)
    took = time.monotonic() - begun
    assert again.comparison is not None, "it was asked for"
    return {"factor": again.seconds / took, "different": len(again.comparison.different)}


def main() -> None:
    """Measure, and print it as JSON."""
    what, folder, seconds = sys.argv[1:]
    if what == "replay":
        numbers = replay(Path(folder), float(seconds))
    else:
        numbers = play(None if folder == "-" else Path(folder), float(seconds))
    print(json.dumps(numbers))


if __name__ == "__main__":
    main()
