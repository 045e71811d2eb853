"""Waiting for what comes in its own time."""

from __future__ import annotations

import threading
import time

from tests.limits import LIMIT


def until(condition, seconds=LIMIT):
    """Wait for it; return how long that took."""
    begins = time.monotonic()
    pause = threading.Event()
    while not condition():
        assert time.monotonic() - begins < seconds, "that never came"
        pause.wait(0.005)
    return time.monotonic() - begins
