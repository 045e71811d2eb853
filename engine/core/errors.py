"""Everything Sensorium itself raises.

SensoriumError
|-- PatchError        a patch that cannot be played; carries every problem found
|-- ParameterError    a value that does not fit its parameter
|-- UnknownName       no outlet, port or box of that name; suggests the nearest
|-- DeviceError       a camera, port or file that is not there or went away; tried again
|-- ModelError        a network that is missing, altered or gives nonsense
`-- Overrun           something that must never be lost had nowhere to go
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_LONGEST = 100
"""How long a word may be that is compared with names; a longer one is no misspelling."""


def nearest(word: str, choices: Iterable[str]) -> str:
    """Say which of ``choices`` was probably meant: ' Did you mean "pose"?', or an empty string."""
    if len(word) > _LONGEST:
        return ""
    found = difflib.get_close_matches(word, list(choices), n=1, cutoff=0.6)
    return f' Did you mean "{found[0]}"?' if found else ""


def as_written(value: object) -> str:
    """Say a value as a patch writes it: true, "pose", [0, 1], { to = 0 }."""
    if isinstance(value, bool | str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(as_written, value))}]"
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{key} = {as_written(one)}' for key, one in value.items())} }}"
    return str(value).removesuffix(".0")


class SensoriumError(Exception):
    """The root: catching it catches whatever Sensorium raises on purpose."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a patch: where it stands, and what was expected instead."""

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
    """A patch that cannot be played; ``problems`` holds all that was found, in file order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class ParameterError(SensoriumError):
    """A value that does not fit its parameter."""


class UnknownName(SensoriumError):
    """No such outlet, port or box; the message lists or suggests what there is."""

    def __init__(self, what: str, name: str, choices: Iterable[str], where: str = "") -> None:
        """``where`` says where all are listed; without it they are listed here."""
        known = sorted(choices)
        listed = where or (f"There is: {', '.join(known)}." if known else "")
        hint = nearest(name, known) or f" {listed}".rstrip()
        super().__init__(f'there is no {what} "{name}".{hint}')


class DeviceError(SensoriumError):
    """A device, port, address or file that is not there, or went away."""


class ModelError(SensoriumError):
    """A network that is missing, does not match its card, or gives what is not a number."""


class Overrun(SensoriumError):
    """Something that must never be lost had nowhere to go."""
