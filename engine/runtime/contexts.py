"""Makes the Context of every box: its state folder, and whether pictures may leave."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, Protocol

from engine.core.context import ClearMasters, Context, Masters, MemoryState, State
from engine.patch.plan import Plan, PlannedBox
from engine.runtime.metrics import LOG
from engine.system.state_folder import StateFolder, state_places

LARGEST: Final = 64 << 20
"""Bytes of state that a recording holds of all boxes, at most."""


class Reports(Protocol):
    """Takes what a box reports; may be called on any thread."""

    def report(self, text: str) -> None:
        """Report a notice for the performer."""
        ...

    def saved(self, file: str, data: bytes) -> None:
        """Note a file that was saved."""
        ...


MakeState = Callable[[Path | None, str, Reports], State]
"""Makes the state of a box, from the patch file and the name of the box."""


def on_disk(patch: Path | None, name: str, reports: Reports) -> State:
    """Return state that is stored beside the patch; in memory when the patch is no file."""
    if patch is None:
        return MemoryState(written=reports.saved)
    return StateFolder(state_places(patch, name), reports.report, reports.saved)


def in_memory(boxes: Callable[[], Mapping[str, PlannedBox]]) -> MakeState:
    """Return a maker of state that begins as the plan found it, and is stored nowhere.

    ``boxes`` returns the boxes of the plan that the state is made for.
    """

    def make(patch: Path | None, name: str, reports: Reports) -> State:
        return MemoryState(boxes()[name].state, reports.saved)

    return make


def read_states(plan: Plan) -> None:
    """Read the stored state of all boxes into a plan, for recordings and tests.

    A box for which LARGEST bytes in all are not enough is left out, and that is logged.
    """
    patch = patch_file(plan)
    left = LARGEST
    for name, planned in plan.boxes.items() if patch else ():
        assert patch is not None
        folder = StateFolder(state_places(patch, name), LOG.warning, _unheard)
        names = folder.names()
        if sum(map(folder.size, names)) > left:
            LOG.warning("%s: keeps more than a recording holds", name)
            continue
        planned.state = {file: folder.read(file) or b"" for file in names}
        left -= sum(map(len, planned.state.values()))


def _unheard(file: str, data: bytes) -> None:
    """Ignore a file that was saved."""


def patch_file(plan: Plan) -> Path | None:
    """Return the file of the patch that a plan was compiled from; None where it is no file."""
    return plan.texts.file if plan.texts else None


class Contexts:
    """Makes contexts for the boxes of one show; ``may_leave`` says whether pictures may leave."""

    def __init__(
        self,
        may_leave: Callable[[], bool],
        make_state: MakeState = on_disk,
        masters: Masters | None = None,
    ) -> None:
        self._may_leave = may_leave
        self._make_state = make_state
        self._masters = masters or ClearMasters()

    def make(self, patch: Path | None, name: str, reports: Reports) -> Context:
        """Return the context of a box of a patch file."""
        folder = patch.absolute().parent if patch else None
        state = self._make_state(patch, name, reports)
        log = logging.getLogger(f"sensorium.{name.replace('.', '/')}")
        return Context(name, folder, state, log, self._may_leave, self._masters)


class Unreported:
    """Passes on notices, and ignores saved files: for replays."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self.report = tell

    def saved(self, file: str, data: bytes) -> None:
        """Ignore a file that was saved."""
