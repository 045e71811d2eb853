"""Runs pieces of a bench that do not depend on each other on all cores at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any

Each = Callable[..., Iterable[Any]]
"""``map``, or another that gives the same in the same order."""


@contextmanager
def all_cores(pieces: int) -> Iterator[Each]:
    """Yield a ``map`` whose calls run in processes, one a core; the plain one for a piece or two.

    What it calls must be a function of a module, and all that goes in and out be pickled.
    """
    cores = os.cpu_count() or 1
    if cores == 1 or pieces <= 2:
        yield map
        return
    # Spawned, not forked: threads of networks do not survive a fork.
    with ProcessPoolExecutor(cores, mp_context=get_context("spawn")) as pool:
        yield pool.map
