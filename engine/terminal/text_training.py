"""Shows on the terminal how far a training on a text is: a curve, and what it writes by now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.console import Console

from engine.runtime.metrics import LOG
from engine.terminal.training import describe
from engine.training.command import Preview
from engine.training.picture import TrainingProgress
from engine.training.text_command import Sampled

_BARS: Final = "▁▂▃▄▅▆▇█"
_WIDEST: Final = 60
_EVERY: Final = 6
"""In a pipe every sixth report is written: a line each half minute."""


class TextTrainingScreen:
    """Shows progress, the curve of the loss, and a line that it writes by now."""

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
        assert isinstance(preview, Sampled)
        if not self._console.is_terminal:
            if self._count % _EVERY == 1:
                LOG.info("%s", words)
            return
        line = "".join(one for one in " ".join(preview.lines(1)) if one.isprintable())
        shown = [line[: self._console.width - 1], curve(preview.losses), words]
        if self._lines:
            self._console.file.write(f"\x1b[{self._lines}A\x1b[J")
        for each, style in zip(shown, ("italic", "", "bold"), strict=True):
            self._console.print(each, style=style, markup=False, highlight=False, no_wrap=True)
        self._lines = len(shown)


def curve(losses: Sequence[float]) -> str:
    """Return numbers as bars in a line, the last of them in figures; "" for none."""
    if not losses:
        return ""
    step = max(1, -(-len(losses) // _WIDEST))
    shown = list(losses[::-step])[::-1]
    low, high = min(shown), max(shown)
    span = max(high - low, 1e-9)
    bars = "".join(_BARS[round((one - low) / span * (len(_BARS) - 1))] for one in shown)
    return f"{bars} {losses[-1]:.2f} nats a letter of text that it has not seen"
