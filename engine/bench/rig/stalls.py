"""Tells when a core of this machine stood still, as virtual ones do while others have their turn.

What only sleeps for a millisecond, before everything else there is on its core, is late for nothing
that a program of this machine could help.

Run: python -m engine.bench.rig.stalls CORE LONGEST, which ends with its standard input and then
prints when it was later than LONGEST ns, from when to when, as JSON. It says "ready" first.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

Span = tuple[int, int]
"""From when to when, in ns of the monotonic clock."""

_REST = 1_000_000
"""How many ns it sleeps."""
_FIRST = 90
"""Priority, of 99: sound servers take 10 to 70."""


@contextmanager
def watch(longest: int) -> Iterator[list[Span]]:
    """Watch every core while the block lasts; the list has its stalls of over ``longest`` ns then.

    Where the system lets nobody go first it stays empty, as every stall may then be of our making.
    """
    stalls: list[Span] = []
    if sys.platform != "linux":
        yield stalls
        return
    watchers = [_begun(core, longest) for core in sorted(os.sched_getaffinity(0))]
    try:
        yield stalls
    finally:
        for watcher in watchers:
            said, _ = watcher.communicate()
            stalls += [(begun, ended) for begun, ended in json.loads(said or "[]")]


def _begun(core: int, longest: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "engine.bench.rig.stalls", str(core), str(longest)]
    watcher = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert watcher.stdout is not None, "it was asked for"
    watcher.stdout.readline()
    return watcher


def _stalls(longest: int, end: threading.Event) -> Iterator[Span]:
    """Yield when a sleep of a millisecond took ``longest`` more than that."""
    due = time.monotonic_ns()
    while not end.is_set():
        due += _REST
        time.sleep(max(0, due - time.monotonic_ns()) / 1e9)
        now = time.monotonic_ns()
        if now - due > longest:
            yield due, now
        due = max(due, now - _REST)


def _await_end(end: threading.Event) -> None:
    sys.stdin.read()
    end.set()


def main() -> None:
    """Watch one core until the standard input ends."""
    core, longest = map(int, sys.argv[1:])
    end = threading.Event()
    threading.Thread(target=_await_end, args=(end,), daemon=True).start()
    os.sched_setaffinity(0, {core})
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(_FIRST))
    gc.disable()
    print("ready", flush=True)
    print(json.dumps(list(_stalls(longest, end))))


if __name__ == "__main__":
    main()
