"""Suggest the next words: a predictive keyboard that has read a text of one's own."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Annotated, ClassVar, Final, NamedTuple

from engine.core.context import Context
from engine.core.errors import DeviceError, UnreadableFile
from engine.core.files import installed_folder, read_file
from engine.core.messages import Note, Ns, Text, Trigger
from engine.core.node import Node
from engine.core.parameter import FILE, Event, Fixed, Param
from engine.language.blocked import is_blocked
from engine.language.next_words import LEAST, NextWords
from engine.language.text_file import decode, read_text, told
from engine.language.words import clean, plain_text

_log = logging.getLogger("sensorium")

POEMS: Final = "poems.txt"
"""What it has read where no text is given: in the folder of the models ``write``."""
_LARGEST: Final = 1 << 20
_LONGEST: Final = 1000
"""Words of a line; of a longer one the first are let go."""


class Suggested(NamedTuple):
    """The line when it is ended, the line so far, and three words that may come next."""

    line: Text | None = None
    text: str | None = None
    first: str | None = None
    second: str | None = None
    third: str | None = None


class Suggest(Node):
    """Suggests the next word, three at a time: a predictive keyboard that has read your text.

    ``text`` is a file; what stands in it is what it knows, with its capitals and signs. Without one
    it has read English poems. A hand chooses by ``choose``, on the page, by OSC or from a pad; a
    cable by a number at ``choose``, by triggers at ``first``, ``second`` and ``third``, or by notes
    at ``pad``, of which ``pads`` names three. ``undo`` takes the last word back, ``end`` ends the
    line and gives it as ``line``. What is typed into its first inlet stands in the line as well.

    ``first``, ``second`` and ``third`` are the words, empty where there are not so many, and
    ``text`` the line so far. Slurs are not suggested unless ``block`` is off.

    The likeliest words are found by interpolated Kneser-Ney (1995) over the last three.
    """

    self_starting: ClassVar[bool] = True

    text: Fixed[Annotated[str, Param("a text file that it learns from", unit=FILE)]] = ""
    block: Annotated[bool, Param("whether slurs are left out")] = True
    pads: Annotated[
        tuple[int, int, int], Param("the notes that choose the first, second and third", 0, 127)
    ] = (36, 37, 38)
    choose: Event[Annotated[int, Param("which of the three words comes next", 1, 3)]] = 1
    undo: Event[Annotated[bool, Param("take the last word back")]] = False
    end: Event[Annotated[bool, Param("end the line")]] = False

    _known: NextWords = field(default_factory=NextWords)
    _line: list[str] = field(default_factory=list)
    _three: list[str] = field(default_factory=list)
    _spoke: bool = False

    def doubts(self, folder: Path | None) -> Mapping[str, str]:
        """Return what is wrong with the text."""
        if not self.text:
            return {}
        try:
            text, faults = read_text(self.text)
        except DeviceError as error:
            return {"text": f"{error}; it plays with the poems that it knows"}
        if fault := _too_short(self.text, NextWords(text)):
            return {"text": fault}
        return {"text": told(self.text, faults)} if faults else {}

    def open(self, context: Context | None = None) -> None:
        """Learn the text; where there is none to learn from, which is told, the poems."""
        self._line, self._spoke = [], False
        name = context.name if context else "suggest"
        if self.text:
            try:
                text, _ = read_text(self.text)
                self._known = NextWords(text)
                fault = _too_short(self.text, self._known)
            except DeviceError as error:
                fault = f"{error}; it plays with the poems that it knows"
            if not fault:
                return
            _log.error("%s: text: %s", name, fault)
        self._known = NextWords(_poems())

    def process(self, words: Text | str = "") -> Suggested | None:
        """Put words to the line; return it with what may come next."""
        said = plain_text(words)
        if not said.final:
            return None
        self._line += clean(said.text).split()
        del self._line[:-_LONGEST]
        return self._says()

    def on_choose(self, choose: int) -> Suggested | None:
        """Put one of the three words to the line."""
        if not 1 <= choose <= len(self._three):
            return None
        self._line.append(self._three[choose - 1])
        del self._line[:-_LONGEST]
        return self._says()

    def on_first(self, first: Trigger) -> Suggested | None:
        """Put the first word to the line."""
        return self.on_choose(1)

    def on_second(self, second: Trigger) -> Suggested | None:
        """Put the second word to the line."""
        return self.on_choose(2)

    def on_third(self, third: Trigger) -> Suggested | None:
        """Put the third word to the line."""
        return self.on_choose(3)

    def on_pad(self, pad: Note) -> Suggested | None:
        """Put the word to the line whose note begins."""
        if pad.velocity and pad.note in self.pads:
            return self.on_choose(self.pads.index(pad.note) + 1)
        return None

    def on_undo(self, undo: Trigger) -> Suggested | None:
        """Take the last word back."""
        if not self._line:
            return None
        self._line.pop()
        return self._says()

    def on_end(self, end: Trigger) -> Suggested | None:
        """Return the line, and begin another."""
        if not self._line:
            return None
        line, self._line = " ".join(self._line), []
        return self._says()._replace(line=Text(line))

    def on_wake(self, at: Ns) -> Suggested | None:
        """Return what may come first, as the show begins."""
        if self._spoke:
            return None
        self._spoke = True
        return self._says()

    def reset(self) -> None:
        """Begin another line."""
        self._line = []

    def _says(self) -> Suggested:
        self._three = self._known.after(self._line, passes=self._passes)
        return Suggested(None, " ".join(self._line), *(*self._three, "", "", "")[:3])

    def _passes(self, word: str) -> bool:
        return not (self.block and is_blocked(word))


def _too_short(file: str, known: NextWords) -> str:
    if known.words >= LEAST:
        return ""
    return (
        f'"{file}" is too short to learn from: it has {known.words} words, and {LEAST} are needed;'
        " it plays with the poems that it knows"
    )


def _poems() -> str:
    try:
        text, _ = decode(read_file(installed_folder("models") / "write" / POEMS, _LARGEST))
    except (UnreadableFile, ValueError) as error:
        _log.error("suggest: %s %s", POEMS, error)
        return ""
    return text
