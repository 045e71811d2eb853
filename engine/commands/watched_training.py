"""A training as its page shows it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

import msgspec

from engine.core.errors import SensoriumError, UnreadableFile, tell_error
from engine.core.files import read_file
from engine.training.text_command import Sampled
from engine.web.training_board import TrainingState
from engine.web.training_page import TrainingPage

if TYPE_CHECKING:
    from engine.training.command import Preview
    from engine.training.picture import TrainingProgress

_ROWS: Final = 3
_LINES: Final = 12
_ENDED: Final = "It was ended before its time."
_LARGEST: Final = 1 << 24


class WatchedTraining:
    """A view of a training on a page of its own, which opens with the first step.

    Before that there is nothing to see: what cannot be learned from is told where it was asked for.
    """

    def __init__(self, preview: Path, host: str, port: int, token: str) -> None:
        """``preview`` is the picture that the training keeps, in a folder that names it.

        Raises ParameterError for a token that is too short or cannot be typed.
        """
        self.result = ""
        """What came of it, once that is known."""
        self._page = TrainingPage(host, port, token)
        self._preview = preview
        self._state: TrainingState | None = None

    @property
    def stop_asked(self) -> bool:
        """Whether somebody pressed Stop."""
        return self._page.stop_asked

    def show(self, progress: TrainingProgress, preview: Preview) -> None:
        """Show how far it is, with a preview while somebody looks on."""
        first = self._state is None
        steps, done = progress.steps, max(progress.done, 1e-9)
        self._state = TrainingState(
            title=self._preview.parent.name,
            done=progress.done,
            left=progress.seconds * (1 - progress.done) / done,
            steps=steps,
            of_steps=max(steps, round(steps / done)),
            loss=progress.loss,
        )
        if isinstance(preview, Sampled):
            self._page.show_text(self._state, lambda: "\n".join(preview.lines(_LINES)))
        else:
            self._page.show(self._state, lambda: preview(_ROWS))
        if first:
            self._page.open()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Show what came of it, and close the page, which has not opened before a first step."""
        if self._state is None:
            return
        ours = isinstance(error, SensoriumError | OSError)
        words = self.result if error is None else tell_error(error) if ours else _ENDED
        self._page.end(msgspec.structs.replace(self._state, ended=words), _picture(self._preview))
        self._page.close()


def _picture(file: Path) -> bytes:
    try:
        return read_file(file, _LARGEST)
    except UnreadableFile:
        return b""
