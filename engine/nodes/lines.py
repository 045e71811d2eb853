"""A text, line by line."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Annotated, ClassVar, NamedTuple

from engine.core.errors import ParameterError
from engine.core.messages import Text, Trigger
from engine.core.node import Node
from engine.core.parameter import FILE, Fixed, Param
from engine.language.written import check_written, line_number, read_lines, written_doubts

_log = logging.getLogger("sensorium")


class SaidLine(NamedTuple):
    """The line, its number from 1, the one behind it, and a trigger at the last."""

    text: Text
    number: int
    next: str
    place: float
    carry: Trigger | None = None


class LinesNode(Node):
    """Says a text line by line, one at each trigger.

    The text is a ``file``, or written as ``text``; empty lines do not count, and of a file with
    times, .srt, .vtt or .lrc, the texts do. ``number`` is that of the line, ``next`` the line
    behind it, ``place`` how far that is through the text, 0 to 1, and ``carry`` a trigger at the
    last one. With ``loop = false`` it stays there until ``reset``.

    ``back`` says the line before, and ``go`` the one whose number its trigger has: a pad, a fader.
    For a line every few seconds, let ``every`` trigger it; a file with times is said in its own
    time by ``subtitles``.
    """

    lane: ClassVar[bool] = True

    file: Fixed[Annotated[str, Param("a text file", unit=FILE)]] = ""
    text: Fixed[Annotated[str, Param("the text itself, in place of a file")]] = ""
    loop: Annotated[bool, Param("begin again after the last line")] = True

    _lines: list[str] = field(default_factory=list)
    _place: int = -1

    def __post_init__(self) -> None:
        check_written(self.file, self.text)

    def doubts(self, folder: Path | None) -> Mapping[str, str]:
        """Return what is wrong within the text, though the rest of it is said."""
        return written_doubts(self.file, self.text)

    def open(self) -> None:
        """Read the text. Raise DeviceError where there is none."""
        self._lines, _ = read_lines(self.file, self.text)
        self._place = -1

    def process(self, trigger: Trigger) -> SaidLine | None:
        """Return the next line."""
        return self._say(self._place + 1)

    def on_back(self, back: Trigger) -> SaidLine | None:
        """Return the line before."""
        return self._say(max(self._place, 0) - 1)

    def on_go(self, go: Trigger) -> SaidLine | None:
        """Return the line that a trigger's value numbers; what is no number of one is told."""
        try:
            return self._say(line_number(go.value, len(self._lines)) - 1)
        except ParameterError as error:
            _log.warning("lines: go: %s", error)
            return None

    def on_reset(self, reset: Trigger) -> None:
        """Have the first line be the next."""
        self.reset()

    def reset(self) -> None:
        """Forget where it was."""
        self._place = -1

    def _say(self, place: int) -> SaidLine | None:
        count = len(self._lines)
        if not count or (not self.loop and not 0 <= place < count):
            return None
        self._place = place = place % count
        following = place + 1
        behind = self._lines[following % count] if self.loop or following < count else ""
        carry = Trigger() if following == count else None
        return SaidLine(Text(self._lines[place]), place + 1, behind, following / count, carry)
