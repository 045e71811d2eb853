"""Chords by ear: how many of 200 ``chords`` names, and which of their notes ``transcribe`` finds.

Ten qualities on any root and in any inversion, played by three instruments of FluidSynth (where it
and a sound font are there) and by a saw. A chord is right where, from 0.8 s after it began, most
readings have its notes and its bass: of C6 and Am7, which are the same notes, either is. A note is
right within 50 ms, less the lag that the box declares. Beside it stands the same network over the
whole recording, with the rules of its paper: it may look ahead as far as it likes.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

import numpy as np

from engine.core.messages import Block, Chord
from engine.dsp.audio.harmony import QUALITIES
from engine.dsp.audio.piano import RATE as NETWORK_RATE
from engine.dsp.audio.resample import resample
from engine.inference.network import NetworkModel
from engine.lab.bench.report import RATIO, Goal, Row
from engine.lab.bench.rig.matching import f_of_notes, matched_notes
from engine.lab.bench.rig.rendered import (
    LENGTH,
    RATE,
    SOUNDS,
    PlayedChord,
    Sound,
    render,
    score,
    timbres,
)
from engine.lab.bench.rig.whole_file import whole_file
from engine.models.chords import ChordsModel
from engine.models.transcribe import TranscribeModel

RIGHT: Final[Goal] = (">=", 0.9)
AS_WHOLE: Final[Goal] = (">=", 0.85)
COUNT: Final = 50
"""Chords of each instrument; of 20 the notes are asked for as well."""
SETTLED: Final = 0.8
"""Seconds after which a chord must be right."""
WITHIN: Final = 0.05
FOUND: Final = 0.25
"""Seconds within which a note that was played is looked for, to see how late it came."""
SEED: Final = 9000

Told = list[tuple[float, Any]]
"""What a box says, with the second of the newest sample."""


def run(short: bool, count: int | None = None) -> list[Row]:
    """Measure for some minutes; short, for half a minute. ``count`` chords of each instrument."""
    count = count or (5 if short else COUNT)
    named: list[bool] = []
    rows: list[Row] = []
    notes: list[tuple[float, float]] = []
    for number, timbre in enumerate(timbres()):
        played = score(SEED + number, count)
        sound = render(played, timbre)
        right, some = _named(timbre, played, sound)
        named += right
        rows += some
        few = played[: max(3, count * 2 // 5)]
        both, some = _transcribed(timbre, few, sound[: round((few[-1].at + LENGTH) * RATE)])
        notes.append(both)
        rows += some
    ours, whole = np.mean(notes, axis=0)
    rows.append(Row("chords, all", "right", float(np.mean(named)), RATIO, RIGHT))
    rows.append(Row("transcribe / whole file, all", "F of notes", ours / whole, RATIO, AS_WHOLE))
    return rows


def _named(
    timbre: str, played: Sequence[PlayedChord], sound: Sound
) -> tuple[list[bool], list[Row]]:
    """Return which chords are right, and the rows of one instrument."""
    told, cost = _listen(ChordsModel(), sound)
    right, exact, late, changes = [], [], [], []
    for one in played:
        said = [(at - one.at, chord) for at, chord in told if 0 < at - one.at <= SOUNDS]
        good = [_is_right(chord, one) for _, chord in said]
        settled = [ok for ok, (at, _) in zip(good, said, strict=True) if at > SETTLED]
        right.append(bool(np.mean(settled) > 0.5))
        last = said[-1][1]
        exact.append((last.root, last.quality) == (one.root, one.quality))
        late += [at for ok, (at, _) in zip(good, said, strict=True) if ok][:1]
        changes.append(sum(a.name != b.name for (_, a), (_, b) in pairwise(said)))
    case = f"chords, {timbre}"
    return right, [
        Row(case, "right", float(np.mean(right)), RATIO),
        Row(case, "root and quality as written", float(np.mean(exact)), RATIO),
        *_delays(case, late),
        Row(case, "names told a chord", float(np.mean(changes)), "names"),
        Row(case, "cpu", cost, "% of a core"),
    ]


def _is_right(chord: Chord, one: PlayedChord) -> bool:
    if not chord.on:
        return False
    sounds = {(chord.root + step) % 12 for step in QUALITIES[chord.quality][1]}
    return sounds == {note % 12 for note in one.notes} and chord.bass == one.notes[0] % 12


def _transcribed(
    timbre: str, played: Sequence[PlayedChord], sound: Sound
) -> tuple[tuple[float, float], list[Row]]:
    """Return the F of our notes and of the whole file's, and the rows of one instrument."""
    box = TranscribeModel()
    told, cost = _listen(box, sound)
    ours = [(at - box.lag, note.note) for at, note in told if note.velocity]
    whole = whole_file(box.session(), resample(sound, RATE, NETWORK_RATE))
    truth = [(one.at, note) for one in played for note in one.notes]
    found = [late + box.lag for _, late in matched_notes(truth, ours, -FOUND, FOUND)]
    both = f_of_notes(truth, ours, WITHIN), f_of_notes(truth, whole, WITHIN)
    beside = f_of_notes(whole, ours, WITHIN)
    case = f"transcribe, {timbre}"
    return both, [
        Row(case, "F of notes", both[0], RATIO),
        Row(case, "F of notes, 100 ms", f_of_notes(truth, ours, 2 * WITHIN), RATIO),
        *_delays(case, found),
        Row(case, "cpu", cost, "% of a core"),
        Row(f"whole file, {timbre}", "F of notes", both[1], RATIO),
        Row(f"transcribe by whole file, {timbre}", "F of notes", beside, RATIO),
    ]


def _delays(case: str, late: Sequence[float]) -> list[Row]:
    p50, p90 = np.percentile(late, [50, 90]) * 1e3 if late else (0.0, 0.0)
    return [Row(case, "delay p50", float(p50), "ms"), Row(case, "delay p90", float(p90), "ms")]


def _listen(box: NetworkModel[Any], sound: Sound) -> tuple[Told, float]:
    """Return what a box says, and the share of a core that it takes."""
    box.open()
    size = RATE // 100
    told = []
    began = time.process_time()
    for start in range(0, len(sound), size):
        block = Block(sound[start : start + size], RATE, start)
        told += [((start + size) / RATE, one) for one in box.process(block)]
    return told, 100 * (time.process_time() - began) / (len(sound) / RATE)
