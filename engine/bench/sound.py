"""From a microphone to OSC: loudness alone, then while pose, pitch and painting play beside it.

The sound is a metronome's, through a real JACK server, PortAudio and the process that listens; 128
samples at a time. "Ours" counts from the callback of the device to the moment the packet is handed
to the system. Then ten minutes of everything, in which no sample may be missing, at 128 samples and
at as many as a microphone takes unless it is told otherwise.

What decides: how much later one in a hundred becomes because everything else plays, and the gaps.
Beside the ten minutes it is watched when the machine itself stood still for longer than a cycle of
the server, as virtual ones do; a gap at such a moment is counted, and counted apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

from engine.bench.report import COUNT, Goal, Row, ratio
from engine.bench.rig.footage import film
from engine.bench.rig.jack import RATE, program, server
from engine.bench.rig.listener import Drain
from engine.bench.rig.stalls import Span, watch
from engine.bench.rig.turns import PAIRS, Numbers, child, in_turn, median, ratios
from engine.sources.microphone import Microphone

ALONE: Final = "loudness alone"
ALL: Final = "with pose, pitch and style"
LONG: Final = 600.0
WARM: Final = 3.0
SINGER: Final = "metronome"
RATIOS: Final[dict[str, Goal | None]] = {"behind p50": None, "behind p99": ("<=", 1.5)}
NO_GAP: Final[Goal] = ("<=", 0)
SHORT_BLOCK: Final = 128
"""Samples at a time, of the server and of the microphone."""
BLOCKS: Final = (SHORT_BLOCK, Microphone.block)
"""The second is as many as a microphone takes unless it is told otherwise."""
GOALS: Final[dict[str, Goal]] = {"ours p50": ("<=", 0.4)}


def run(short: bool, seconds: float | None = None, long: float | None = None) -> list[Row]:
    """Measure for about 25 minutes; short, for three quarters of one."""
    seconds = seconds or (3.0 if short else 8.0)
    long = long or (10.0 if short else LONG)
    # In seconds on a machine that others use a gap says nothing of us.
    goal = None if short else NO_GAP
    with film() as video, Drain() as drain:
        rows = _beside(partial(_play, drain.port, SHORT_BLOCK, seconds), video, short)
        for block in BLOCKS:
            rows += _long(block, partial(_play, drain.port, block, long, video), goal)
    return rows


def _beside(play: Callable[..., dict[str, Any]], video: Path, short: bool) -> list[Row]:
    """Measure loudness alone and beside everything, in turn."""
    with _sound(SHORT_BLOCK):
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
    told: dict[str, Any] = child(
        "hearing", SINGER, port, seconds, WARM, block, *([video] if video else [])
    )
    return told


def _numbers(told: dict[str, Any]) -> Numbers:
    return {
        f"{name} {part}": told[name][part]
        for name in ("behind", "jitter", "ours")
        for part in ("p50", "p99")
    }


def _long(block: int, play: Callable[[], dict[str, Any]], goal: Goal | None) -> list[Row]:
    """Play everything for long, and count what was missing."""
    cycle = round(1e9 * block / RATE)
    with _sound(block), watch(cycle) as stalls:
        told = play()
    seconds, runs = told["seconds"], told["runs"]
    case = f"everything for {seconds / 60:.0f} min, {block} samples at a time"
    gaps = [(begun, ended) for begun, ended in told["gaps"]]
    ours = [gap for gap in gaps if not any(_meet(gap, stall, cycle) for stall in stalls)]
    return [
        Row(case, "gaps in the sound", len(gaps), COUNT, goal),
        Row(case, "gaps while the machine did not stand still", len(ours), COUNT, goal),
        Row(case, "the machine stood still", len(stalls), COUNT),
        Row(case, "blocks dropped", told["dropped"], COUNT, goal),
        Row(case, "time less sound", told["missing"], "ms"),
        Row(case, "behind p50", told["behind"]["p50"], "ms"),
        Row(case, "behind p99", told["behind"]["p99"], "ms"),
        Row(case, "poses a second", runs["pose"] / seconds, "1/s"),
        Row(case, "paintings a second", runs["painting"] / seconds, "1/s"),
        Row(case, "cpu", 100 * told["cpu"] / seconds, "% of a core"),
    ]


def _meet(gap: Span, stall: Span, cycle: int) -> bool:
    """Tell whether the machine stood still in the cycles around a gap; all of it in ns."""
    return stall[1] >= gap[0] - cycle and stall[0] <= gap[1] + cycle


@contextmanager
def _sound(cycle: int) -> Iterator[None]:
    """Have something sound that a microphone can be found by."""
    metronome = ["jack_metro", "-n", SINGER, "-b", "120"]
    with server(cycle), program(metronome, f"{SINGER}:120_bpm"):
        yield
