"""Follow the pitch of one voice or instrument: quick, and silent rather than wrong.

What a lag may leave unexplained is little at first, some for what the noise of the room explains,
and more the longer a sound has lasted: before two periods have passed a formant or an upper partial
repeats 80 to 95 %, and in a quiet room that is visibly not enough. So a clear tone is told after
two of its periods, breath and bow later, and noise never.

The octave follows from equal explanation (see ``octaves``). A note that is held keeps its octave
unless another explains much more: a beam of two, as the Viterbi path of pYIN (Mauch and Dixon 2014,
doi 10.1109/ICASSP.2014.6853678) without its wait. What a longer look may yet change is not sure,
nor what two tones explain as well as one (see ``two_tones``), nor what begins while a note that was
sure rings on (see ``ringing``). A low note whose attack is noise is told by how long its period has
been there (see ``staying``).

Tried and left out, each measured on five songs of the stand-in: 32 steps in which octaves are
compared (no reading gained, some lost while the pitch moves); a gate 4 or 5 dB above the room
instead of 6 (half as many false readings again at 10 dB of noise, no more of the notes).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.dsp.audio.fine_pitch import fine_lag
from engine.dsp.audio.lag_peaks import LagPeaks, find_peaks
from engine.dsp.audio.lag_products import STEP, LagProducts, Numbers
from engine.dsp.audio.low_pass import ANALYSIS_RATE
from engine.dsp.audio.octaves import choose_octave, deviation
from engine.dsp.audio.ringing import APART, Found, pitch_beside
from engine.dsp.audio.staying import GOES_ON, LEAVES, Staying, has_stayed
from engine.dsp.audio.two_tones import two_tones

ALWAYS: Final = 0.02
"""What any lag may leave unexplained."""
MOST: Final = 0.35
"""And what none may."""
HELD: Final = 0.12
"""What a note that is held may leave."""
KEEPS: Final = 0.06
"""What the held note may leave for a suboctave to be taken for an error."""
_LOOK: Final = 16
"""Steps in which octaves are compared once a sound is so old: 40 ms."""
_BLOCK_DC: Final = 0.996
"""The pole of the filter against DC: 15 Hz."""
_DOUBTED: Final = 10
"""Readings for which one with cause for doubt makes the next ones doubtful."""
_ANEW: Final = 3
"""Steps after which a reading about to be sure is looked at for two tones again."""
_DOUBTS: Final = 0.060 * ANALYSIS_RATE
"""Samples for which a doubtful octave is waited for."""
_LATE: Final = 8
_LATE_AFTER: Final = 0.010 * ANALYSIS_RATE
"""Periods, and samples, after which a first guess comes late."""
_SAME: Final = 0.05
"""Octaves within which two lags are the same note."""
_OPENS: Final = 4.0
_HOLDS: Final = 1.5
"""How far above the noise of the room, in power, a sound must be to begin, and to go on."""
_RISES: Final = 0.04
"""How much of a louder room is learned in 5 ms."""
_FAINT: Final = 1e-6
"""Mean square below which no sound is looked for that is not above the noise of the room."""
_LASTS: Final = 20
"""Readings for which a pitch must stay in what seems to be the noise of the room."""
_NEW_ROOM: Final = 200
"""Steps in which the noise of a room is learned quickly."""
_PASSED: Final = 2.5e-4
"""The least part of the whole sound that the low-pass lets through (4 kHz: 8e-3)."""
_RINGS: Final = 0.3 * ANALYSIS_RATE
"""Samples for which a note that was sure may ring on beside the next one."""
_BELOW: Final = 1.5
"""How many times longer a lag is that a note that rings on and a new one may have in common."""
_SILENT: Final = 1e-11
"""Mean square below which nothing is heard."""


@dataclass(frozen=True, slots=True)
class PitchRules:
    """What a tracker looks for.

    ``lowest`` and ``highest`` in Hz; ``patience``: what may be left unexplained after ``after``
    seconds of a sound (0 to 1).
    """

    lowest: float = 20.0
    highest: float = 4000.0
    patience: float = 0.10
    after: float = 0.060


class PitchReading(NamedTuple):
    """A reading: ``hz`` is 0 for no pitch, ``clarity`` which part of the sound repeats (0 to 1)."""

    hz: float
    clarity: float
    sure: bool


NOTHING: Final = PitchReading(0.0, 0.0, False)


class PitchTracker:
    """Reads the pitch after each 5 ms, and each 2.5 ms while a sound has none yet."""

    def __init__(self, rules: PitchRules | None = None) -> None:
        self.rules = rules or PitchRules()
        self._sound = LagProducts()
        self._steps = self._last = 0
        self._dc_x = self._dc_y = 0.0
        self._decay = _BLOCK_DC ** np.arange(1, STEP + 1)
        self._floor, self._loudest = 1e-7, 0.0
        self._whole = 0.0
        self._open = False
        self._age = 0
        self._hz, self._run, self._lost = 0.0, 0, 0
        self._rival, self._rival_run = 0.0, 0
        self._steady_hz, self._steady = 0.0, 0
        self._guess = 0.0
        self._doubtful = self._looked = 0
        self._sure: tuple[float, int] | None = None
        self._beside: Found | None = None
        self._staying = Staying()

    def step(self, samples: Numbers, whole: float = 0.0) -> PitchReading | None:
        """Take 2.5 ms of sound; return a reading where one is due.

        ``samples``: float32, shape (STEP,), at ``ANALYSIS_RATE``, after the low-pass; ``whole`` is
        the mean square of the newest 5 ms before it.
        """
        self._whole = whole
        self._sound.push(self._without_dc(samples))
        self._steps += 1
        if self._steps % 2 == 0 or (self._open and self._run < 1):
            return self._beside_the_old(self._read())
        return None

    def _beside_the_old(self, reading: PitchReading) -> PitchReading:
        """Return a reading, or that of a new note which begins while an old one rings on."""
        if reading.sure and reading.hz:
            self._sure, self._beside = (ANALYSIS_RATE / reading.hz, self._steps), None
        if self._sure is None or not self._open or (reading.sure and reading.hz):
            return reading
        lag = self._ringing()
        if lag is None:
            self._sure = self._beside = None
            return reading
        if reading.hz and ANALYSIS_RATE / reading.hz < _BELOW * lag:
            return reading
        before, self._beside = self._beside, pitch_beside(self._sound.newest(), lag)
        if before is None or self._beside is None:
            return NOTHING
        hz = ANALYSIS_RATE / self._beside.lag
        if abs(before.lag / self._beside.lag - 1) > APART or not self._within(hz):
            return NOTHING
        return PitchReading(hz, 1 - self._beside.left, False)

    def _without_dc(self, samples: Numbers) -> Numbers:
        steps = samples.astype(np.float64)
        steps[1:] -= samples[:-1]
        steps[0] -= self._dc_x
        self._dc_x = float(samples[-1])
        rest = self._decay * (self._dc_y + np.cumsum(steps / self._decay))
        self._dc_y = float(rest[-1])
        return rest.astype(np.float32)

    def _read(self) -> PitchReading:
        power = self._sound.power(2)
        above = power > (_HOLDS if self._run else _OPENS) * self._floor
        if not power > max(1e-4 * self._loudest, _PASSED * self._whole) + _SILENT or (
            not above and power < _FAINT
        ):
            return self._silence(power)
        self._open = True
        self._age += STEP * min(2, self._steps - self._last)
        self._last = self._steps
        if power > 2 * self._loudest and self._age > 8 * STEP:
            self._age = 2 * STEP  # an attack
        self._loudest = max(power, 0.98 * self._loudest)
        noise = self._floor / power if above else 0.0
        curves = self._sound.curves()
        self._miss_the_held(curves[0])
        peaks = find_peaks(self._sound, curves)
        spread = deviation(peaks.steps)
        merit = -np.log(peaks.left + 0.01) / spread
        good = self._good(peaks, spread, noise)
        if not above:
            good = self._lasting(peaks, merit)
        if not good.any():
            return self._nothing(power, peaks) if above else self._silence(power)
        best = int(np.argmax(np.where(good, merit, -np.inf)))
        since = (self._age - int(peaks.lag[best])) // STEP
        steps = max(int(peaks.steps[best]), min(_LOOK, since))
        octave = choose_octave(self._sound, peaks, best, steps, noise)
        if octave.wait and self._run < 1 and self._age < _DOUBTS:
            return NOTHING
        if not self._within(ANALYSIS_RATE / peaks.lag[octave.peak]):
            return self._nothing(power, peaks)
        if not self._confirmed(float(peaks.lag[octave.peak])):
            return NOTHING
        return self._follow(peaks, octave.peak, good, octave.doubt, above)

    def _confirmed(self, lag: float) -> bool:
        """Return whether a first guess is to be told: one that comes late is to come twice.

        A pitch shows after two of its periods. What shows for once in a sound that has lasted many
        is a formant in a low note, or chance in noise.
        """
        before, self._guess = self._guess, ANALYSIS_RATE / lag
        late = not self._run and self._age > _LATE * lag + _LATE_AFTER
        return not late or (before > 0 and bool(_near(lag, before)))

    def _within(self, hz: float) -> bool:
        return self.rules.lowest * 0.97 <= hz <= self.rules.highest * 1.03

    def _good(
        self, peaks: LagPeaks, spread: NDArray[np.float64], noise: float
    ) -> NDArray[np.bool_]:
        """Return which peaks explain enough of the sound."""
        after = self.rules.after * ANALYSIS_RATE
        lasts = np.minimum(np.maximum((self._age - 3 * peaks.lag) / after, 0.0), 1.0)
        patience = self.rules.patience * lasts
        if self._hz and self._run > 3:
            held = _near(peaks.lag, self._hz, 0.04) & (self._age > 2 * peaks.lag)
            patience = np.where(held, np.maximum(patience, HELD), patience)
        allowed = ALWAYS + noise * (1 + 2.5 * spread) + patience
        if self._run > 3:
            self._staying.clear()
        elif self._beside is None:
            allowed = np.maximum(allowed, self._staying_leaves(peaks))
        return (peaks.left < allowed) & (peaks.left < MOST)

    def _staying_leaves(self, peaks: LagPeaks) -> NDArray[np.float64]:
        """Return what each peak may leave unexplained since it has stayed; 0 where it has not."""
        stays = self._staying.read(peaks.lag, self._steps * STEP)
        stayed = has_stayed(peaks.lag, stays, self._age, self._ringing())
        told = _near(peaks.lag, self._hz) if self._hz else False
        return np.where(stayed, np.where(told, GOES_ON, LEAVES), 0.0)

    def _ringing(self) -> float | None:
        """Return the lag of a note that was sure a moment ago and may ring on."""
        if self._sure is None or (self._steps - self._sure[1]) * STEP > _RINGS:
            return None
        return self._sure[0]

    def _lasting(self, peaks: LagPeaks, merit: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return which peaks are a pitch though the room is thought to be as loud.

        It was louder until now, or the sound was there from the start: one that is clean, or stays
        where it is, is no noise.
        """
        usable = (peaks.window > 0) & (peaks.left < 0.25)
        if not usable.any():
            self._steady = 0
            return usable
        lag = float(peaks.lag[np.argmax(np.where(usable, merit, -np.inf))])
        stays = self._steady_hz > 0 and bool(_near(lag, self._steady_hz))
        self._steady = self._steady + 1 if stays else 1
        self._steady_hz = ANALYSIS_RATE / lag
        if self._steady >= _LASTS:
            return usable & _near(peaks.lag, self._steady_hz)
        return usable & (peaks.left < ALWAYS)

    def _miss_the_held(self, curve: Numbers) -> None:
        """Be strict again once the held note is gone from its shortest window."""
        if self._hz:
            lag = ANALYSIS_RATE / self._hz
            if curve[max(2, int(lag * 0.96)) : int(lag * 1.04) + 2].max(initial=0) < 0.65:
                self._age = min(self._age, 2 * STEP)

    def _follow(
        self, peaks: LagPeaks, peak: int, good: NDArray[np.bool_], doubt: bool, above: bool
    ) -> PitchReading:
        """Return the reading for a peak, or for the note that is held in spite of it."""
        self._lost = 0
        hz = ANALYSIS_RATE / float(peaks.lag[peak])
        if self._hz and bool(_near(peaks.lag[peak], self._hz)):
            self._run, self._rival_run = self._run + 1, 0
        elif self._run < 2:
            self._run = 1
        else:
            again = self._rival and bool(_near(peaks.lag[peak], self._rival))
            self._rival, self._rival_run = hz, self._rival_run + 1 if again else 1
            old = np.flatnonzero(_near(peaks.lag, self._hz) & (peaks.window == 0) & good)
            ratio = self._hz / hz
            suboctave = ratio > 1.5 and abs(ratio / round(ratio) - 1) < 0.04
            enough = 40 if suboctave and len(old) and peaks.left[old].min() <= KEEPS else 3
            if not len(old) or self._rival_run >= enough:
                self._run, self._rival_run = 1, 0
            else:
                peak = int(old[np.argmin(peaks.left[old])])
        lag, left = float(peaks.lag[peak]), float(peaks.left[peak])
        lag = fine_lag(self._sound, lag, int(peaks.steps[peak]), self._age * 1.0)
        self._hz = ANALYSIS_RATE / lag
        residual = self._sound.power(int(peaks.steps[peak])) * left
        self._floor += (0.05 if above else 1.0) * min(0.0, residual - self._floor)
        self._doubtful = _DOUBTED if doubt else max(0, self._doubtful - 1)
        sure = self._run >= 3 and left < 0.15 and not self._doubtful
        if sure and self._steps - self._looked >= _ANEW:
            self._looked = self._steps
            if two_tones(self._sound, lag, left):
                self._doubtful, sure = _DOUBTED, False
        return PitchReading(self._hz, 1 - left, sure)

    def _silence(self, power: float) -> PitchReading:
        self._open = False
        self._staying.clear()
        self._age = self._run = self._lost = 0
        self._hz = self._guess = 0.0
        self._doubtful = 0
        self._loudest *= 0.9
        self._floor += (power - self._floor) * (_RISES if power > self._floor else 0.2)
        return NOTHING

    def _nothing(self, power: float, peaks: LagPeaks) -> PitchReading:
        self._guess = 0.0
        self._lost += 1
        self._run = 0 if self._lost > 2 else min(self._run, 2)
        if self._lost > 2:
            self._hz = 0.0
        bound = power * float(peaks.left.min(initial=1.0))
        rate = 0.1 if self._steps < _NEW_ROOM else 0.01
        self._floor += rate * max(0.0, min(bound, 3 * self._floor + 1e-6) - self._floor)
        return NOTHING


def _near(lag: NDArray[np.float64] | float, hz: float, octaves: float = _SAME) -> NDArray[np.bool_]:
    """Return which lags are within so many octaves of a frequency."""
    return np.asarray(np.abs(np.log2(ANALYSIS_RATE / (np.asarray(lag) * hz))) < octaves)
