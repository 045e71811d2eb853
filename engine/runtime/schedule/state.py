"""What the engine knows of a box beside the box itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import cast

from engine.core.addresses import overlaps, with_part
from engine.core.box import Box
from engine.core.node import Node
from engine.core.parameter import Parameter, read_parameters
from engine.core.sink import Sink
from engine.patch.plan import PlannedBox
from engine.runtime.schedule.slots import Emitter
from engine.runtime.schedule.wakeups import wants_waking
from engine.runtime.workers.lane import Lane
from engine.runtime.workers.sink_worker import SinkWorker


@dataclass(eq=False)
class BoxState:
    """One box while it plays.

    ``cabled`` takes up again what the cable into a parameter says; ``overrides`` are the parameters
    that somebody took over. ``tables`` holds, by field, what parameters that have parts were last
    set to, and ``last`` what any was last set to. ``every`` says of how many pictures it is asked
    about one, and ``skipped`` how many were left out since. ``failing`` says that its last call
    raised. Of an output, ``up`` says that it is open, ``dirty`` that it is to be flushed when the
    tick ends, ``raised`` that it raised in this tick. ``condition`` is what it said last of its
    device, ``worked`` that any call of it went well.
    """

    name: str
    box: Box
    on: bool
    hidden: bool
    parameters: Mapping[str, Parameter]
    wakes: bool
    emitter: Emitter | None = None
    lane: Lane | None = None
    out_lane: SinkWorker | None = None
    up: bool = False
    cabled: dict[str, Callable[[], None]] = field(default_factory=dict)
    overrides: set[str] = field(default_factory=set)
    tables: dict[str, object] = field(default_factory=dict)
    last: dict[str, object] = field(default_factory=dict)
    every: int = 1
    skipped: int = 0
    failing: bool = False
    worked: bool = False
    condition: str = "opening"
    dirty: bool = False
    raised: bool = False

    @property
    def has_life(self) -> bool:
        """Whether it is a node without a lane that is to be opened or closed."""
        return has_life(self.box)

    def succeeded(self) -> None:
        """Note that a call of it raised nothing."""
        self.failing = False
        self.worked = True

    @property
    def sink(self) -> Sink:
        """The box, where it is known to be an output."""
        return cast(Sink, self.box)  # to ask an abstract class takes longer than to flush

    def skips(self) -> bool:
        """Tell whether it leaves out the picture that comes now, because it gives way."""
        self.skipped = (self.skipped + 1) % self.every
        return self.skipped != 0

    def is_overridden(self, name: str) -> bool:
        """Tell whether somebody took over a parameter, the whole that it is part of, or a part."""
        return any(overlaps(name, override) for override in self.overrides)

    def release(self, name: str) -> None:
        """Give a parameter, and all parts that it has, back to the cables that write them."""
        released = {
            override
            for override in self.overrides
            if override == name or override.startswith(f"{name}.")
        }
        self.overrides -= released
        for cabled, take_up in self.cabled.items():
            if any(overlaps(cabled, override) for override in released):
                take_up()

    def merge_part(self, parameter: Parameter, value: object) -> object:
        """Give what the field of a parameter shall hold: for a part, the table that it is in.

        Every change makes a new table, for the box may be reading the last one on its own thread.
        """
        if parameter.key:
            whole = self.tables.get(parameter.field, getattr(self.box, parameter.field))
            value = with_part(whole, parameter.key, value)
        elif not parameter.is_table:
            return value
        self.tables[parameter.field] = value
        return value


def has_life(box: Box) -> bool:
    """Whether a box is a node without a lane that is to be opened or closed."""
    return (
        isinstance(box, Node)
        and not box.lane
        and (type(box).open is not Node.open or type(box).close is not Box.close)
    )


def state_of(planned: PlannedBox) -> BoxState:
    """Begin the state of a planned box."""
    return BoxState(
        planned.name,
        planned.box,
        planned.on,
        planned.hidden,
        read_parameters(type(planned.box)),
        wants_waking(planned.box),
        up=isinstance(planned.box, Node) and not planned.box.lane and not has_life(planned.box),
    )
