"""The command ``sensorium train text``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Final

from engine.core.clock import SystemClock, wall_time
from engine.core.errors import UnreadableFile, as_written
from engine.core.files import read_file
from engine.dsp.chance import uniform
from engine.dsp.image.jpeg import encode_jpeg
from engine.dsp.image.text_picture import text_picture
from engine.inference.card import CARD
from engine.language.text_file import read_text, told
from engine.runtime.metrics import LOG
from engine.system.blas import multiply_on_one_thread
from engine.system.priority import lower_priority
from engine.system.whole_file import write_whole
from engine.training.command import Preview, TrainingView, learn, unwritable
from engine.training.errors import TrainingError
from engine.training.folder import PREVIEW, NetworkFolder
from engine.training.letters_network import network_files
from engine.training.pairs import Pictures
from engine.training.text import LearnedText, Surprise, TextTraining, read_lines

BEFORE: Final = "before"
"""Where the network lies as it was saved the last time but one: a folder within its own."""
_LARGEST: Final = 1 << 24
_LINES: Final = 8


@dataclass(frozen=True)
class TextOptions:
    """How to train: see ``sensorium train text --help``. ``steps`` 0: as ``minutes`` say."""

    minutes: float = 5.0
    steps: int = 0
    seed: int = 0


class Sampled:
    """A preview of a training: lines that it writes by now, also as a picture."""

    def __init__(self, training: TextTraining) -> None:
        self._training = training

    def __call__(self, rows: int) -> Pictures:
        """Return a picture of some lines."""
        return text_picture("\n".join(self.lines(max(rows, 3))))

    def lines(self, most: int) -> Sequence[str]:
        """Return some lines, always by the same chances."""
        numbers = count()
        return self._training.sample(most, lambda: uniform(0, next(numbers)))

    @property
    def losses(self) -> Sequence[float]:
        """Nats a letter of what is held out, as they were measured."""
        return self._training.losses


@dataclass(frozen=True)
class LearnedVoice:
    """What came of a training: how far unseen text surprises it, and some lines."""

    surprise: Surprise
    losses: Sequence[float]
    lines: Sequence[str]


def train_text(
    file: Path, folder: Path, options: TextOptions, views: Sequence[TrainingView]
) -> LearnedVoice:
    """Train a network on a text, and keep it in a folder; return what it is worth.

    Ctrl-C, or a view where that was asked, ends it early and keeps what was learned. Raises
    DeviceError, TrainingError, UnwritableFile or OSError.
    """
    lower_priority()
    multiply_on_one_thread()
    clock = SystemClock()
    text = _read(file, folder.name)
    kept = NetworkFolder(folder)
    try:
        training = TextTraining(
            text, clock, seconds=options.minutes * 60, steps=options.steps, seed=options.seed
        )
        sampled: Preview = Sampled(training)

        def save() -> None:
            _keep_before(folder)
            _write(training, kept, file.name)

        learn(training, kept, views, clock, preview=sampled, save=save)
        training.keep_best()
        measured = training.measure()
        try:
            _keep_before(folder)
            _write(training, kept, file.name, measured)
        except OSError as error:
            raise unwritable(kept, error) from None
        return LearnedVoice(measured, training.losses, Sampled(training).lines(_LINES))
    finally:
        kept.discard()  # only where nothing is in it


def _read(file: Path, name: str) -> LearnedText:
    LOG.info("reading %s", file)
    text, faults = read_text(str(file))
    if faults:
        LOG.warning("%s", told(str(file), faults))
    try:
        learned = read_lines(text, name)
    except TrainingError as error:
        raise TrainingError(f"{file}: {error}") from None
    if learned.left_out:
        LOG.warning(
            "%d rare letters are left out, such as %s", len(learned.left_out), learned.left_out[:20]
        )
    words = "%d letters, %d different ones; the last tenth is kept apart"
    LOG.info(words, len(learned.places), len(learned.alphabet.letters))
    return learned


def _write(
    training: TextTraining, kept: NetworkFolder, file: str, measured: Surprise | None = None
) -> None:
    """Write the network with what is to be said of it so far. Raises OSError."""
    progress = training.progress
    said = {
        "learned_from": f"{len(training.text.places)} letters of {file}",
        "taken": f"{progress.seconds:.0f} s, {progress.steps} steps",
    }
    if measured:
        said["nats_a_letter"] = f"{measured.network:.3f}, of text that it had not seen"
        said["by_frequencies"] = f"{measured.frequencies:.3f}"
    words = _WORDS.format(
        day=f"{wall_time():%Y-%m-%d}",
        said="\n".join(f"{key} = {as_written(value)}" for key, value in said.items()),
    )
    files = network_files(kept.path.name, training.network(), training.text.alphabet, words)
    files[PREVIEW] = encode_jpeg(Sampled(training)(_LINES), 85)
    kept.write_files(files)


def _keep_before(folder: Path) -> None:
    """Keep the network as it was, beside what is written now. Raises OSError."""
    try:
        files = {each.name: read_file(each, _LARGEST) for each in _parts(folder)}
    except UnreadableFile:
        return  # half of it is worth nothing
    if CARD not in files:
        return
    before = folder / BEFORE
    before.mkdir(exist_ok=True)
    write_whole({before / name: data for name, data in files.items()}, mode=0o644)


def _parts(folder: Path) -> Sequence[Path]:
    return [each for each in sorted(folder.iterdir()) if each.is_file() and each.name != PREVIEW]


_WORDS: Final = """\
summary = "A recurrent network that writes as one text does."

[trained]
on = "{day}"
by = "sensorium train text"
{said}

[licence]
weights = "of whoever wrote the text that it was trained on\""""
