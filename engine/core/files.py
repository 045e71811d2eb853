"""Locate files: those installed with Sensorium, and those that a box reads."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from engine.core.errors import DeviceError, nearest

_ENGINE = Path(__file__).parents[1]
_IRREGULAR = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def find_readable(file: str, what: str) -> Path:
    """Return the absolute path of a file; "~" is the home folder.

    ``what`` names the expected type in errors: "a sound file". Raise DeviceError when the file is
    missing, a folder, or not readable.
    """
    path = Path(file).expanduser().absolute()
    if not path.exists():
        others = [other.name for other in path.parent.iterdir()] if path.parent.is_dir() else []
        raise DeviceError(f'there is no file "{file}".{nearest(path.name, others)}')
    if path.is_dir():
        raise DeviceError(f'"{file}" is a folder, not {what}')
    if not os.access(path, os.R_OK):
        raise DeviceError(f'"{file}" may not be read: its permissions forbid it')
    return path


def read_regular(file: Path, most: int | None = None) -> bytes:
    """Return the content of a regular file, and never wait for what is none, such as a pipe.

    ``most`` is the size in bytes from which on it is refused unread. Raise OSError.
    """
    _refuse_irregular(file.stat().st_mode)  # before it is opened: that does something to a device
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with open(file, "rb", opener=lambda path, _: os.open(path, flags)) as opened:
        now = os.fstat(opened.fileno())
        _refuse_irregular(now.st_mode)
        if most is None:
            return opened.read()
        content = opened.read(most + 1)  # a file of /proc tells no size
    if len(content) > most:
        raise OSError(0, f"is too large: {most} bytes at most")
    return content


def _refuse_irregular(mode: int) -> None:
    for is_that, what in _IRREGULAR:
        if is_that(mode):
            raise OSError(0, f"is {what}, not a file")


def installed_folder(name: str) -> Path:
    """Return the folder ``models`` or ``patches`` of this installation."""
    installed = _ENGINE / "_share" / name
    return installed if installed.is_dir() else _ENGINE.parent / name
