"""The engine's state of each box."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, cast

from engine.core.addresses import find_parameter, overlaps, part_of, with_part
from engine.core.box import Box
from engine.core.messages import Note
from engine.core.node import Node
from engine.core.parameter import ON, Parameter, parameters_of
from engine.core.signature import read_signature
from engine.core.sink import Sink
from engine.patch.plan import PlannedBox
from engine.runtime.schedule.slots import Emitter, Step
from engine.runtime.schedule.wakeups import wants_waking
from engine.runtime.workers.lane import Lane
from engine.runtime.workers.sink_worker import SinkWorker

OPENING: Final = "opening"
"""The condition of a box that is not open yet, and not known to be missing."""


@dataclass(eq=False)
class BoxState:
    """One box while it plays.

    - ``initial``: its parameters as the patch sets them, by field.
    - ``up``: whether it is open and may be called; ``opened``: since when. What an output was told
      before that waited for it, which says nothing of the delay.
    - ``cabled``: by parameter, what sets it again to the last value of its cable, if there is one.
    - ``overrides``: the parameters that commands have taken over from their cables.
    - ``held_down``: those of them that were set for as long as a pad is held down.
    - ``by_hand``: by event, the step that a hand's word goes through; it waits in its slot.
    - ``last``: by field, the last value set; ``tables`` the same for parameters with parts.
    - ``every``: one picture in so many is processed; ``skipped`` counts those since the last one.
    - ``failing``: whether its last call raised; ``worked``: whether any call has succeeded.
    - ``condition``: its last known state, such as "running".
    - ``dirty``: of an output, whether it is flushed when the tick ends; ``raised``: whether it
      raised in this tick.
    """

    name: str
    box: Box
    on: bool
    hidden: bool
    parameters: Mapping[str, Parameter]
    wakes: bool
    initial: Mapping[str, object] = field(default_factory=dict)
    emitter: Emitter | None = None
    lane: Lane | None = None
    out_lane: SinkWorker | None = None
    up: bool = False
    opened: int = 0
    cabled: dict[str, Callable[[], bool]] = field(default_factory=dict)
    overrides: set[str] = field(default_factory=set)
    held_down: set[str] = field(default_factory=set)
    tables: dict[str, object] = field(default_factory=dict)
    by_hand: dict[str, Step] = field(default_factory=dict)
    last: dict[str, object] = field(default_factory=dict)
    every: int = 1
    skipped: int = 0
    failing: bool = False
    worked: bool = False
    condition: str = OPENING
    dirty: bool = False
    raised: bool = False

    @property
    def has_life(self) -> bool:
        """Whether it is a node without a lane that must be opened or closed."""
        return has_life(self.box)

    def succeeded(self) -> None:
        """Note that a call has succeeded."""
        self.failing = False
        self.worked = True

    @property
    def sink(self) -> Sink:
        """The box, where it is known to be an output; not checked."""
        return cast(Sink, self.box)  # isinstance of an abstract class takes longer than a flush

    def skips(self) -> bool:
        """Count a picture; return whether the box skips it, to keep the deadline."""
        self.skipped = (self.skipped + 1) % self.every
        return self.skipped != 0

    def parameter(self, name: str) -> Parameter | None:
        """Return a parameter, a part of one, or the switch "on"; None when there is none."""
        return ON if name == ON.name else find_parameter(self.parameters, name)

    def value(self, parameter: Parameter) -> object:
        """Return what a parameter was last set to, which a lane may not have taken yet."""
        if parameter is ON:
            return self.on
        whole = self.last.get(parameter.field, getattr(self.box, parameter.field))
        return part_of(whole, parameter.key) if parameter.key else whole

    def is_overridden(self, name: str) -> bool:
        """Whether a parameter, the table that it is part of, or a part of it is overridden."""
        return any(overlaps(name, override) for override in self.overrides)

    def release(self, name: str) -> None:
        """Release a parameter and all its parts: their cables write them again."""
        released = {
            override
            for override in self.overrides
            if override == name or override.startswith(f"{name}.")
        }
        self.overrides -= released
        for cabled, set_again in self.cabled.items():
            if any(overlaps(cabled, override) for override in released):
                set_again()

    def merge_part(self, parameter: Parameter, value: object) -> object:
        """Return the new value of a parameter's field: for a part, a copy of the table it is in.

        Why a copy: the box may be reading the last table on its own thread.
        """
        if parameter.key:
            whole = self.tables.get(parameter.field, getattr(self.box, parameter.field))
            value = with_part(whole, parameter.key, value)
        elif not parameter.is_table:
            return value
        self.tables[parameter.field] = value
        return value


def has_life(box: Box) -> bool:
    """Whether a box is a node without a lane that must be opened, closed or started."""
    return (
        isinstance(box, Node)
        and not box.lane
        and (
            type(box).open is not Node.open or type(box).close is not Box.close or box.self_starting
        )
    )


def gives_notes(box: Box) -> bool:
    """Whether a box is a node with an outlet of notes."""
    return isinstance(box, Node) and Note in read_signature(type(box)).outlets.values()


def plays_by_itself(state: BoxState) -> bool:
    """Whether a box goes on though nothing comes: it needs no cable."""
    box = state.box
    return isinstance(box, Node) and not read_signature(type(box)).inlets[0].waits


def state_of(planned: PlannedBox) -> BoxState:
    """Return the initial state of a planned box."""
    return BoxState(
        planned.name,
        planned.box,
        planned.on,
        planned.hidden,
        parameters_of(planned.box),
        wants_waking(planned.box),
        planned.initial,
        up=isinstance(planned.box, Node) and not planned.box.lane and not has_life(planned.box),
    )
