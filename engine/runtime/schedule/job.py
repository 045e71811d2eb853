"""Jobs of a lane, and how waiting blocks of sound are joined into one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from engine.core.kinds import Kind
from engine.core.messages import Block, Ns


@dataclass(frozen=True, slots=True)
class Job:
    """One call of a box on a lane, with all arguments as they were when its message came.

    ``generation`` is that of the lane: results from before a reset are discarded. ``inlet`` names
    an event inlet; it is empty for the hot inlet, which calls ``process``.
    """

    arguments: tuple[Any, ...]
    kind: Kind
    at: Ns
    cost: int
    generation: int
    inlet: str = ""


def merged(jobs: Iterable[Job]) -> Iterator[Job]:
    """Join blocks of sound that follow each other without a gap; other jobs stay as they are.

    Why: taking one block and dropping the oldest starves a model that reads a window.
    """
    waiting: list[Job] = []
    for job in jobs:
        if waiting and not _follows(waiting[-1], job):
            yield _joined(waiting)
            waiting = []
        waiting.append(job)
    if waiting:
        yield _joined(waiting)


def _follows(before: Job, after: Job) -> bool:
    first, second = before.arguments[0], after.arguments[0]
    return (
        isinstance(first, Block)
        and isinstance(second, Block)
        and first.rate == second.rate
        and first.start + len(first.samples) == second.start
    )


def _joined(jobs: list[Job]) -> Job:
    last = jobs[-1]
    if len(jobs) == 1:
        return last
    blocks: list[Block] = [job.arguments[0] for job in jobs]
    samples = np.concatenate([block.samples for block in blocks])
    sound = Block(samples, blocks[0].rate, blocks[0].start)
    return replace(last, arguments=(sound, *last.arguments[1:]))
