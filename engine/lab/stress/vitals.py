"""The resources of a show's processes: memory, open files and threads (Linux, proc(5)).

The show and the processes of its models are counted. Those that own a device come and go with it,
and their size depends on how many others use the same sound server.

Memory is anonymous and shared memory, swapped out or not. The resident set, as is often shown, is
no measure of a leak: pages of libraries come and go as the system needs room.
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
CAPTURE: Final = "engine.audio.capture_process"
_OWN: Final = re.compile(r"^(?:RssAnon|RssShmem|VmSwap):\s+(\d+) kB$", re.MULTILINE)


def is_supported() -> bool:
    """Return whether this system reports the resources."""
    return sys.platform == "linux"


def measure(pid: int, at: float) -> Vital | None:
    """Measure a show by its process; None where it is gone, or where that is not supported."""
    if not is_supported():
        return None
    try:
        show = psutil.Process(pid)
        taken = [_taken(show)]
        begun = show.children(recursive=True)
    except psutil.Error:
        return None
    for each in begun:
        with suppress(psutil.Error):  # gone since
            if not {MIDI, CAPTURE} & set(each.cmdline()):
                taken.append(_taken(each))
    memory, files, threads = (sum(numbers) for numbers in zip(*taken, strict=True))
    return Vital(at, memory, int(files), int(threads))


def named(pid: int, name: str) -> list[psutil.Process]:
    """Return the processes below ``pid`` of a name, of which the system keeps 15 letters."""
    try:
        downstream = psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []
    return [each for each in downstream if _name(each) == name[:15]]


def _name(process: psutil.Process) -> str:
    with suppress(psutil.Error):
        return process.name()
    return ""


def children(pid: int, word: str) -> list[int]:
    """Return the ids of the children of ``pid`` whose command line holds a word."""
    found = []
    with suppress(psutil.NoSuchProcess):
        for each in psutil.Process(pid).children():
            with suppress(psutil.Error):
                if word in each.cmdline():
                    found.append(each.pid)
    return found


def _taken(process: psutil.Process) -> tuple[float, int, int]:
    """Return MB of memory, open files and threads of a process. Raise psutil.Error."""
    return _memory(process.pid), process.num_fds(), process.num_threads()


def _memory(pid: int) -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        raise psutil.NoSuchProcess(pid) from None
    return sum(map(int, _OWN.findall(status))) * 1024 / 1e6
