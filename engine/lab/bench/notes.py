"""Notes: phrases sung by the stand-in and played by eight instruments, written down by ear.

Everybody gets the same sounds, clean and under white noise of 10 dB, at the settings they come
with: ours as it is live, 128 samples at a time, beside aubio's notes, which is what ``aubionotes``
runs. A note counts where it begins within 50 ms of its truth, and is the right one. The truth is
where a note of an instrument, heard alone, is 30 dB below its loudest; that of a glide is its
middle.

Whoever listens is late. "F" takes the same time off every note of one listener, its own median
delay over all phrases; "F, as heard" takes nothing off. "note-on" is from the truth to the note,
audio time only. Phrases are of seeds that nothing was tuned on; in them old notes ring on while new
ones begin, as the sound font has it.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.core.clock import ns
from engine.core.messages import Block
from engine.lab.bench.report import COUNT, Goal, Row
from engine.lab.bench.rig.fetched import NotFetched, run_with
from engine.lab.bench.rig.fluidsynth import missing
from engine.lab.bench.rig.instruments import RATE
from engine.lab.bench.rig.note_score import Begun, NoteScore, score
from engine.lab.bench.rig.phrases import SPANS, STAND_IN, TruePhrase, phrase
from engine.nodes.notes import Notes, Voiced
from engine.nodes.pitch import PitchNode

SEED: Final = 700
PHRASES: Final = 6
BLOCK: Final = 128
OURS: Final = "Sensorium"
PEER: Final = "aubionotes"
PACKAGE: Final = "aubio-ledfx==0.4.12"
NOISES: Final[Mapping[str, float | None]] = {"clean": None, "10 dB": 10.0}
_GOALS: Final[Mapping[str, Goal]] = {"clean": (">=", 0.95), "10 dB": (">=", 0.9)}

Case = tuple[str, str]
"""Who plays, and under which noise."""


def run(
    short: bool,
    count: int | None = None,
    players: Sequence[str] = (STAND_IN, *SPANS),
    *,
    peer: bool = True,
) -> list[Row]:
    """Write down ``count`` phrases of each player, by ours and by aubio."""
    rows = [Row("silence, DC, NaN, white noise", "notes that sound", _false(), COUNT, ("<=", 0))]
    if missing():
        rows.append(Row(missing(), "not measured", 0, COUNT))
        players = [name for name in players if name == STAND_IN]
    phrases = {
        (name, noise): [
            phrase(name, SEED + number, snr) for number in range(count or (1 if short else PHRASES))
        ]
        for name in players
        for noise, snr in NOISES.items()
    }
    for name, told in _listeners(phrases, peer=peer):
        rows += _rows(name, phrases, told) if told else [Row(name, "not measured", 0, COUNT)]
    return rows


def _false() -> int:
    """Return how many notes ours begins in what is no note, 2 s of each."""
    count = 2 * RATE
    nothing = (
        np.zeros(count),
        np.full(count, 0.7),
        np.full(count, np.nan),
        np.random.default_rng(SEED).normal(0, 0.1, count),
    )
    return sum(len(heard(samples)) for samples in nothing)


def heard(samples: NDArray[np.float64], **parameters: object) -> list[Begun]:
    """Return the notes that ours begins in a sound, float (n,) at RATE, block after block."""
    ear, box = PitchNode(), Notes(**parameters)  # type: ignore[arg-type]
    begun: list[Begun] = []

    def take(at: float, played: Voiced) -> None:
        if played.notes is not None and played.notes.velocity:
            begun.append((at, played.notes.note))

    for start in range(0, len(samples) - BLOCK + 1, BLOCK):
        block = Block(samples[start : start + BLOCK].astype(np.float32), RATE, start)
        at = (start + BLOCK) / RATE
        while (due := box.wake()) is not None and due <= ns(at):
            for played in box.on_wake(due):
                take(due / 1e9, played)
        for pitch in ear.process(block):
            for played in box.process(pitch, at=ns(at)):
                take(at, played)
    return begun


def _listeners(
    phrases: Mapping[Case, Sequence[TruePhrase]], *, peer: bool
) -> list[tuple[str, dict[Case, list[list[Begun]]]]]:
    """Return who listens, and what each has told of every phrase; nothing where it is missing."""
    ours = {case: [heard(one.samples) for one in each] for case, each in phrases.items()}
    if not peer:
        return [(OURS, ours)]
    try:
        return [(OURS, ours), (PEER, _aubio(phrases))]
    except NotFetched as error:
        return [(OURS, ours), (f"{PEER}: {error}", {})]


def _aubio(phrases: Mapping[Case, Sequence[TruePhrase]]) -> dict[Case, list[list[Begun]]]:
    sounds = [one.samples.astype(np.float32) for each in phrases.values() for one in each]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "sounds.npz")
        np.savez(file, allow_pickle=False, **{f"s{n}": one for n, one in enumerate(sounds)})
        told = iter(run_with([PACKAGE], "note_peers.py", file))
    return {
        case: [[(float(at), int(note)) for at, note in next(told)] for _ in each]
        for case, each in phrases.items()
    }


def _rows(
    name: str, phrases: Mapping[Case, Sequence[TruePhrase]], told: Mapping[Case, list[list[Begun]]]
) -> list[Row]:
    scores = {case: _total(told[case], each, 0.0) for case, each in phrases.items()}
    delays = [delay for each in scores.values() for delay in each.delays]
    usual = statistics.median(delays) if delays else 0.0
    rows = [Row(name, "delay taken off for F", 1000 * usual, "ms")]
    for case, raw in scores.items():
        fair = _total(told[case], phrases[case], usual)
        goal = _GOALS[case[1]] if name == OURS else None
        where = f"{name}, {case[0]}, {case[1]}"
        rows += [
            Row(where, "F", fair.f, "", goal),
            Row(where, "F, as heard", raw.f, ""),
            Row(where, "notes played", fair.played, COUNT),
            Row(where, "extra notes", fair.extra, COUNT),
            Row(where, "octave errors", 100 * fair.octaves / max(fair.told, 1), "%"),
        ]
        if raw.delays:
            p50, p90 = np.percentile(raw.delays, (50, 90))
            rows += [Row(where, "note-on p50", 1000 * float(p50), "ms")]
            rows += [Row(where, "note-on p90", 1000 * float(p90), "ms")]
    return rows


def _total(told: Sequence[list[Begun]], phrases: Sequence[TruePhrase], delay: float) -> NoteScore:
    total = NoteScore()
    for notes, one in zip(told, phrases, strict=True):
        total.add(score(notes, one.notes, delay))
    return total
