"""What is seen of a show: memory of its own, in all its processes, and no file it looks at."""

from __future__ import annotations

import mmap
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engine.lab.stress.observed import Vital
from engine.lab.stress.vitals import CAPTURE, children, is_supported, measure

pytestmark = pytest.mark.skipif(not is_supported(), reason="this system says it in other words")

MB = 1_000_000
GRANDCHILD = """
import os, sys, threading
# More than may go meanwhile of what tests before have left.
more = [threading.Thread(target=threading.Event().wait, daemon=True).start() for _ in range(20)]
files = [os.dup(0) for _ in range(20)]
held = bytearray(b"x" * 40_000_000)
print("ready", flush=True)
sys.stdin.read()
"""


def _look() -> Vital:
    seen = measure(os.getpid(), 1.0)
    assert seen is not None
    return seen


def test_memory_is_what_it_took_for_itself() -> None:
    before = _look().memory
    # Asked of the system: malloc may give again what an earlier test freed, which it still held.
    with mmap.mmap(-1, 40 * MB, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as held:
        np.frombuffer(held, np.uint8)[:] = 1
        assert _look().memory - before == pytest.approx(len(held) / MB, abs=4)


def test_a_file_that_it_looks_at_is_no_memory(tmp_path: Path) -> None:
    file = tmp_path / "large"
    file.write_bytes(bytes(40 * MB))
    before = _look().memory
    with file.open("rb") as opened, mmap.mmap(opened.fileno(), 0, prot=mmap.PROT_READ) as seen:
        assert not np.frombuffer(seen, np.uint8).any()
        assert _look().memory - before < 4


def _child(word: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", GRANDCHILD, word]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdout is not None
    child.stdout.readline()
    return child


def test_what_owns_a_device_counts_apart() -> None:
    before = _look()
    child = _child(CAPTURE)
    assert _look().memory - before.memory < 4
    child.communicate()


def test_what_it_began_counts_too_until_it_is_gone() -> None:
    before = _look()
    child = _child("a word")
    with_it = _look()
    assert with_it.memory - before.memory > 40
    assert with_it.threads > before.threads
    assert with_it.files > before.files
    assert children(os.getpid(), "a word") == [child.pid]
    assert children(os.getpid(), "another") == []
    child.communicate()
    assert _look().memory - before.memory < 4
    assert measure(child.pid, 1.0) is None
    assert children(child.pid, "a word") == []
