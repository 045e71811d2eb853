"""Delays threads by chance: a test that trusts in an order which nothing keeps meets another.

A plugin of pytest, loaded by ``-p tests.delays``; no run has it unless it asks for it. It delays
the threads of the tests, and the processes that tests begin, as ``tests.chance_delays`` says;
threads also take turns far more often. ``SENSORIUM_DELAYS`` sets the seed of it; the order itself
stays with the machine, so a failure comes again by repetition.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import chance_delays

LATE = Path(__file__).with_name("late")
"""The folder of what a process runs as it begins."""


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


@pytest.fixture(autouse=True)
def delays() -> Iterator[None]:
    """Delay the threads that play in a test, its own among them."""
    chance_delays.begin()
    try:
        yield
    finally:
        chance_delays.end()
