"""One grid of beats, which follows taps, the ear or a MIDI clock."""

from __future__ import annotations

import logging
import math
from dataclasses import field
from typing import Annotated, ClassVar, Final, NamedTuple

from engine.core.clock import SECOND
from engine.core.context import Context
from engine.core.messages import Beat, Ns, Trigger
from engine.core.node import Node
from engine.core.parameter import Param
from engine.dsp.beat_followers import ClockFollower, Reading, TapFollower
from engine.dsp.beat_grid import FASTEST, SLOWEST, BeatGrid, clipped
from engine.dsp.progress import next_tick

_FIRST: Final = Trigger()
_LINES: Final = 12
"""Lines of the grid in a beat, of which some say something: its quarters and its thirds."""
_NEAR: Final = 1e-6
"""Beats: as near as this to a line it is there, since moments are whole nanoseconds."""
_GIVEN: Final = 0.25
"""Beats: who starts it sooner than that after a beat means that one."""
_TAPS_HOLD: Final = 16
"""Beats for which taps are believed rather than the ear."""
_HEARD: Final = 4
"""Beats after which nothing is heard any more."""
_SWITCH: Final = 0.08
"""A tempo of the ear that differs by more than this part is another one, and taken at once."""


class OnGrid(NamedTuple):
    """What the grid says at a moment."""

    beat: Beat | None = None
    bpm: float | None = None
    phase: float | None = None
    bar: float | None = None
    downbeat: Trigger | None = None
    half: Trigger | None = None
    eighth: Trigger | None = None
    triplet: Trigger | None = None
    sixteenth: Trigger | None = None
    started: Trigger | None = None
    continued: Trigger | None = None
    stopped: Trigger | None = None
    position: float | None = None
    running: bool | None = None
    locked: bool | None = None


