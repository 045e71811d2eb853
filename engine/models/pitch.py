"""What a voice sings.

Why silence is put behind what was heard: the network looks at both sides of a moment, and would
want 176 ms of what comes next. Of the newest 16 ms it finds the pitch all the same, but trusts it
only when something follows. With 64 ms of silence behind them, 98 of 100 sung frames are right and
trusted (the stand-in, clean or at 10 dB); without it none is, and of the frames before them, which
are 16 ms older, between 70 and 98.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import field
from typing import Annotated, ClassVar

import numpy as np
from numpy.typing import NDArray

from engine.core.errors import ModelError
from engine.core.messages import Block, Pitch
from engine.core.node import Model
from engine.core.parameter import Fixed, Param
from engine.core.tuning import note_of
from engine.dsp.audio.brightness import brightness
from engine.dsp.audio.hops import Hops
from engine.dsp.audio.level import db_to_unit, decibels
from engine.dsp.audio.resample import at_rate
from engine.inference.session import Session, open_session

RATE = 16000
FRAME = 256
WINDOW = 7 * FRAME + 16
"""Samples; a few more than whole frames, for rates that do not divide evenly."""
LEAST = 4 * FRAME
"""Samples without which there is no telling."""
BEHIND = 4
"""Frames of silence that follow."""
NEWEST = -1 - BEHIND
_SILENCE = np.zeros(BEHIND * FRAME, np.float32)
LOWEST, HIGHEST = 46.875, 2093.75
STEP = 1.05
"""How many times the lowest pitch the highest must be, for one to fit between them."""
SILENCE = 1e-3
"""A frame whose loudest sample is less has no pitch (as published with SwiftF0)."""


class PitchModel(Model):
    """Hears the pitch of one voice or instrument, 62 times a second.

    ``hz`` is its frequency, ``note`` the same as a note (69.0 is A4; fractions are parts of a
    semitone), ``cents`` how far it is from the nearest one, ``on`` whether there is a pitch at all,
    ``confidence`` how sure that is, 0 to 1, and ``level`` how loud the sound is, 0 at -60 dB of
    full scale and 1 at 0 dB (``db`` is the same in dB). ``bright`` is how bright the voice is, from
    0, a dark "oo", to 1, a hiss. While nothing is sung ``hz``, ``note`` and ``bright`` stay where
    they were, and are 0 before the first note.

    Set ``lowest`` and ``highest`` to what the voice can sing: fewer mistakes by an octave. What is
    told was sung 20 ms before the newest sample. Sound of any rate will do.

    The network is SwiftF0 (Nieradzik 2025, arXiv 2508.18440). Raises ModelError when it is missing.
    """

    own_process: ClassVar[bool] = True

    lag: ClassVar[float] = 0.020
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
    model: Fixed[Annotated[str, Param("which network: a name, or a folder of your own")]] = (
        "swift_f0"
    )
    provider: Fixed[Annotated[str, Param("what computes: cpu, cuda, coreml, dml ...")]] = "cpu"

    _session: Session | None = None
    _hops: Hops = field(default_factory=lambda: Hops(WINDOW / RATE, PitchModel.hop))
    _hz: float = 0.0
    _bright: float = 0.0
    _on: bool = False

    def open(self) -> None:
        """Open the network; raises ModelError when it is missing or no network for this."""
        session = open_session(self.model, provider=self.provider)
        card = session.card
        if card.task != "pitch" or [each.name for each in card.inputs] != ["audio", "fmin", "fmax"]:
            raise ModelError(f'the model "{card.name}" is for {card.task}, not for pitch')
        self._session = session

    def close(self) -> None:
        """Let go of the network."""
        self._session = None

    def reset(self) -> None:
        """Forget what was heard before a gap; the last pitch is held."""
        self._hops.reset()
        self._on = False

    def process(self, sound: Block) -> Iterator[Pitch]:
        """Give a reading for each 16 ms that end within the sound."""
        windows = self._hops.feed(sound)
        if self._hops.gap:
            self._on = False
        for window in windows:
            samples = at_rate(window, self._hops.rate, RATE)
            samples = samples[len(samples) % FRAME :]
            if len(samples) >= LEAST:
                yield self._read(samples - samples.mean())

    def _read(self, samples: NDArray[np.float32]) -> Pitch:
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
        """Ask the network for the pitch and confidence of the newest frame."""
        if self._session is None:
            raise ModelError("the pitch model is not open")
        lowest = min(self.lowest, HIGHEST / STEP)
        hz, confidence = self._session.run(
            audio=np.concatenate((samples, _SILENCE))[None],
            fmin=np.asarray(lowest, np.float32),
            fmax=np.asarray(max(self.highest, lowest * STEP), np.float32),
        )
        found, sure = float(hz[0, NEWEST]), float(confidence[0, NEWEST])
        if not (math.isfinite(found) and math.isfinite(sure)):
            raise ModelError(f'the model "{self.model}" gave what is not a number')
        return found, sure
