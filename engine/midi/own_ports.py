"""Which MIDI ports are the show's own, so that "auto" does not let it hear itself.

Why by name: no MIDI system says which program a port belongs to. A name is known before its port is
there, so that none is met unknown. A port that was made by the show, now or before, is its own,
and so is that of any other show, where the system lists what runs (Linux). What the show sends to a
port may come back from one of the same name: from an instrument nothing does, such as a desk with
lights, but from a junction all of it, and from a program what it passes on.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

MODULE: Final = "engine.midi.port_process"
"""What the processes run that own the ports of a show."""
NAME: Final = "--name="
"""How their command line begins to say what a port of theirs is called."""

_ALSA_NUMBERS: Final = re.compile(r" (\d+):\d+$")
_FIRST_PROGRAM: Final = 128  # of ALSA's clients; below are the kernel's
_DEVICES_OF_JACK: Final = re.compile(r"system:|a2j|alsa_midi|midi-bridge", re.IGNORECASE)
_MADE: Final = (
    r"(?:{name}(?:-\d\d)?:)?{name}"  # by JACK and ALSA with its client, which JACK numbers
)
_DIRECTIONS: Final = re.compile(r"\b(in|out|input|output|capture|playback|send|receive|tx|rx)\b")
_JUNCTION: Final = re.compile(r"through|thru|loop|\biac\b|virmidi|virtual raw", re.IGNORECASE)
_NO_WORD: Final = re.compile(r"[\W_]+")


class OwnPorts:
    """The names of the ports that a show makes, and of those that it sends to; neither forgets."""

    def __init__(self, made: tuple[str, ...] = (), sent_to: tuple[str, ...] = ()) -> None:
        self._made = dict.fromkeys(made)
        self._sent_to = dict.fromkeys(sent_to)

    def make(self, name: str) -> None:
        """Take account of a port that the show is about to make."""
        self._made[name] = None

    def send_to(self, port: str) -> None:
        """Take account of a part of a port's name that the show is about to send to."""
        self._sent_to[port] = None

    def has(self, port: str) -> bool:
        """Return whether a port that is listed was made by the show."""
        name = shown(port)
        return any(
            re.fullmatch(_MADE.format(name=re.escape(made)), name) for made in tuple(self._made)
        )

    def _reaches(self, port: str) -> bool:
        """Return whether the show sends to a port of this name, but for in and out."""
        return any(_plain(part) in _plain(port) for part in tuple(self._sent_to))

    def hears(self, port: str) -> bool:
        """Return whether what the show sends may come back from a port."""
        return self.has(port) or (self._reaches(port) and (is_junction(port) or is_program(port)))

    def to_text(self) -> str:
        """Return it as an argument of another process."""
        return json.dumps([tuple(self._made), tuple(self._sent_to)])

    @classmethod
    def from_text(cls, text: str) -> OwnPorts:
        """Read it in the other process, with what other shows have made."""
        made, sent_to = json.loads(text)
        return cls((*made, *_made_by_all_shows()), tuple(sent_to))


OWN_PORTS: Final = OwnPorts()
"""Those of the show that this process plays."""


def is_junction(port: str) -> bool:
    """Return whether a port only passes on what programs send to it, by its name."""
    return _JUNCTION.search(port) is not None


def is_program(port: str) -> bool:
    """Return whether a port of ALSA or JACK belongs to a program, not to a device."""
    numbers = _ALSA_NUMBERS.search(port)
    if numbers:
        return int(numbers[1]) >= _FIRST_PROGRAM
    return ":" in port and _DEVICES_OF_JACK.match(port) is None


def shown(name: str) -> str:
    """Return a name without the numbers that ALSA appends to it, which change."""
    return _ALSA_NUMBERS.sub("", name)


def _plain(port: str) -> str:
    words = _NO_WORD.sub(" ", shown(port).lower())
    return " ".join(_DIRECTIONS.sub("", words).split()) or words


def _made_by_all_shows() -> Iterator[str]:
    with suppress(OSError):
        for process in Path("/proc").iterdir():
            if process.name.isdigit():
                yield from _made_by(process)


def _made_by(process: Path) -> Iterator[str]:
    with suppress(OSError):  # it has ended
        words = (process / "cmdline").read_bytes().decode(errors="replace").split("\0")
        if MODULE in words:
            yield from (word.removeprefix(NAME) for word in words if word.startswith(NAME))
