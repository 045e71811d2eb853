"""All exceptions that Sensorium raises.

SensoriumError
|-- PatchError        a patch that cannot be played; carries every problem found
|-- ParameterError    a value that does not fit its parameter
|-- UnknownName       no outlet, port or box of that name; suggests the nearest
|-- DeviceError       a missing or vanished camera, port or file; retried
|-- UnreadableFile    a file that is missing, too large, or no regular file
|-- UnwritableFile    a file that a command shall write, and cannot
|-- ModelError        a network that is missing, altered or gives invalid numbers
`-- Overrun           a message that must never be lost found its queue full
"""

from __future__ import annotations

import errno
import json
import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

from engine.core.secrets import hide_in_value, hide_secrets

_LONGEST = 100
"""Maximum length of a word compared with names; longer ones are no misspellings."""
_SHORTEST = 3
_STEM = 4
_MOST_GUESSES = 3
_PARTS = re.compile(r"[_/. -]")


_hints: ContextVar[bool] = ContextVar("hints", default=True)


@contextmanager
def without_hints() -> Iterator[None]:
    """Have ``nearest`` find nothing: to compare names takes as long as a hundred commands."""
    before = _hints.set(False)
    try:
        yield
    finally:
        _hints.reset(before)


def nearest(word: str, choices: Iterable[str]) -> str:
    """Return a hint such as ' Did you mean "pose"?', or "" when no choice is close.

    A choice is close where few slips of a hand lie between (one in three letters), or where the
    word is the beginning or one part of it, as "midi" of "midi_in". Why not a ratio of matching
    letters: it takes "osc_out" for "count", and a wrong guess is worse than none.
    """
    if not (_hints.get() and _SHORTEST <= len(word) <= _LONGEST):
        return ""
    folded = word.casefold()
    known = list(dict.fromkeys(choices))
    most = len(folded) // 3 or 1
    slips = ((_slips(folded, each.casefold(), most), each) for each in known)
    close = [(count, each) for count, each in slips if count <= most]
    found = [min(close, key=_closeness(folded))[1]] if close else _completed(folded, known)
    if not found or found == [word]:
        return ""
    quoted = [f'"{each}"' for each in found]
    return f" Did you mean {either(quoted)}?"


def either(words: list[str]) -> str:
    """Join words by commas and a final "or"."""
    return " or ".join(part for part in (", ".join(words[:-1]), words[-1]) if part)


def _closeness(word: str) -> Callable[[tuple[int, str]], tuple[int, int, int]]:
    """Return the order of choices with their slips: of two the one that begins, then ends alike."""

    def order(choice: tuple[int, str]) -> tuple[int, int, int]:
        count, other = choice[0], choice[1].casefold()
        return count, -_shared(word, other), -_shared(word[::-1], other[::-1])

    return order


def _completed(word: str, choices: list[str]) -> list[str]:
    """Return the few choices that a word begins, is one part of, or ends in another way than.

    [] where there are many.
    """
    begun = [each for each in choices if each.casefold().startswith(word)]
    parts = [each for each in choices if _is_part(word, each.casefold())]
    found = begun or parts or [each for each in choices if _same_stem(word, each.casefold())]
    return found if len(found) <= _MOST_GUESSES else []


def _same_stem(word: str, other: str) -> bool:
    """Whether two words begin alike and only end in another way: "carry", "carries"."""
    return _shared(word, other) >= max(_STEM, 3 * min(len(word), len(other)) / 4)


def _is_part(word: str, other: str) -> bool:
    """Whether a word is a part of another, or ends in it: "midi" of "midi_in", "pitchbend"."""
    return word in _PARTS.split(other) or (len(other) >= _STEM and word.endswith(other))


def _shared(word: str, other: str) -> int:
    """Return how many letters two words begin with together."""
    pairs = enumerate(zip(word, other, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(word), len(other)))


def _slips(word: str, other: str, most: int) -> int:
    """Return how many letters are put in, left out, exchanged or swapped with the next one.

    More than ``most`` are not counted further (optimal string alignment, Boytsov 2011).
    """
    if abs(len(word) - len(other)) > most:
        return most + 1
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(word, 1):
        line = [row]
        for column, its in enumerate(other, 1):
            best = min(last[column] + 1, line[-1] + 1, last[column - 1] + (letter != its))
            if before and column > 1 and (letter, word[row - 2]) == (other[column - 2], its):
                best = min(best, before[column - 2] + 1)
            line.append(best)
        if min(line) > most:
            return most + 1
        before, last = last, line
    return last[-1]


def as_written(value: object) -> str:
    """Return a value as a patch writes it: true, "pose", [0, 1], { to = 0 }; no passwords."""
    if isinstance(value, str):
        value = hide_in_value(value)
    if isinstance(value, bool | str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(as_written, value))}]"
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{key} = {as_written(one)}' for key, one in value.items())} }}"
    return str(value).removesuffix(".0")


