"""What the system says of another process: its memory, open files, threads and children (Linux)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from engine.stress.observed import Vital

PROC: Final = Path("/proc")
_PAGE: Final = 4096 if not hasattr(os, "sysconf") else os.sysconf("SC_PAGE_SIZE")


def there() -> bool:
    """Tell whether this system says it at all."""
    return (PROC / "self" / "statm").exists()


def vital(pid: int | str, at: float) -> Vital | None:
    """Look at a process, or at "self"; None where it is gone, or nothing is said here."""
    folder = PROC / str(pid)
    try:
        pages = int((folder / "statm").read_text().split()[1])
        files = len(list((folder / "fd").iterdir()))
        threads = len(list((folder / "task").iterdir()))
    except OSError:
        return None
    return Vital(at, pages * _PAGE / 1e6, files, threads)


def children(pid: int, word: str) -> list[int]:
    """List the processes that ``pid`` started whose command line holds a word."""
    found = []
    for folder in PROC.glob("[0-9]*"):
        try:
            # The name of the program, in brackets, may hold spaces.
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            command = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if parent == pid and any(word == part.decode(errors="replace") for part in command):
            found.append(int(folder.name))
    return found
