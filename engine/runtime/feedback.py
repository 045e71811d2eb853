"""Shows sources how what they set stands, such as a MIDI desk with lamps.

Why by looking: a parameter is set by hands, cables, edits, reloads and the deadline. None of them
then pays for a lamp, and a desk gets no more than it can take.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from engine.core.box_errors import anything_raised
from engine.core.commands import BlackOut, Freeze, PlayPatch, SetMaster
from engine.core.set_target import SetTarget, Shown, Watched, show
from engine.core.source import Source
from engine.patch.plan import Plan
from engine.runtime.engine import Engine
from engine.runtime.schedule.call import describe_error
from engine.runtime.schedule.state import BoxState

EVERY: Final = 0.04
"""Seconds between two looks: a lamp answers a press at once, as eyes see it."""

_DARK: Final = Shown(lit=False)


class Feedback:
    """The sources of a playing engine that show something; used on the loop."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._plan: Plan | None = None
        self._watching: list[tuple[str, Source, Mapping[str, Watched]]] = []

    def look(self) -> None:
        """Show every source how what it watches stands now."""
        if self._engine.plan is not self._plan:
            self._plan = self._engine.plan
            self._watching = [*self._find()]
        for name, source, wanted in self._watching:
            try:
                source.show({key: self._shown(one) for key, one in wanted.items()})
            except anything_raised() as error:
                self._engine.tell(name, describe_error(error))

    def _find(self) -> Iterator[tuple[str, Source, Mapping[str, Watched]]]:
        """Yield the sources that show something, and what that is."""
        for name, state in self._engine.states.items():
            if not isinstance(state.box, Source):
                continue
            try:
                wanted = state.box.shows()
            except anything_raised() as error:  # a performer's own box may raise anything
                self._engine.tell(name, describe_error(error))
            else:
                if wanted:
                    yield name, state.box, wanted

    def _shown(self, wanted: Watched) -> Shown:
        master = self._engine.picture_master
        match wanted:
            case PlayPatch(which):
                return Shown(self._engine.plays_patch(which))
            case BlackOut():
                return Shown(master.blackout)
            case Freeze():
                return Shown(master.frozen)
            case SetMaster():
                return Shown(master.level > 0, master.level)
        state = self._engine.states.get(wanted.box)
        return self._engine.shown_elsewhere(wanted) if state is None else shown_of(state, wanted)


def shown_of(state: BoxState, target: SetTarget) -> Shown:
    """Return how a parameter of a box stands."""
    parameter = state.parameter(target.parameter)
    if parameter is None or parameter.event:
        return _DARK
    if target.releases:
        return Shown(state.is_overridden(target.parameter))
    return show(target, parameter, state.value(parameter))
