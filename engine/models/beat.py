"""Hear the beat of music.

Why a beat is told ahead: the network knows of one 32 ms after it, in the middle of its window. The
tracker says when the next is due, and the box hands it to the engine for that moment, so that a
light changes on the beat and not behind it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import Annotated, ClassVar

import numpy as np
from numpy.typing import NDArray

from engine.core.clock import ns
from engine.core.messages import Beat, Block, Later, Ns, Trigger
from engine.core.parameter import Param
from engine.dsp.audio.beat_features import BANDS, HOP, RATE, WINDOW, BeatFeatures
from engine.dsp.audio.beat_tracker import BeatTracker, Due
from engine.dsp.audio.hops import Hops, hops_within
from engine.dsp.audio.resample import resample
from engine.inference.network import ModelName, NetworkModel
from engine.inference.session import Session

SILENCE = 1e-3
"""Peak of a window below which nothing sounds."""
STEP = 1.5
"""The least ratio of the fastest tempo to the slowest, for one to fit between them."""
HELD = 0.71
"""How far below a tempo that was doubled or halved by hand the beat may go, as a ratio."""


def _rest() -> NDArray[np.float32]:
    """Return the state of the network before any music."""
    return np.zeros((6, 1, 150), np.float32)


class BeatModel(NetworkModel[Beat]):
    """Follow the beat of music, and tell each beat when it comes.

    ``beat`` is its place in the bar, 1 the first, and 0 while that is not known; ``beats`` how many
    a bar has, ``bpm`` how fast they come, ``confidence`` how sure that is, 0 to 1, and ``downbeat``
    whether it is the first of a bar. Nothing is told until a beat has been heard for some 3 s, and
    nothing any more once the music has stopped or has no beat that it is sure of.

    Whether music goes at 70 or at 140 is a matter of taste: tempi around 120 are preferred, as far
    as ``lowest`` and ``highest`` allow. A trigger to ``double`` or ``half`` says it otherwise, for
    as long as this beat lasts. ``bar`` says how many beats a bar has, if that is known.

    Sound of any rate will do. The network is the mean of BeatNet's three, each trained with other
    music (Heydari, Cwitkowitz & Duan, ISMIR 2021); what it hears is followed by a bar pointer model
    (Krebs, Böck & Widmer, ISMIR 2015), beside which it is compared how the music repeats itself, so
    that a loop of drums which the network hardly knows is followed as well. Raises ModelError when
    the network is missing.
    """

    TASK = "beat"

    hop: ClassVar[float] = HOP / RATE

    lowest: Annotated[float, Param("no beat is slower", 30, 240, unit="bpm")] = 60.0
    highest: Annotated[float, Param("no beat is faster", 45, 400, unit="bpm")] = 200.0
    bar: Annotated[int, Param("beats a bar has; 0: as heard", 0, 16)] = 0
    model: ModelName = "beatnet"

    _hops: Hops = field(default_factory=lambda: Hops(WINDOW / RATE, BeatModel.hop))
    _features: BeatFeatures = field(default_factory=BeatFeatures)
    _tracker: BeatTracker | None = None
    _asked: tuple[float, float, int] = (0.0, 0.0, 0)
    _octave: float = 1.0
    _h: NDArray[np.float32] = field(default_factory=_rest)
    _c: NDArray[np.float32] = field(default_factory=_rest)

    def check(self, session: Session) -> None:
        """Raise ModelError where a network does not take features and a state."""
        super().check(session)
        self.expect_inputs(session, ["features", "h", "c"], "features and a state")

    def process(self, sound: Block, at: Ns) -> Iterator[Beat | Later[Beat]]:
        """Yield each beat for its moment, a little before it.

        Raises ModelError when the network fails, or answers with what is not a number.
        """
        windows = self._hops.feed(sound)
        if self._hops.gap:
            self._forget()
        end = sound.start + len(sound.samples)
        hop = hops_within(sound.start, sound.rate, self.hop)
        for window in windows:
            hop += 1
            second = hop * self.hop - WINDOW / RATE / 2
            due = self._hear(window, second)
            if due is not None:
                beat = Beat(due.place, due.beats, due.bpm, due.confidence)
                yield Later(Ns(at + max(0, ns(due.at - end / sound.rate))), beat)

    def on_double(self, trigger: Trigger) -> None:
        """Count twice as many beats."""
        self._shift(2.0)

    def on_half(self, trigger: Trigger) -> None:
        """Count half as many beats."""
        self._shift(0.5)

    def reset(self) -> None:
        """Forget the music from before a gap."""
        self._hops.reset()
        self._forget()

    def _hear(self, window: NDArray[np.float32], second: float) -> Due | None:
        """Ask the network about a window, whose middle is at a second of the stream."""
        samples = resample(window, self._hops.rate, RATE)[-WINDOW:]
        silent = len(window) == 0 or float(np.abs(window).max()) < SILENCE
        features = self._features.step(samples)
        said, self._h, self._c = self.run(features=features[None, None], h=self._h, c=self._c)
        beat, downbeat, _ = said[0, 0].tolist()
        tracker = self._ready()
        tracker.listen(features[BANDS:])
        due = tracker.step(second, beat + downbeat, downbeat, silent)
        if tracker.lost and self._octave != 1.0:
            self._octave, self._tracker = 1.0, None
        return due

    def _ready(self) -> BeatTracker:
        """Return the tracker for the parameters as they are now."""
        lowest = min(self.lowest, 400 / STEP)
        asked = (lowest, max(self.highest, STEP * lowest), self.bar)
        if self._tracker is None or asked != self._asked:
            self._tracker, self._asked, self._octave = BeatTracker(*asked), asked, 1.0
        return self._tracker

    def _shift(self, ratio: float) -> None:
        """Follow the same beat at another octave, and stay there."""
        if self._tracker is not None and 0.2 < self._octave * ratio < 5:
            self._octave *= ratio
            self._tracker.shift(ratio, HELD)

    def _forget(self) -> None:
        self._features, self._tracker, self._octave = BeatFeatures(), None, 1.0
        self._h, self._c = _rest(), _rest()
