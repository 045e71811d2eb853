"""All hosts of a live show: of boxes that play, that are on standby, or that were removed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from engine.core.box import Box
from engine.core.clock import Clock
from engine.core.commands import Command, SetParameter
from engine.core.node import Node
from engine.core.source import AddReader, Source
from engine.patch.plan import Plan
from engine.runtime.contexts import Contexts, patch_file
from engine.runtime.schedule.state import BoxState
from engine.runtime.shutdown import PATIENCE, close_all
from engine.runtime.supervision.heartbeat import Heartbeat
from engine.runtime.supervision.host import BoxHost
from engine.runtime.workers.lane import ThreadLane
from engine.runtime.workers.loop_lane import OnLoop


def nothing() -> None:
    """Do nothing after closing."""


class Hosts:
    """The hosts of all boxes; used on the loop.

    ``playing`` are those of the plan that plays, by name; ``removed`` those that only the previous
    plan had, which stay open until ``remove``.
    """

    def __init__(
        self,
        clock: Clock,
        wake: Callable[[], None],
        watch: AddReader,
        contexts: Contexts,
        loop: OnLoop,
    ) -> None:
        self.playing: dict[str, BoxHost] = {}
        self.removed: list[BoxHost] = []
        self._clock = clock
        self._wake = wake
        self._watch = watch
        self._contexts = contexts
        self._loop = loop
        self._by_box: dict[int, BoxHost] = {}
        self._by_state: dict[BoxState, BoxHost] = {}
        self._closers: list[threading.Thread] = []
        self._events: frozenset[tuple[str, str]] = frozenset()

    def is_event(self, command: Command) -> bool:
        """Whether a command sets what is said, not held; may be called on any thread."""
        return (
            isinstance(command, SetParameter) and (command.box, command.parameter) in self._events
        )

    def add(self, name: str, box: Box, patch: Path | None) -> BoxHost:
        """Make and return the host of a box that does not play yet; ``patch`` is its file."""
        make_context = partial(self._contexts.make, patch)
        host = BoxHost(
            name,
            box,
            make_context,
            self._clock,
            self._wake,
            loop=self._loop,
            is_event=self.is_event,
        )
        if isinstance(box, Source):
            box.attach(self._watch)
        self._by_box[id(box)] = host
        return host

    def add_all(self, plan: Plan) -> None:
        """Make the hosts of all boxes of a plan."""
        for name, planned in plan.boxes.items():
            self.add(name, planned.box, patch_file(plan))

    def lane(self, _: str, node: Node) -> ThreadLane:
        """Return the lane of a box that was added."""
        lane = self._by_box[id(node)].lane
        assert lane is not None, "called only for boxes with a lane"
        return lane

    def heartbeat(self, name: str) -> Heartbeat | None:
        """Return the heartbeat of a source that plays; None for a box that is not steady."""
        return self.playing[name].heartbeat

    def replace(self, state: BoxState, box: Node) -> ThreadLane:
        """Put another box in the place of one that hangs; return its lane."""
        host = self._of(state)
        del self._by_box[id(host.box)]
        self._by_box[id(box)] = host
        return host.replace(box)

    def follow(self, states: Mapping[str, BoxState]) -> list[BoxHost]:
        """Let exactly the hosts of these boxes play; return those that did not play before."""
        self._events = frozenset((name, event) for name in states for event in states[name].by_hand)
        before = self.playing
        self.playing = {name: self._of(state) for name, state in states.items()}
        stays = set(self.playing.values())
        self.removed += [each for each in before.values() if each not in stays]
        self.removed = [each for each in self.removed if each not in stays]
        for each in self.removed:
            each.leave()
        joined = [each for each in self.playing.values() if not each.plays]
        for each in joined:
            each.plays = True
        return joined

    def remove(self, leaving: list[BoxHost], after: Callable[[], None] = nothing) -> None:
        """Close boxes for good, beside the loop; ``after`` is then called on another thread."""
        gone = set(leaving)
        self.removed = [each for each in self.removed if each not in gone]
        self._by_box = {box: each for box, each in self._by_box.items() if each not in gone}
        self._by_state = {s: each for s, each in self._by_state.items() if each not in gone}
        self.release(leaving, after)

    def release(self, leaving: list[BoxHost], after: Callable[[], None] = nothing) -> None:
        """Close boxes, beside the loop, so that they can be opened again.

        Why a thread of its own instead of a pool: a pool waits for all its threads when it ends,
        so a device that stalls would keep the program from ending.
        """
        ends = [each.end() for each in leaving]
        groups = [each for one, _ in ends for each in one], [each for _, o in ends for each in o]
        before = [closer for closer in self._closers if closer.is_alive()]

        def close() -> None:
            close_all(groups, self._clock)
            after()

        closer = threading.Thread(target=close, name="closer", daemon=True)
        closer.start()
        self._closers = [*before, closer]

    def end(self, after: Callable[[], None]) -> None:
        """Close everything; ``after`` is then called on another thread."""
        before = list(self._closers)

        def wait() -> None:
            for closer in before:
                closer.join(PATIENCE)
            after()

        self.release([*self._by_box.values()], wait)

    def _of(self, state: BoxState) -> BoxHost:
        host = self._by_state.get(state)
        if host is None:
            host = self._by_state[state] = self._by_box[id(state.box)]
            host.bind(state)
        return host
