"""Threads that come and go share a heap."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

THREADS = """
import ctypes, threading
from engine.system.malloc import limit_arenas
if {few}:
    limit_arenas()
meet = threading.Barrier(7)
def work():
    kept = [bytes(100_000) for _ in range(10)]
    meet.wait()
threads = [threading.Thread(target=work) for _ in range(6)]
for thread in threads:
    thread.start()
meet.wait()
for thread in threads:
    thread.join()
ctypes.CDLL(None).malloc_stats()
"""


def heaps(few: bool) -> int:
    """Count the heaps of a process with six threads that have all allocated something."""
    command = [sys.executable, "-c", THREADS.format(few=few)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    return told.count("Arena ")


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has such heaps")
def test_six_threads_share_a_heap() -> None:
    assert heaps(few=False) > 2
    assert heaps(few=True) == 2
