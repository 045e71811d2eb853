"""Brings what boxes said last to rest where nothing comes any more: nobody is there, nothing is on.

A box with a lane is not asked to let go: it may be at work, hang, or be no more. So the loop says
in its place what is so, by what stands at its outlets. It does so too for whatever shows people, a
source or a box without a lane, whose count would stay for ever.

Whom that reaches: outputs, parameters, and the boxes that the loop calls. Not those that let go
themselves, for they know better who left; nor those with lanes, for their answer would come to life
after all is silent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from itertools import groupby
from operator import attrgetter
from typing import Any

from engine.core.box_errors import anything_raised
from engine.core.kinds import nobody_in
from engine.core.node import Node
from engine.patch.plan import Outlet
from engine.runtime.schedule.call import describe_error
from engine.runtime.schedule.finite import is_finite
from engine.runtime.schedule.services import Services
from engine.runtime.schedule.slots import NOTHING, Islands, Slot, Step, Ticker
from engine.runtime.schedule.state import BoxState
from engine.runtime.schedule.steps import LaneEventStep, LaneStep, NodeStep


class AtRest:
    """Says in place of boxes what is so once they hear nothing, for one plan."""

    def __init__(
        self, services: Services, *, slots: Mapping[Outlet, Slot], islands: Islands, ticker: Ticker
    ) -> None:
        self._services = services
        self._states = services.states
        self._ticker = ticker
        self._slots = slots
        self._below: dict[str, list[Step]] = defaultdict(list)
        for (name, _), (_, steps) in islands.items():
            self._below[name] += steps

    def bring(self, outlets: Iterable[Outlet], deaf: Collection[str]) -> None:
        """Bring outlets to rest, one box after another; boxes that are ``deaf`` do not hear."""
        for name, together in groupby(outlets, attrgetter("box")):
            self._bring(self._states[name], together, deaf)

    def _bring(self, state: BoxState, outlets: Iterable[Outlet], deaf: Collection[str]) -> None:
        """Bring outlets of one box to rest."""
        tick, written = self._ticker.next(), False
        for outlet in outlets:
            slot = self._slots[outlet]
            rest = self._rest(state, outlet.name, slot.value)
            if rest is not None:
                slot.write(rest, self._services.now, 0, tick)
                written = True
        if written:
            steps = state.emitter.downstream if state.emitter else self._below[state.name]
            self._ticker.run([step for step in steps if self._hears(step, deaf)], tick)

    def _rest(self, state: BoxState, outlet: str, said: Any) -> Any:
        """Return what is so at an outlet, where that is not what stands there; else None."""
        if said is NOTHING:
            return None
        if (nobody := nobody_in(said)) is not None:
            return nobody
        if state.lane is None or not isinstance(state.box, Node):
            return None
        try:
            rest = state.box.at_rest(outlet, said)
            is_news = rest is not None and rest != said and is_finite(rest)
        except anything_raised() as error:
            self._services.tell(state.name, f"could not come to rest: {describe_error(error)}")
            return None
        return rest if is_news else None

    def _hears(self, step: Step, deaf: Collection[str]) -> bool:
        if not isinstance(step, NodeStep):
            return not isinstance(step, LaneStep | LaneEventStep)
        box = self._states[step.box].box
        lets_go = isinstance(box, Node) and type(box).let_go is not Node.let_go
        return step.box not in deaf and not lets_go
