"""Plays the stand-in's voice into boxes, and holds what they say against the truth."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.core.messages import Block, Note, Ns, Pitch
from engine.nodes.pitch import PitchNode
from engine.synthetic.voice_blocks import performance

GLIDE_AGE = 0.020
"""Seconds: how old what a reading describes is while a tone glides, in blocks of 512."""
Told = list[tuple[float, Pitch]]


def heard(**parameters: Any) -> PitchNode:
    return PitchNode(**parameters)


def voice(
    seed: int, seconds: float, snr: float = 40.0, span: tuple[int, int] = (48, 72), size: int = 512
) -> Iterator[tuple[Ns, str, Any]]:
    """Yield what the stand-in sings and what is true about it."""
    events = performance(seed, *span, snr, size)
    return itertools.takewhile(lambda event: event[0] <= seconds * 1e9, events)


def readings(events: list[tuple[Ns, str, Any]], box: PitchNode) -> Told:
    """Return each reading and the second that it tells about."""
    return [
        (at / 1e9 - GLIDE_AGE, pitch)
        for at, outlet, message in events
        if outlet == "sound"
        for pitch in box.process(message)
    ]


def right(told: Told, events: list[tuple[Ns, str, Any]]) -> tuple[float, float]:
    """Return the part of the sung readings within 50 cents, and of the others that are off."""
    truth = [(at / 1e9, message) for at, outlet, message in events if outlet == "pitch"]
    times = np.array([at for at, _ in truth])
    sung: list[bool] = []
    rests: list[bool] = []
    for at, pitch in told:
        true = truth[int(np.argmin(np.abs(times - at)))][1]
        if true.on:
            sung.append(pitch.hz > 0 and abs(pitch.note - true.note) <= 0.5)
        else:
            rests.append(not pitch.on)
    return float(np.mean(sung)), float(np.mean(rests))


def blocks(samples: NDArray[Any], rate: int = 48000, size: int = 512) -> Iterator[Block]:
    """Cut samples into blocks."""
    for start in range(0, len(samples), size):
        yield Block(np.asarray(samples[start : start + size], np.float32), rate, start)


def spans(notes: list[tuple[float, Note]]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the intervals (n, 2) in s and pitches (n,) in Hz of notes that began and ended."""
    began: dict[int, float] = {}
    found = []
    for at, note in notes:
        if note.velocity:
            began[note.note] = at
        elif note.note in began:
            begin = began.pop(note.note)
            found.append((begin, max(at, begin + 0.01), 440.0 * 2 ** ((note.note - 69) / 12)))
    table = np.array(found).reshape(-1, 3)
    return table[:, :2], table[:, 2]
