"""Locate files: those installed with Sensorium, and those that a box reads."""

from __future__ import annotations

import os
import stat
from io import BufferedReader
from pathlib import Path
from typing import Any, Final

from engine.core.errors import DeviceError, UnreadableFile
from engine.core.nearest import nearest
from engine.core.os_errors import os_reason

UNSEEN_ENDINGS: Final = (".txt", ".text", ".rtf")
"""What editors add to the name of a file, and file managers hide."""

_ENGINE = Path(__file__).parents[1]
_KINDS: Final = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a disk"),
)


def kind_of_file(mode: int) -> str:
    """Return what ``st_mode`` says a file is, "" for a regular one: "a folder", "a pipe"."""
    if stat.S_ISREG(mode):
        return ""
    return next((words for is_kind, words in _KINDS if is_kind(mode)), "no file")


def open_file(file: Path) -> BufferedReader:
    """Open a regular file for reading.

    Whatever else has a name never delays this: a pipe, a device or a folder is not opened. Raise
    UnreadableFile, whose words go on from the name of the file: "is a folder".
    """
    try:
        kind = kind_of_file(file.stat().st_mode)
        if not kind:
            # In this moment it may become another: it is opened without waiting, and asked again.
            flags = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
            stream = os.fdopen(os.open(file, os.O_RDONLY | flags), "rb")
            kind = kind_of_file(os.fstat(stream.fileno()).st_mode)
            if not kind:
                return stream
            stream.close()
    except FileNotFoundError:
        words = "is a link that leads nowhere" if file.is_symlink() else "is not there"
        raise UnreadableFile(words) from None
    except OSError as error:
        raise UnreadableFile(f"cannot be read: {os_reason(error)}") from None
    except ValueError:  # a zero in the name
        raise UnreadableFile("is no name that a file can have") from None
    raise UnreadableFile(f"is {kind}, not a file")


def read_file(file: Path, most: int) -> bytes:
    """Return the content of a regular file of at most so many bytes.

    No more than ``most`` bytes are taken of a file that grows. Raise UnreadableFile as
    ``open_file`` does.
    """
    with open_file(file) as stream:
        try:
            data = stream.read(most + 1)
        except OSError as error:
            raise UnreadableFile(f"cannot be read: {os_reason(error)}") from None
    if len(data) > most:
        raise UnreadableFile(f"is larger than {most:,} bytes")
    return data


def beside(folder: Path, named: Any, *, surely: bool) -> Any:
    """Return the name of a file with the folder of its patch, where it lies there; of files in
    lists and tables, each.

    ``surely`` says that it is the name of a file and of nothing else: one that is nowhere yet, or
    means several ("frames/*.png"), belongs beside the patch as well, if its own folder is there.
    """
    if isinstance(named, list):
        return [beside(folder, each, surely=surely) for each in named]
    if isinstance(named, dict):
        return {key: beside(folder, each, surely=surely) for key, each in named.items()}
    if not isinstance(named, str) or not named:
        return named
    there = folder / named
    try:
        belongs = surely and there.parent.is_dir() and not Path(named).exists()
        return str(there) if belongs or there.exists() else named
    except (OSError, ValueError):  # longer than a name can be, or in a folder not ours to see
        return named


def why_unreadable(file: str, what: str) -> str:
    """Return why ``find_readable`` finds no file, or ""."""
    try:
        find_readable(file, what)
    except DeviceError as error:
        return str(error)
    return ""


def find_readable(file: str, what: str) -> Path:
    """Return the absolute path of a file; "~" is the home folder.

    ``what`` names the expected type in errors: "a sound file". Raise DeviceError when the file is
    missing, a folder, a device or a pipe, or not readable.
    """
    path = Path(file).expanduser().absolute()
    if not path.exists():
        others = [other.name for other in path.parent.iterdir()] if path.parent.is_dir() else []
        raise DeviceError(f'there is no file "{file}".{nearest(path.name, others)}')
    if kind := kind_of_file(path.stat().st_mode):
        raise DeviceError(f'"{file}" is {kind}, not {what}')
    if not os.access(path, os.R_OK):
        raise DeviceError(f'"{file}" may not be read: its permissions forbid it')
    return path


def read_readable(file: str, what: str, most: int) -> bytes:
    """Return the content of a file that a box is given, found as ``find_readable`` does.

    Raise DeviceError as that does, and where the file holds more than ``most`` bytes.
    """
    try:
        return read_file(find_readable(file, what), most)
    except UnreadableFile as error:
        raise DeviceError(f'"{file}" {error}') from None


def installed_folder(name: str) -> Path:
    """Return the folder ``models``, ``patches`` or ``docs`` of this installation."""
    installed = _ENGINE / "_share" / name
    return installed if installed.is_dir() else _ENGINE.parent / name
