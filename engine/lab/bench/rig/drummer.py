"""Loops whose every stroke is known: patterns played by computed, sampled and recorded drums.

The kits and patterns in ``TUNED`` are those that the box was made with; all others are what the
bench holds it to. Timing and strength of each stroke vary a little, as a drummer's do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import soundfile  # type: ignore[import-untyped]
import soxr  # type: ignore[import-untyped]
from numpy.typing import NDArray

from engine.lab.bench.rig import fluidsynth
from engine.lab.bench.rig.loops import FOLDER
from engine.lab.bench.rig.midi_file import song

RATE: Final = 48000
KINDS: Final = ("kick", "snare", "hat")
EARLY: Final = 0.5
"""Seconds before the first stroke."""

Sound = NDArray[np.float32]
Stroke = tuple[float, str, float]
"""Second, kind and strength (0 to 1)."""

PATTERNS: Final = {
    # name: kick, snare, hat; "x" soft, "X" hard, "o" an open hat
    "rock": ("X.....x.X.......", "....X.......X...", "x.x.x.x.x.x.x.x."),
    "house": ("X...X...X...X...", "....X.......X...", "..x...x...x...x."),
    "hiphop": ("X..x...x..X.....", "....X.......X..x", "x.xxx.x.x.xxx.x."),
    "bare": ("X.......X.......", "....X.......X...", "................"),
    "disco": ("X...X...X...X...", "....X.......X...", "x.o.x.o.x.o.x.o."),
    "funk": ("X.x.......xX....", "....X..x.x..X..x", "x.x.x.x.x.x.x.x."),
    "trap": ("X......x..X.....", "........X.......", "x.x.x.xxx.x.xxxx"),
    "halftime": ("X.....x.........", "........X.......", "x...x...x...x..."),
    "techno": ("X...X...X...X...", "................", "..o...o...o...o."),
    "bossa": ("X..xX..xX..xX..x", "x..x..x...x..x..", "x.x.x.x.x.x.x.x."),
    "breakbeat": ("X.........X.....", "....X..x....X...", "x.x.x.x.x.x.x.x."),
    "sixteenths": ("X.....x...X.....", "....X.......X...", "xxxxxxxxxxxxxxxx"),
}
KITS: Final = {
    # name: how it is made; a number is a program of a General MIDI drum kit
    "computed": 0,
    "computed, tight": 1,
    "computed, dark": 2,
    "standard": 0,
    "electronic": 24,
    "room": 8,
    "power": 16,
    "808": 25,
    "jazz": 32,
    "sampled house": ("bd_haus", "sn_dolf", "drum_cymbal_closed"),
    "sampled tek": ("bd_tek", "sn_dub", "drum_cymbal_closed"),
    "sampled acoustic": ("drum_bass_hard", "drum_snare_hard", "drum_cymbal_closed"),
    "sampled electro": ("bd_klub", "elec_hi_snare", "drum_cymbal_pedal"),
}
TUNED: Final = (
    ("rock", "house", "hiphop", "bare"),
    ("computed", "computed, tight", "computed, dark", "standard", "electronic", "sampled house"),
)
HELD_OUT: Final = (
    tuple(one for one in PATTERNS if one not in TUNED[0]),
    tuple(one for one in KITS if one not in TUNED[1]),
)
_NUMBERS: Final = {"kick": 36, "snare": 38, "hat": 42, "open": 46}
_OPEN: Final = "drum_cymbal_open"


@dataclass(frozen=True)
class Loop:
    """A sound, float32 (n,) at RATE, and the seconds at which each kind is struck."""

    name: str
    sound: Sound
    struck: dict[str, list[float]]


def loops(patterns: tuple[str, ...], kits: tuple[str, ...], seed: int = 1) -> Iterator[Loop]:
    """Yield each pattern by each kit, at a tempo of its own; kits not installed are left out."""
    rng = np.random.default_rng(seed)
    for kit in kits:
        for pattern in patterns:
            strokes = list(play(pattern, float(rng.uniform(80, 160)), 4, rng))
            sound = _PLAYERS[_family(kit)](KITS[kit], strokes, rng)
            if sound is not None:
                struck: dict[str, list[float]] = {kind: [] for kind in KINDS}
                for at, kind, _ in strokes:
                    struck["hat" if kind == "open" else kind].append(at)
                yield Loop(f"{pattern}, {kit}", sound, struck)


def play(pattern: str, bpm: float, bars: int, rng: np.random.Generator) -> Iterator[Stroke]:
    """Yield the strokes of a pattern; kinds are those of KINDS, and "open"."""
    step = 15.0 / bpm
    for bar in range(bars):
        for kind, row in zip(KINDS, PATTERNS[pattern], strict=True):
            for place, mark in enumerate(row):
                if mark != ".":
                    at = EARLY + (16 * bar + place) * step + rng.normal(0, 0.003)
                    strength = {"X": 0.95, "x": 0.65, "o": 0.8}[mark] + rng.uniform(-0.08, 0.05)
                    yield at, "open" if mark == "o" else kind, strength


def _family(kit: str) -> str:
    return (
        "computed"
        if kit.startswith("computed")
        else ("sampled" if kit.startswith("sampled") else "font")
    )


def drum(kind: str, variant: int, rng: np.random.Generator) -> Sound:
    """Compute one stroke: a falling sine, a tone in noise, or a hiss; peak about 1."""
    time = np.arange(int(0.5 * RATE)) / RATE
    noise = rng.normal(0, 1, time.size)
    bright = np.diff(noise, prepend=0.0)
    if kind == "kick":
        low, fall, decay = ((50, 110, 0.12), (58, 200, 0.07), (44, 60, 0.2))[variant]
        phase = low * time + fall / 35 * (1 - np.exp(-35 * time))
        click = 0.15 * noise * np.exp(-time / 0.002)
        stroke = np.sin(2 * np.pi * phase) * np.exp(-time / decay) + click
    elif kind == "snare":
        tone, decay, hiss = ((190, 0.06, 0.5), (240, 0.04, 0.6), (170, 0.08, 0.35))[variant]
        body = np.sin(2 * np.pi * tone * time) + 0.5 * np.sin(2 * np.pi * 1.7 * tone * time)
        stroke = 0.4 * body * np.exp(-time / decay) + hiss * 0.5 * noise * np.exp(
            -time / (1.4 * decay)
        )
    else:
        decay = (0.025, 0.015, 0.035)[variant] * (6 if kind == "open" else 1)
        stroke = 0.25 * np.diff(bright, prepend=0.0) * np.exp(-time / decay) / 2
    return stroke.astype(np.float32)


def _computed(variant: Any, strokes: list[Stroke], rng: np.random.Generator) -> Sound | None:
    sound = _room(strokes, rng)
    for at, kind, strength in strokes:
        _add(sound, at, 0.5 * strength**2 * drum(kind, int(variant), rng))
    return sound


def _sampled(names: Any, strokes: list[Stroke], rng: np.random.Generator) -> Sound | None:
    """Play recorded strokes of the package of loops."""
    if not FOLDER.is_dir():
        return None
    sound = _room(strokes, rng)
    kick, snare, hat = names
    files = {"kick": kick, "snare": snare, "hat": hat, "open": _OPEN}
    levels = {"kick": 0.7, "snare": 0.5, "hat": 0.3, "open": 0.3}
    for at, kind, strength in strokes:
        _add(sound, at, levels[kind] * strength**2 * _sample(files[kind]))
    return sound


def _font(program: Any, strokes: list[Stroke], rng: np.random.Generator) -> Sound | None:
    """Render by FluidSynth, without reverberation and chorus."""
    del rng
    if fluidsynth.missing():
        return None
    events = [(0.0, bytes([0xC9, int(program)]))]
    for at, kind, strength in sorted(strokes):
        events.append((at, bytes([0x99, _NUMBERS[kind], round(127 * strength)])))
    options = (*fluidsynth.DRY, "-r", f"{RATE}", "-g", "0.7")
    with fluidsynth.rendered(song(events, ticks=960, rest=1.0), *options) as wave:
        sound, _ = soundfile.read(wave, dtype="float32", always_2d=True)
    return np.asarray(sound.mean(axis=1), np.float32)


def _room(strokes: list[Stroke], rng: np.random.Generator) -> Sound:
    length = int((max(at for at, _, _ in strokes) + 1.0) * RATE)
    return rng.normal(0, 3e-4, length).astype(np.float32)


def _add(sound: Sound, at: float, stroke: Sound) -> None:
    begin = round(at * RATE)
    part = sound[begin : begin + len(stroke)]
    part += stroke[: len(part)]


@lru_cache(maxsize=64)
def _sample(name: str) -> Sound:
    return read_loop(FOLDER / f"{name}.flac")


def read_loop(file: Path) -> Sound:
    """Return a sound file as one channel at RATE."""
    sound, rate = soundfile.read(file, dtype="float32", always_2d=True)
    return np.asarray(soxr.resample(sound.mean(axis=1), rate, RATE), np.float32)


_PLAYERS: Final[dict[str, Callable[..., Sound | None]]] = {
    "computed": _computed,
    "sampled": _sampled,
    "font": _font,
}
