"""Name the chord that is played.

Why no network made for chords: crema's (McFee and Bello 2017) named 56 % of 120 rendered chords of
eleven qualities in any key, as it expects those of songs; the keys that Basic Pitch hears, compared
with templates, 99 %. As a second voice it made that worse.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import Annotated, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from engine.core.messages import Block, Chord
from engine.core.parameter import Param
from engine.dsp.audio.harmony import HIGHEST, NO_CHORD, Steady, chord_of, rings_on
from engine.dsp.audio.hops import Hops
from engine.dsp.audio.level import is_quiet
from engine.dsp.audio.piano import BEHIND, FRAME, FRAMES, LOWEST_KEY, RATE, SOUND, padded
from engine.dsp.audio.resample import resample
from engine.inference.network import ModelName, NetworkModel
from engine.inference.session import Session

HOP: Final = 8
"""Frames from one reading to the next."""
HYSTERESIS: Final = 0.05
"""How much worse the chord that stands may fit."""
STRUCK: Final = 0.3
"""How sure the network is of the beginning of any note for something to have been struck."""
_NEWEST: Final = 4
"""Frames at the end that the network is not sure of yet."""


class ChordsModel(NetworkModel[Chord]):
    """Names the chord that is played, ten times a second: "Am7/G", its root, bass and quality.

    It knows major, minor, diminished, augmented, sus2 and sus4, sixths and sevenths, in any
    inversion: ``root`` and ``bass`` are 0 (C) to 11 (B), ``quality`` is maj, min, 7, maj7, min7,
    minmaj7, maj6, min6, dim, dim7, hdim7, aug, sus2 or sus4, and ``confidence`` how well the notes
    that sound are those of the chord. A chord is named once it has been heard for ``steady``, and
    stays until another one has. In silence, in noise, and of one or two notes there is none: its
    name is "" then, its root and bass -1. It stays while its notes die away one by one, until
    something is struck. Of chords of the same notes (C6, Am7) it is the one whose
    root is the bass.

    A longer ``window`` hears through the notes of a melody, a shorter one is quicker.
    The network is Basic Pitch (Bittner et al. 2022, arXiv 2203.09893); it takes a third of a
    processor core. Raises ModelError when it is missing.
    """

    TASK = "transcribe"

    hop: ClassVar[float] = HOP * FRAME / RATE

    window: Annotated[float, Param("how long a stretch is one chord", 0.1, 1.5, unit="s")] = 0.35
    steady: Annotated[
        float, Param("how long another chord must be heard to be one", 0, 2, unit="s")
    ] = 0.2
    confidence: Annotated[float, Param("how well notes must fit to be a chord", 0, 1)] = 0.85
    quiet: Annotated[float, Param("what is quieter is silence", -90, 0, unit="dB")] = -55.0
    model: ModelName = "basic_pitch"

    _hops: Hops = field(default_factory=lambda: Hops(SOUND / RATE, ChordsModel.hop))
    _steady: Steady = field(default_factory=Steady)

    @property
    def lag(self) -> float:
        """Seconds from a change of chord until it is told, once a third of the window is of it."""
        return (_NEWEST + HOP / 2) * FRAME / RATE + self.window / 3 + (self._times() - 1) * self.hop

    def check(self, session: Session) -> None:
        """Raise ModelError where a network takes something else than sound."""
        super().check(session)
        self.expect_inputs(session, ["audio"], "sound")

    def reset(self) -> None:
        """Forget the chord after a gap."""
        self._hops.reset()
        self._steady = Steady()

    def process(self, sound: Block) -> Iterator[Chord]:
        """Yield the chord that stands, ten times a second. Raises ModelError on a failure."""
        windows = self._hops.feed(sound)
        if self._hops.gap:
            self._steady = Steady()
        for window in windows:
            heard = self._hear(resample(window, self._hops.rate, RATE)[-SOUND:])
            yield self._steady.read(heard, self._times())

    def _hear(self, samples: NDArray[np.float32]) -> Chord:
        """Return the chord of the newest part of a window, float32 (n,) at RATE."""
        count = round(self.window * RATE / FRAME)
        newest = samples[-(count + _NEWEST) * FRAME :]
        if is_quiet(newest, self.quiet):
            return NO_CHORD
        frames, onsets = self.run(audio=padded(samples))
        end = FRAMES - BEHIND - _NEWEST
        keys = frames[0, end - count : end].mean(axis=0)
        chord, stands = chord_of(keys, LOWEST_KEY), self._steady.stands
        struck = onsets[0, end - count : end, : HIGHEST + 1 - LOWEST_KEY].max() > STRUCK
        if chord.name != stands.name and not struck:
            rings = rings_on(stands, keys, LOWEST_KEY)
            if rings is not None:
                return rings
        enough = self.confidence - (HYSTERESIS if chord.name == stands.name else 0.0)
        return chord if chord.confidence >= enough else NO_CHORD

    def _times(self) -> int:
        """Return how often a chord must be heard running."""
        return 1 + round(self.steady / self.hop)
