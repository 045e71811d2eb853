"""The context of a box when it is opened: its name, its folder, and where it may store data.

    def open(self, context: Context) -> None:
        self._examples = msgspec.json.decode(context.state.read("examples.json") or b"[]")

The argument may be left out, as ``at`` may in ``process``.
"""

from __future__ import annotations

import inspect
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Protocol

_FILE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_CODE: Final = (".py", ".pyc", ".pyd", ".so", ".dll", ".pkl", ".pickle", ".joblib")
"""Endings of files that some program would run or unpickle: no state file may have one of them."""


class State(Protocol):
    """Data that a box stores over edits, restarts and crashes: a few files, written atomically.

    Data only: what runs when it is read (code, pickles) is refused, since a patch and its state may
    come from a stranger.
    """

    def read(self, name: str) -> bytes | None:
        """Return the content of a file, None if there is none; raise ValueError for a bad name."""
        ...

    def write(self, name: str, data: bytes) -> bool:
        """Write a file in place of the last version; return whether it was stored.

        A failure (a full disk) is reported, and the show goes on. Raise ValueError for a bad
        name.
        """
        ...

    def names(self) -> list[str]:
        """Return the names of all files, sorted."""
        ...

    def note(self, name: str, data: bytes) -> None:
        """Take what the box has kept in a process of its own."""
        ...


def check_file_name(name: str) -> str:
    """Return the name of a state file; raise ValueError for a path, or the name of a code file."""
    if not _FILE.fullmatch(name):
        raise ValueError(f'"{name}" is no name for data: letters, digits, ".", "_" and "-"')
    if name.lower().endswith(_CODE):
        raise ValueError(f'"{name}" would be code: a box keeps data only, such as JSON or ONNX')
    return name


def _nobody(name: str, data: bytes) -> None:
    """Ignore a file that was saved."""


class MemoryState:
    """State that lasts as long as the process: for a patch that is not a file, and for tests."""

    def __init__(
        self,
        files: Mapping[str, bytes] = MappingProxyType({}),
        written: Callable[[str, bytes], None] = _nobody,
    ) -> None:
        """``written`` is called with the name and content of every file that was saved."""
        self._files = dict(files)
        self._written = written

    def read(self, name: str) -> bytes | None:
        """Return the content of a file; None when there is none."""
        return self._files.get(check_file_name(name))

    def write(self, name: str, data: bytes) -> bool:
        """Write a file in place of the last version."""
        self._files[check_file_name(name)] = bytes(data)
        self._written(name, bytes(data))
        return True

    def names(self) -> list[str]:
        """Return the names of all files, sorted."""
        return sorted(self._files)

    def note(self, name: str, data: bytes) -> None:
        """Take what the box has kept in a process of its own."""
        self.write(name, data)


def _yes() -> bool:
    return True


class Masters(Protocol):
    """The masters of the pictures that leave, as at a lighting desk; read them on any thread."""

    @property
    def blackout(self) -> bool:
        """Whether pictures leave black."""
        ...

    @property
    def frozen(self) -> bool:
        """Whether the picture stands that left last."""
        ...

    @property
    def level(self) -> float:
        """What brightness is multiplied by, 0 to 1."""
        ...


class ClearMasters:
    """Masters that change nothing: where no show plays."""

    blackout: Final = False
    frozen: Final = False
    level: Final = 1.0


@dataclass(frozen=True)
class Context:
    """What a box may know of its surroundings; the same object for the whole life of the box.

    ``name`` is the box's name in the patch, ``folder`` the folder of the patch (None when it is not
    a file), ``state`` its stored data, ``log`` a logger for developers, ``masters`` what is done to
    the pictures that leave.
    """

    name: str = ""
    folder: Path | None = None
    state: State = field(default_factory=MemoryState)
    log: logging.Logger = field(default_factory=lambda: logging.getLogger("sensorium"))
    may_leave: Callable[[], bool] = _yes
    masters: Masters = field(default_factory=ClearMasters)

    @property
    def pictures_may_leave(self) -> bool:
        """Whether pictures of people may be shown or kept right now: ask before each one."""
        return self.may_leave()


def with_context(method: Callable[..., Any], context: Context) -> Callable[..., Any]:
    """Return a method of a box, bound to the context when it has an argument for it."""
    if "context" not in inspect.signature(method).parameters:
        return method

    def called(*arguments: Any) -> Any:
        return method(*arguments, context=context)

    return called
