"""Shows a training on the terminal: how far it is, and small pictures of half blocks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.text import Text

from engine.dsp.image.jpeg import downscaled
from engine.runtime.metrics import LOG
from engine.training.command import Preview
from engine.training.picture import TrainingProgress

_WIDEST: Final = 120
_EVERY: Final = 6
"""In a pipe every sixth report is written: a line each half minute."""


class ProgressScreen(ABC):
    """Shows progress: in a pipe now and then a line, on a terminal also what was learned."""

    stop_asked = False
    """Ctrl-C ends a training wherever it is, and asks nobody."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._lines = 0
        self._count = 0

    def show(self, progress: TrainingProgress, preview: Preview) -> None:
        """Show how far it is; on a terminal, in place of what was shown last."""
        self._count += 1
        words = describe(progress)
        if not self._console.is_terminal:
            if self._count % _EVERY == 1:
                LOG.info("%s", words)
            return
        shown = self.preview(preview)
        if self._lines:
            self._console.file.write(f"\x1b[{self._lines}A\x1b[J")
        for each in shown:
            self._console.print(each, no_wrap=True)
        self._console.print(words, style="bold", markup=False, highlight=False, no_wrap=True)
        self._lines = sum(str(each).count("\n") + 1 for each in shown) + 1

    @abstractmethod
    def preview(self, preview: Preview) -> Sequence[Text]:
        """Return what was learned, as texts that begin a line each."""


class TrainingScreen(ProgressScreen):
    """Shows a painting, on a terminal of many colours."""

    def preview(self, preview: Preview) -> Sequence[Text]:
        """Return one painting beside what it should be."""
        return [half_blocks(downscaled(preview(1), min(_WIDEST, self._console.width)))]


def describe(progress: TrainingProgress) -> str:
    """Return how far a training is in a line."""
    done = progress.done
    left = progress.seconds * (1 - done) / done if done else 0.0
    return (
        f"{done:4.0%}, {left / 60:.1f} min left, {progress.steps} steps,"
        f" loss {progress.loss:.4f}    Ctrl-C keeps what is learned"
    )


def half_blocks(picture: NDArray[np.uint8]) -> Text:
    """Return a picture, uint8 (height, width, 3) BGR, as text: two pixels to a character."""
    text = Text()
    height, width = picture.shape[:2]
    for top in range(0, height - 1, 2):
        for at in range(width):
            upper, lower = picture[top, at], picture[top + 1, at]
            text.append("▀", f"{_rgb(upper)} on {_rgb(lower)}")
        text.append("\n" if top + 3 < height else "")
    return text


def _rgb(pixel: NDArray[np.uint8]) -> str:
    blue, green, red = (int(each) for each in pixel)
    return f"rgb({red},{green},{blue})"
