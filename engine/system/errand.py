"""Has one thing computed in a process of its own: bytes go in, bytes come back, and it has ended.

Why: a library that computes for a second holds up the interpreter it does it in, one that crashes
takes it along, and what it begins there (threads, and memory) stays.

Run: ``python -m engine.system.errand MODULE:FUNCTION``, which is called with what was sent.
"""

from __future__ import annotations

import importlib
import os
import struct
import sys
import threading
from typing import Final, NoReturn

from engine.system.liveness import exit_with_parent, wake_with_parent
from engine.system.priority import lower_priority
from engine.system.processes import SpawnedProcess

_SIZE: Final = struct.Struct("<Q")
_MODULE: Final = "engine.system.errand"


def send(function: str, data: bytes, seconds: float) -> bytes | None:
    """Return what ``function``, "module:function", makes of data, in a process of its own.

    Blocks the thread that asks. None where no process could begin, where the function raised, or
    took longer than so many seconds: then its process is ended.
    """
    try:
        process = SpawnedProcess(_MODULE, [function], pipes=True)
    except OSError:
        return None
    alarm = threading.Timer(seconds, process.kill)
    alarm.daemon = True
    alarm.start()
    assert process.stdin is not None and process.stdout is not None
    try:
        process.stdin.write(_SIZE.pack(len(data)))
        rest = memoryview(data)
        while rest:
            rest = rest[process.stdin.write(rest) or 0 :]
        return _whole(process.stdout.read())
    except OSError:  # it has ended before it read all
        return None
    finally:
        alarm.cancel()
        process.kill()
        process.wait(1.0)
        process.stdin.close()
        process.stdout.close()


def _whole(said: bytes) -> bytes | None:
    """Return what was said, where all of it came."""
    if len(said) < _SIZE.size:
        return None
    (size,) = _SIZE.unpack_from(said)
    return said[_SIZE.size :] if len(said) == _SIZE.size + size else None


def _run(function: str) -> NoReturn:
    """Call a function with what comes, and write what it returns; end with the show."""
    try:
        wake_with_parent()
        lower_priority()
        (size,) = _SIZE.unpack(sys.stdin.buffer.read(_SIZE.size))
        data = sys.stdin.buffer.read(size)
        exit_with_parent(sys.stdin.fileno())
        out = os.dup(sys.stdout.fileno())
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints is no answer
        module, _, name = function.partition(":")
        answer: bytes = getattr(importlib.import_module(module), name)(data)
        with os.fdopen(out, "wb") as answered:
            answered.write(_SIZE.pack(len(answer)) + answer)
    finally:
        os._exit(0)


if __name__ == "__main__":
    _run(sys.argv[1])
