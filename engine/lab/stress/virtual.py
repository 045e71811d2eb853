"""The show of an offline storm, a process of its own that says what happens, a line of JSON each.

Run: python -m engine.lab.stress.virtual PATCH SEED SECONDS HOURS STRIKES(0 or 1)

Why a process: what it takes is then its own, and who writes down what it says takes memory
elsewhere. Seconds are those played; where the clock jumps, none is.
"""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

import msgspec

from engine.core.clock import SECOND, ns
from engine.core.commands import Command, SetParameter
from engine.core.node import Node
from engine.core.parameter import read_parameters
from engine.core.sink import Sink
from engine.core.source import Tape
from engine.lab.stress import faults
from engine.lab.stress.actions import PACKETS
from engine.lab.stress.faults import Choice, Injection, storm
from engine.lab.stress.vitals import vital
from engine.lab.stress.weather import Event, Jumps, looped, weathered
from engine.patch.plan import Plan
from engine.runtime.dump import sent_line
from engine.runtime.entries import CommandEntry, StateChange
from engine.runtime.metrics import route_name
from engine.runtime.offline import Offline
from engine.runtime.opening import open_patch
from engine.runtime.workers.inline import InlineLane

LOOP_S: Final = 6.0
COST_MS: Final = 10.0
SLOW_MS: Final = 400.0
LOOK_S: Final = 10.0
BY: Final = "stress"


class Broken(RuntimeError):
    """What a box raises that is broken on purpose."""


class VirtualShow:
    """An offline show in a storm."""

    def __init__(self, plan: Plan, strikes: list[Injection], hours: float, seconds: float) -> None:
        self._strikes = strikes
        jumps = [each.at for each in strikes if each.fault == faults.CLOCK_JUMPS.name]
        length = max(1.0, (3600 * hours - seconds) / len(jumps)) if jumps else 0.0
        self._jumps = Jumps(jumps, length)
        self._broken: set[str] = set()
        self._plan = plan
        for name, planned in plan.boxes.items():
            if isinstance(planned.box, Tape):
                self._weather(name, planned.box)
            elif isinstance(planned.box, Node):
                self._make_breakable(name, planned.box)
        lanes = {name: COST_MS for name, planned in plan.boxes.items() if _on_lane(planned.box)}
        self.show = Offline(plan, lanes)
        self._changes = sorted(self._deeds(), key=lambda each: each[0])
        self._looks = 0.0
        for name, state in self.show.engine.states.items():
            if isinstance(state.box, Sink):
                state.box.tap(partial(self._heard, name))

    def play(self, seconds: float) -> None:
        """Play so many seconds, and say the numbers at the end."""
        self.show.play(ns(self._jumps.passed(seconds)), self._look)
        stats = self.show.engine.metrics.stats(self.show.clock.now())
        say("stats", stats)

    @property
    def _now(self) -> float:
        return self._jumps.played(self.show.clock.now() / SECOND)

    def _weather(self, name: str, tape: Tape) -> None:
        strikes = [each for each in self._strikes if each.target == name]
        events = tape.events

        def say_all() -> Iterator[Event]:
            return weathered(looped(events(), LOOP_S), strikes, self._jumps)

        setattr(tape, "events", say_all)  # noqa: B010 - of this one, for this one show

    def _make_breakable(self, name: str, node: Node) -> None:
        process = node.process

        def breaks(*arguments: Any, **more: Any) -> Any:
            if name in self._broken:
                raise Broken("broken on purpose")
            return process(*arguments, **more)

        setattr(node, "process", breaks)  # noqa: B010 - of this one, for this one show

    def _deeds(self) -> list[tuple[float, Callable[[], object]]]:
        """List what is done to the show itself, and when."""
        found: list[tuple[float, Callable[[], object]]] = []
        for each in self._strikes:
            end = each.at + each.lasts
            match each.fault:
                case faults.SOURCE_GONE.name:
                    found.append((each.at, partial(self._state, each.target, "lost")))
                    found.append((end, partial(self._state, each.target, "running")))
                case faults.BOX_BREAKS.name:
                    found.append((each.at, partial(self._broken.add, each.target)))
                    found.append((end, partial(self._broken.discard, each.target)))
                case faults.MODEL_SLOW.name:
                    found.append((each.at, partial(self._take, each.target, SLOW_MS)))
                    found.append((end, partial(self._take, each.target, COST_MS)))
                case faults.BURST.name:
                    found.append((each.at, self._burst))
                case faults.NO_NUMBERS.name:
                    found.append((each.at, self._no_numbers))
        return found

    def _look(self) -> None:
        """Do what is due, and now and then say what the process takes."""
        now = self._now
        while self._changes and self._changes[0][0] <= now:
            self._changes.pop(0)[1]()
        if now >= self._looks:
            self._looks = now + LOOK_S
            if (taken := vital(os.getpid(), now)) is not None:
                say("vital", taken)

    def _heard(self, sink: str, port: str, what: dict[str, Any]) -> None:
        late = sent_line(self.show.engine, sink, port, what)["behind_ms"]
        if "midi" in what:
            say("midi", self._now, sink, what["midi"])
        say("sent", self._now, route_name(sink, port), late)

    def _enter(self, command: Command) -> None:
        self.show.enter(self.show.clock.now(), CommandEntry(BY, command))

    def _state(self, box: str, state: str) -> None:
        reason = "gone on purpose" if state == "lost" else ""
        self.show.enter(self.show.clock.now(), StateChange(box, state, reason))

    def _take(self, box: str, ms: float) -> None:
        lane = self.show.engine.states[box].lane
        assert isinstance(lane, InlineLane)
        lane.cost = round(ms * 1e6)

    def _burst(self) -> None:
        for command in _settings(self._plan, None)[:1] * PACKETS:
            self._enter(command)

    def _no_numbers(self) -> None:
        for value in (math.nan, math.inf, -math.inf):
            for command in _settings(self._plan, value):
                self._enter(command)


