"""What the boxes drums and beat hear: F of kick, snare and hat, and the tempo of recorded loops.

Drums: patterns and kits that nothing was learned from, played by FluidSynth and by recorded
strokes, and a recorded break. F is at 50 ms, with the declared lag taken off. Beat: the CC0 loops
of Debian's ``sonic-pi-samples``, listed before anything was tuned, each for 14 s: whether the tempo
that is told after 4 s of it is within 2 %, octave errors apart. What is not installed is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.core.clock import ns
from engine.core.messages import Beat, Block, Later
from engine.lab.bench.report import COUNT, Goal, Row
from engine.lab.bench.rig.drummer import HELD_OUT, KINDS, RATE, Loop, Sound, loops, read_loop
from engine.lab.bench.rig.loops import AMEN, BEATLESS, BEATS, FOLDER, REMEDY
from engine.lab.bench.rig.matching import matches
from engine.models.beat import BeatModel
from engine.nodes.drums import Drums

BLOCK: Final = 256
WITHIN: Final = 0.050
"""Seconds that a stroke may be off."""
LEAD: Final = 0.5
"""Seconds of silence before a loop."""
SECONDS: Final = 14.0
AFTER: Final = 4.0
"""Seconds of a loop after which its tempo must be told."""
ANSWERS: Final = 2.0
"""Seconds more within which a beat must then come."""
NONE: Final[Goal] = ("<=", 0)
OCTAVES: Final = {"right": 1.0, "twice": 2.0, "half": 0.5}


def run(short: bool) -> list[Row]:
    """Measure for about a minute; short, a few loops of each."""
    return [*_not_here(), *_drums(short), *_beats(short)]


def _not_here() -> Iterator[Row]:
    if not FOLDER.is_dir():
        yield Row(f"recorded loops and kits (not here: {REMEDY})", "loops", 0, COUNT)


def _drums(short: bool) -> Iterator[Row]:
    patterns, kits = HELD_OUT
    if short:
        patterns, kits = patterns[:2], kits[:2]
    found: dict[tuple[str, str], list[int]] = {}
    for loop in (*loops(patterns, kits, seed=2), *_amen()):
        told = struck(loop.sound)
        for kind in KINDS:
            counts = matched(np.array(loop.struck[kind]), np.array(told[kind]) - Drums.lag)
            for case in ("all", loop.name.split(", ")[-1]):
                sums = found.setdefault((case, kind), [0, 0, 0])
                sums[:] = [a + b for a, b in zip(sums, counts, strict=True)]
    yield from _computed()
    for (case, kind), (right, said, there) in sorted(found.items()):
        goal = (">=", 0.9) if case == "all" else None
        yield Row(f"drums, {case}", f"F, {kind}", 2 * right / max(1, said + there), "F", goal)  # type: ignore[arg-type]


def _computed() -> Iterator[Row]:
    """Yield what is certain everywhere: a kick alone, and the beat of a computed loop."""
    (loop,) = loops(("bare",), ("computed",), seed=3)
    told = len(struck(loop.sound)["kick"])
    yield Row("drums, computed", "kicks missed", abs(told - len(loop.struck["kick"])), COUNT, NONE)
    (loop,) = loops(("rock",), ("computed",), seed=3)
    snares = loop.struck["snare"]  # on each second beat
    step = (snares[-1] - snares[0]) / (2 * (len(snares) - 1))
    off = [(at - snares[0]) / step % 1 for at, _ in beats(loop.sound)]
    late = sum(min(part, 1 - part) * step > WITHIN for part in off) if off else 1
    yield Row("beat, computed", "beats off", late, COUNT, NONE)


def _amen() -> Iterator[Loop]:
    """Yield the recorded break, twice."""
    file = FOLDER / "loop_amen.flac"
    if file.is_file():
        bar = read_loop(file)
        step, silence = len(bar) / RATE / 16, np.zeros(round(LEAD * RATE), np.float32)
        moments = {
            kind: [LEAD + (place + 16 * count) * step for count in (0, 1) for place in AMEN[kind]]
            for kind in KINDS
        }
        yield Loop("amen, recorded break", np.concatenate((silence, bar, bar)), moments)


def struck(sound: Sound) -> dict[str, list[float]]:
    """Return the second at which the box told each kind of stroke."""
    box, found = Drums(), {kind: list[float]() for kind in KINDS}
    for block, second in _blocks(sound):
        for told in box.process(block):
            for kind in KINDS:
                if getattr(told, kind):
                    found[kind].append(second)
    return found


def matched(there: NDArray[np.float64], said: NDArray[np.float64]) -> tuple[int, int, int]:
    """Return how many of what was said are right, how many were said, and how many there are."""
    right = len(matches(sorted(there), sorted(said), -WITHIN, WITHIN))
    return right, len(said), len(there)


def _beats(short: bool) -> Iterator[Row]:
    if not FOLDER.is_dir():
        return
    names = ["loop_breakbeat"] if short else list(BEATS)
    octaves = dict.fromkeys((*OCTAVES, "wrong", "silent"), 0)
    for name in names:
        loop = read_loop(FOLDER / f"{name}.flac")
        bpm = 60 * BEATS[name] * RATE / len(loop)
        told = [beat for at, beat in beats(_long(loop)) if AFTER <= at - LEAD < AFTER + ANSWERS]
        verdict = _verdict(told[0].bpm / bpm) if told else "silent"
        octaves[verdict] += 1
        yield Row(
            f"beat, {name}, {bpm:.0f} bpm: {verdict}",
            "tempo told",
            told[0].bpm if told else 0.0,
            "bpm",
        )
    case = f"beat, {len(names)} loops after 4 s"
    for verdict, count in octaves.items():
        goal = NONE if verdict == "wrong" else None
        yield Row(case, verdict, count, COUNT, goal)
    within = 100 * sum(octaves[one] for one in OCTAVES) / len(names)
    yield Row(case, "within 2 %, octaves apart", within, "%", (">=", 80))
    for name in BEATLESS[:1] if short else BEATLESS:
        count = len(list(beats(_long(read_loop(FOLDER / f"{name}.flac")))))
        yield Row(f"beat, {name}: no beat", "beats told in 14 s", count, COUNT)


def _verdict(ratio: float) -> str:
    return next((one for one, each in OCTAVES.items() if abs(ratio / each - 1) < 0.02), "wrong")


def _long(loop: Sound) -> Sound:
    times = int(np.ceil(SECONDS * RATE / len(loop)))
    silence = np.zeros(round(LEAD * RATE), np.float32)
    return np.concatenate((silence, np.tile(loop, times)[: round(SECONDS * RATE)]))


def beats(sound: Sound) -> Iterator[tuple[float, Beat]]:
    """Yield each beat that the box told, with its second."""
    box = BeatModel()
    box.open()
    for block, second in _blocks(sound):
        for later in box.process(block, ns(second)):
            if isinstance(later, Later):
                yield later.at / 1e9, later.message
    box.close()


def _blocks(sound: Sound) -> Iterator[tuple[Block, float]]:
    for start in range(0, len(sound), BLOCK):
        part = sound[start : start + BLOCK]
        yield Block(part, RATE, start), (start + len(part)) / RATE