NO_DESCRIPTOR = "too many files and connections are open (ulimit -n)"
"""Why no further file or socket can be opened."""

_REASONS = {
    errno.ENOENT: "there is no such file or folder",
    errno.EEXIST: "there is a file of that name already",
    errno.EACCES: "its permissions forbid it",
    errno.EPERM: "its permissions forbid it",
    errno.EROFS: "that disk may only be read",
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the space that this user may take on the disk is used up",
    errno.EFBIG: "the file may not become any larger",
    errno.EISDIR: "it is a folder",
    errno.ENOTDIR: "a part of its path is no folder",
    errno.ENXIO: "nobody reads from it",
    errno.EPIPE: "nobody reads from it any more",
    errno.EIO: "the disk or device fails",
    errno.ENAMETOOLONG: "its name is too long",
    errno.ELOOP: "its links lead round in a circle",
    errno.EMFILE: NO_DESCRIPTOR,
    errno.ENFILE: NO_DESCRIPTOR,
    errno.EINVAL: "it cannot be used like that",
    errno.EADDRINUSE: "another program uses that port",
    errno.EADDRNOTAVAIL: "this machine has no such address",
    errno.ECONNREFUSED: "nobody listens there",
    errno.EHOSTUNREACH: "that machine cannot be reached",
    errno.ENETUNREACH: "that network cannot be reached",
}


def os_reason(error: OSError) -> str:
    """Return in plain words why the system refused something, without the name of the file."""
    if error.errno in _REASONS:
        return _REASONS[error.errno]
    text = error.strerror or str(error) or type(error).__name__
    return text[0].lower() + text[1:]


def describe_os_error(error: OSError) -> str:
    """Return what the system refused: "songs/a.wav: there is no such file or folder"."""
    name = error.filename
    named = "" if name is None or isinstance(name, int) else f"{os.fsdecode(name)}: "
    return named + os_reason(error)


def describe_error(error: BaseException) -> str:
    """Return an exception as text: "ValueError: message"; one that has no text by its type."""
    try:
        text = describe_os_error(error) if isinstance(error, OSError) else str(error)
    except anything_raised():  # a class of a performer's own
        text = ""
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def tell_error(error: BaseException) -> str:
    """Return an exception as a performer reads it: one of ours says all by its message."""
    return str(error) if isinstance(error, SensoriumError) else describe_error(error)


def has_no_descriptor(error: object) -> bool:
    """Whether an error means that no further file or socket can be opened."""
    if isinstance(error, ImportError):  # of a library that the system was to load
        return os.strerror(errno.EMFILE) in str(error)
    return isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE)


class Interrupted(KeyboardInterrupt):
    """Ctrl-C, as the command line raises it: told apart from what a box raises by itself."""


def anything_raised() -> type[BaseException]:
    """Return what to catch around a call of a box: ``except anything_raised() as error``.

    That is everything, ``SystemExit`` and ``KeyboardInterrupt`` too, for a box that raises those
    is as wrong as any other. Only a real Ctrl-C, which Python raises wherever the main thread is,
    goes on.
    """
    error = sys.exception()
    ctrl_c = isinstance(error, Interrupted) or (
        isinstance(error, KeyboardInterrupt)
        and threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    )
    return Exception if ctrl_c else BaseException


class SensoriumError(Exception):
    """Base class of everything that Sensorium raises on purpose."""


@dataclass(frozen=True)
class Problem:
    """One error in a patch: its position and message."""

    message: str
    file: Path | None = None
    line: int | None = None
    box: str | None = None
    key: str | None = None

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line) if part is not None)
        box = f"[{self.box}]" if self.box else ""
        where = " ".join(part for part in (box, self.key) if part)
        return hide_secrets(": ".join(part for part in (place, where, self.message) if part))


class PatchError(SensoriumError):
    """A patch that cannot be played; ``problems`` holds every error, in file order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class ParameterError(SensoriumError):
    """A value that does not fit its parameter."""


class UnknownName(SensoriumError):
    """No such outlet, port or box; the message suggests or lists those there are."""

    def __init__(self, what: str, name: str, choices: Iterable[str], where: str = "") -> None:
        """``where`` names a place that lists all; without it they are listed here."""
        known = sorted(choices)
        listed = where or (f"There is: {', '.join(known)}." if known else "")
        hint = nearest(name, known) or f" {listed}".rstrip()
        super().__init__(f'there is no {what} "{name}".{hint}')


class DeviceError(SensoriumError):
    """A device, port, address or file that is missing or went away."""


class UnreadableFile(SensoriumError):
    """A file that is missing, too large, forbidden, or no regular file."""


class UnwritableFile(SensoriumError):
    """A file that cannot be written: no such folder, forbidden, or the disk is full."""


class ModelError(SensoriumError):
    """A network that is missing, does not match its card, or gives NaN."""


class Overrun(SensoriumError):
    """A message that must never be lost found its queue full."""
