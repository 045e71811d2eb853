"""Write files whole or not at all.

A file is written beside its place and then put there (``os.replace``), and the disk is made to keep
both, so that a crash or a power cut leaves the old one or the new one, never half of it.
"""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path


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
    beside: dict[Path, str] = {}
    try:
        for file, data in placed.items():
            handle, beside[file] = tempfile.mkstemp(prefix=".", suffix=".new", dir=file.parent)
            with os.fdopen(handle, "wb") as out:
                out.write(data)
                _resemble(handle, file, mode)
                out.flush()
                os.fsync(handle)
        check()
        for file in placed:
            Path(beside[file]).replace(file)
    except BaseException:
        for left in beside.values():
            with suppress(OSError):
                Path(left).unlink()
        raise
    for folder in {file.parent for file in placed}:
        _keep_names(folder)


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
