"""From a microphone to a loudspeaker: clicks, then a tone without a gap beside pose and style.

The sound is that of a client of a real JACK server, which also notes what comes back to it: through
PortAudio and the process that listens, the show, and the process that plays. So both ends have one
clock. A click is timed from the frame that it leaves in to that in which it is heard again; two
blocks of the microphone and what sound is held are in that. Then a tone, in which a place that is
not as loud as it should be is a gap, and a leap from a sample to the next a click.

What decides is that every click is heard and that there is no gap, but for as many as the server
was too late for a cycle: then the machine has kept it from playing, whatever plays.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.audio.playout import RAMP_S
from engine.lab.bench.report import COUNT, Goal, Row
from engine.lab.bench.rig.footage import film
from engine.lab.bench.rig.jack import RATE, ports, server, until
from engine.lab.bench.rig.wire_ear import WireEar, wire_ear
from engine.sources.microphone import Microphone

BLOCK: Final = Microphone.block
HZ: Final = 440.0
LEVEL: Final = 0.5
CLICKS: Final = 20
APART: Final = RATE // 4
LONG: Final = 600.0
WARM: Final = 5.0
NONE: Final[Goal] = ("<=", 0)
_PART: Final = RATE // 100
_PLAYS: Final = "Sensorium sound:out_1"

ALONE: Final = """
[mic]
use    = "microphone"
device = "ear"

[room]
use    = "speaker"
from   = "mic"
device = "ear"
"""
BESIDE: Final = """
[camera]
use  = "video_file"
file = '{video}'
loop = true

[pose]
use  = "pose"
from = "camera"

[painting]
use  = "style"
from = "camera"

[seen]
use  = "web_view"
from = "painting"

[out]
use  = "osc_out"
to   = "127.0.0.1:9"
[out.send]
"/people" = "pose.count"
"""

Samples = NDArray[np.float32]


def run(
    short: bool,
    seconds: float | None = None,
    warm: float = WARM,
    clicks: int = CLICKS,
    beside: bool = True,
) -> list[Row]:
    """Measure for 21 minutes; short, for one; without ``beside``, the loudspeaker alone."""
    trial = Trial(seconds or (10.0 if short else LONG), warm, clicks)
    rows = _measured("alone", ALONE, trial)
    if beside:
        with film() as video:
            rows += _measured("beside pose and style", ALONE + BESIDE.format(video=video), trial)
    return rows


class Trial(NamedTuple):
    """Seconds of a tone, seconds that a show plays before it, and how many clicks come first."""

    seconds: float
    warm: float
    clicks: int

    @property
    def quiet(self) -> int:
        """Samples until the tone begins."""
        return (self.clicks + 1) * APART


def _measured(case: str, patch: str, trial: Trial) -> list[Row]:
    played = sound_of(trial)
    with tempfile.TemporaryDirectory() as name, server() as late:
        folder = Path(name)
        with wire_ear(folder, len(played) / RATE + 0.5, played) as ear:
            told = _show(folder, patch, ear, trial.warm)
        heard = np.load(folder / "ear.npy")[0]
    delays = click_delays(heard, trial)
    gaps, leaps = torn(heard, trial)
    return [
        Row(case, "clicks heard", len(delays), COUNT, (">=", max(1, trial.clicks - len(late)))),
        Row(case, "click to the ear p50", float(np.median(delays or [0.0])), "ms"),
        Row(case, "click to the ear, most", max(delays, default=0.0), "ms"),
        Row(case, f"gaps in a tone of {trial.seconds:.0f} s", gaps, COUNT, NONE),
        Row(case, "leaps in it", leaps, COUNT),
        Row(case, "cycles of the server too late", len(late), COUNT),
        Row(case, "gaps beyond these", max(0, gaps - len(late)), COUNT),
        *(Row(case, f"{lane} runs", told["lanes"][lane]["runs"], COUNT) for lane in told["lanes"]),
    ]


def sound_of(trial: Trial) -> Samples:
    """Return clicks, and then a tone, which begins and ends softly."""
    clicks = np.zeros(trial.quiet, np.float32)
    clicks[APART : len(clicks) : APART] = 0.9
    tone = LEVEL * np.sin(2 * np.pi * HZ * np.arange(round(trial.seconds * RATE)) / RATE)
    ramp = np.minimum(1.0, np.arange(len(tone)) / APART)
    return np.concatenate([clicks, tone * ramp * ramp[::-1]]).astype(np.float32)


def click_delays(heard: Samples, trial: Trial) -> list[float]:
    """Return how long after it left each click was heard, in ms."""
    delays = []
    for number in range(1, trial.clicks + 1):
        part = np.abs(heard[number * APART : (number + 1) * APART])
        if part.max(initial=0.0) > LEVEL / 2:
            delays.append(1000.0 * float(part.argmax()) / RATE)
    return delays


def torn(heard: Samples, trial: Trial) -> tuple[int, int]:
    """Return how many gaps there are in the tone, and how many leaps."""
    begin = trial.quiet + 2 * APART
    loud = np.flatnonzero(np.abs(heard) > 0.99 * LEVEL)
    tone = heard[begin : loud[-1] if len(loud) else begin]
    parts = tone[: len(tone) // _PART * _PART].reshape(-1, _PART)
    dents = np.abs(parts).max(axis=1) < 0.95 * LEVEL
    gaps = int(np.count_nonzero(np.diff(dents.astype(np.int8)) == 1))
    # What fades out and in at a gap is no leap: a ramp is steeper than the tone, and no click.
    most = 1.05 * LEVEL * (2 * np.pi * HZ + np.pi / 2 / RAMP_S) / RATE
    return gaps, int(np.count_nonzero(np.abs(np.diff(tone)) > most))


def _show(folder: Path, patch: str, ear: WireEar, warm: float) -> dict[str, Any]:
    """Play a patch while an ear listens; return its statistics."""
    file, stats = folder / "bench.toml", folder / "stats.json"
    file.write_text(patch)
    with _playing(["play", str(file), "--quiet", "--stats", str(stats)]) as show:
        until(lambda: _PLAYS in ports(), "the show does not play")
        sleep(warm)
        ear.begin()
        ear.heard()
        show.terminate()
        show.wait(60.0)
    told: dict[str, Any] = json.loads(stats.read_text())
    return told


@contextmanager
def _playing(arguments: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-c", "from engine.cli import main; main()", *arguments]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdout=quiet, stderr=quiet) as show:
        try:
            yield show
        finally:
            show.kill()
