"""Plays a recording: its entries in their order and at their moments, through the patch it holds.

Why it is exact: whatever an engine does follows from its entries and their moments. Through another
patch what still fits is played, and what does not is left out and told.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from engine.core.clock import MILLISECOND, SECOND, Clock, SystemClock
from engine.core.messages import Ns
from engine.core.sink import Sink
from engine.patch.build import Find
from engine.patch.load import Texts, parse
from engine.recording.compare import Comparison
from engine.recording.reader import RecordedOutput, Recording
from engine.recording.record import Begun
from engine.recording.replay_engine import ReplayEngine, plan_of, texts_of
from engine.recording.writer import networks, own_boxes
from engine.registry import Registry
from engine.runtime.engine import Engine
from engine.runtime.entries import Entry, LaneResult, LaneSent, StateChange, SwapPlan, WakeUp
from engine.runtime.metrics import LOG

_LATE = 20 * MILLISECOND
"""How late a wake of the recording may be, before another patch that asks for it is woken."""


class ReplayPace:
    """Waits for the moments of a show; ``speed`` 1 is its own, None as fast as it goes."""

    def __init__(self, speed: float | None, clock: Clock | None = None) -> None:
        self._speed = speed
        self._clock = clock or SystemClock()
        self._first: tuple[Ns, Ns] | None = None

    def wait_for(self, moment: Ns) -> None:
        """Wait until a moment of the show has come."""
        if self._speed is None:
            return
        now = self._clock.now()
        if self._first is None:
            self._first = (moment, now)
        begun, here = self._first
        left = here + (moment - begun) / self._speed - now
        if left > 0:
            threading.Event().wait(left / SECOND)


class Replay:
    """One replay of a recording.

    ``patch`` plays instead of the one that the recording begins with; ``aloud`` opens the outputs,
    ``recompute`` runs the networks again, ``compare``
    says what is sent differently. ``watch`` is called with every engine. ``left_out``
    counts the entries for boxes that the patch does not have: it is another, or they are damaged.
    """

    def __init__(
        self,
        recording: Recording,
        patch: Texts | None = None,
        *,
        to: str | None = None,
        aloud: bool = False,
        recompute: bool = False,
        compare: bool = False,
        watch: Callable[[Engine], None] = lambda engine: None,
    ) -> None:
        self.comparison = Comparison() if compare else None
        self.left_out: Counter[str] = Counter()
        self.entries = 0
        self.seconds = 0.0
        self._recording = recording
        self._patch = patch
        self._to = to
        self._aloud = aloud
        self._recompute = recompute
        self._watch = watch
        self._stage: ReplayEngine | None = None
        self._edited = False
        self._begun = Ns(0)
        self._first: Texts | None = None
        self._registries: dict[Path | None, Registry] = {}

    def play(self, speed: float | None) -> None:
        """Play all of it; raises RecordingError or PatchError, or OSError."""
        pace = ReplayPace(speed)
        try:
            for item in self._recording.items():
                if isinstance(item.what, RecordedOutput):
                    if self.comparison:
                        self.comparison.was(item.what)
                    continue
                pace.wait_for(item.moment)
                if isinstance(item.what, Begun):
                    self._begin(item.moment, item.what)
                elif self._stage is not None:
                    self._enter(self._stage, item.moment, item.what)
        finally:
            self._end()

    def _begin(self, moment: Ns, begun: Begun) -> None:
        """Set the stage for a patch of the recording, or let it take over on the one that is."""
        texts = self._texts(begun)
        self._edited = self._edited or (texts.patch, texts.rig) != (begun.patch, begun.rig)
        _tell_what_changed(begun, texts, self._recompute)
        plan = plan_of(begun, texts, self._to, self._find(texts))
        if begun.takes_over and self._stage is not None:
            self._enter(self._stage, moment, SwapPlan(plan.title, texts, plan))
            return
        self._end()
        started = Ns(begun.started)
        self._begun = self._begun or started
        self._stage = ReplayEngine(
            plan,
            started,
            hear=self.comparison.now if self.comparison else None,
            aloud=self._aloud,
            recompute=self._recompute,
        )
        self._watch(self._stage.engine)
        if self._edited:
            self._open_new(self._stage, begun)

    def _texts(self, begun: Begun) -> Texts:
        """Give the texts that play: others in place of the patch that the recording begins with."""
        recorded = texts_of(begun)
        if self._first is None:
            self._first = recorded
        return self._patch if self._patch and recorded.file == self._first.file else recorded

    def _find(self, texts: Texts) -> Find:
        """Give what finds the boxes: the same all through, so that those of two patches are."""
        folder = texts.file.parent if texts.file else None
        if folder not in self._registries:
            self._registries[folder] = Registry(folder)
        return self._registries[folder].find

    def _open_new(self, stage: ReplayEngine, begun: Begun) -> None:
        """Bring up what the recorded patch did not have: nothing in the recording does."""
        known = parse(begun.patch).tables
        for name, state in stage.engine.states.items():
            if name.partition("/")[0] in known:
                continue
            if isinstance(state.box, Sink):
                stage.step(stage.clock.now(), StateChange(name, "running"))
            elif state.lane is not None:
                LOG.warning("%s: its answers are not in the recording, so it says nothing", name)

    def _enter(self, stage: ReplayEngine, moment: Ns, entry: Entry) -> None:
        self._settle(stage)
        self.entries += 1
        self.seconds = (moment - self._begun) / SECOND
        if self._edited:
            _catch_up(stage, moment)
        if not stage.knows(entry):
            self.left_out[_name(entry)] += 1
        elif fitting := _fitted(stage, entry) if self._edited else entry:
            stage.step(moment, fitting)

    def _end(self) -> None:
        stage, self._stage = self._stage, None
        if stage is not None:
            if not self._recording.cut_off:  # or some of what followed last may be missing there
                self._settle(stage)
            stage.close()

    def _settle(self, stage: ReplayEngine) -> None:
        if self.comparison:
            self.comparison.settle(stage.clock.now())


def _catch_up(stage: ReplayEngine, moment: Ns) -> None:
    """Wake what another patch wants to be woken for before a moment."""
    due = stage.engine.wakes.next()
    while due is not None and due + _LATE < moment:
        stage.step(due, WakeUp())
        due = stage.engine.wakes.next()


def _fitted(stage: ReplayEngine, entry: Entry) -> Entry | None:
    """Make an entry fit another patch; None for what was measured of ways out it may not have."""
    if isinstance(entry, LaneSent):
        return None
    if isinstance(entry, LaneResult):
        lane = stage.engine.states[entry.box].lane
        assert lane is not None, "the stage knows it"
        return replace(entry, generation=lane.generation)
    return entry


def _name(entry: Entry) -> str:
    for field in ("source", "box", "by"):
        if hasattr(entry, field):
            return str(getattr(entry, field))
    return ""


def _tell_what_changed(begun: Begun, texts: Texts, recompute: bool) -> None:
    """Say which code is not that of the recording, as what is sent may differ for it."""
    here = own_boxes(texts.file)
    for name, digest in begun.nodes.items():
        if name not in here:
            where = texts.file.parent / "nodes" if texts.file else "nodes"
            LOG.warning("%s: the recorded patch had this box of your own; %s has none", name, where)
        elif here[name] != digest:
            LOG.warning("%s: this box of your own has changed since the recording", name)
    if recompute:
        there = networks()
        for name, digest in begun.models.items():
            if there.get(name) != digest:
                LOG.warning("%s: this network is another than that of the recording", name)
