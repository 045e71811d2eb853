"""All exceptions that Sensorium raises.

SensoriumError
|-- PatchError        a patch that cannot be played; carries every problem found
|-- ParameterError    a value that does not fit its parameter
|-- UnknownName       no outlet, port or box of that name; suggests the nearest
|-- DeviceError       a missing or vanished camera, port or file; retried
|-- ModelError        a network that is missing, altered or gives invalid numbers
`-- Overrun           a message that must never be lost found its queue full
"""

from __future__ import annotations

import difflib
import errno
import json
import os
import signal
import sys
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_LONGEST = 100
"""Maximum length of a word compared with names; longer ones are no misspellings."""


def nearest(word: str, choices: Iterable[str]) -> str:
    """Return a hint such as ' Did you mean "pose"?', or "" when no choice is close."""
    if len(word) > _LONGEST:
        return ""
    found = difflib.get_close_matches(word, list(choices), n=1, cutoff=0.6)
    return f' Did you mean "{found[0]}"?' if found else ""


def as_written(value: object) -> str:
    """Return a value as a patch writes it: true, "pose", [0, 1], { to = 0 }."""
    if isinstance(value, bool | str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(as_written, value))}]"
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{key} = {as_written(one)}' for key, one in value.items())} }}"
    return str(value).removesuffix(".0")


def describe_error(error: BaseException) -> str:
    """Return an exception as text: "ValueError: message"."""
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def tell_error(error: BaseException) -> str:
    """Return an exception as a performer reads it: one of ours says all by its message."""
    return str(error) if isinstance(error, SensoriumError) else describe_error(error)


def has_no_descriptor(error: object) -> bool:
    """Whether an error means that no further file or socket can be opened."""
    if isinstance(error, ImportError):  # of a library that the system was to load
        return os.strerror(errno.EMFILE) in str(error)
    return isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE)


NO_DESCRIPTOR = "too many files and connections are open (ulimit -n)"
"""That in words."""


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
        return ": ".join(part for part in (place, where, self.message) if part)


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


class ModelError(SensoriumError):
    """A network that is missing, does not match its card, or gives NaN."""


class Overrun(SensoriumError):
    """A message that must never be lost found its queue full."""
