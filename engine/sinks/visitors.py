"""How many came in each hour, in a table that holds no picture."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

from engine.core.clock import wall_time
from engine.core.context import Context
from engine.core.errors import DeviceError, ParameterError, UnknownName, UnreadableFile
from engine.core.files import read_file
from engine.core.finding import Finding
from engine.core.messages import Message, Ns, Trigger
from engine.core.os_errors import os_reason
from engine.core.parameter import Fixed, Param
from engine.core.sink import Sink

IN: Final = "in"
HEADER: Final = b"hour,visitors\n"
_HEADERS: Final = re.compile(rb"(\xef\xbb\xbf)?hour,visitors\r?\n")
"""As programs for tables save it too: marked as UTF-8, with the ends of lines that Windows has."""
LARGEST: Final = 10_000_000
"""Bytes; that is more than fifty years of hours."""
_log = logging.getLogger("sensorium")


class Visitors(Sink):
    """Count who comes, per hour, into a CSV file: a number an hour, no picture and no name.

    Each trigger is one visitor: ``from`` leads to what tells that somebody came, such as
    ``door.forth`` of a ``crossed`` or ``hall.enter`` of a ``zone``. The file stands beside the
    patch; each line is an hour by the clock of the machine and how many came within it, such as
    "2026-11-29 15:00,42". An hour in which nobody came has no line, and the one that the clock goes
    back over in autumn has one for both. It goes on where it stood after a restart, within the hour
    too. While the disk is full it counts on, and writes later what it could not. A table that was
    edited meanwhile goes on behind what is there. One that was taken away keeps whom it has
    counted: the new one begins with who comes after that, so nobody is in both.

    Raises DeviceError when the file is something else, or cannot be written at the start.
    """

    counts = True

    file: Fixed[Annotated[str, Param("the table: a .csv file, beside the patch")]] = "visitors.csv"

    _wall: Callable[[], datetime] = wall_time
    _path: Path | None = None
    _begin: int = 0
    """Where in the file the first of the lines begins that are to be written."""
    _head: bytes = b""
    _last: tuple[str, int] | None = None
    """The hour that stands in the table there, and how many came in it."""
    _left: _State | None = None
    """The table as it was left; None where it has to be read."""
    _failing: bool = False

    def __post_init__(self) -> None:
        if Path(self.file).suffix.lower() != ".csv":
            raise ParameterError(f'file: expected a table that ends in .csv, got "{self.file}"')
        self._hours: list[tuple[str, int]] = []
        """Hours with those who are not in the table yet."""

    @property
    def destination(self) -> str:
        """The table."""
        return f"the table {self.file}"

    @property
    def lane(self) -> bool:
        """Whether ``send`` may block: always, as a disk does."""
        return True

    def examine(self) -> list[Finding]:
        """Return that it needs no device; whether the file can be written shows when it plays."""
        return [Finding("", "ok", f"counts visitors into {self.file}")]

    def accepts(self, port: str) -> tuple[type, ...]:
        """Return what counts: triggers. Raise UnknownName for any port but that of ``from``."""
        if port != IN:
            raise UnknownName("input", port, [IN])
        return (Trigger,)

    def open(self, context: Context) -> None:
        """Find where the table stands. Raise DeviceError when it cannot be used."""
        path = Path(self.file)
        if context.folder is None and not path.is_absolute():
            raise DeviceError("the table is written beside the patch, and this patch is no file")
        path = (context.folder or Path()) / path
        self._left = None
        try:
            self._save(path)
        except OSError as error:
            why = f"{path.name} cannot be written ({os_reason(error)})"
            raise DeviceError(f"{why}: nobody is counted until it can") from None
        self._path = path

    def open_offline(self, context: Context | None = None) -> None:
        """Write nothing: offline there is no clock on a wall."""
        self._path = None

    def close(self) -> None:
        """Write what could not be written before."""
        if self._path is not None and self._failing:
            self._write()

    def send(self, port: str, message: Message, at: Ns) -> None:
        """Count a visitor."""
        hour = self._hour() if self._path is not None else ""
        if self._hours and self._hours[-1][0] == hour:
            self._hours[-1] = hour, self._hours[-1][1] + 1
        else:
            self._hours.append((hour, 1))
        if self._path is not None:
            self._write()
        self.note_sent(port, {"address": "visitors", "args": [self._standing()[-1][1]]})

    def _hour(self) -> str:
        return self._wall().astimezone().strftime("%Y-%m-%d %H:00")

    def _find_place(self, path: Path) -> None:
        """Find where to write, unless the table is as it was left.

        Raise DeviceError for what is no such table.
        """
        if self._left is not None and self._left == _state(path):
            return
        self._begin, self._last = _read(path)
        self._head = b"" if self._begin else HEADER

    def _standing(self) -> list[tuple[str, int]]:
        """Return the hours as they are to stand in the table, from the last that stands there."""
        if self._last is None:
            return [*self._hours]
        hour, count = self._last
        if self._hours and self._hours[0][0] == hour:
            return [(hour, count + self._hours[0][1]), *self._hours[1:]]
        return [self._last, *self._hours]

    def _write(self) -> None:
        """Write the hours that changed; told once when that fails, and when it works again."""
        assert self._path is not None
        try:
            self._save(self._path)
        except DeviceError as error:
            self._left = None
            self._fail(str(error))
            return
        except OSError as error:
            self._left = _state(self._path)  # what is half written is written over from its place
            self._fail(f"{self._path.name} cannot be written ({os_reason(error)})")
            return
        if self._failing:
            _log.warning("%s is written again, with who came meanwhile", self._path.name)
        self._failing = False

    def _save(self, path: Path) -> None:
        """Write the hours that changed. Raise DeviceError for another file, OSError if it fails."""
        self._find_place(path)
        hours = self._standing()
        lines = [self._head, *(f"{hour},{count}\n".encode() for hour, count in hours)]
        with os.fdopen(os.open(path, _HOW, 0o644), "r+b") as table:
            table.seek(self._begin)
            table.write(b"".join(lines))
            table.truncate()
        self._left = _state(path)
        self._head = b""
        self._begin += sum(map(len, lines[:-1] if hours else lines))
        self._last = hours[-1] if hours else None
        self._hours.clear()

    def _fail(self, why: str) -> None:
        if not self._failing:
            _log.warning("%s: visitors are counted, and written later", why)
        self._failing = True


_State = tuple[int, int, int]
"""What changes with a file: which one it is, how long, and when it was written."""


def _state(path: Path) -> _State | None:
    """Return the state of a file, None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


_HOW: Final = os.O_RDWR | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)


def _read(path: Path) -> tuple[int, tuple[str, int] | None]:
    """Return where the last line of a table begins, and what it says; begin a table.

    What follows the last whole line, as after a crash, counts as nothing. Raise DeviceError for a
    file that is no such table, OSError where none can be begun.
    """
    try:
        if not os.path.lexists(path):
            path.touch()
        data = read_file(path, LARGEST)
    except UnreadableFile as error:
        raise DeviceError(f"{path.name} {error}") from None
    if not data.strip(b"\0") or HEADER.startswith(data):
        return 0, None
    if not _HEADERS.match(data):
        raise DeviceError(
            f'{path.name} is another file: a table of visitors begins "hour,visitors"'
        )
    whole = data[: data.rfind(b"\n") + 1]
    begin = whole.rfind(b"\n", 0, -1) + 1
    if begin == 0:
        return len(whole), None
    hour, _, count = whole[begin:].decode("utf-8", "replace").strip().partition(",")
    try:
        datetime.strptime(hour, "%Y-%m-%d %H:%M")
        return begin, (hour, int(count))
    except ValueError:
        return len(whole), None
