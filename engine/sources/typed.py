"""A line that is typed: on the page, or sent by OSC.

[typed]
use = "typed"

Every page of the show has a line to type in, with the box's label beside it. Another program sends
``/typed/text "the sea is calm"``, to the port of ``osc_control``.

Why no device: what is typed is said to the box by hand, through the engine's one door, so that a
recording holds it in its place and a replay says it again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

from engine.core.commands import Command, Notice
from engine.core.messages import Message, Text
from engine.core.parameter import Event, Param
from engine.core.source import Emit, Source
from engine.language.words import LONGEST, clean


class Typed(Source):
    """Take a line that somebody types on the page, or sends by OSC: ``/typed/text``.

    On the page, Enter ends a line. ``text`` is the whole line, never lost. ``interim`` is what
    stands there while it is typed, and empty when the line has ended. An empty line is a text too:
    it clears what shows the last one. Ends of lines and control characters become spaces or are
    left out; of more than 10,000 characters the first 10,000 come out, which is told.
    """

    OUT: ClassVar[Mapping[str, type]] = {"text": str, "interim": Text}

    text: Event[Annotated[str, Param("a whole line, which comes out at once")]] = ""
    typing: Event[Annotated[str, Param("a line so far, which comes out of interim")]] = ""

    _typing: str = ""

    def open(self, emit: Emit) -> None:
        """Begin with an empty line."""
        self._typing = ""

    def on_text(self, text: str) -> Iterator[tuple[str, Message | Command]]:
        """Yield the line, and before it that nothing stands there any more."""
        if len(text) > LONGEST:
            said = f"a line of {len(text)} characters came; its first {LONGEST} come out"
            yield "", Notice(said)
        yield from self._stands("")
        yield "text", clean(text)

    def on_typing(self, typing: str) -> Iterator[tuple[str, Message | Command]]:
        """Yield what stands there, where that is another text than before."""
        yield from self._stands(clean(typing))

    def _stands(self, line: str) -> Iterator[tuple[str, Message | Command]]:
        if line != self._typing:
            self._typing = line
            yield "interim", Text(line, final=False)
