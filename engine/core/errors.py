"""All exceptions that Sensorium raises.

SensoriumError
|-- PatchError        a patch that cannot be played; carries every problem found
|-- ParameterError    a value that does not fit its parameter
|-- UnknownName       no outlet, port or box of that name; suggests the nearest
|-- DeviceError       a missing or vanished camera, port or file; retried
|-- UnreadableFile    a file that is missing, too large, or no regular file
|-- UnwritableFile    a file that a command shall write, and cannot
|-- ClusterError      a room of machines that cannot be opened
|-- ModelError        a network that is missing, altered or gives invalid numbers
`-- Overrun           a message that must never be lost found its queue full
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from engine.core.box_errors import anything_raised
from engine.core.nearest import nearest
from engine.core.os_errors import describe_os_error
from engine.core.secrets import hide_in_value, hide_secrets


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

    def __init__(
        self, what: str, name: str, choices: Iterable[str], where: str = "", meant: str = ""
    ) -> None:
        """``where`` names a place that lists all; without it they are listed here.

        ``meant`` says what it is instead, where that is known.
        """
        known = sorted(choices)
        listed = where or (f"There is: {', '.join(known)}." if known else "")
        hint = (meant and f" {meant}") or nearest(name, known) or f" {listed}".rstrip()
        super().__init__(f'there is no {what} "{name}".{hint}')


class DeviceError(SensoriumError):
    """A device, port, address or file that is missing or went away."""


class UnreadableFile(SensoriumError):
    """A file that is missing, too large, forbidden, or no regular file."""


class UnwritableFile(SensoriumError):
    """A file that cannot be written: no such folder, forbidden, or the disk is full."""


class ClusterError(SensoriumError):
    """A room of machines that cannot be entered: no key, no library, a port that is taken."""


class ModelError(SensoriumError):
    """A network that is missing, does not match its card, or gives NaN."""


class Overrun(SensoriumError):
    """A message that must never be lost found its queue full."""
