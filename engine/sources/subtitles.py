"""Show the texts of a file, each at its time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, ClassVar, Final

from engine.core.clock import ns
from engine.core.errors import DeviceError
from engine.core.messages import Message, Ns, Text, Trigger
from engine.core.parameter import FILE, Fixed, Param
from engine.core.source import Emit, Tape
from engine.language.text_file import TextFault, read_text, told
from engine.language.timed_text import ENDINGS, Cue, read_timed

_BREATH: Final = 1.0
"""Seconds from the last text of a file until it ends, or begins again."""


class Subtitles(Tape):
    """Says the texts of a .srt, .vtt or .lrc file at their times: subtitles, the words of a song.

    It begins with the show, as ``audio_file`` and ``video_file`` do, so both keep together;
    ``late`` moves it. ``text`` is "" where a text has ended and none follows. ``number`` counts
    them, ``next`` is the text that comes then, and ``line`` a trigger at each.

    What cannot be read in the file is told with its line and left out. A poem without times is for
    ``lines``. Raises DeviceError when the file is not there, or holds no text with a time.
    """

    OUT: ClassVar[Mapping[str, type]] = {"text": Text, "number": int, "next": str, "line": Trigger}

    file: Fixed[Annotated[str, Param("the .srt, .vtt or .lrc file", unit=FILE)]]
    late: Fixed[
        Annotated[float, Param("seconds later than in the file; below 0 earlier", -3600, 3600)]
    ] = 0.0
    loop: Annotated[bool, Param("begin again at the end")] = False

    @property
    def endless(self) -> bool:  # here it depends on a parameter
        """Whether the show does not end with it: True while looped."""
        return self.loop

    def doubts(self, folder: Path | None) -> Mapping[str, str]:
        """Return what is wrong within the file, though the rest of it plays, or that none does."""
        try:
            _, faults = self._read()
        except DeviceError as error:
            return {"file": str(error)}
        return {"file": told(self.file, faults)} if faults else {}

    def open(self, emit: Emit) -> None:
        """Read the file once. Raise DeviceError when there is nothing to say."""
        self._read()

    def events(self) -> Iterator[tuple[Ns, str, Message]]:
        """Yield the texts. Raise DeviceError when the file disappears between two rounds."""
        begin = 0.0
        while True:
            cues, _ = self._read()
            for seconds, outlet, message in _messages(cues):
                yield ns(max(0.0, begin + seconds + self.late)), outlet, message
            if not self.loop:
                return
            begin += _length(cues) + _BREATH

    def _read(self) -> tuple[list[Cue], list[TextFault]]:
        ending = Path(self.file).suffix.lower()
        if ending not in ENDINGS:
            raise DeviceError(
                f'"{self.file}" has no times: expected a file that ends in {", ".join(ENDINGS)};'
                ' use = "lines" says the lines of any other'
            )
        text, damage = read_text(self.file)
        cues, faults = read_timed(text, ending)
        faults = sorted([*damage, *faults], key=lambda fault: fault.line)
        if not cues:
            more = f": {told(self.file, faults)}" if faults else ""
            raise DeviceError(f'"{self.file}" holds no text with a time{more}')
        return cues, faults


def _messages(cues: list[Cue]) -> Iterator[tuple[float, str, Message]]:
    """Yield what is said of the texts, in order of time."""
    for number, cue in enumerate(cues, 1):
        follows = cues[number] if number < len(cues) else None
        yield cue.begin, "text", Text(cue.text)
        yield cue.begin, "number", number
        yield cue.begin, "next", follows.text if follows else ""
        yield cue.begin, "line", Trigger(float(number))
        if cue.end is not None and (follows is None or cue.end < follows.begin):
            yield cue.end, "text", Text("")


def _length(cues: list[Cue]) -> float:
    """Return the second at which the last text ends."""
    return max(cue.end if cue.end is not None else cue.begin for cue in cues)
