"""How sure a network is that somebody speaks, every 32 ms of a stream of sound of any rate.

The network is Silero VAD 6, which is asked by a callable; what hardly moves is no voice, whatever
it says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.core.messages import Block
from engine.dsp.audio.hops import Hops, Samples, hops_within
from engine.dsp.audio.movement import Movement
from engine.dsp.audio.resample import resample

RATE: Final = 16000
"""Samples a second that the network takes."""
STEP: Final = 512
"""Samples from one answer to the next."""
SECONDS: Final = STEP / RATE
CONTEXT: Final = 64
"""Samples before them that the network sees as well."""
STATE: Final = (2, 1, 128)
"""The shape of what the network gives for its next answer."""
SILENT: Final = 1e-4
"""Peak, full scale being 1, below which nobody speaks, whatever the network says."""
MOVES: Final = 2.0
"""dB by which the bands of a voice move within STEADY; 99.5 of 100 windows of speech by 3.4."""
STEADY: Final = 8
"""Steps of sound, 256 ms, that are looked at for movement."""
_SPARE: Final = 64
"""Samples beyond, where resampling has an edge."""

Ask = Callable[..., tuple[NDArray[Any], ...]]
"""Runs the network on ``input``, float32 (1, CONTEXT + STEP), and ``state``, float32 STATE."""


class VoiceReading(NamedTuple):
    """How sure it is that somebody speaks, 0 to 1, in the 32 ms before a sample of the source."""

    confidence: float
    end: int


class VoiceDetector:
    """Reads a stream of sound; ``gap`` is whether its last block did not continue the one before.

    ``rate`` is that of the last block.
    """

    def __init__(self) -> None:
        self._hops = Hops((STEP + CONTEXT + _SPARE) / RATE, SECONDS)
        self._state: NDArray[np.float32] = np.zeros(STATE, np.float32)
        self._movement = Movement(STEADY)

    @property
    def gap(self) -> bool:
        """Whether the last block did not continue the one before it."""
        return self._hops.gap

    @property
    def rate(self) -> int:
        """Samples a second of the last block; 0 before the first."""
        return self._hops.rate

    def reset(self) -> None:
        """Forget the sound from before a gap."""
        self._hops.reset()
        self._forget()

    def feed(self, sound: Block, ask: Ask) -> Iterator[VoiceReading]:
        """Take a block, and return an iterator of an answer for each 32 ms that end within it.

        The network is asked as that is read, which raises what ``ask`` does.
        """
        windows = self._hops.feed(sound)
        if self._hops.gap:
            self._forget()
        return self._answers(windows, sound, ask)

    def _answers(
        self, windows: Iterator[Samples], sound: Block, ask: Ask
    ) -> Iterator[VoiceReading]:
        first = hops_within(sound.start, sound.rate, SECONDS) + 1
        for number, window in enumerate(windows, first):
            yield VoiceReading(self._confidence(window, ask), round(number * SECONDS * sound.rate))

    def _confidence(self, window: Samples, ask: Ask) -> float:
        samples = np.zeros(CONTEXT + STEP, np.float32)
        newest = resample(window, self._hops.rate, RATE)[-len(samples) :]
        samples[len(samples) - len(newest) :] = np.clip(newest, -1, 1)
        probability, self._state = ask(input=samples[None], state=self._state)
        moves = self._movement.step(samples[-STEP:], RATE)
        if np.ptp(samples[-STEP:]) < 2 * SILENT or (moves is not None and moves < MOVES):
            return 0.0
        return min(max(float(probability[0, 0]), 0.0), 1.0)

    def _forget(self) -> None:
        self._state = np.zeros(STATE, np.float32)
        self._movement = Movement(STEADY)
