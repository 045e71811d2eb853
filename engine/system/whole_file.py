"""Write files whole or not at all.

A file is written beside its place and then put there (``os.replace``), and the disk is made to keep
both, so that a crash or a power cut leaves the old one or the new one, never half of it. What a
crash leaves beside it is locked by nobody, so that it can be told from what is being written.
"""

from __future__ import annotations

import os
import re
import stat
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import BinaryIO, Final

if sys.platform != "win32":
    import fcntl

_SUFFIX: Final = ".new"
_BESIDE: Final = re.compile(r"\.[a-z0-9_]{8}\.new")
"""What ``tempfile`` calls a file that is written beside its place."""


def write_whole(
    files: Mapping[Path, bytes],
    check: Callable[[], None] = lambda: None,
    *,
    mode: int = 0o600,
) -> None:
    """Write files in place of what is there; raise OSError, with none of them changed.

    All are on the disk before the first takes its place, so a full disk changes none. What is
    reached by a link is written where that leads, and a file keeps its permissions and, where the
    system allows that, its owner; a new one gets ``mode``. ``check`` is called just before they
    take their places, and may raise.
    """
    placed = {Path(os.path.realpath(file)): data for file, data in files.items()}
    beside: dict[Path, Path] = {}
    with ExitStack() as locks:
        try:
            for file, data in placed.items():
                out, beside[file] = _begin_beside(file)
                locks.enter_context(out)
                out.write(data)
                _resemble(out.fileno(), file, mode)
                out.flush()
                os.fsync(out.fileno())
                if os.name != "posix":  # no open file can be moved there
                    out.close()
            check()
            for file in placed:
                beside[file].replace(file)
        except BaseException:
            for left in beside.values():
                with suppress(OSError):
                    left.unlink()
            raise
    for folder in {file.parent for file in placed}:
        _keep_names(folder)


def clear_left(folder: Path) -> None:
    """Remove from a folder of ours what was left beside its place by who was ended as it wrote.

    What some process writes now stays; on Windows, where that cannot be known, all of it does.
    """
    if sys.platform == "win32":
        return
    try:
        names = [entry.name for entry in os.scandir(folder) if _BESIDE.fullmatch(entry.name)]
    except OSError:
        return
    for name in names:
        with suppress(OSError):
            handle = os.open(folder / name, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
            try:
                if _lock(handle, wait=False):
                    (folder / name).unlink()
            finally:
                os.close(handle)


def _begin_beside(file: Path) -> tuple[BinaryIO, Path]:
    """Open a new file beside another one, locked for as long as it is open."""
    while True:
        handle, name = tempfile.mkstemp(prefix=".", suffix=_SUFFIX, dir=file.parent)
        _lock(handle, wait=True)
        if os.fstat(handle).st_nlink:  # nobody has cleared it away before it was locked
            return os.fdopen(handle, "wb"), Path(name)
        os.close(handle)


def _lock(handle: int, *, wait: bool) -> bool:
    """Lock an open file until it is closed; return whether that went well."""
    if sys.platform == "win32":
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:  # another process has, or the file system knows no locks
        return False
    return True


def _resemble(handle: int, file: Path, mode: int) -> None:
    """Set the permissions and the owner of an open file to those of another, if there is that."""
    if os.name != "posix":
        return
    with suppress(FileNotFoundError):
        there = file.stat()
        mode = stat.S_IMODE(there.st_mode)
        with suppress(OSError):
            os.fchown(handle, there.st_uid, there.st_gid)
    os.fchmod(handle, mode)


def _keep_names(folder: Path) -> None:
    """Have the disk keep which files a folder has; Windows has no such call."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
