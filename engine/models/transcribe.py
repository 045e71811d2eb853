"""Hear all the notes that are played together.

Why it is late: the network looks at both sides of a moment, and says where a note begins only once
it has heard how it goes on. With what follows for 0.12 s nine of ten of its onsets are those that
it gives for a whole recording. Silence is appended to each window, which is worth 25 ms of that.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import Annotated, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from engine.core.errors import ParameterError
from engine.core.messages import Block, Note
from engine.core.parameter import Param
from engine.core.tuning import note_of
from engine.dsp.audio.hops import Hops
from engine.dsp.audio.level import decibels, is_quiet
from engine.dsp.audio.piano import BEHIND, FRAME, FRAMES, KEYS, LOWEST_KEY, RATE, SOUND, padded
from engine.dsp.audio.polyphony import Polyphony, Rules
from engine.dsp.audio.resample import resample
from engine.inference.network import ModelName, NetworkModel
from engine.inference.session import Session

HOP: Final = 4
"""Frames that are read each time the network is asked."""
LOWEST, HIGHEST = 27.5, 4186.0
"""The range of the network, in Hz: a piano."""


class TranscribeModel(NetworkModel[Note]):
    """Hears the notes of chords and of several voices, each begun and ended.

    A note begins where the network is surer than ``onset`` that one does, and ends where it has not
    been surer than ``frame`` for 60 ms that it sounds, or when the sound stops or is lost. Its
    velocity follows how loud the sound is at its beginning, in decibels: ``range[0]`` plays 1, and
    ``range[1]`` plays 127. What is quieter than ``quiet`` is no note.

    It is for chords, not for playing in time: notes come about 0.15 s late, which is counted. With
    a smaller ``lookahead`` they come earlier, and more of them are missed or wrong.
    For one voice ``pitch`` and ``notes`` are quicker and surer.

    The network is Basic Pitch (Bittner et al. 2022, arXiv 2203.09893); it takes two
    thirds of a processor core. Raises ModelError when it is missing.
    """

    TASK = "transcribe"

    hop: ClassVar[float] = HOP * FRAME / RATE

    onset: Annotated[float, Param("how sure to be that a note begins", 0.05, 1)] = 0.5
    frame: Annotated[float, Param("how sure to be that a note sounds on", 0.05, 1)] = 0.3
    lowest: Annotated[float, Param("what is lower is not played", 8, 12544, unit="Hz")] = LOWEST
    highest: Annotated[float, Param("what is higher is not played", 8, 12544, unit="Hz")] = HIGHEST
    shortest: Annotated[float, Param("no note is shorter", 0, 10, unit="s")] = 0.06
    lookahead: Annotated[
        float, Param("how long to hear on before a note is told", 0.05, 0.25, unit="s")
    ] = 0.12
    quiet: Annotated[float, Param("what is quieter is silence", -90, 0, unit="dB")] = -55.0
    range: Annotated[list[float], Param("the loudness of the softest and of the hardest note")] = (
        field(default_factory=lambda: [-50.0, -10.0])
    )
    channel: Annotated[int, Param("MIDI channel", 1, 16)] = 1
    model: ModelName = "basic_pitch"

    _hops: Hops = field(default_factory=lambda: Hops(SOUND / RATE, TranscribeModel.hop))
    _keys: Polyphony = field(default_factory=Polyphony)

    def __post_init__(self) -> None:
        self._check_range()

    @property
    def lag(self) -> float:
        """Seconds from the beginning of a note until it is told, in the mean."""
        return (self._ahead() + (HOP - 1) / 2) * FRAME / RATE

    def check(self, session: Session) -> None:
        """Raise ModelError where a network takes something else than sound."""
        super().check(session)
        self.expect_inputs(session, ["audio"], "sound")

    def reset(self) -> None:
        """Forget what sounds; the engine silences the outputs."""
        self._hops.reset()
        self._keys = Polyphony()

    def process(self, sound: Block) -> Iterator[Note]:
        """Yield the notes that end and begin. Raises ModelError when the network fails."""
        self._check_range()
        windows = self._hops.feed(sound)
        if self._hops.gap:
            before, self._keys = self._keys, Polyphony()
            yield from self._notes(before.end(), 0)
        for window in windows:
            yield from self._read(resample(window, self._hops.rate, RATE)[-SOUND:])

    def _read(self, samples: NDArray[np.float32]) -> Iterator[Note]:
        """Yield what the frames say that this window is the first to have heard enough of."""
        first = FRAMES - BEHIND - self._ahead() - HOP
        frames, onsets = self._ask(samples, first - 1)
        rules = self._rules()
        for step in range(HOP):
            heard = samples[max(0, len(samples) - SOUND + (first + step - 2) * FRAME) :]
            loud = decibels(heard[: 6 * FRAME] - heard.mean()) if len(heard) else self.quiet
            if loud < self.quiet:
                frames[step + 1] = onsets[step + 1] = 0
            told = self._keys.read(onsets[step:], frames[step:], rules)
            yield from self._notes(told, self._velocity(loud))

    def _ask(
        self, samples: NDArray[np.float32], first: int
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return how sure it is, from the frame ``first`` on, that keys sound, and that they begin.

        ``samples`` is float32 (n,) at RATE. In silence nothing sounds, and nothing is asked.
        """
        heard = samples[max(0, len(samples) - SOUND + first * FRAME) :]
        if is_quiet(heard, self.quiet - 10):
            nothing = np.zeros((FRAMES - first, KEYS), np.float32)
            return nothing, nothing.copy()
        frames, onsets = self.run(audio=padded(samples))
        return frames[0, first:].copy(), onsets[0, first:].copy()

    def _notes(self, keys: Iterator[tuple[int, bool]], velocity: int) -> Iterator[Note]:
        for key, begins in keys:
            yield Note(key + LOWEST_KEY, velocity if begins else 0, self.channel)

    def _ahead(self) -> int:
        """Return the lookahead in frames."""
        return max(4, round(self.lookahead * RATE / FRAME))

    def _rules(self) -> Rules:
        low, high = (round(note_of(hz)) - LOWEST_KEY for hz in (self.lowest, self.highest))
        shortest = round(self.shortest * RATE / FRAME)
        return Rules(self.onset, self.frame, range(max(low, 0), min(high + 1, KEYS)), shortest)

    def _velocity(self, loud: float) -> int:
        quiet, loudest = self.range
        part = (loud - quiet) / (loudest - quiet)
        return round(1 + 126 * min(max(part, 0.0), 1.0))

    def _check_range(self) -> None:
        """Raise ParameterError for a range that is none; the first one stands then."""
        if len(self.range) != 2 or self.range[0] == self.range[1]:
            given, self.range = self.range, [-50.0, -10.0]
            raise ParameterError(f"range: expected two different numbers, got {given}")
