"""Plays sounds that are made here through the real boxes, and gives what was heard."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import soundfile

from engine.core.messages import Block, Pitch
from engine.nodes.pitch import PitchNode
from engine.testing import Played, play

BLOCK = 128
"""Samples that a box is given at a time."""
PATCH = """
[mic]
use = "audio_file"
file = '{file}'
block = {block}
[voice]
use = "pitch"
from = "mic"
[melody]
use = "notes"
from = "voice"
{notes}
[out]
use = "osc_out"
to = "127.0.0.1:26100"
bundle = false
[out.send]
"/hz" = "voice.hz"
"/on" = "voice.on"
"/sure" = "voice.sure"
"/m" = "melody"
"""


class Heard(NamedTuple):
    """Readings (n, 4): second, Hz, on, sure; notes (n, 3): begin, end, number; what was told."""

    readings: Any
    notes: Any
    played: Played

    def sounding(self, after: float = 0.0, before: float = np.inf) -> Any:
        """Return the Hz of all readings of a pitch in between."""
        at, hz, on, _ = self.readings.T
        return hz[(on > 0) & (at >= after) & (at <= before)]

    def share(self, after: float, before: float = np.inf) -> float:
        """Return the part of the readings in between that have a pitch."""
        at, _, on, _ = self.readings.T
        return float(on[(at >= after) & (at <= before)].mean())

    def numbers(self) -> list[int]:
        """Return the notes that began, in order."""
        return [int(number) for number in self.notes[:, 2]]


def hear(folder: Path, samples: Any, rate: int = 48000, block: int = 128, notes: str = "") -> Heard:
    """Play a sound (n,) into pitch and notes; ``notes`` are lines of that box."""
    file = folder / "sound.wav"
    soundfile.write(file, np.asarray(samples, np.float32), rate, subtype="FLOAT")
    played = play(PATCH.format(file=file, block=block, notes=notes))
    assert played.errors == []
    return Heard(_readings(played), _notes(played, len(samples) / rate), played)


def _readings(played: Played) -> Any:
    rows: dict[float, list[float]] = {}
    state = {"/hz": 0.0, "/on": 0.0, "/sure": 1.0}
    for sent in played.sent("out"):
        if sent.address in state:
            state[sent.address] = float(sent.args[0])
            rows[sent.t] = [sent.t, *state.values()]
    return np.array(list(rows.values())).reshape(-1, 4)


def _notes(played: Played, end: float) -> Any:
    open_: dict[int, float] = {}
    found = []
    for sent in played.sent("out", "/m"):
        number, velocity = int(sent.args[0]), sent.args[1]
        if velocity:
            open_[number] = sent.t
        elif number in open_:
            found.append((open_.pop(number), sent.t, number))
    found += [(begin, end, number) for number, begin in open_.items()]
    return np.array(sorted(found)).reshape(-1, 3)


def readings(parts: Iterable[tuple[Any, int, int]]) -> list[tuple[int, Pitch]]:
    """Give sounds, their rates, and the sample at which each begins, to one box.

    Return its readings, each with the first sample of its block.
    """
    box, said = PitchNode(), []
    for samples, rate, start in parts:
        for at in range(start, start + len(samples), BLOCK):
            part = np.asarray(samples[at - start : at - start + BLOCK], np.float32)
            said += [(at, pitch) for pitch in box.process(Block(part, rate, at))]
    return said


def cents(hz: Any, true: float) -> Any:
    """Return how far frequencies are from the true one."""
    return 1200 * np.log2(np.asarray(hz) / true)


def spectrum(
    hz: float, amplitudes: Iterable[float], seconds: float, rate: int, stiff: float = 0.0
) -> Any:
    """Return a sum of sines at the multiples of ``hz``, of peak 1; a stiff string is sharp."""
    time = np.arange(round(seconds * rate)) / rate
    sound = np.zeros(len(time))
    for number, amplitude in enumerate(amplitudes, 1):
        true = hz * number * np.sqrt(1 + stiff * number**2)
        if true < 0.45 * rate:
            sound += amplitude * np.sin(2 * np.pi * true * time + 0.7 * number)
    sound *= np.minimum(1, np.minimum(time, time[::-1]) / 0.005)
    return sound / np.abs(sound).max()
