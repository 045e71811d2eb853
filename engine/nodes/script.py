"""Follow somebody who speaks a known text."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import field
from pathlib import Path
from typing import Annotated, ClassVar, NamedTuple

from engine.core.errors import ParameterError
from engine.core.messages import Text, Trigger
from engine.core.node import Node
from engine.core.parameter import FILE, Fixed, Param
from engine.language.script_follower import LINE, FoundWords, ScriptFollower
from engine.language.words import plain_text
from engine.language.written import check_written, line_number, read_lines, written_doubts

_log = logging.getLogger("sensorium")


class ScriptPlace(NamedTuple):
    """How far through the text it is, and of a line that is reached its number and words."""

    place: float | None = None
    number: int | None = None
    line: str | None = None
    next: str | None = None
    reached: Trigger | None = None
    lost: bool | None = None


class Script(Node):
    """Follows somebody who speaks a known text: where they are, and what comes next.

    The text is a ``file``, or written as ``text``; ``from`` is what was heard, such as ``speech``.
    ``place`` is how far through the text that is, 0 to 1. When a line is reached ``reached`` is a
    trigger with its ``number``, ``line`` its words, and ``next`` the line behind it. A line that is
    left out triggers nothing.

    Words may be heard wrongly, left out or added. It goes back, or far ahead, only where several
    words in a row say so, never by one that stands everywhere; lines are reached once, and again
    only after it went back. ``lost`` is on when so many phrases as ``misses`` says fitted
    nowhere, until one does. What somebody is still saying counts too, where ``from`` is
    a ``merge`` of ``ear`` and ``ear.interim``: lines are then reached as they are begun.

    ``go`` is a hand that knows better: a trigger whose value is the number of a line.
    """

    lane: ClassVar[bool] = True

    file: Fixed[Annotated[str, Param("a text file", unit=FILE)]] = ""
    text: Fixed[Annotated[str, Param("the text itself, in place of a file")]] = ""
    misses: Annotated[int, Param("phrases that fit nowhere until it is lost", 1, 100)] = 2

    _lines: list[str] = field(default_factory=list)
    _follower: ScriptFollower = field(default_factory=lambda: ScriptFollower(()))
    _reached: dict[int, float] = field(default_factory=dict)
    """What the heard words of each line are worth; infinite once it is reached."""
    _ahead: int = 0
    """The place of the phrase that is still being said, as far as it was told."""
    _lost: bool | None = None

    def __post_init__(self) -> None:
        check_written(self.file, self.text)

    def doubts(self, folder: Path | None) -> Mapping[str, str]:
        """Return what is wrong within the text, though the rest of it is followed."""
        return written_doubts(self.file, self.text)

    def open(self) -> None:
        """Read the text. Raise DeviceError where there is none."""
        self._lines, _ = read_lines(self.file, self.text)
        self.reset()

    def reset(self) -> None:
        """Begin at the first line."""
        self._follower = ScriptFollower(self._lines)
        self._reached = {}
        self._ahead = 0
        self._lost = None

    def process(self, heard: Text | str) -> Iterator[ScriptPlace]:
        """Yield where that is in the text."""
        text = plain_text(heard)
        final, said = text.final, text.text
        if not final:
            said = said.rpartition(" ")[0]  # its last word may be half of one
        if not said.strip():
            return
        found = self._follower.find(said)
        goes_back = found is not None and found.end <= self._follower.place
        if found is not None and (final or not goes_back):
            if goes_back:
                self._went_back(self._follower.line_at(found.places[0]))
            yield from self._are_reached(found)
            if final or found.end > self._ahead:
                self._ahead = found.end
                yield ScriptPlace(place=found.end / self._follower.count)
        if final:
            self._follower.take(found)
            self._ahead = 0
        yield from self._is_lost(self._follower.misses >= self.misses)

    def on_go(self, go: Trigger) -> Iterator[ScriptPlace]:
        """Yield the line that a trigger's value numbers; what is no number of one is told."""
        try:
            line = line_number(go.value, len(self._lines)) - 1
        except ParameterError as error:
            _log.warning("script: go: %s", error)
            return
        self._follower.go(line)
        self._ahead = 0
        self._forget_from(line)
        yield self._reach(line)
        if self._follower.count:
            yield ScriptPlace(place=self._follower.place / self._follower.count)
        yield from self._is_lost(False)

    def _went_back(self, line: int) -> None:
        """Have the lines from one on be reached again, unless it is the one that is being said."""
        if line < self._follower.line_at(self._follower.place - 1):
            self._forget_from(line)

    def _forget_from(self, line: int) -> None:
        self._reached = {one: worth for one, worth in self._reached.items() if one < line}

    def _are_reached(self, found: FoundWords) -> Iterator[ScriptPlace]:
        """Yield each line of which enough was heard, and which was not reached before."""
        follower = self._follower
        heard: dict[int, float] = {}
        for place in found.places:
            line = follower.line_at(place)
            alone = follower.ends_line(place) and (place == 0 or follower.ends_line(place - 1))
            heard[line] = heard.get(line, 0.0) + (LINE if alone else follower.worth_at(place))
        for line, worth in heard.items():
            known = self._reached.get(line, 0.0)
            if known < LINE <= worth:
                yield self._reach(line)

    def _reach(self, line: int) -> ScriptPlace:
        self._reached[line] = LINE
        behind = self._lines[line + 1] if line + 1 < len(self._lines) else ""
        return ScriptPlace(
            number=line + 1,
            line=self._lines[line],
            next=behind,
            reached=Trigger(float(line + 1)),
        )

    def _is_lost(self, lost: bool) -> Iterator[ScriptPlace]:
        if lost != self._lost:
            self._lost = lost
            yield ScriptPlace(lost=lost)
