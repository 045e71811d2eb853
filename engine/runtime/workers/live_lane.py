"""Which lane a box of a live show gets: one that the loop serves, or one that is a thread."""

from __future__ import annotations

from collections.abc import Callable

from engine.core.clock import Clock
from engine.core.context import Context
from engine.core.kinds import may_be_picture
from engine.core.node import Node
from engine.core.signature import read_signature
from engine.runtime.entries import Entry
from engine.runtime.workers.lane import ThreadLane
from engine.runtime.workers.loop_lane import LoopLane, OnLoop
from engine.runtime.workers.worker import runs_out_of_process


def make_lane(
    name: str,
    node: Node,
    context: Context,
    deliver: Callable[[Entry], None],
    clock: Clock,
    *,
    loop: OnLoop,
) -> ThreadLane:
    """Return the lane of a box of a live show.

    A box that answers with pictures is asked on a thread: they are copied as they come.
    """
    if runs_out_of_process(node) and not _shows_pictures(node):
        return LoopLane(name, node, context, deliver, clock, loop=loop)
    return ThreadLane(name, node, context, deliver, clock)


def _shows_pictures(node: Node) -> bool:
    """Return whether a box may answer with pictures."""
    carried = [*read_signature(type(node)).outlets.values(), *node.outlets().values()]
    return any(map(may_be_picture, carried))
