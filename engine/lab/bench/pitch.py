"""One voice's pitch: how often it is right, how soon, and at what cost, beside seven others.

Everybody gets the same sounds, at the settings they come with, one setting for all of them: tones
of six kinds and three registers, clean and under white noise of 10 dB, and 18 instruments played by
FluidSynth. Ours is fed as it is live, 128 samples at a time; every reading that is sent counts, the
provisional ones too. The seeds are the bench's own: nothing was tuned on them.

"right" is within 50 cents of what sounds at the moment of the reading. "hops with a reading" is the
part of the sounding time in which the newest reading names a pitch, from the very onset on, so that
silence does not win. "octave errors" are readings off by a factor of two to six. "onset" is from
the first sample to the first reading that is right and stays right for 150 ms; one that is never
answered is "never". "off" is how far right readings are. What streams at other rates or
hears whole sounds only counts from the end of each frame, as if it had no further delay.

The others are fetched by uv for the time of the bench. Who cannot be fetched gets a line that says
so, and so do instruments where FluidSynth or a sound font is missing.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np

from engine.lab.bench.report import COUNT, Goal, Row
from engine.lab.bench.rig.fetched import NotFetched, alone, run_with
from engine.lab.bench.rig.fluidsynth import missing
from engine.lab.bench.rig.instruments import INSTRUMENTS, RATE
from engine.lab.bench.rig.pitch_ours import hear
from engine.lab.bench.rig.pitch_score import Readings, added, score, summary
from engine.lab.bench.rig.pitch_sounds import (
    PLAYED,
    SEED,
    TONES,
    TONES_UP,
    Sound,
    instruments,
    noises,
    tones,
)
from engine.lab.bench.rig.turns import child

WIDE: Final = True
OURS: Final = "Sensorium"
PEERS: Final[dict[str, tuple[str, ...]]] = {
    "aubio yinfft": ("aubio-ledfx==0.4.12",),
    "aubio yinfast": ("aubio-ledfx==0.4.12",),
    "librosa yin": ("librosa",),
    "librosa pyin": ("librosa",),
    "SwiftF0 stream": ("swift-f0==0.3.0", "soxr"),
    "torchcrepe tiny": ("onnx", "onnxruntime", "soxr"),
    "essentia PitchYinFFT": ("essentia",),
    "essentia Audio2Pitch": ("essentia",),
}
CPU: Final = "ms/10 ms"
CREPE: Final = "torchcrepe==0.0.24"
_NOTHING: Final = "silence, DC, NaN, infinite"
_GOALS: Final[dict[str, Goal]] = {
    "right": (">=", 99.9),
    "sure: right": (">=", 99.9),
    "onset p50": ("<=", 10.0),
    "onset p90": ("<=", 20.0),
}
_SAID: Final[dict[str, Goal]] = {"clean": (">=", 95.0), "10 dB": (">=", 85.0)}


def run(
    short: bool, each: int | None = None, notes: int | None = None, peers: Sequence[str] = (*PEERS,)
) -> list[Row]:
    """Measure for about twelve minutes; short, for four. ``each`` is tones a kind and register."""
    each = each if each is not None else (1 if short else 2)
    notes = notes if notes is not None else (2 if short else 3)
    sounds = [*tones(each), *noises(each), *(instruments(notes) if notes else ())]
    rows = [Row(f"{OURS}: {_NOTHING}", "readings", _invented(), COUNT, ("<=", 0))]
    if missing():
        rows.append(Row(f"{PLAYED}: {missing()}", "cpu", math.nan, CPU))
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        file = Path(folder, "sounds.npz")
        parts = [sound.truth.samples.astype(np.float32) for sound in sounds]
        np.savez(file, **{f"s{n}": part for n, part in enumerate(parts)})
        seconds = sum(map(len, parts)) / RATE
        rows += _rows(OURS, sounds, partial(_ours, file), seconds)
        for peer in peers:
            try:
                path = stack.enter_context(alone(CREPE)) if "crepe" in peer else None
                hearing = partial(_theirs, peer, file, path)
                rows += _rows(peer, sounds, hearing, seconds)
            except NotFetched as error:
                rows.append(Row(f"{peer}: not here, {error}", "cpu", math.nan, CPU))
    return rows


def _rows(
    who: str, sounds: Sequence[Sound], hearing: Callable[[], tuple[list[Readings], float]],
    seconds: float,
) -> list[Row]:  # fmt: skip
    """Return the lines of one contestant: ours by instrument too."""
    said, cpu = hearing()
    scores = [score(s.truth, r, RATE) for s, r in zip(sounds, said, strict=True)]
    # What all kinds are in comes first, then each kind, then the instruments.
    place = max(map(len, (sound.cases for sound in sounds)))
    cases = list(
        dict.fromkeys(s.cases[n] for n in range(place) for s in sounds if n < len(s.cases))
    )
    if who != OURS:
        cases = [case for case in cases if case not in INSTRUMENTS]
    rows = [Row(f"{who}: everything", "cpu", 10 * cpu / seconds, CPU, ("<=", 1.0))]
    for case in cases:
        total = added([s for s, sound in zip(scores, sounds, strict=True) if case in sound.cases])
        for name, (value, unit) in summary(total, says_sure=who == OURS).items():
            rows.append(Row(f"{who}: {case}", name, value, unit, _goal(who, case, name)))
    return rows


def _goal(who: str, case: str, name: str) -> Goal | None:
    """Return what is asked of ours."""
    if who != OURS:
        return None
    if case in INSTRUMENTS or case == PLAYED:
        return (">=", 98.8) if name == "sure: right" else None
    if name == "hops with a reading" and case.startswith(TONES):
        return _SAID[case.rpartition(", ")[2]]
    if name.startswith("onset") and not case.startswith(TONES_UP):
        return None
    return _GOALS.get(name)


def _ours(file: Path) -> tuple[list[Readings], float]:
    return _said("pitch_ours", file, partial(child, "pitch_ours"))


def _theirs(peer: str, file: Path, path: Path | None) -> tuple[list[Readings], float]:
    ask = partial(run_with, PEERS[peer], "pitch_peers.py", peer, path=path)
    return _said(peer, file, ask)


def _said(who: str, file: Path, ask: Callable[..., Any]) -> tuple[list[Readings], float]:
    """Ask somebody to hear the sounds of a file; return all readings, and the seconds it took."""
    answer = file.with_name(f"{who}.npz")
    measured = ask(file, answer)
    with np.load(answer) as table:
        said = [Readings(*table[f"r{number}"].T) for number in range(len(table.files))]
    return said, float(measured["cpu"])


def _invented() -> int:
    """Return how many readings ours makes of what is no sound."""
    rng = np.random.default_rng(SEED)
    count = 2 * RATE
    endless = np.where(rng.uniform(size=count) < 0.5, math.inf, -math.inf)
    nothing = [np.zeros(count), np.full(count, 0.7), np.full(count, math.nan), endless]
    return sum(int((hear(sound.astype(np.float32))[:, 1] > 0).sum()) for sound in nothing)
