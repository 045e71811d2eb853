"""Rooms and networks of their own for machines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from engine.lab.namespaces import Namespaces, why_not

from .live_room import LiveRoom, live_room


@pytest.fixture
def room() -> Iterator[LiveRoom]:
    """A room of machines in this process, which passes on what they say in real time."""
    with live_room() as one:
        yield one


@pytest.fixture
def network() -> Iterator[Callable[..., Namespaces]]:
    """What makes a network of machines by their names, each 1 ms from every other."""
    if why := why_not():
        pytest.skip(why)
    with ExitStack() as stack:

        def make(*names: str) -> Namespaces:
            made = Namespaces(*names)
            stack.callback(made.close)
            made.everywhere(delay=0.001)
            return made

        yield make


@pytest.fixture
def stage(network: Callable[..., Namespaces]) -> Namespaces:
    """A network of three machines."""
    return network("home", "left", "right")
