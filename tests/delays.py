"""Delays threads by chance: a test that trusts in an order which nothing keeps meets another.

A plugin of pytest, loaded by ``-p tests.delays``; no run has it unless it asks for it. It delays
the threads of the tests, and the processes that tests begin, as ``tests.chance_delays`` says;
threads also take turns far more often. ``SENSORIUM_DELAYS`` sets the seed of it; the order itself
stays with the machine, so a failure comes again by repetition.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import chance_delays

LATE = Path(__file__).with_name("late")
"""The folder of what a process runs as it begins."""


@pytest.fixture(autouse=True, scope="session")
def children() -> Iterator[None]:
    """Delay the processes that tests begin."""
    with pytest.MonkeyPatch.context() as patching:
        patching.setenv(chance_delays.CHILDREN, "1")
        patching.setenv("PYTHONPATH", str(LATE), prepend=os.pathsep)
        yield


@pytest.fixture(autouse=True)
def delays() -> Iterator[None]:
    """Delay the threads that play in a test, its own among them."""
    chance_delays.begin()
    try:
        yield
    finally:
        chance_delays.end()
