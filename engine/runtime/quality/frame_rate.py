"""Hold the frame rate of boxes that choose their own size: ``size = "auto"`` with ``fps``.

Once a second it looks at how long nine of ten answers of each such box took, as its lane reports:
nothing else, so the same entries cause the same steps, live, offline and in a replay. Where that is
too long for ``fps`` answers a second twice in a row, the largest step of the ladder is taken that
would fit, since time goes with the number of pixels. With time to spare it goes up again, one step
at a time, after five seconds at first and later where that does not last (see ``hysteresis``).

Why so: what is seen to change is how often the size changes, and by how much. The steps of a ladder
are an eighth apart, so that what fits at below 70 % fits a step higher as well, and stays there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Final

from engine.core.clock import SECOND
from engine.core.messages import Ns
from engine.core.parameter import Parameter
from engine.runtime.metrics import LOG
from engine.runtime.quality.hysteresis import Decision, Hysteresis, percentile_90
from engine.runtime.schedule.services import Services
from engine.runtime.schedule.state import BoxState

FRAME_RATE: Final = "frame rate"
_FPS: Final = "fps"
_FITS: Final = 0.85
"""How much of its time an answer may take after a step down."""


@dataclass
class _Held:
    """One box while 0, "auto", is what is asked of it; ``step`` is its place on the ladder."""

    step: int
    took: list[int] = field(default_factory=list)
    hysteresis: Hysteresis = field(default_factory=lambda: Hysteresis(SECOND))


class FrameRateController:
    """Chooses the sizes of all boxes of the plan that are to choose it themselves."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._ladders: dict[str, Parameter] = {}
        self._held: dict[str, _Held] = {}
        self._due: Ns | None = None

    def install(self, staying: Collection[str] = ()) -> None:
        """Adopt the boxes of the plan that has been installed; those that stay keep their size."""
        self._ladders = dict(self._found())
        self._held = {name: held for name, held in self._held.items() if name in staying}

    def _found(self) -> Iterator[tuple[str, Parameter]]:
        for name, state in self._services.states.items():
            for parameter in state.parameters.values():
                if parameter.param.ladder and state.lane is not None:
                    yield name, parameter

    def ran(self, box: str, took: int) -> None:
        """Record how long an answer of a box took (ns)."""
        if box not in self._ladders:
            return
        state, parameter = self._services.states[box], self._ladders[box]
        if self._asked(state, parameter) != 0:
            self._held.pop(box, None)
            return
        self._at_hand(state, parameter).took.append(took)
        if self._due is None:
            self._due = Ns(self._services.now + SECOND)
            self._services.wakes.ask(FRAME_RATE, self)

    def wake(self) -> Ns | None:
        """Return when the window ends; None while nothing answers."""
        return self._due

    def on_wake(self, at: Ns) -> None:
        """Close the window of every box and act on it; the next answer begins another."""
        self._due = None
        for box, held in self._held.items():
            took, held.took = held.took, []
            longest = percentile_90(took) if took else 0
            if longest > 0:  # offline an answer takes no time unless it is said to
                self._judge(box, held, longest, at)

    def _judge(self, box: str, held: _Held, took: int, at: Ns) -> None:
        """Change the size of a box where nine of ten answers took this long (ns) or less."""
        state, parameter = self._services.states[box], self._ladders[box]
        before = held.step
        share = round(took * self._fps(state))
        match held.hysteresis.judge(share, at):
            case Decision.DEGRADE if held.step > 0:
                held.hysteresis.degraded(at)
                held.step = self._fitting(parameter.param.ladder, held.step, share)
            case Decision.RESTORE if held.step < len(parameter.param.ladder) - 1:
                held.hysteresis.restored(at)
                held.step += 1
        if held.step != before:
            self._set(state, parameter, held.step)

    def _fitting(self, ladder: tuple[int, ...], step: int, share: int) -> int:
        """Return the largest lower step that fits; the lowest where none does."""
        lower = (
            each
            for each in reversed(range(step))
            if share * (ladder[each] / ladder[step]) ** 2 <= _FITS * SECOND
        )
        return next(lower, 0)

    def _at_hand(self, state: BoxState, parameter: Parameter) -> _Held:
        """Return what is known of a box; one that is new begins where its class says."""
        held = self._held.get(state.name)
        if held is None:
            start = getattr(type(state.box), _choice(parameter))
            held = self._held[state.name] = _Held(parameter.param.ladder.index(start))
            self._set(state, parameter, held.step, told=False)
        return held

    def _set(self, state: BoxState, parameter: Parameter, step: int, *, told: bool = True) -> None:
        """Have a box work at a step from its next picture on."""
        assert state.lane is not None, "only boxes on a lane have a size that is held"
        value = parameter.param.ladder[step]
        state.lane.set_parameter(_choice(parameter), value)
        self._services.metrics.lanes[state.name].chosen = {parameter.name: value}
        if told:
            fps = self._fps(state)
            LOG.info("%s: %s %d, for %g pictures a second", state.name, parameter.name, value, fps)

    def _asked(self, state: BoxState, parameter: Parameter) -> object:
        """Return the value asked for, without reading the box, which its lane may be changing."""
        initial = self._services.plan.boxes[state.name].initial
        return state.last.get(parameter.field, initial[parameter.field])

    def _fps(self, state: BoxState) -> float:
        asked = self._asked(state, state.parameters[_FPS])
        assert isinstance(asked, int | float)
        return float(asked)


def _choice(parameter: Parameter) -> str:
    """Return the field of the box in which it finds the choice."""
    return f"_auto_{parameter.field}"
