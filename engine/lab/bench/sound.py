"""From a microphone to OSC: loudness alone, then while pose, pitch and painting play beside it.

The sound is a metronome's, through a real JACK server, PortAudio and the process that listens; 128
samples at a time. "Ours" counts from the callback of the device to the moment the packet is handed
to the system. Then ten minutes of everything, in which no sample may be missing, at 128 samples and
at as many as a microphone takes unless it is told otherwise.

What decides: how much later one in a hundred becomes because everything else plays, and the gaps.
They are counted by the sound itself: a beat that is not exactly where it belongs tells of samples
that were lost, or came twice.

A server that plays to no sound card loses no sample where the machine keeps it from a cycle: its
clock stands still for as long. A sound card's does not, so these cycles are counted as well, and
those of a second server in the same minutes, in which nothing but a metronome plays: what is missed
there, the machine has missed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

from engine.lab.bench.report import COUNT, Goal, Row, ratio
from engine.lab.bench.rig.footage import film
from engine.lab.bench.rig.hearing import BEATS_A_MINUTE
from engine.lab.bench.rig.jack import program, server
from engine.lab.bench.rig.listener import Drain
from engine.lab.bench.rig.turns import PAIRS, Numbers, child, in_turn, median, ratios
from engine.sources.microphone import Microphone

ALONE: Final = "loudness alone"
ALL: Final = "with pose, pitch and style"
LONG: Final = 600.0
WARM: Final = 3.0
SINGER: Final = "metronome"
RATIOS: Final[dict[str, Goal | None]] = {"behind p50": None, "behind p99": ("<=", 1.5)}
NONE: Final[Goal] = ("<=", 0)
SHORT_BLOCK: Final = 128
"""Samples at a time, of the server and of the microphone."""
BLOCKS: Final = (SHORT_BLOCK, Microphone.block)
"""The second is as many as a microphone takes unless it is told otherwise."""
GOALS: Final[dict[str, Goal]] = {"ours p50": ("<=", 0.4)}


def run(
    short: bool,
    seconds: float | None = None,
    long: float | None = None,
    blocks: Sequence[int] = BLOCKS,
) -> list[Row]:
    """Measure for about 25 minutes; short, for three quarters of one."""
    seconds = seconds or (3.0 if short else 8.0)
    long = long or (10.0 if short else LONG)
    with film() as video, Drain() as drain:
        rows = _beside(partial(_play, drain.port, SHORT_BLOCK, seconds), video, short)
        for block in blocks:
            rows += _long(block, partial(_play, drain.port, block, long, video))
    return rows


def _beside(play: Callable[..., dict[str, Any]], video: Path, short: bool) -> list[Row]:
    """Measure loudness alone and beside everything, in turn."""
    with metronome(SHORT_BLOCK):
        pairs = 1 if short else PAIRS
        everything, alone = in_turn(pairs, lambda: _numbers(play(video)), lambda: _numbers(play()))
    rows = [
        Row(case, name, median(numbers, name), "ms", goals.get(name))
        for case, numbers, goals in ((ALONE, alone, {}), (ALL, everything, GOALS))
        for name in ("behind p50", "behind p99", "jitter p50", "jitter p99", "ours p50")
    ]
    for name, goal in RATIOS.items():
        rows += ratio(f"{ALL} / {ALONE}", name, ratios(everything, alone, name), goal)
    return rows


def _play(port: int, block: int, seconds: float, video: Path | None = None) -> dict[str, Any]:
    measured: dict[str, Any] = child(
        "hearing", SINGER, port, seconds, WARM, block, *([video] if video else [])
    )
    return measured


def _numbers(measured: dict[str, Any]) -> Numbers:
    return {
        f"{name} {part}": measured[name][part]
        for name in ("behind", "jitter", "ours")
        for part in ("p50", "p99")
    }


def _long(block: int, play: Callable[[], dict[str, Any]]) -> list[Row]:
    """Play everything for long, and count what was missing."""
    with metronome(block) as late_without, metronome(block) as late:
        measured = play()
    seconds, runs = measured["seconds"], measured["runs"]
    begun, ended = measured["heard"]
    missed, missed_without = (
        sum(begun < at < ended for at in moments) for moments in (late, late_without)
    )
    beats = int(seconds * BEATS_A_MINUTE / 60 * 0.9)  # a clock that stands still brings fewer
    case = f"everything for {seconds / 60:.0f} min, {block} samples at a time"
    return [
        Row(case, "gaps in the sound", measured["gaps"], COUNT, NONE),
        Row(case, "beats heard", measured["beats"], COUNT, (">=", beats)),
        Row(case, "blocks dropped", measured["dropped"], COUNT, NONE),
        Row(case, "cycles of the server too late", missed, COUNT),
        Row(case, "cycles of a server without us too late", missed_without, COUNT),
        Row(case, "time less sound", measured["missing"], "ms"),
        Row(case, "behind p50", measured["behind"]["p50"], "ms"),
        Row(case, "behind p99", measured["behind"]["p99"], "ms"),
        Row(case, "poses a second", runs["pose"] / seconds, "1/s"),
        Row(case, "paintings a second", runs["painting"] / seconds, "1/s"),
        Row(case, "cpu", 100 * measured["cpu"] / seconds, "% of a core"),
    ]


@contextmanager
def metronome(cycle: int) -> Iterator[list[int]]:
    """Run a server with a metronome; yield the moments at which it was too late for a cycle."""
    metronome = ["jack_metro", "-n", SINGER, "-b", f"{BEATS_A_MINUTE}"]
    with server(cycle) as late, program(metronome, f"{SINGER}:{BEATS_A_MINUTE}_bpm"):
        yield late
