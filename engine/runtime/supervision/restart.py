"""Replaces a box that hangs on its lane by a new one with the same parameters.

Nothing can end a thread that never returns, so it is abandoned, and its late results are discarded.
Why only a few may be abandoned: each keeps what it has loaded.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from engine.core.box_errors import anything_raised
from engine.core.kinds import Kind
from engine.core.node import Node
from engine.core.parameter import read_parameters
from engine.runtime.engine import Engine
from engine.runtime.entries import Entry, StateChange
from engine.runtime.schedule.call import describe_error
from engine.runtime.schedule.state import BoxState
from engine.runtime.supervision.backoff import BackOff
from engine.runtime.workers.lane import ThreadLane

MOST: Final = 4
"""How many abandoned instances of one box may hang at the same time."""


class Restarter:
    """Replaces boxes of one engine that hang; used on its loop."""

    def __init__(
        self,
        engine: Engine,
        swap_box: Callable[[BoxState, Node], ThreadLane],
        enter: Callable[[Entry], None],
    ) -> None:
        """``swap_box`` leaves the box of a state behind, and returns the lane of another.

        Whatever the old one has answered by then has come in.
        """
        self._engine = engine
        self._swap_box = swap_box
        self._enter = enter
        self._hung: dict[str, list[ThreadLane]] = {}
        self._pauses: dict[str, BackOff] = {}

    def replace(self, name: str, why: str) -> None:
        """Abandon a box that hangs, start a new one, and report ``why``."""
        state = self._engine.states[name]
        old = state.lane
        assert isinstance(old, ThreadLane) and isinstance(state.box, Node)
        hung = [lane for lane in self._hung.get(name, ()) if lane.hangs]
        self._hung[name] = hung
        if len(hung) >= MOST:
            what = f"{why}, like {MOST} others of it that still hang; it is not begun again until"
            self._report_failed(name, f"{what} one of them ends")
            return
        try:
            box = copy_of(state.box, old.settings)
        except anything_raised() as error:
            self._report_failed(name, f"{why}, and no other could be made: {describe_error(error)}")
            return
        hung.append(old)
        self._engine.metrics.lanes[name].replaced += 1
        lane = self._swap_box(state, box)
        lost = old.at_hand is not None and old.at_hand.kind is Kind.LOSSLESS
        if lost:
            self._engine.metrics.lanes[name].lost()
        what = "; what it was given then is lost" if lost else ""
        self._report_failed(name, f"{why}; a fresh one takes its place{what}", always=lost)
        pause = self._pauses.setdefault(name, BackOff())
        lane.generation = old.generation + 1
        lane.take_over(old)
        self._engine.metrics.lanes[name].follow(lane)
        state.box = self._engine.plan.boxes[name].box = box
        state.lane = lane
        lane.start(pause.next(held=old.took > 0))

    def _report_failed(self, name: str, text: str, always: bool = False) -> None:
        if self._engine.metrics.state(name) != "failed":
            self._enter(StateChange(name, "failed", text))
        elif always:
            self._engine.tell(name, text)


def copy_of(box: Node, settings: dict[str, object]) -> Node:
    """Return a new box with the present parameters of another; raise what its class raises."""
    fields = [parameter.field for parameter in read_parameters(type(box)).values()]
    now = {name: getattr(box, name) for name in fields}
    return type(box)(**{**now, **settings})
