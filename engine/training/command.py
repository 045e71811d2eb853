"""The command ``sensorium train picture``."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from engine.core.clock import SECOND, Clock, SystemClock
from engine.core.errors import UnwritableFile
from engine.core.os_errors import os_reason
from engine.runtime.metrics import LOG
from engine.system.priority import lower_priority
from engine.training.folder import NetworkFolder, card_words, preview_picture
from engine.training.pairs import Pairs, Pictures, read_pairs
from engine.training.picture import Measured, PictureTraining, TrainedPainter, TrainingProgress

SAVED_EVERY: Final = 60.0
SHOWN_EVERY: Final = 5.0
"""Seconds."""


@dataclass(frozen=True)
class TrainingOptions:
    """How to train: see ``sensorium train picture --help``. ``steps`` 0: as ``minutes`` say."""

    minutes: float = 5.0
    steps: int = 0
    size: int = 192
    frame: str = ""
    pose: str = ""
    threads: int = 0
    seed: int = 0


Preview = Callable[[int], Pictures]
"""Shows what was learned, in a picture of so many rows: of skeleton, picture and painting, or of
text."""


class Training(Protocol):
    """What learns step by step."""

    @property
    def done(self) -> bool:
        """Whether it has taken its time."""

    @property
    def progress(self) -> TrainingProgress:
        """How far it is."""

    def step(self) -> None:
        """Learn a little."""


class TrainingView(Protocol):
    """Where a performer sees how far a training is."""

    @property
    def stop_asked(self) -> bool:
        """Whether a performer asked there that it stop."""

    def show(self, progress: TrainingProgress, preview: Preview) -> None:
        """Show how far it is: after the first step, and every few seconds."""


def train_picture(
    recording: Path, folder: Path, options: TrainingOptions, views: Sequence[TrainingView]
) -> Measured:
    """Train a network on a recording, and keep it in a folder; return how near it comes.

    Ctrl-C, or a view where that was asked, ends it early and keeps what was learned. Raises
    RecordingError, TrainingError, UnwritableFile or OSError.
    """
    lower_priority()
    clock = SystemClock()
    kept = NetworkFolder(folder)
    try:
        pairs = _read(recording, options)
        training = PictureTraining(
            pairs,
            clock,
            seconds=options.minutes * 60,
            steps=options.steps,
            threads=options.threads or os.cpu_count() or 1,
            seed=options.seed,
        )

        def preview(rows: int) -> Pictures:
            painter = TrainedPainter(training.network())
            return preview_picture(painter, training.pairs, training.unseen, rows)

        def save() -> None:
            _write(training, kept, training.network())

        learn(training, kept, views, clock, preview=preview, save=save)
        return _finish(training, kept)
    finally:
        kept.discard()  # only where nothing is in it


def _read(recording: Path, options: TrainingOptions) -> Pairs:
    LOG.info("reading %s", recording)
    pairs = read_pairs(recording, options.size, options.frame, options.pose)
    if pairs.cut_off:
        LOG.warning("%s: its end is missing, as after a crash", recording)
    count, height, width, _ = pairs.pictures.shape
    words = (count, width, height, pairs.frame, pairs.pose, pairs.seconds)
    LOG.info("%d pictures of %dx%d from %s, with %s, over %.0f s", *words)
    return pairs


def learn(
    training: Training,
    kept: NetworkFolder,
    views: Sequence[TrainingView],
    clock: Clock,
    *,
    preview: Preview,
    save: Callable[[], None],
) -> None:
    """Train until it is done, or until somebody ends it where something is learned by then.

    ``save`` is called now and then, and may raise OSError, which is told once.
    """
    saved = clock.now()
    shown: int | None = None
    told = False
    try:
        while not training.done and not any(view.stop_asked for view in views):
            training.step()
            if shown is None or clock.now() - shown >= SHOWN_EVERY * SECOND:
                for view in views:
                    view.show(training.progress, preview)
                shown = clock.now()
            if clock.now() - saved >= SAVED_EVERY * SECOND:
                told = not _save(kept, save, told=told)
                saved = clock.now()
    except KeyboardInterrupt:
        if not training.progress.steps:
            raise
    if not training.done:
        LOG.info("stopped early; what was learned so far is kept")


def _save(kept: NetworkFolder, save: Callable[[], None], *, told: bool) -> bool:
    """Keep the network as it is; return whether that went well. It is told once if not."""
    try:
        save()
    except OSError as error:
        if not told:
            LOG.error("%s cannot be written: %s; training goes on", kept.path, os_reason(error))
        return False
    return True


def unwritable(kept: NetworkFolder, error: OSError) -> UnwritableFile:
    """Return what to raise where a network cannot be kept at the end."""
    before = any(kept.path.iterdir())
    rest = "; what it was a minute before the end is kept" if before else ""
    return UnwritableFile(f"{kept.path} cannot be written: {os_reason(error)}{rest}")


def _finish(training: PictureTraining, kept: NetworkFolder) -> Measured:
    """Measure and keep the network. Raises UnwritableFile where it cannot be kept."""
    network = training.network()
    measured = training.measure(TrainedPainter(network))
    try:
        _write(training, kept, network, measured)
    except OSError as error:
        raise unwritable(kept, error) from None
    return measured


def _write(
    training: PictureTraining,
    kept: NetworkFolder,
    network: bytes,
    measured: Measured | None = None,
) -> None:
    """Write a network with what is to be said of it so far. Raises OSError."""
    progress = training.progress
    words = card_words(training.pairs, progress.seconds, progress.steps, measured)
    kept.write(network, training.pairs, training.unseen, words)
