"""Shows on the terminal how far a training on a text is: a curve, and what it writes by now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.text import Text

from engine.terminal.training import ProgressScreen
from engine.training.command import Preview
from engine.training.text_command import Sampled

_BARS: Final = "▁▂▃▄▅▆▇█"
_WIDEST: Final = 60


class TextTrainingScreen(ProgressScreen):
    """Shows a line that it writes by now, and the curve of the loss."""

    def preview(self, preview: Preview) -> Sequence[Text]:
        """Return the line, and the curve."""
        assert isinstance(preview, Sampled)
        line = "".join(one for one in " ".join(preview.lines(1)) if one.isprintable())
        return [Text(line[: self._console.width - 1], "italic"), Text(curve(preview.losses))]


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
