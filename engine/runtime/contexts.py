"""Makes the Context of every box: where its state lies, and whether its pictures may leave."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, Protocol

from engine.core.context import Context, MemoryState, State
from engine.patch.plan import Plan, PlannedBox
from engine.runtime.metrics import LOG
from engine.system.state_folder import StateFolder, state_places

LARGEST: Final = 64 << 20
"""Bytes of state of one box that a recording holds."""


class Reports(Protocol):
    """Who is told what a box does with its state; may be called on any thread."""

    def report(self, text: str) -> None:
        """Take what a performer should know."""
        ...

    def saved(self, file: str, data: bytes) -> None:
        """Take a file that was kept."""
        ...


MakeState = Callable[[Path | None, str, Reports], State]
"""Makes the state of a box: of a patch file, by the name of the box."""


def on_disk(patch: Path | None, name: str, reports: Reports) -> State:
    """Return state that is kept beside the patch; in memory for a patch that is no file."""
    if patch is None:
        return MemoryState(written=reports.saved)
    return StateFolder(state_places(patch, name), reports.report, reports.saved)


def in_memory(boxes: Callable[[], Mapping[str, PlannedBox]]) -> MakeState:
    """Return what makes state that begins as the plan found it, and is kept nowhere.

    ``boxes`` returns those of the plan that the state is made for.
    """

    def make(patch: Path | None, name: str, reports: Reports) -> State:
        return MemoryState(boxes()[name].state, reports.saved)

    return make


def read_states(plan: Plan) -> None:
    """Note in a plan what its boxes kept before: a recording holds it, and a replay begins with it.

    A box that keeps more than LARGEST bytes is left out, and that is logged.
    """
    patch = patch_file(plan)
    for name, planned in plan.boxes.items() if patch else ():
        assert patch is not None
        folder = StateFolder(state_places(patch, name), LOG.warning, _unheard)
        files = {file: folder.read(file) or b"" for file in folder.names()}
        if sum(map(len, files.values())) > LARGEST:
            LOG.warning("%s: keeps more than a recording holds", name)
        else:
            planned.state = files


def _unheard(file: str, data: bytes) -> None:
    """Take a file that was kept."""


def patch_file(plan: Plan) -> Path | None:
    """Return the file of the patch that a plan was made of, if it is one."""
    return plan.texts.file if plan.texts else None


class Contexts:
    """Makes contexts for the boxes of one show; ``may_leave`` says whether pictures may leave."""

    def __init__(self, may_leave: Callable[[], bool], make_state: MakeState = on_disk) -> None:
        self._may_leave = may_leave
        self._make_state = make_state

    def make(self, patch: Path | None, name: str, reports: Reports) -> Context:
        """Return the context of a box of a patch file."""
        folder = patch.absolute().parent if patch else None
        state = self._make_state(patch, name, reports)
        log = logging.getLogger(f"sensorium.{name.replace('.', '/')}")
        return Context(name, folder, state, log, self._may_leave)


class Unreported:
    """Reports of a box whose surroundings want none: offline, in a replay."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self.report = tell

    def saved(self, file: str, data: bytes) -> None:
        """Take a file that was kept."""
