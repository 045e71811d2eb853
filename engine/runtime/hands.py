"""What hands hold in each patch of a set, so that a patch comes back as a hand left it.

A hand changes the patch that plays. Another patch is what its own text says, until a hand changes
that too; who returns finds each as it was left. A box with ``keep`` is the exception: what is held
of it goes along to the next patch.

Why entries decide and not the reloader: a replay must come to the same values.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from engine.core.parameter import ON
from engine.patch.plan import Plan, PlannedBox
from engine.runtime.schedule.state import BoxState


@dataclass(frozen=True)
class Held:
    """What hands hold of one box: values by parameter, and what the patch said of those then.

    With ``kept`` they hold whatever the patch says. ``held_down`` are those of them that are held
    for as long as a pad is down.
    """

    use: str
    values: Mapping[str, object]
    written: Mapping[str, object]
    kept: bool = False
    held_down: frozenset[str] = frozenset()

    def lasting(self) -> Held:
        """Return what is held when no pad is down any more."""
        values = {name: one for name, one in self.values.items() if name not in self.held_down}
        return Held(self.use, values, self.written)

    def fitting(self, state: BoxState, planned: PlannedBox) -> Iterator[tuple[str, object]]:
        """Yield what is held of a box that plays now: wholes before their parts.

        Nothing where the patch uses another box by that name, and nothing of a parameter that has
        been written anew since.
        """
        if planned.use != self.use:
            return
        for name in sorted(self.values):
            parameter = state.parameter(name)
            if parameter is None or parameter.fixed:
                continue
            if self.kept or self.written[name] == written(planned, state, name):
                yield name, self.values[name]


Holds = Mapping[str, Held]
"""What hands hold, by box."""


def read_holds(plan: Plan, states: Mapping[str, BoxState]) -> Holds:
    """Return what hands hold of the boxes of a plan that plays."""
    return {
        name: _read(plan.boxes[name], state) for name, state in states.items() if state.overrides
    }


def written(planned: PlannedBox, state: BoxState, name: str) -> object:
    """Return what a patch says of a parameter; of a part, of its whole table."""
    parameter = state.parameter(name)
    if parameter is None:
        return None
    return planned.on if parameter is ON else planned.initial.get(parameter.field)


def _read(planned: PlannedBox, state: BoxState) -> Held:
    known = {name: state.parameter(name) for name in state.overrides}
    values = {name: state.value(found) for name, found in known.items() if found is not None}
    said = {name: written(planned, state, name) for name in values}
    return Held(planned.use, values, said, held_down=frozenset(state.held_down))


class HandsOfSet:
    """What hands hold in the patches of a set that do not play, and what goes along with them."""

    def __init__(self) -> None:
        self._patches: dict[int, Holds] = {}
        self._along: dict[str, Held] = {}

    def change(self, left: int, held: Holds, entered: int, old: Plan, new: Plan) -> Holds:
        """Note what is held in the patch that is left; return what is held in the one entered."""
        # A pad that is down now is let go of in another patch, and nobody would come back to it.
        self._patches[left] = {name: one.lasting() for name, one in held.items()}
        for name in old.boxes:
            if _goes_along(name, old, new):
                found = held.get(name) or Held(old.boxes[name].use, {}, {})
                self._along[name] = Held(found.use, found.values, found.written, kept=True)
            else:
                self._along.pop(name, None)
        return {**self._patches.get(entered, {}), **_only(self._along, new.boxes)}


def _goes_along(name: str, old: Plan, new: Plan) -> bool:
    """Whether what is held of a box goes along: said in either patch, since one has no other."""
    return old.boxes[name].keep or (name in new.boxes and new.boxes[name].keep)


def _only(holds: Holds, names: Collection[str]) -> Holds:
    return {name: held for name, held in holds.items() if name in names}
