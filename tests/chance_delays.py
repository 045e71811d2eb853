"""Delays by chance in one process, for ``tests.delays``: each thread sleeps now and then.

In each test, and in each process, some functions of ours are slow, and some hand-overs: a thread
sleeps up to 20 ms as it enters or leaves one, often at first, and ever more seldom. What a thread
does behind a hand-over, when others go on with what they were handed, comes late in that way too.

Little is imported here: a process that a test begins loads this before all else, and may tell by
what is loaded how far it is.
"""

from __future__ import annotations

import os
import random
import sys
import threading
from collections import Counter
from pathlib import Path
from time import sleep  # this very function: the alarm for calls that block puts another into time
from types import CodeType, FrameType
from typing import Final

SEED: Final = "SENSORIUM_DELAYS"
CHILDREN: Final = "SENSORIUM_DELAYS_OF_CHILDREN"
"""The environment of a process that is to be delayed has this one."""

LONGEST: Final = 0.02
"""Seconds of one sleep."""
SLOW, SLOW_HAND_OVERS = 1 / 20, 1 / 4
"""Which share of the functions is slow in one test, and of the places that hand over."""
OFTEN, EARLY, EVER = 1 / 2, 20, 1 / 20
"""The chance of a sleep, for so many calls and returns of a slow function; then it falls, that of a
hand-over to this share of it at the lowest."""
OURS: Final = (
    *("audio", "core/mailbox", "inference", "midi", "net", "osc", "recording", "runtime", "sinks"),
    *("sources", "system", "video", "web", "window"),
    *(f"cluster/{part}" for part in ("carrier", "conductor", "exchange", "fallback", "joined")),
    *(f"cluster/{part}" for part in ("lamps", "mess", "offering", "part_show", "room")),
)
HAND_OVERS: Final = tuple(
    str(Path(os.__file__).parent / f"{module}.py")
    for module in ("asyncio/base_events", "asyncio/events", "queue", "socket", "threading")
)
HANDS_OVER: Final = frozenset(
    ("put", "release", "rename", "replace", "send", "sendall", "sendmsg", "sendto", "set_exception")
) | {"set_result", "write"}
"""Functions in C by which something is handed over."""

_engine: Final = Path(__file__).parents[1] / "engine"
_prefixes: Final = tuple(str(_engine / part) for part in OURS)
_usual_interval: Final = sys.getswitchinterval()

_chance = random.Random(os.environ.get(SEED))
_is_slow: dict[tuple[CodeType, str], bool] = {}
_events: Counter[tuple[CodeType, str]] = Counter()


def begin() -> None:
    """Delay the threads that are begun from now on; choose anew what is slow."""
    _is_slow.clear()
    _events.clear()
    sys.setswitchinterval(1e-5)
    threading.setprofile(_delay)


def begin_here() -> None:
    """Delay this thread too, where others are delayed; a profiler that is there already stays."""
    if threading.getprofile() is _delay and sys.getprofile() is None:
        sys.setprofile(_delay)


def end() -> None:
    """Delay this thread no more, nor those that are begun."""
    if sys.getprofile() is _delay:
        sys.setprofile(None)
    threading.setprofile(None)  # type: ignore[arg-type]
    sys.setswitchinterval(_usual_interval)


def begin_as_child() -> None:
    """Delay this process, and those that are forked from it, each in other places."""
    if CHILDREN in os.environ:
        _begin_by(os.getpid())
        os.register_at_fork(after_in_child=lambda: _begin_by(os.getpid()))


def _begin_by(process: int) -> None:
    _chance.seed(f"{os.environ.get(SEED)} {process}")
    begin()
    begin_here()


def _delay(frame: FrameType, event: str, called: object) -> None:
    name = getattr(called, "__name__", "") if event.startswith("c_") else ""
    place = frame.f_code, name
    slow = _is_slow.get(place)
    if slow is None:
        slow = _is_slow[place] = _chance.random() < _share(*place)
    if slow:
        _events[place] += 1
        if _chance.random() < OFTEN * max(EVER * bool(name), min(1, EARLY / _events[place])):
            sleep(_chance.random() * LONGEST)


def _share(code: CodeType, called: str) -> float:
    """Return with which chance a function, or what it calls in C, is slow."""
    if not code.co_filename.startswith(_prefixes) and code.co_filename not in HAND_OVERS:
        return 0
    if not called:
        return SLOW
    return SLOW_HAND_OVERS if called in HANDS_OVER else 0
