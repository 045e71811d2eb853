"""What the system says of a show: its memory, open files and threads, and its helpers (Linux).

Counted are the show and what its networks work in. Those that own a device come and go with it, and
what they take says how many others use the same sound server.

Memory is what no file holds, swapped out or not. What is resident, as is often shown, is no measure
of a leak: pages of libraries come and go as the system needs room, and as they are used again.
"""

from __future__ import annotations

import re
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

import psutil

from engine.lab.stress.observed import Vital

MIDI: Final = "engine.midi.port_process"
EAR: Final = "engine.audio.capture_process"
_OWN: Final = re.compile(r"^(?:RssAnon|RssShmem|VmSwap):\s+(\d+) kB$", re.MULTILINE)


def there() -> bool:
    """Tell whether this system says it at all."""
    return sys.platform == "linux"


def vital(pid: int, at: float) -> Vital | None:
    """Look at a show by its process; None where that is gone, or nothing is said here."""
    if not there():
        return None
    try:
        show = psutil.Process(pid)
        taken = [_taken(show)]
        begun = show.children(recursive=True)
    except psutil.Error:
        return None
    for each in begun:
        with suppress(psutil.Error):  # gone since
            if not {MIDI, EAR} & set(each.cmdline()):
                taken.append(_taken(each))
    memory, files, threads = (sum(numbers) for numbers in zip(*taken, strict=True))
    return Vital(at, memory, int(files), int(threads))


def named(pid: int, name: str) -> list[psutil.Process]:
    """List the processes below ``pid`` that go by a name; of that the system keeps 15 letters."""
    try:
        below = psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []
    return [each for each in below if _name(each) == name[:15]]


def _name(process: psutil.Process) -> str:
    with suppress(psutil.Error):
        return process.name()
    return ""


def children(pid: int, word: str) -> list[int]:
    """List the processes that ``pid`` started whose command line holds a word."""
    found = []
    with suppress(psutil.NoSuchProcess):
        for each in psutil.Process(pid).children():
            with suppress(psutil.Error):
                if word in each.cmdline():
                    found.append(each.pid)
    return found


def _taken(process: psutil.Process) -> tuple[float, int, int]:
    """Give MB of memory, open files and threads of one process; raises psutil.Error."""
    return _memory(process.pid), process.num_fds(), process.num_threads()


def _memory(pid: int) -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        raise psutil.NoSuchProcess(pid) from None
    return sum(map(int, _OWN.findall(status))) * 1024 / 1e6
