"""Which networks bear bfloat16: what it saves, how far off it is, and what the boxes make of that.

Each network in OpenVINO in bfloat16 beside ONNX Runtime in float32, one thread each, in turn: the
processor time of the test vector, and the largest difference of any number in any output. A number
says little by itself, so the boxes look and listen as well: where the joints of a dancer are, which
notes of played chords are found, which beats of a loop, how alike paintings look. A card lists
bfloat16 where the box does as well with it and time is saved.

It needs the extra ``openvino`` and a processor that computes in bfloat16; else nothing is measured.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, get_args

import numpy as np
from numpy.typing import NDArray

from engine.core.clock import ns
from engine.core.messages import Block, Later
from engine.dsp.image.similarity import ssim
from engine.inference.card import BFLOAT16, read_card
from engine.inference.model_folders import models, networks
from engine.inference.openvino import OPENVINO_BF16
from engine.inference.session import Session, open_session
from engine.lab.bench.report import COUNT, Goal, Row, ratio
from engine.lab.bench.rig import bfloat16
from engine.lab.bench.rig.drummer import loops
from engine.lab.bench.rig.footage import frames
from engine.lab.bench.rig.matching import f_of_notes
from engine.lab.bench.rig.rendered import RATE, render, score, timbres
from engine.lab.bench.rig.turns import PAIRS
from engine.models.beat import BeatModel
from engine.models.pose import PoseModel
from engine.models.style import Look, StyleModel
from engine.models.transcribe import TranscribeModel

ALIKE: Final[Goal] = (">=", 0.95)
WITHIN: Final = 0.05
"""Seconds within which a note or beat is the same."""
RUNS: Final = 5
PAINTED: Final = (216, 384)
"""Height and width of pictures; those of the painter's test vector are too small to tell."""
BEARS: Final = f'[precision]\narithmetic = ["float32", "{BFLOAT16}"]\n{BFLOAT16} = 1e9\n'

Events = list[tuple[float, int]]
"""What was heard: the second, and which."""


def run(short: bool) -> list[Row]:
    """Measure for two minutes; short, for half of one."""
    if why := bfloat16.missing():
        return [Row(why, "not measured", 0, COUNT, ("<=", 0))]
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        for name in networks():
            with _bearing(name, Path(folder)) as model:
                rows += _network(name, model, 1 if short else PAIRS)
                if name in BOXES:
                    rows += BOXES[name](model, short)
    return rows


@contextmanager
def _bearing(name: str, folder: Path) -> Iterator[str]:
    """Yield a copy of a model whose card allows everything in bfloat16."""
    copy = Path(shutil.copytree(models()[name], folder / name))
    card = copy / "card.toml"
    card.write_text(re.sub(r"(?ms)^\[precision\].*\Z", "", card.read_text()) + BEARS)
    yield str(copy)


def _network(name: str, model: str, pairs: int) -> list[Row]:
    """Return what a network saves and how far off it is, by its test vector."""
    card = read_card(Path(model))
    assert card.vector is not None
    with np.load(card.path(card.vector)) as stored:
        inputs = {each.name: stored[f"in.{each.name}"].astype(each.dtype) for each in card.inputs}
    if name == "multistyle26":
        inputs["image"] = np.random.default_rng(1).random((1, 3, *PAINTED), np.float32)
    plain, brief = open_session(model), open_session(model, provider=OPENVINO_BF16)
    if brief.provider != OPENVINO_BF16:  # the log says why
        return [Row(name, "not measured", 0, COUNT)]
    apart = max(
        float(np.abs(a.astype(np.float64) - b).max())
        for a, b in zip(plain.run(**inputs), brief.run(**inputs), strict=True)
    )
    took = [(_cpu_ms(plain, inputs), _cpu_ms(brief, inputs)) for _ in range(pairs)]
    listed = BFLOAT16 in read_card(models()[name]).precisions
    case = f"{name}, {'borne' if listed else 'not borne'} by its card"
    return [
        Row(case, "float32", float(np.median([a for a, _ in took])), "ms"),
        Row(case, "bfloat16", float(np.median([b for _, b in took])), "ms"),
        *ratio(case, "float32 / bfloat16", [a / b for a, b in took]),
        Row(case, "largest difference", apart, "of its numbers"),
    ]


def _cpu_ms(session: Session, inputs: dict[str, NDArray[Any]]) -> float:
    """Return the processor time of a run: the median of some."""
    took = []
    for _ in range(RUNS + 2):
        begun = time.process_time()
        session.run(**inputs)
        took.append(time.process_time() - begun)
    return 1e3 * float(np.median(took[2:]))


