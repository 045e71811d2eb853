"""Beats, told before they come: what a network hears becomes a pulse, and a place in the bar.

A network knows of a beat when it has heard it, which is too late. The pulse (``beat_filter``) says
when the next one is due, and a little before that it is settled. Whether it is told depends on what
became of the ones before: each beat that was expected is compared with what was heard there.

Where the network hears little, as in loops of drums that its music had none of, a second witness
speaks (``repetition``): how well the music repeats itself at each tempo. It turns the pulse to the
tempi that explain it best, of which none knows where the beat is, and two that agree are as good as
one that is sure. Where it is sure and the pulse is elsewhere, nothing is believed.

The place in the bar is followed from beat to beat in the same way: each place of each kind of bar
is a state, and how likely a downbeat was at a beat says which it is.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.dsp.audio.beat_filter import BeatFilter, Pulse
from engine.dsp.audio.repetition import Repetition

FRAME: Final = 0.020
"""Seconds from one answer of the network to the next."""
LEAD: Final = 0.080
"""Seconds before a beat at which it is settled; more than what an answer is late."""
APART: Final = 0.6
"""The least time between two beats, in beats."""
AROUND: Final = 0.050
"""Seconds around an expected beat within which what is heard belongs to it."""
LEARNS: Final = 0.3
"""How much one beat counts for the confidence."""
BEGINS, ENDS = 0.5, 0.25
"""The confidence from which beats are told, and below which they no longer are."""
LEARNS_SURE: Final = 0.6
"""The same where the music repeats itself: what says so has heard seconds of it already."""
COMPARES: Final = 5
"""Frames from one look at how the music repeats to the next."""
AGREES: Final = 0.08
"""How much less than the best tempo another may explain and be as good."""
REPEATS, PLAIN = 0.15, 0.40
"""How much repetition begins to count, and counts as a beat that is plainly heard."""
SPEAKS: Final = 0.30
"""How much it must be to be learned from at once ..."""
DENIES: Final = 0.35
"""... and to silence a pulse at another tempo."""
MISSED, MISSES = 0.15, 3
"""What was heard where a beat was missing, and so many in a row end it."""
QUIET: Final = 1.25
"""Beats of silence that end it."""
METRES: Final = {4: 0.8, 3: 0.2}
"""Beats of a bar, and how common that is."""
KNOWN: Final = 0.6
"""How likely a place in the bar must be."""
HEARD, FADES = 0.3, 0.85
"""How likely a downbeat must have been lately, and what is left of that after a beat."""


@dataclass(frozen=True)
class Due:
    """A beat to come, at a second of the stream; ``place`` in a bar of ``beats``, or 0."""

    at: float
    place: int
    beats: int
    bpm: float
    confidence: float


class BeatTracker:
    """Follows a beat between ``lowest`` and ``highest`` beats a minute; see the module."""

    def __init__(self, lowest: float, highest: float, beats: int = 0) -> None:
        """``beats``: how many a bar has; 0 where that is to be heard."""
        self.range = (lowest, highest)
        self._filter = BeatFilter(lowest, highest)
        self._repetition = Repetition(FRAME)
        self._fits = np.zeros(len(self._filter.periods))
        self._frames = 0
        self._bar = BarFilter(beats)
        self._heard: deque[tuple[float, float, float]] = deque(maxlen=round(0.5 / FRAME))
        self._settled: deque[float] = deque()
        self._last = -60.0
        self._misses = 0
        self._silent = 0.0
        self._telling = False
        self._lost = False
        self._beats = beats
        self._pulse = Pulse(60 / (lowest * highest) ** 0.5, 0.0, 0.0)
        self.confidence = 0.0

    def listen(self, grown: NDArray[np.float32]) -> None:
        """Take how much each band has grown in a frame, float32 (n,), before its ``step``."""
        self._repetition.add(grown)
        self._frames += 1
        if self._frames % COMPARES == 0:
            self._fits = self._repetition.of(self._filter.periods)
            self._filter.favour(self._fits)

    def step(self, at: float, beat: float, downbeat: float, silent: bool) -> Due | None:
        """Return the beat that is settled by an answer of the network, if one is to be told.

        ``at``: the second that it describes; ``beat``: how likely a beat of either kind was then,
        and ``downbeat``, 0 to 1; ``silent``: whether nothing sounds.
        """
        pulse = self._pulse = self._filter.step(0.0 if silent else beat)
        self._heard.append((at, 0.0 if silent else beat, downbeat))
        self._silent = self._silent + FRAME if silent else 0.0
        while self._settled and self._settled[0] < at - AROUND:
            self._compare(self._settled.popleft(), pulse)
        if self._silent > QUIET * pulse.period:
            self._forget()
        return self._settle(at, pulse)

    @property
    def lost(self) -> bool:
        """Whether no beat has been heard for a while."""
        return self._lost

    def shift(self, ratio: float, held: float) -> None:
        """Follow the same beat ``ratio`` times as fast from now on, and none at another octave.

        ``held``: the least tempo from then on, as a part of that one; the most is as far above.
        """
        bpm = min(max(60 / self._pulse.period * ratio, 20.0), 500.0)
        self.range = (bpm * held, bpm / held)
        self._filter = BeatFilter(*self.range)
        self._filter.begin(Pulse(60 / bpm, self._pulse.phase * ratio % 1.0, 1.0))
        self._fits = self._repetition.of(self._filter.periods)
        self._bar = BarFilter(self._beats)

    def _settle(self, at: float, pulse: Pulse) -> Due | None:
        following = at + (1 - pulse.phase) * pulse.period
        if following - at > LEAD or following < self._last + APART * pulse.period:
            return None
        self._last = following
        self._settled.append(following)
        self._bar.advance()
        if not self._telling:
            return None
        return Due(following, *self._bar.place(), 60 / pulse.period, self.confidence)

    def _compare(self, expected: float, pulse: Pulse) -> None:
        """Learn from what was heard where a beat was expected."""
        heard = [one for one in self._heard if abs(one[0] - expected) <= AROUND]
        beat = max((each for _, each, _ in heard), default=0.0)
        if beat < MISSED:
            self._misses += 1
        else:
            self._misses = 0
            self._lost = False
            self._bar.hear(max(each for _, _, each in heard) / beat)
        heard_of_it, learns = self._witnessed(beat, pulse)
        self.confidence += learns * (heard_of_it * pulse.belief - self.confidence)
        if self._misses >= MISSES:
            self._forget()
        elif self.confidence > BEGINS:
            self._telling = True
        elif self.confidence < ENDS:
            self._telling = False

    def _witnessed(self, beat: float, pulse: Pulse) -> tuple[float, float]:
        """Return how surely a beat was heard by both witnesses, and how much to learn from it."""
        best = float(self._fits.max())
        fits = float(np.interp(pulse.period, self._filter.periods, self._fits))
        if fits < best - AGREES:
            return (0.0 if best > DENIES else beat), LEARNS
        repeats = min((fits - REPEATS) / (PLAIN - REPEATS), 1.0)
        return max(beat, repeats), LEARNS_SURE if fits > SPEAKS else LEARNS

    def _forget(self) -> None:
        self.confidence = 0.0
        self._misses = 0
        self._telling = False
        self._lost = True


class BarFilter:
    """Follows the place in the bar from beat to beat."""

    def __init__(self, beats: int = 0) -> None:
        """``beats``: how many a bar has; 0 where that is to be heard."""
        metres = {beats: 1.0} if beats else METRES
        states = [(size, place) for size in metres for place in range(1, size + 1)]
        self._sizes = np.array([size for size, _ in states])
        self._places = np.array([place for _, place in states])
        self._following = np.array(
            [states.index((size, place % size + 1)) for size, place in states]
        )
        prior: NDArray[np.float64] = np.array([metres[size] / size for size, _ in states])
        self._prior = prior
        self._belief = prior.copy()
        self._strongest = 0.0

    def advance(self) -> None:
        """Go on to the next beat."""
        now = np.zeros_like(self._belief)
        now[self._following] = self._belief
        self._belief = 0.98 * now + 0.02 * self._prior

    def hear(self, downbeat: float) -> None:
        """Take into account how likely the beat was a downbeat, 0 to 1."""
        first = 0.1 + 0.8 * min(max(downbeat, 0.0), 1.0)
        self._strongest = max(downbeat, FADES * self._strongest)
        self._belief *= np.where(self._places == 1, first, 1 - first)
        self._belief /= self._belief.sum()

    def place(self) -> tuple[int, int]:
        """Return the place in the bar and the beats of the bar; 0 for what is not known."""
        best = int(self._belief.argmax())
        size = int(self._sizes[best])
        if self._strongest < HEARD or self._belief[self._sizes == size].sum() < KNOWN:
            return 0, 0
        return (int(self._places[best]) if self._belief[best] >= KNOWN else 0), size