def _settings(plan: Plan, value: float | None) -> list[SetParameter]:
    """Set every number of every box to a value, or to what it is."""
    return [
        SetParameter(name, key, getattr(planned.box, one.field) if value is None else value)
        for name, planned in plan.boxes.items()
        if isinstance(planned.box, Node) and not planned.hidden
        for key, one in read_parameters(type(planned.box)).items()
        if one.type is float and not one.fixed
    ]


def choices(plan: Plan) -> list[Choice]:
    """List the faults that can be done to a plan offline, and to whom."""
    found: list[Choice] = [(each, "") for each in (faults.BURST, faults.NO_NUMBERS)]
    found.append((faults.CLOCK_JUMPS, ""))
    for name, planned in plan.boxes.items():
        if isinstance(planned.box, Tape):
            found += [
                (fault, name)
                for fault in (
                    faults.SOURCE_GONE,
                    faults.SOURCE_STALLS,
                    faults.SOURCE_NO_NUMBERS,
                    faults.SOURCE_BURST,
                )
            ]
        elif isinstance(planned.box, Node) and not planned.hidden:
            found.append((faults.BOX_BREAKS, name))
            found += [(faults.MODEL_SLOW, name)] * planned.box.lane
    return found


def _on_lane(box: object) -> bool:
    return isinstance(box, Node) and box.lane


def say(*what: Any) -> None:
    """Say a line."""
    sys.stdout.buffer.write(msgspec.json.encode(what) + b"\n")


def main() -> None:
    """Play, and say everything."""
    patch, seed, seconds, hours, storms = sys.argv[1:]
    plan = open_patch(Path(patch), live=False)
    strikes = storm(int(seed), float(seconds), choices(plan)) if storms == "1" else []
    say("strikes", strikes)
    VirtualShow(plan, strikes, float(hours), float(seconds)).play(float(seconds))


if __name__ == "__main__":
    main()
