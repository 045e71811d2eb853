"""One thing computed in a process of its own: it comes back, or it does not, and nothing stays."""

from __future__ import annotations

import os
import time

from engine.system import errand
from tests.limits import LIMIT

HERE = "tests.system.errands"


def test_what_was_asked_comes_back_from_another_process() -> None:
    data = os.urandom(3_000_000)  # more than a pipe holds
    said = errand.send(f"{HERE}:backwards", data, LIMIT)
    assert said is not None
    pid, _, back = said.partition(b" ")
    assert back == data[::-1] and int(pid) != os.getpid()


def test_what_it_prints_is_no_answer() -> None:
    assert errand.send(f"{HERE}:chatty", b"x", LIMIT) == b"done"


def test_what_raises_crashes_or_is_not_there_is_no_answer() -> None:
    for function in ("raises", "crashes", "is_not_there"):
        assert errand.send(f"{HERE}:{function}", b"", LIMIT) is None


def test_what_takes_too_long_is_ended() -> None:
    begun = time.monotonic()
    assert errand.send(f"{HERE}:hangs", b"", 0.5) is None
    assert time.monotonic() - begun < LIMIT
