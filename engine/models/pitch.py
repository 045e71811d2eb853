"""Track the pitch of a voice.

Why silence is appended to each window: the network looks at both sides of a moment and was trained
with 176 ms of what follows. It finds the pitch of the newest 16 ms without them, but reports a high
confidence only when something follows. With 64 ms of silence appended, 98 of 100 sung frames are
right and confident (the stand-in, clean or at 10 dB); without it none is, and of the frames before
them, which are 16 ms older, between 70 and 98.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import Annotated, ClassVar

import numpy as np
from numpy.typing import NDArray

from engine.core.errors import ModelError
from engine.core.messages import Block, Pitch
from engine.core.parameter import Param
from engine.core.tuning import note_of
from engine.dsp.audio.brightness import brightness
from engine.dsp.audio.hops import Hops
from engine.dsp.audio.level import db_to_unit, decibels
from engine.dsp.audio.resample import resample
from engine.inference.network import ModelName, NetworkModel
from engine.inference.session import Session

RATE = 16000
"""Samples a second that the network takes."""
FRAME = 256
"""Samples of one frame of the network: 16 ms."""
WINDOW = 7 * FRAME + 16
"""Samples of one window; a few more than whole frames, for rates that do not divide evenly."""
LEAST = 4 * FRAME
"""Samples below which the network is not asked."""
BEHIND = 4
"""Frames of silence that are appended."""
NEWEST = -1 - BEHIND
"""Index of the newest frame of sound in what the network answers."""
GLIDE_AGE = 0.020
"""Seconds: how old what a reading describes is while a tone glides; a new one takes longer."""
_SILENCE = np.zeros(BEHIND * FRAME, np.float32)
LOWEST, HIGHEST = 46.875, 2093.75
"""The range of the network, in Hz."""
STEP = 1.05
"""The least ratio of the highest pitch to the lowest, for one to fit between them."""
SILENCE = 1e-3
"""Peak of a frame below which it has no pitch (as published with SwiftF0)."""


class PitchModel(NetworkModel[Pitch]):
    """Hears the pitch of one voice or instrument, 62 times a second.

    ``hz`` is its frequency, ``note`` the same as a note (69.0 is A4; fractions are parts of a
    semitone), ``cents`` how far it is from the nearest one, ``on`` whether there is a pitch at all,
    ``confidence`` how sure that is, 0 to 1, and ``level`` how loud the sound is, 0 at -60 dB of
    full scale and 1 at 0 dB (``db`` is the same in dB). ``bright`` is how bright the voice is, from
    0, a dark "oo", to 1, a hiss. While nothing is sung ``hz``, ``note`` and ``bright`` stay where
    they were, and are 0 before the first note.

    Set ``lowest`` and ``highest`` to what the voice can sing: fewer mistakes by an octave. A new
    tone is told once it has sounded for some 30 ms; while one glides, what is told was sung 20 ms
    before the newest sample. Sound of any rate will do.

    The network is SwiftF0 (Nieradzik 2025, arXiv 2508.18440). Raises ModelError when it is missing.
    """

    TASK = "pitch"

    lag: ClassVar[float] = 0.032
    hop: ClassVar[float] = FRAME / RATE

    lowest: Annotated[float, Param("no pitch is looked for below", LOWEST, HIGHEST, unit="Hz")] = (
        LOWEST
    )
    highest: Annotated[float, Param("no pitch is looked for above", LOWEST, HIGHEST, unit="Hz")] = (
        HIGHEST
    )
    confidence: Annotated[float, Param("how sure to be that there is a pitch", 0, 1)] = 0.5
    hysteresis: Annotated[
        float, Param("how much less sure it may become before the pitch counts as gone", 0, 1)
    ] = 0.1
    model: ModelName = "swift_f0"

    _hops: Hops = field(default_factory=lambda: Hops(WINDOW / RATE, PitchModel.hop))
    _hz: float = 0.0
    _bright: float = 0.0
    _on: bool = False

    def check(self, session: Session) -> None:
        """Raise ModelError where a network does not take sound and the two ends of a range."""
        card, names = session.card, [each.name for each in session.inputs]
        if card.task != self.TASK or names != ["audio", "fmin", "fmax"]:
            raise ModelError(f'the model "{card.name}" is for {card.task}, not for pitch')

    def reset(self) -> None:
        """Clear the window after a gap; the last pitch is held."""
        self._hops.reset()
        self._on = False

    def process(self, sound: Block) -> Iterator[Pitch]:
        """Yield a reading for each 16 ms that end within the sound.

        Raises ModelError when the network fails, or answers with what is not a number.
        """
        windows = self._hops.feed(sound)
        if self._hops.gap:
            self._on = False
        for window in windows:
            samples = resample(window, self._hops.rate, RATE)
            samples = samples[len(samples) % FRAME :]
            if len(samples) >= LEAST:
                yield self._read(samples - samples.mean())

    def _read(self, samples: NDArray[np.float32]) -> Pitch:
        """Return the reading of a window, float32 (n,) at RATE without its mean."""
        hz, confidence = self._ask(samples)
        if np.abs(samples[-FRAME:]).max() < SILENCE:
            confidence = 0.0
        self._on = confidence >= self.confidence - (self.hysteresis if self._on else 0.0)
        newest = samples[-2 * FRAME :]
        if self._on:
            self._hz = hz
            self._bright = brightness(newest, RATE) or self._bright
        note = note_of(self._hz) if self._hz else 0.0
        level = db_to_unit(decibels(newest))
        return Pitch(self._hz, note, confidence, self._on, level, self._bright)

    def _ask(self, samples: NDArray[np.float32]) -> tuple[float, float]:
        """Return the pitch in Hz and the confidence, 0 to 1, of the newest frame.

        ``samples`` is float32 (n,) at RATE, n a multiple of FRAME from LEAST on.
        """
        lowest = min(self.lowest, HIGHEST / STEP)
        hz, confidence = self.run(
            audio=np.concatenate((samples, _SILENCE))[None],
            fmin=np.asarray(lowest, np.float32),
            fmax=np.asarray(max(self.highest, lowest * STEP), np.float32),
        )
        return float(hz[0, NEWEST]), float(confidence[0, NEWEST])
