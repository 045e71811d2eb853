"""Delays threads by chance: a test that trusts in an order which nothing keeps meets another.

A plugin of pytest, loaded by ``-p tests.delays``; no run has it unless it asks for it. It delays
the threads of the tests, and the processes that tests begin, as ``tests.chance_delays`` says;
threads also take turns far more often. A test is delayed itself as soon as it begins a thread, a
process or a loop: one that is alone cannot be overtaken, and would take ten times as long.
``SENSORIUM_DELAYS`` sets the seed of it; the order itself stays with the machine, so a failure
comes again by repetition.
"""

from __future__ import annotations

import os
import subprocess
import threading
from asyncio.base_events import BaseEventLoop
from collections.abc import Callable, Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Final

import pytest

from tests import chance_delays

LATE = Path(__file__).with_name("late")
"""The folder of what a process runs as it begins."""
BEGINNINGS: Final = (
    (threading.Thread, "start"),
    (subprocess.Popen, "__init__"),
    (BaseProcess, "start"),
    (BaseEventLoop, "run_forever"),
    (os, "fork"),
)
"""By what a test gets company."""


@pytest.fixture(autouse=True, scope="session")
def children() -> Iterator[None]:
    """Delay the processes that tests begin, whatever environment they are given."""
    begin = subprocess.Popen.__init__

    def begin_delayed(process: Any, *how: Any, env: Any = None, **more: Any) -> None:
        its = dict(os.environ if env is None else env)
        found = [its["PYTHONPATH"]] if its.get("PYTHONPATH") else []
        its["PYTHONPATH"] = os.pathsep.join([*found, str(LATE)])
        begin(process, *how, env={**its, chance_delays.CHILDREN: "1"}, **more)

    with pytest.MonkeyPatch.context() as patching:
        patching.setattr(subprocess.Popen, "__init__", begin_delayed)
        yield


@pytest.fixture(autouse=True, scope="session")
def company() -> Iterator[None]:
    """Delay a test itself from the moment on in which it begins what may overtake it."""
    with pytest.MonkeyPatch.context() as patching:
        for where, name in BEGINNINGS:
            patching.setattr(where, name, _delayed_from(getattr(where, name)))
        yield


def _delayed_from(begin: Callable[..., Any]) -> Callable[..., Any]:
    def begin_delayed(*what: Any, **more: Any) -> Any:
        chance_delays.begin_here()
        return begin(*what, **more)

    return begin_delayed


@pytest.fixture(autouse=True)
def delays() -> Iterator[None]:
    """Delay the threads that play in a test."""
    chance_delays.begin()
    try:
        yield
    finally:
        chance_delays.end()