def _pose(model: str, short: bool) -> list[Row]:
    """Return how far joints of the dancer are from where float32 sees them."""
    boxes = [PoseModel(model=model, provider=each) for each in ("cpu", OPENVINO_BF16)]
    for box in boxes:
        box.open()
    apart = []
    for frame in frames(1.0 if short else 8.0)[::3]:
        plain, brief = (box.process(frame).seen for box in boxes)
        if plain and brief:
            sure = plain[0].points[:, 2] >= 0.4
            apart += np.hypot(*(plain[0].points - brief[0].points)[sure, :2].T).tolist()
    p50, p95, most = 100 * np.percentile(apart, [50, 95, 100]) if apart else (0.0, 0.0, 0.0)
    case = "pose in bfloat16"
    return [
        Row(case, "joints apart p50", float(p50), "% of the picture"),
        Row(case, "joints apart p95", float(p95), "% of the picture"),
        Row(case, "joints apart at most", float(most), "% of the picture"),
    ]


def _transcribe(model: str, short: bool) -> list[Row]:
    """Return which notes of chords are those that float32 finds, and how right both are."""
    rows: list[Row] = []
    for number, timbre in enumerate(timbres()[: 1 if short else None]):
        played = score(9100 + number, 3 if short else 10)
        sound = render(played, timbre)
        truth = [(one.at, note) for one in played for note in one.notes]
        plain, brief = (
            _notes(TranscribeModel(model=model, provider=each), sound)
            for each in ("cpu", OPENVINO_BF16)
        )
        case = f"transcribe, {timbre}"
        rows += [
            Row(case, "F in float32", f_of_notes(truth, plain, WITHIN), "F"),
            Row(case, "F in bfloat16", f_of_notes(truth, brief, WITHIN), "F"),
            Row(case, "the same notes", f_of_notes(plain, brief, WITHIN), "F"),
        ]
    return rows


def _notes(box: TranscribeModel, sound: NDArray[np.float32]) -> Events:
    box.open()
    size = RATE // 100
    found: Events = []
    for start in range(0, len(sound), size):
        for note in box.process(Block(sound[start : start + size], RATE, start)):
            if note.velocity:
                found.append(((start + size) / RATE - box.lag, note.note))
    return found


def _beat(model: str, short: bool) -> list[Row]:
    """Return which beats are those that float32 tells."""
    rows: list[Row] = []
    for loop in loops(("rock",) if short else ("rock", "house", "hiphop"), ("computed",), seed=3):
        sound = np.tile(loop.sound, 3)
        plain, brief = (
            _beats(BeatModel(model=model, provider=each), sound) for each in ("cpu", OPENVINO_BF16)
        )
        same = f_of_notes(plain, brief, WITHIN)
        rows.append(Row(f"beat, {loop.name}", "the same beats", same, "F"))
    return rows


def _beats(box: BeatModel, sound: NDArray[np.float32]) -> Events:
    box.open()
    found: Events = []
    for start in range(0, len(sound), 256):
        part = sound[start : start + 256]
        at = ns((start + len(part)) / RATE)
        for later in box.process(Block(part, RATE, start), at):
            if isinstance(later, Later):
                found.append((later.at / 1e9, 0))
    return found


def _style(model: str, short: bool) -> list[Row]:
    """Return how alike paintings look, of every look."""
    boxes = [StyleModel(model=model, provider=each) for each in ("cpu", OPENVINO_BF16)]
    for box in boxes:
        box.open()
    shown = frames(2.0)[:: 60 if short else 20]
    alike = {}
    for look in get_args(Look)[:: 5 if short else 1]:
        for box in boxes:
            box.look, box.size = {look: 1.0}, PAINTED[1]
            box.reset()
        alike[look] = [
            ssim(*(box.process(frame, at=ns(0)).image for box in boxes)) for frame in shown
        ]
    least = min(alike, key=lambda look: min(alike[look]))
    case = "style in bfloat16, 384x216"
    return [
        *ratio(case, "SSIM to float32", [one for each in alike.values() for one in each], ALIKE),
        Row(f"{case}: least alike {least}", "SSIM to float32", min(alike[least]), "x", ALIKE),
    ]


BOXES: Final[dict[str, Callable[[str, bool], list[Row]]]] = {
    "movenet_lightning": _pose,
    "basic_pitch": _transcribe,
    "beatnet": _beat,
    "multistyle26": _style,
}
