"""What the engine knows of a box beside the box itself."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.core.node import Box, Sink
from engine.core.parameter import Parameter, read_parameters
from engine.patch.plan import PlannedBox
from engine.runtime.lanes import Lane
from engine.runtime.outlane import SinkLane
from engine.runtime.tick import Outlets
from engine.runtime.wakes import wants_waking


@dataclass(eq=False)
class BoxState:
    """One box while it plays.

    ``hands`` are the parameters that somebody took over from a cable. ``failing`` says that its
    last call raised. Of an output, ``up`` says that it is open, ``touched`` that it is to be
    flushed when the tick ends, ``stumbled`` that it raised in this tick.
    """

    name: str
    box: Box
    on: bool
    hidden: bool
    parameters: dict[str, Parameter]
    wakes: bool
    outlets: Outlets | None = None
    lane: Lane | None = None
    out_lane: SinkLane | None = None
    up: bool = False
    hands: set[str] = field(default_factory=set)
    failing: bool = False
    touched: bool = False
    stumbled: bool = False

    @property
    def sink(self) -> Sink:
        """The box, where it is known to be an output."""
        assert isinstance(self.box, Sink)
        return self.box


def state_of(planned: PlannedBox) -> BoxState:
    """Begin the state of a planned box."""
    return BoxState(
        planned.name,
        planned.box,
        planned.on,
        planned.hidden,
        read_parameters(type(planned.box)),
        wants_waking(planned.box),
    )
