"""What processes of their own are asked for by ``test_errand``."""

from __future__ import annotations

import os
import signal
import threading


def backwards(data: bytes) -> bytes:
    return f"{os.getpid()} ".encode() + data[::-1]


def chatty(data: bytes) -> bytes:
    print("a library says something")
    return b"done"


def raises(data: bytes) -> bytes:
    raise ValueError("no")


def crashes(data: bytes) -> bytes:
    os.kill(os.getpid(), signal.SIGKILL)
    return b"never"


def hangs(data: bytes) -> bytes:
    threading.Event().wait()
    return b"never"