class Tempo(Node):
    """One grid of beats for the whole patch: by itself, by taps, by ear, or by a MIDI clock.

    It plays ``bpm`` beats a minute by itself, ``beats`` to a bar, from the start of the show. It
    follows what comes:

    - ``from``, or ``tap``: a trigger at each beat, such as a pad that is hit in time. Three taps
      set tempo and beat. Taps more than two seconds apart are no tempo, and one that is off the
      beat is left out;
    - ``beat``: what the box ``beat`` hears, where its confidence is above ``confidence``;
    - ``clock``: the 24 pulses a beat of a MIDI clock, with ``start``, ``continue``, ``stop`` and
      ``position`` (in beats, before a continue) beside it;
    - ``downbeat``: a trigger that says "this is the one": the bar begins here.

    A clock that runs is believed first, then taps for 16 beats, then the ear. Where the one that it
    follows ends, it goes on at the last tempo, says so, and ``locked`` is false. It never goes back
    and gives no beat twice: what it is behind or ahead is brought in within a beat or less.

    ``beat`` is a message at each beat, with its place in the bar; ``downbeat`` a trigger at the
    first of a bar, ``half`` at every other beat, ``eighth``, ``triplet`` (three to a beat) and
    ``sixteenth`` within. ``phase`` is where in the beat it is, ``bar`` where in the bar, 0 to
    below 1, ``fps`` times a second. ``bpm`` is the tempo, whenever it is another. ``started``,
    ``continued`` (after ``position``, in beats) and ``stopped`` are for sequencers that shall go
    along; ``running`` is whether it goes.

    ``on_beat`` on any box or cable has what comes wait for a line of this grid.
    """

    self_starting: ClassVar[bool] = True

    bpm: Annotated[float, Param("beats a minute, until it follows", SLOWEST, FASTEST)] = 120.0
    beats: Annotated[int, Param("beats to a bar", 1, 32)] = 4
    confidence: Annotated[float, Param("how sure a heard beat must be", 0, 1)] = 0.3
    fps: Annotated[float, Param("how often it says where it is, a second", 1, 1000)] = 60.0

    _grid: BeatGrid = field(default_factory=BeatGrid)
    _taps: TapFollower = field(default_factory=TapFollower)
    _clock: ClockFollower = field(default_factory=ClockFollower)
    _log: logging.Logger = field(default_factory=lambda: logging.getLogger("sensorium"))
    _now: Ns | None = None
    _began: Ns = Ns(0)
    _next: int = 0
    _first: int = 0
    _bar: int = 4
    _is_running: bool = False
    _waits: bool = False
    _resumes: bool = False
    _ahead: int | None = None
    _follows: str = ""
    _ends: Ns | None = None
    _taps_until: float = -math.inf
    _sure: float = 1.0
    _set: float = 120.0
    _stopped_at: float = 0.0
    _said_bpm: float | None = None

    def open(self, context: Context) -> None:
        """Begin anew; it plays once it is woken."""
        self._log = context.log
        self._now = None
        self._grid, self._taps, self._clock = BeatGrid(), TapFollower(), ClockFollower()
        self._forget()

    @property
    def holds_on_loss(self) -> bool | None:
        """True: it goes on by itself."""
        return True

    def on_input_lost(self, at: Ns) -> None:
        """Go on at the last tempo; what it follows ends here."""
        if self._follows:
            self._ends = at

    def process(self, tap: Trigger = _FIRST, *, at: Ns) -> OnGrid | None:
        """Follow a tap."""
        reading, since, at = self._taps.tap(at), at, self._begin(at)
        if reading is None or self._clock_leads(at):
            return None
        self._taps_until = self._grid.position(at) + _TAPS_HOLD
        self._follows, self._ends, self._sure = "", None, 1.0
        self._steer(at, since, reading)
        return self._changes()

    def on_beat(self, beat: Beat, at: Ns) -> OnGrid | None:
        """Follow a beat that was heard."""
        since, at = at, self._begin(at)
        sure = beat.confidence >= self.confidence and SLOWEST / 2 <= beat.bpm <= 2 * FASTEST
        if not sure or self._clock_leads(at) or self._grid.position(at) < self._taps_until:
            return None
        was, bpm = self._grid.bpm, clipped(beat.bpm)
        first = self._follows != "beat"
        if not first and abs(bpm - was) <= _SWITCH * was:
            bpm = (was + bpm) / 2
        here = self._grid.position(since)
        near = round(here)
        gain = 1.0 if first else 0.5
        self._grid.steer(at, gain * (near - here), bpm)
        if beat.beat > 0:
            self._bar = beat.beats or self.beats
            self._first = near - (beat.beat - 1)
        self._sure = min(max(beat.confidence, 0.0), 1.0)
        return self._lock("beat", Ns(at + round(_HEARD * 60 * SECOND / self._grid.bpm)))

    def on_clock(self, clock: Trigger, at: Ns) -> OnGrid | None:
        """Follow a pulse of a clock."""
        reading, since, at = self._clock.pulse(at), at, self._begin(at)
        if self._waits:
            return self._go(at, reading)
        if not self._is_running or reading is None:
            self._ends = self._clock.ends if self._follows == "clock" else self._ends
            if not self._is_running and reading is not None and reading.bpm is not None:
                self._grid.steer(at, 0.0, reading.bpm)
            return None
        self._sure = 1.0
        self._steer(at, since, reading)
        self._count_bars(since, reading)
        return self._lock("clock", self._clock.ends)

    def on_start(self, start: Trigger, at: Ns) -> OnGrid | None:
        """Begin a bar: at the next pulse of a clock that runs, else now."""
        at = self._begin(at)
        self._clock.locate(0.0)
        self._stopped_at = 0.0
        return self._start(at)

    def on_continue(self, resume: Trigger, at: Ns) -> OnGrid | None:
        """Go on from where it stands."""
        at = self._begin(at)
        self._clock.locate(self._stopped_at)
        return self._start(at)

    def on_stop(self, stop: Trigger, at: Ns) -> OnGrid | None:
        """Stand still."""
        at = self._begin(at)
        self._waits = self._resumes = False
        if not self._is_running:
            return None
        self._stopped_at = self._grid.position(at) - self._first
        self._is_running = False
        self._follows, self._ends = "", None
        return OnGrid(stopped=Trigger(), running=False, locked=False)

    def on_position(self, position: float, at: Ns) -> None:
        """Go on from a position next time, in beats from the start."""
        if math.isfinite(position) and 0 <= position < 1e6:
            self._stopped_at = position

    def on_downbeat(self, downbeat: Trigger, at: Ns) -> OnGrid | None:
        """Begin a bar here."""
        at = self._begin(at)
        return self._begin_bar(at) if self._is_running else None

    def wake(self) -> Ns | None:
        """Return when the next line comes, or the next look at where it is."""
        if self._now is None or not self._is_running:
            return None
        tick = next_tick(self._began, self._now, self.fps, self._grid.moment(self._next / _LINES))
        return tick if self._ends is None else min(tick, max(self._ends, self._now))

    def on_wake(self, at: Ns) -> OnGrid | None:
        """Return what there is to say; at the first call, begin."""
        if self._now is None:
            at = self._begin(at)
            return self._say(at)
        if not self._is_running:
            return None
        at = self._begin(at)
        if self._ends is not None and at >= self._ends:
            return self._free()
        return self._say(at)

    def reset(self) -> None:
        """Go on: it plays whether anything comes or not."""

    def _forget(self) -> None:
        self._next = self._first = 0
        self._bar = self.beats
        self._waits = self._resumes = self._is_running = False
        self._ahead = self._ends = self._said_bpm = None
        self._follows, self._sure = "", 1.0
        self._taps_until, self._stopped_at = -math.inf, 0.0

    def _begin(self, at: Ns) -> Ns:
        """Return a moment, no earlier than the last; the first time, begin to play."""
        if self._now is None:
            self._now = self._began = at
            self._set = self.bpm
            self._grid.bpm = clipped(self.bpm) if math.isfinite(self.bpm) else 120.0
            self._grid.jump(at, 0.0)
            self._is_running = True
        self._now = max(at, self._now)
        if self.bpm != self._set and math.isfinite(self.bpm):
            self._set = self.bpm
            if not self._follows:
                self._grid.steer(self._now, 0.0, self.bpm)
        if self._follows != "beat":
            self._bar = max(self.beats, 1)
        return self._now

    def _clock_leads(self, at: Ns) -> bool:
        return self._follows == "clock" and self._clock.is_alive(at)

    def _steer(self, at: Ns, since: Ns, reading: Reading) -> None:
        """Go to where a source was in its beat at a moment, by the shorter way."""
        error = reading.position - self._grid.position(since)
        bpm = self._grid.bpm if reading.bpm is None else reading.bpm
        self._grid.steer(at, error - round(error), bpm)

    def _count_bars(self, at: Ns, reading: Reading) -> None:
        """Count the beats of a bar as the clock does."""
        ahead = round(self._grid.position(at) - reading.position)
        if self._ahead is not None and self._follows == "clock":
            self._first += ahead - self._ahead
        self._ahead = ahead

    def _lock(self, to: str, until: Ns | None) -> OnGrid | None:
        """Follow something, until a moment if nothing more of it comes."""
        was, self._follows, self._ends = self._follows, to, until
        return self._changes(locked=True if was != to else None)

    def _free(self) -> OnGrid:
        """Go on without what it followed."""
        what = {"clock": "the clock", "beat": "the beat that was heard"}.get(self._follows, "")
        if what:
            self._log.warning("%s ended; goes on at %.1f beats a minute", what, self._grid.bpm)
        self._follows, self._ends, self._ahead = "", None, None
        self._sure *= 0.5
        return OnGrid(locked=False)

    def _start(self, at: Ns) -> OnGrid | None:
        if self._clock.is_alive(at):
            self._waits = True
            return None
        return self._go(at, None)

    def _go(self, at: Ns, reading: Reading | None) -> OnGrid | None:
        """Start from where it stands, at a bar that has not been yet."""
        self._waits = False
        position = self._stopped_at
        if reading is not None and reading.bpm is not None:
            self._grid.steer(at, 0.0, reading.bpm)
        if self._is_running and position == 0 and self._is_given(at):
            # This beat is the first; a sequencer goes along from the next.
            self._resumes = True
            self._begin_bar(at)
            return self._lock("clock", self._clock.ends) if self._clock.is_alive(at) else None
        part = position - math.floor(position)
        self._resumes = part > 0  # a sequencer goes along from a beat
        lowest = max(self._grid.position(at), (self._next - 1) / _LINES + _NEAR)
        whole = math.ceil(lowest - part)
        self._grid.jump(at, whole + part)
        self._next = math.ceil((whole + part) * _LINES - _NEAR)
        self._first = whole - math.floor(position)
        self._is_running = True
        self._ahead = None
        if self._clock.is_alive(at):
            self._follows, self._ends = "clock", self._clock.ends
            self._ahead = round(whole + part - position)
        event = Trigger()
        said = self._say(at)._replace(running=True, locked=self._follows != "")
        if position == 0:
            return said._replace(started=event)
        if part > 0:
            return said
        return said._replace(continued=event, position=position)

    def _is_given(self, at: Ns) -> bool:
        """Whether the beat that is meant at a moment is one that has just been given."""
        here = self._grid.position(at)
        whole = math.floor(here + _NEAR)
        return here - whole < _GIVEN and whole * _LINES < self._next

    def _begin_bar(self, at: Ns) -> OnGrid | None:
        here = self._grid.position(at)
        whole = math.floor(here + _NEAR)
        if self._is_given(at):
            self._grid.steer(at, whole - here, self._grid.bpm)
            self._first = whole
            return None
        whole += 1 if here - whole > _NEAR else 0
        self._grid.jump(at, float(whole))
        self._next, self._first = whole * _LINES, whole
        return self._say(at)

    def _changes(self, locked: bool | None = None) -> OnGrid | None:
        """Return what has changed beside where it is."""
        bpm = self._new_bpm()
        return OnGrid(bpm=bpm, locked=locked) if bpm is not None or locked is not None else None

    def _new_bpm(self) -> float | None:
        bpm = round(self._grid.bpm, 2)
        if bpm == self._said_bpm:
            return None
        first, self._said_bpm = self._said_bpm is None, bpm
        return bpm if first or bpm else None

    def _say(self, at: Ns) -> OnGrid:
        """Return where it is, and the line that it has come to."""
        here = self._grid.position(at)
        if here - self._next / _LINES > 1:  # it slept: what has passed is not made up for
            self._next = math.ceil(here * _LINES)
        said = OnGrid()
        line = self._next
        if here >= line / _LINES - _NEAR:
            while (self._next + 1) % 3 and (self._next + 1) % 4:
                self._next += 1
            self._next += 1
            here = max(here, line / _LINES)
            said = self._on_line(line)
        whole = math.floor(here + _NEAR)
        part = max(here - whole, 0.0)
        bar = ((whole - self._first) % self._bar + part) / self._bar
        first = self._said_bpm is None
        bpm = self._new_bpm()
        said = said._replace(bpm=bpm, phase=part, bar=bar)
        return said._replace(running=True, locked=False) if first else said

    def _on_line(self, line: int) -> OnGrid:
        event = Trigger()
        eighth = event if line % 6 == 0 else None
        sixteenth = event if line % 3 == 0 else None
        triplet = event if line % 4 == 0 else None
        if line % _LINES:
            return OnGrid(eighth=eighth, sixteenth=sixteenth, triplet=triplet)
        count = line // _LINES - self._first
        place = count % self._bar
        resumes, self._resumes = self._resumes, False
        return OnGrid(
            beat=Beat(place + 1, self._bar, round(self._grid.bpm, 3), self._sure),
            downbeat=event if place == 0 else None,
            half=event if place % 2 == 0 else None,
            eighth=eighth,
            sixteenth=sixteenth,
            triplet=triplet,
            continued=event if resumes else None,
            position=float(max(count, 0)) if resumes else None,
        )
