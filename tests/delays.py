"""Delays threads by chance: a test that trusts in an order which nothing keeps meets another.

A plugin of pytest, loaded by ``-p tests.delays``; no run has it unless it asks for it. In each test
some functions, of our own and of those that threads hand over with, are slow: a thread sleeps up to
20 ms as it enters or leaves one, often at first, and ever more seldom. Threads also take turns far
more often. ``SENSORIUM_DELAYS`` sets the seed of it; the order itself stays with the machine, so a
failure comes again by repetition. Processes that a test begins are not delayed.
"""

from __future__ import annotations

import asyncio
import os
import queue
import random
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from time import sleep  # this very function: the alarm for calls that block puts another into time
from types import CodeType, FrameType

import pytest

LONGEST = 0.02
"""Seconds of one sleep."""
SLOW = 1 / 20
"""Which share of the functions is slow in one test."""
OFTEN, EARLY = 1 / 2, 20
"""The chance of a sleep, for so many calls and returns of a slow function; then it falls."""
OURS = ("audio", "core/mailbox", "midi", "net", "osc", "runtime", "sinks", "sources", "system")
OURS += ("video", "web", *(f"cluster/{part}" for part in ("exchange", "joined", "mess", "room")))
HAND_OVERS = (asyncio.base_events.__file__, queue.__file__, threading.__file__)

_engine = Path(__file__).parents[1] / "engine"
_prefixes = tuple(str(_engine / part) for part in OURS)
_chance = random.Random(os.environ.get("SENSORIUM_DELAYS"))
_is_slow: dict[CodeType, bool] = {}
_events: Counter[CodeType] = Counter()


def _delay(frame: FrameType, event: str, _: object) -> None:
    code = frame.f_code
    slow = _is_slow.get(code)
    if slow is None:
        slow = code.co_filename.startswith(_prefixes) or code.co_filename in HAND_OVERS
        slow = _is_slow[code] = slow and _chance.random() < SLOW
    if slow and event in ("call", "return"):
        _events[code] += 1
        if _chance.random() < OFTEN * min(1, EARLY / _events[code]):
            sleep(_chance.random() * LONGEST)


@pytest.fixture(autouse=True)
def delays() -> Iterator[None]:
    """Delay the threads that play in a test, its own among them."""
    _is_slow.clear()
    _events.clear()
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    threading.setprofile(_delay)
    sys.setprofile(_delay)
    try:
        yield
    finally:
        sys.setprofile(None)
        threading.setprofile(None)  # type: ignore[arg-type]
        sys.setswitchinterval(usual)
