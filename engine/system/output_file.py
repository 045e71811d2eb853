"""Files that a command writes for the performer: a log, numbers, what was sent.

They are opened before a show begins, so that what can be known of them is told before; what is in
them is kept until something is written in its place.
"""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from engine.core.errors import UnwritableFile
from engine.core.os_errors import os_reason


def open_to_write(file: Path, *, append: bool = False) -> int:
    """Return a descriptor of a file to be written, made where it is missing, and left as it is.

    A pipe that nobody reads is refused and not waited for. Raise OSError.
    """
    flags = os.O_WRONLY | os.O_CREAT | (os.O_APPEND if append else 0)
    nonblocking = getattr(os, "O_NONBLOCK", 0)
    handle = os.open(file, flags | nonblocking | getattr(os, "O_BINARY", 0), 0o666)
    if nonblocking:
        os.set_blocking(handle, True)
    return handle


def describe_refusal(file: Path, error: OSError) -> str:
    """Return that a file cannot be written, and why."""
    missing = error.errno == errno.ENOENT
    reason = f'there is no folder "{file.parent}"' if missing else os_reason(error)
    return f"{file} cannot be written: {reason}"


class OutputFile:
    """A file that can be written, as far as can be known before.

    Raise UnwritableFile when it cannot: no such folder, a folder itself, forbidden, a full disk, or
    a pipe that nobody reads.
    """

    def __init__(self, file: Path) -> None:
        self.path = file
        self._unwritten = not os.path.lexists(file)
        try:
            self._handle = open_to_write(file)
        except OSError as error:
            raise UnwritableFile(describe_refusal(file, error)) from None
        except ValueError:
            raise UnwritableFile("a file cannot be called that: a zero is in its name") from None
        if self._disk_is_full():
            self.close()
            full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            raise UnwritableFile(describe_refusal(file, full))

    def stream(self) -> TextIO:
        """Return a stream that replaces what was in it; closing that closes the file. Once."""
        self._unwritten = False
        if self._is_regular():
            os.ftruncate(self._handle, 0)
        return os.fdopen(self._handle, "w", encoding="utf-8")

    def write(self, content: str | bytes) -> None:
        """Replace what was in it; it may be called again. Raise OSError when the disk refuses."""
        self._unwritten = False
        if self._is_regular():
            os.ftruncate(self._handle, 0)
            os.lseek(self._handle, 0, os.SEEK_SET)
        if isinstance(content, bytes):
            with open(self._handle, "wb", closefd=False) as file:
                file.write(content)
            return
        with open(self._handle, "w", encoding="utf-8", closefd=False) as stream:
            stream.write(content)

    def close(self) -> None:
        """Close it as it is, and take it away where it is new and nothing was written. Once."""
        with suppress(OSError):
            os.close(self._handle)
            if self._unwritten:
                self.path.unlink()

    def _is_regular(self) -> bool:
        return stat.S_ISREG(os.fstat(self._handle).st_mode)

    def _disk_is_full(self) -> bool:
        """Return whether not one block is free, where the system says so."""
        if not (hasattr(os, "fstatvfs") and self._is_regular()):
            return False
        space = os.fstatvfs(self._handle)
        return space.f_blocks > 0 and space.f_bfree == 0
