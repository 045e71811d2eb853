"""Plays a recording: its entries in their order and at their moments, through the patch it holds.

Why it is exact: whatever an engine does follows from its entries and their moments. Through another
patch what still fits is played; what does not is left out and reported.

What it holds may come from anybody. Its patch, with the options that it was played with, is played
as data: see ``recorded_plan``. A patch that the listener names is played as ``play`` does.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from engine.core.clock import MILLISECOND, SECOND, Clock, SystemClock
from engine.core.errors import PatchError
from engine.core.messages import Ns
from engine.core.sink import Sink
from engine.patch.load import Texts, parse
from engine.patch.plan import Plan
from engine.recording.compare import Comparison
from engine.recording.own_boxes import RecordedBoxes
from engine.recording.plans import own_plan, recorded_plan
from engine.recording.reader import RecordedOutput, Recording
from engine.recording.record import Begun
from engine.recording.replay_engine import ReplayEngine
from engine.recording.writer import model_hashes, own_box_hashes
from engine.registry import OWN_FOLDER
from engine.runtime.engine import Engine
from engine.runtime.entries import Entry, LaneResult, LaneSent, StateChange, SwapPlan, WakeUp
from engine.runtime.metrics import LOG

_NAMES = 1000
"""The most boxes that are told apart where entries are left out."""
OTHERS = "other boxes"

_LATE = 20 * MILLISECOND
"""How late a recorded wake-up may be before an edited patch that requests it is woken without."""


class ReplayPace:
    """Waits for the moments of a show; ``speed`` 1 is real time, None as fast as possible."""

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
        begun, current = self._first
        left = current + (moment - begun) / self._speed - now
        if left > 0:
            threading.Event().wait(min(left / SECOND, threading.TIMEOUT_MAX))


class Replay:
    """One replay of a recording.

    ``patch`` plays instead of the one that the recording begins with. ``nodes`` is the folder that
    recorded patches load boxes of the performer's own from, else the one beside ``patch``. ``to``
    is where OSC goes, whatever the recording or the patch says. ``open_outputs`` really sends,
    ``recompute`` runs the models again, ``compare`` compares the output with the recorded one; that
    of an edited patch with that of the recorded patch played beside it, entry by entry.
    ``watch`` is called with every engine. ``left_out`` counts the entries for boxes that the patch
    does not have, because it is another or they are damaged.
    """

    def __init__(
        self,
        recording: Recording,
        patch: Texts | None = None,
        *,
        nodes: Path | None = None,
        to: str | None = None,
        open_outputs: bool = False,
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
        beside = patch.file.parent / OWN_FOLDER if patch and patch.file else None
        self._nodes = nodes or (beside if beside and beside.is_dir() else None)
        self._to = to
        self._open_outputs = open_outputs
        self._recompute = recompute
        self._watch = watch
        self._player: ReplayEngine | None = None
        self._before: ReplayEngine | None = None
        self._edited = False
        self._begun = Ns(0)
        self._replaced: str | None = None

    def play(self, speed: float | None) -> None:
        """Play the whole recording. Raise RecordingError, PatchError or OSError."""
        pace = ReplayPace(speed)
        try:
            for item in self._recording.items():
                if isinstance(item.what, RecordedOutput):
                    self._recorded(item.what)
                    continue
                pace.wait_for(item.moment)
                if isinstance(item.what, Begun):
                    self._begin(item.moment, item.what)
                elif self._player is not None:
                    self._enter(self._player, item.moment, item.what)
        finally:
            self._end()

    def _recorded(self, sent: RecordedOutput) -> None:
        if self._before is None:
            self._add_recorded(sent)

    def _add_recorded(self, sent: RecordedOutput) -> None:
        left_out = self._player is not None and sent.sink in self._player.without
        if self.comparison and not left_out:
            self.comparison.add_recorded(sent)

    def _begin(self, moment: Ns, begun: Begun) -> None:
        """Begin to play a recorded patch, or install it in the engine that plays."""
        if self._replaced is None:
            self._replaced = begun.file or ""
        if self._patch and (begun.file or "") == self._replaced:
            texts = self._patch
            plan = own_plan(begun, texts, self._to)
        else:
            texts = Texts(None, begun.patch, begun.rig)
            find = RecordedBoxes(begun, self._nodes).find
            plan = recorded_plan(self._recording.file, begun, find, self._to, self._recompute)
        self._edited = self._edited or (texts.patch, texts.rig) != (begun.patch, begun.rig)
        _warn_about_changes(begun, plan, self._recompute)
        before = self._plan_before(begun) if self.comparison and self._edited else None
        if begun.takes_over and self._player is not None:
            swap = SwapPlan(plan.title, texts, plan, begun.index)
            self._take_over(self._player, moment, swap, before)
            return
        self._end()
        started = Ns(begun.started)
        if before is not None:
            with untold():
                self._before = ReplayEngine(
                    before,
                    started,
                    on_output=lambda *sent: self._add_recorded(RecordedOutput(*sent)),
                    open_outputs=False,
                    recompute=False,
                )
        self._begun = self._begun or started
        self._player = ReplayEngine(
            plan,
            started,
            on_output=self.comparison.add_replayed if self.comparison else None,
            open_outputs=self._open_outputs,
            recompute=self._recompute,
        )
        self._watch(self._player.engine)
        if self._edited:
            self._open_new(self._player, begun)

    def _plan_before(self, begun: Begun) -> Plan | None:
        """Return the recorded plan, to be played beside the edited one; None where it cannot be.

        Why: an edited patch is woken when it asks to be, a recorded one was woken when the machine
        had time. Two that are woken alike differ by the edit alone.
        """
        find = RecordedBoxes(begun, self._nodes).find
        try:
            return recorded_plan(self._recording.file, begun, find, self._to, recompute=False)
        except PatchError as error:
            why = error.problems[0].message
            LOG.warning("what was late in the show may be told as different: %s", why)
            return None

    def _take_over(
        self, player: ReplayEngine, moment: Ns, swap: SwapPlan, before: Plan | None
    ) -> None:
        """Install another plan in the engines that play."""
        self._prepare(player, moment)
        player.step(moment, swap)
        if before is None:
            self._end_before()
        elif self._before is not None:
            texts = before.texts or swap.texts
            with untold():
                self._before.step(moment, SwapPlan(before.title, texts, before, swap.index))

    def _open_new(self, player: ReplayEngine, begun: Begun) -> None:
        """Open the outputs that the recorded patch did not have, as no recorded entry does."""
        known = parse(begun.patch).tables
        for name, state in player.engine.states.items():
            if name.partition("/")[0] in known:
                continue
            if isinstance(state.box, Sink):
                player.step(player.clock.now(), StateChange(name, "running"))
            elif state.lane is not None:
                LOG.warning("%s: its answers are not in the recording, so it says nothing", name)

    def _prepare(self, player: ReplayEngine, moment: Ns) -> None:
        """Compare what followed from the last entry, and come up to the moment of the next."""
        self._compare_entry(player)
        self.entries += 1
        self.seconds = (moment - self._begun) / SECOND
        if self._edited:
            _catch_up(player, self._before, moment)

    def _enter(self, player: ReplayEngine, moment: Ns, entry: Entry) -> None:
        self._prepare(player, moment)
        before = self._before
        if before is not None and before.accepts(entry) and (same := _fitted(before, entry)):
            with untold():
                before.step(moment, same)
        if not player.accepts(entry):
            name = _name(entry)
            known = name in self.left_out or len(self.left_out) < _NAMES
            self.left_out[name if known else OTHERS] += 1
        elif fitting := _fitted(player, entry) if self._edited else entry:
            player.step(moment, fitting)

    def _end(self) -> None:
        player, self._player = self._player, None
        if player is not None:
            if not self._recording.cut_off:  # else the last output may be missing in the file
                self._compare_entry(player)
            player.close()
        self._end_before()

    def _end_before(self) -> None:
        before, self._before = self._before, None
        if before is not None:
            with untold():
                before.close()

    def _compare_entry(self, player: ReplayEngine) -> None:
        if self.comparison:
            self.comparison.compare_entry(player.clock.now())


def _catch_up(player: ReplayEngine, before: ReplayEngine | None, moment: Ns) -> None:
    """Enter the wake-ups that an edited patch requested before a moment, in both engines alike."""
    while (due := _next_wake(player, before)) is not None and due + _LATE < moment:
        player.step(due, WakeUp())
        if before is not None:
            with untold():
                before.step(due, WakeUp())


def _next_wake(*players: ReplayEngine | None) -> Ns | None:
    found = (each.engine.wakes.next() for each in players if each is not None)
    return min((due for due in found if due is not None), default=None)


@contextmanager
def untold() -> Iterator[None]:
    """Log nothing, as where a patch that plays beside another would tell all a second time."""
    before, LOG.disabled = LOG.disabled, True
    try:
        yield
    finally:
        LOG.disabled = before


def _fitted(player: ReplayEngine, entry: Entry) -> Entry | None:
    """Return an entry that fits an edited patch; None for measurements of its routes."""
    if isinstance(entry, LaneSent):
        return None
    if isinstance(entry, LaneResult):
        lane = player.engine.states[entry.box].lane
        assert lane is not None, "the entry was accepted"
        return replace(entry, generation=lane.generation)
    return entry


def _name(entry: Entry) -> str:
    for field in ("source", "box", "by"):
        if hasattr(entry, field):
            return str(getattr(entry, field))
    return ""


def _warn_about_changes(begun: Begun, plan: Plan, recompute: bool) -> None:
    """Warn of boxes and models that differ from those of the recording, as output may differ."""
    current = own_box_hashes(plan)
    for name, digest in begun.nodes.items():
        if name in current and current[name] != digest:
            LOG.warning("%s: this box of your own has changed since the recording", name)
    if recompute:
        there = model_hashes()
        for name, digest in begun.models.items():
            if name in there and there[name] != digest:
                LOG.warning("%s: this network is another than that of the recording", name)
