"""A show in virtual time whose models run on real threads: the test moves its clock."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from engine.core.box import Box
from engine.core.clock import MILLISECOND, VirtualClock, ns
from engine.core.context import Context
from engine.core.messages import Message, Ns
from engine.core.node import Node
from engine.patch.load import parse
from engine.registry import Registry
from engine.runtime.engine import Engine
from engine.runtime.entries import Arrival, Entry, StateChange
from engine.runtime.opening import open_document
from engine.runtime.schedule.state import BoxState
from engine.runtime.supervision.heartbeat import Heartbeat
from engine.runtime.supervision.restart import Restarter
from engine.runtime.supervision.watchdog import Watchdog
from engine.runtime.workers.lane import ThreadLane
from tests.limits import LIMIT


class Stage:
    """An engine in virtual time with real threads for its models, and a watchdog over it.

    The patch has a model ``s``, a collector ``c`` and a source ``eye``, for which the test emits.
    """

    def __init__(
        self, patch: str, boxes: Mapping[str, type[Box]], folder: Path | None = None
    ) -> None:
        """``boxes`` are those that only the test has, beside those in ``nodes/`` of a folder."""
        registry = Registry(folder)
        find: Callable[[str], type[Box]] = lambda use: boxes.get(use) or registry.find(use)  # noqa: E731
        self.clock = VirtualClock()
        self.said: list[Entry] = []
        self.lost: list[str] = []
        self._news = threading.Condition()
        self._came: list[Entry] = []
        plan = open_document(parse(patch), find, live=False)
        self.engine = Engine(plan, self.clock, self._make)
        self.engine.on_lost = self.lost.append
        understudies = Restarter(self.engine, self._exchange, self.enter)
        self.heartbeat = Heartbeat()
        self.watchdog = Watchdog(
            *(self.engine, self.clock, self.enter, understudies.replace),
            lambda name: self.heartbeat if name == "eye" else None,
        )
        self.lane.start()
        for name in ("eye", "c"):
            self.enter(StateChange(name, "running"))

    def _make(self, name: str, node: object) -> ThreadLane:
        return ThreadLane(name, node, Context(name), self._hear, self.clock)  # type: ignore[arg-type]

    def _exchange(self, state: BoxState, node: Node) -> ThreadLane:
        assert isinstance(state.lane, ThreadLane)
        state.lane.abandon()
        return self._make(state.name, node)

    def _hear(self, entry: Entry) -> None:
        with self._news:
            self._came.append(entry)
            self._news.notify()

    @property
    def lane(self) -> ThreadLane:
        lane = self.engine.states["s"].lane
        assert isinstance(lane, ThreadLane)
        return lane

    def enter(self, entry: Entry) -> None:
        """Let an entry in, and note it."""
        self.said.append(entry)
        self.engine.step(entry)

    def wait(self, kind: type) -> Entry:
        """Let in what the model says, up to the first of a kind."""
        while True:
            with self._news:
                assert self._news.wait_for(lambda: self._came, LIMIT)
                entry = self._came.pop(0)
            self.enter(entry)
            if isinstance(entry, kind):
                return entry

    def see(self, value: Message, seconds: float = 0.1, outlet: str = "frame") -> None:
        """Have the source give a message, so many seconds after the last."""
        self.pass_by(seconds)
        self.engine.step(Arrival("eye", outlet, value, self.clock.now()))

    def pass_by(self, seconds: float, *, silent: bool = False) -> None:
        """Let time pass, and have the watchdog look four times a second."""
        end = self.clock.now() + ns(seconds)
        while self.clock.now() < end:
            self.clock.move_to(Ns(min(end, self.clock.now() + 250 * MILLISECOND)))
            if not silent:
                self.heartbeat.beat(self.clock.now())
            self.watchdog.check()

    def states(self, box: str) -> list[str]:
        """Give what was said of a box."""
        return [e.state for e in self.said if isinstance(e, StateChange) and e.box == box]
