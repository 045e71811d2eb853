"""Sound of one cable on its way to a device: held for a moment, for what comes late.

The field's word for it is a playout buffer. It begins, ends and breaks off in ramps, so that
nothing clicks. Two clocks are at work, that of what made the sound and that of the device, and one
of them is a bit faster: of sound that comes as it is made the speed follows how much is held
(``Varispeed``). What is handed out faster than it sounds, such as speech, waits in turn.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.core.clock import SECOND
from engine.dsp.audio.varispeed import Varispeed

Samples = NDArray[np.float32]

RAMP_S: Final = 0.0015
"""Seconds of the ramps at both ends of a sound."""
CUT_S: Final = 0.01
"""And of that in which a sound is broken off, as far as so much of it waits."""
AHEAD_S: Final = 0.2
"""What is further ahead of its moment, in seconds, was not made as it is heard."""
RESUMED_S: Final = 0.5
"""Sound that goes on within so many seconds came late; after that it is another one."""
_FORGET_S: Final = 30.0
"""In so many seconds it is forgotten that a clock runs ahead."""
_LEVELLED_S: Final = 1.0
"""Over so many seconds it is reckoned how much is held."""
_SLACK_S: Final = 0.0005
"""How much more or less may be held without a change of the speed."""
_PULL: Final = 0.5
"""By how much the speed differs for each second that is held too much."""
_MOST: Final = 0.002
"""By how much the speed may differ: nobody hears a tone that is out of tune by 3 cents."""
_TOO_MUCH_S: Final = 0.02
_WATCHED_S: Final = 0.5
"""What is held too much for so long is skipped, as after a show that stood still."""
LONGEST_HOLD_S: Final = 0.2
CALM_S: Final = 15.0
"""After so many seconds in time sound is held for half as long again; after twice so many each time
that it came late, up to ``_LONGEST_CALM_S``: a busy show does not try it again and again."""
_LONGEST_CALM_S: Final = 600.0


class PlayoutBuffer:
    """Takes blocks on one thread, and gives samples of the device's rate on another."""

    def __init__(self, rate: int, hold: float, longest: float, cycle: int = 0) -> None:
        """``rate`` is the device's in Hz; ``hold`` and ``longest``, what may wait, in seconds.

        The device asks for ``cycle`` samples at once, for which it is held as well.
        """
        self.late = 0
        """How often sound went on too late, so that it was torn."""
        self.refused = 0.0
        """Seconds that found no room."""
        self._rate = rate
        self._hold = self._least_hold = round(hold * rate)
        self._calm = CALM_S
        self._calm_since = 0
        self._cycle = cycle
        self._longest = round(longest * rate)
        self._edge = max(2, round(RAMP_S * rate))
        self._up = _rising(self._edge)
        self._lock = threading.Lock()
        self._waiting: deque[Samples] = deque()
        self._fill = 0
        self._playing = False
        self._tail = np.zeros(0, np.float32)
        self._rising = 0
        self._source_rate = 0
        self._expected = 0
        self._last_at = 0
        self._fresh()

    @property
    def hold(self) -> float:
        """Seconds that sound is held, beyond what the device asks for at once."""
        return self._hold / self._rate

    @property
    def sounds(self) -> bool:
        """Whether anything is to be heard of it yet."""
        return self._playing or len(self._tail) > 0

    def push(self, samples: Samples, rate: int, start: int, at: int) -> None:
        """Take a block: mono, of ``rate`` Hz, counted from ``start``; its end was at ``at`` ns.

        One that does not follow the last one breaks off what waits, and takes its place.
        """
        follows = rate == self._source_rate and start == self._expected
        if not follows:
            self.cut()
            self._source_rate = rate
            self._fresh()
        self._expected = start + len(samples)
        late = follows and at - self._last_at < RESUMED_S * SECOND
        if not (self._playing or late):
            self._ahead, self._last_at = 0.0, at
        passed, self._last_at = (at - self._last_at) / SECOND, at
        self._ahead += len(samples) / rate - passed
        is_live = self._ahead < AHEAD_S
        if is_live:
            self._ahead -= self._ahead * len(samples) / rate / _FORGET_S
        if is_live:
            self._relax(at)
        excess = self._fill - self._hold - self._cycle if is_live and self._playing else None
        speed = 1.0 + self._follow(excess, len(samples) / rate)
        self._append(self._speed.feed(samples, speed), late)

    def pull(self, count: int) -> Samples:
        """Return the next ``count`` samples: silence where there are none."""
        out = np.zeros(count, np.float32)
        with self._lock:
            self._cycle = max(self._cycle, count)
            tail, self._tail = self._tail[:count], self._tail[count:]
            out[: len(tail)] += tail
            if not self._playing:
                return out
            if self._fill >= count + self._edge:
                out += self._taken(count)
            else:
                rest = self._faded(self._taken(self._fill))
                self._playing = False
                out[: len(rest)] += rest[:count]
                self._tail = rest[count:]
        return out

    def cut(self) -> None:
        """Break off what sounds in a ramp, and forget what waits."""
        with self._lock:
            if self._playing:
                rest = self._taken(min(self._fill, round(CUT_S * self._rate)))
                tail = rest * _rising(len(rest))[::-1]
                if len(self._tail) < len(tail):
                    self._tail = np.pad(self._tail, (0, len(tail) - len(self._tail)))
                self._tail[: len(tail)] += tail
            self._waiting.clear()
            self._fill, self._playing, self._rising = 0, False, 0
        self._source_rate = 0

    def _fresh(self) -> None:
        """Forget the sound so far, for one that does not follow it."""
        self._speed = Varispeed(self._source_rate or self._rate, self._rate)
        self._excess = 0.0
        self._least = float("inf")
        self._watched = 0.0
        self._ahead = 0.0

    def _begin(self, late: bool) -> None:
        """Begin to play after a moment, longer where sound came too late for the one so far."""
        if late:
            self.late += 1
            self._calm = min(2 * self._calm, _LONGEST_CALM_S)
            self._calm_since = self._last_at
            self._hold = min(2 * self._hold, round(LONGEST_HOLD_S * self._rate))
        self._excess, self._least, self._watched = 0.0, float("inf"), 0.0
        self._fill = self._hold + self._cycle
        self._waiting.append(np.zeros(self._fill, np.float32))
        self._rising = self._edge
        self._playing = True

    def _relax(self, at: int) -> None:
        """Hold sound for half as long again where it has come in time for a while."""
        if self._hold > self._least_hold and at - self._calm_since > self._calm * SECOND:
            self._hold = max(self._least_hold, self._hold // 2)
            self._calm_since = at

    def _follow(self, excess: int | None, lasts: float) -> float:
        """Return by how much the speed must differ, for frames held too much, at a block.

        None where nothing is to be followed; the block ``lasts`` seconds.
        """
        if excess is None:
            return 0.0
        too_much = excess / self._rate
        self._excess += (too_much - self._excess) * min(1.0, lasts / _LEVELLED_S)
        self._least = min(self._least, too_much)
        self._watched += lasts
        if self._watched >= _WATCHED_S:
            if self._least > _TOO_MUCH_S:
                self._skip(round(self._least * self._rate))
            self._least, self._watched = float("inf"), 0.0
        beyond = self._excess - min(max(self._excess, -_SLACK_S), _SLACK_S)
        return min(max(_PULL * beyond, -_MOST), _MOST)

    def _skip(self, count: int) -> None:
        """Leave out what makes it late, from one place to another in a cross-fade."""
        with self._lock:
            if self._fill < count + self._edge:
                return
            before = self._taken(count)
            after = self._taken(self._edge)
            self._waiting.appendleft(after * self._up + before[: self._edge] * self._up[::-1])
            self._fill += self._edge
        self._excess = 0.0

    def _append(self, sound: Samples, late: bool) -> None:
        with self._lock:
            if not len(sound):
                return
            if not self._playing:
                self._begin(late)
            room = self._longest + self._hold + self._cycle - self._fill
            if len(sound) > room:
                self.refused += (len(sound) - room) / self._rate
                sound = sound[:room]
            if self._rising:
                sound = sound.copy()
                begin = self._edge - self._rising
                part = self._up[begin : begin + len(sound)]
                sound[: len(part)] *= part
                self._rising -= len(part)
            self._waiting.append(sound)
            self._fill += len(sound)

    def _taken(self, count: int) -> Samples:
        """Take the next ``count`` samples out of the queue, which has them."""
        parts = []
        wanted = count
        while wanted:
            first = self._waiting.popleft()
            if len(first) > wanted:
                self._waiting.appendleft(first[wanted:])
                first = first[:wanted]
            parts.append(first)
            wanted -= len(first)
        self._fill -= count
        return np.concatenate(parts) if parts else np.zeros(0, np.float32)

    def _faded(self, rest: Samples) -> Samples:
        """Return the last samples, with a ramp down to nothing at their end."""
        rest = rest.copy()
        down = _rising(min(self._edge, len(rest)))[::-1]
        rest[len(rest) - len(down) :] *= down
        return rest


def _rising(count: int) -> Samples:
    """Return a ramp of so many samples, from 0 to 1."""
    return (0.5 - 0.5 * np.cos(np.linspace(0, np.pi, count))).astype(np.float32)
