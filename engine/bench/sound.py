"""From a microphone to OSC: loudness alone, then while pose, pitch and painting play beside it.

The sound is a metronome's, through a real JACK server, PortAudio and the process that listens; 128
samples at a time. "Ours" counts from the callback of the device to the moment the packet is handed
to the system. Then ten minutes of everything, in which no sample may be missing.

What decides: how much later one in a hundred becomes because everything else plays, and the gaps.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

from engine.bench.report import COUNT, Goal, Row, ratio
from engine.bench.rig.footage import film
from engine.bench.rig.jack import program, server
from engine.bench.rig.listener import Drain
from engine.bench.rig.turns import PAIRS, Numbers, child, in_turn, median, ratios

ALONE: Final = "loudness alone"
ALL: Final = "with pose, pitch and style"
LONG: Final = 600.0
WARM: Final = 3.0
SINGER: Final = "metronome"
RATIOS: Final[dict[str, Goal | None]] = {"behind p50": None, "behind p99": ("<=", 1.5)}
NO_GAP: Final[Goal] = ("<=", 0)
GOALS: Final[dict[str, Goal]] = {"ours p50": ("<=", 0.4)}


def run(short: bool, seconds: float | None = None, long: float | None = None) -> list[Row]:
    """Measure for about fourteen minutes; short, for half a minute."""
    seconds = seconds or (3.0 if short else 8.0)
    long = long or (10.0 if short else LONG)
    with _sound(), film() as video, Drain() as drain:
        hear = partial(_hear, drain.port)
        pairs = 1 if short else PAIRS
        everything, alone = in_turn(pairs, partial(hear, seconds, video), partial(hear, seconds))
        rows = [
            Row(case, name, median(numbers, name), "ms", goals.get(name))
            for case, numbers, goals in ((ALONE, alone, {}), (ALL, everything, GOALS))
            for name in ("behind p50", "behind p99", "jitter p50", "jitter p99", "ours p50")
        ]
        for name, goal in RATIOS.items():
            rows += ratio(f"{ALL} / {ALONE}", name, ratios(everything, alone, name), goal)
        # In seconds on a machine that others use a gap says nothing of us.
        return rows + _long(hear(long, video), None if short else NO_GAP)


def _long(told: Numbers, goal: Goal | None) -> list[Row]:
    case = f"everything for {told['seconds'] / 60:.0f} min"
    return [
        Row(case, "gaps in the sound", told["gaps"], COUNT, goal),
        Row(case, "blocks dropped", told["dropped"], COUNT, goal),
        Row(case, "time less sound", told["missing"], "ms"),
        Row(case, "behind p50", told["behind p50"], "ms"),
        Row(case, "behind p99", told["behind p99"], "ms"),
        Row(case, "poses a second", told["pose"] / told["seconds"], "1/s"),
        Row(case, "paintings a second", told["painting"] / told["seconds"], "1/s"),
        Row(case, "cpu", told["cpu"], "% of a core"),
    ]


def _hear(port: int, seconds: float, video: Path | None = None) -> Numbers:
    told: dict[str, Any] = child(
        "hearing", SINGER, port, seconds, WARM, *([video] if video else [])
    )
    return {
        **{
            f"{name} {part}": told[name][part]
            for name in ("behind", "jitter", "ours")
            for part in ("p50", "p99")
        },
        **{name: float(told[name]) for name in ("gaps", "missing", "dropped", "seconds")},
        **{name: float(runs) for name, runs in told["runs"].items()},
        "cpu": 100 * told["cpu"] / told["seconds"],
    }


@contextmanager
def _sound() -> Iterator[None]:
    """Have something sound that a microphone can be found by."""
    with server(), program(["jack_metro", "-n", SINGER, "-b", "120"], f"{SINGER}:120_bpm"):
        yield
