"""Hear whether somebody speaks."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import field
from typing import Annotated, ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.core.errors import ModelError
from engine.core.messages import Block
from engine.core.parameter import Param
from engine.dsp.audio.hops import Hops, Samples
from engine.dsp.audio.movement import Movement
from engine.dsp.audio.resample import resample
from engine.dsp.confidence import ConfidenceSwitch, SwitchRules
from engine.inference.network import ModelName, NetworkModel
from engine.inference.session import Session

RATE: Final = 16000
"""Samples a second that the network takes."""
STEP: Final = 512
"""Samples from one answer to the next."""
CONTEXT: Final = 64
"""Samples before them that the network sees as well."""
_SPARE: Final = 64
"""Samples beyond, where resampling has an edge."""
LAG: Final = 0.03
"""Seconds of a vowel until the network is sure, as measured; a soft consonant takes longer."""
SILENT: Final = 1e-4
"""Peak, full scale being 1, below which nobody speaks, whatever the network says."""
MOVES: Final = 2.0
"""dB by which the bands of a voice move within STEADY; 99.5 of 100 windows of speech by 3.4."""
STEADY: Final = 8
"""Steps of sound, 256 ms, that are looked at for movement."""
_STATE: Final = (2, 1, 128)


class Activity(NamedTuple):
    """Whether somebody speaks, and how sure that is, 0 to 1."""

    on: bool
    confidence: float


class VoiceActivityModel(NetworkModel[bool]):
    """Voice activity detection: switches on while somebody speaks, 31 times a second.

    ``on`` is the switch that a bare cable carries, ``confidence`` how sure the newest moment is, 0
    to 1. It comes on once it was at ``confidence`` for ``steady``, goes off ``hysteresis`` below
    that, and then only after ``hold``, so that the gaps between words do not count. Any language
    will do, and any rate of sound; music, drums, hum and noise are no voice. Singing is one in part
    only: the network was made for speech.

    The network is Silero VAD 6. Raises ModelError when it is missing.
    """

    TASK = "voice_activity"

    hop: ClassVar[float] = STEP / RATE

    confidence: Annotated[float, Param("how sure to be that somebody speaks", 0, 1)] = 0.5
    hysteresis: Annotated[
        float, Param("how much less sure it may become before it counts as silence", 0, 1)
    ] = 0.15
    steady: Annotated[float, Param("how long a voice must last to be one", 0, 2, unit="s")] = 0.064
    hold: Annotated[float, Param("how long it stays on after the last word", 0, 60, unit="s")] = 0.3
    model: ModelName = "silero_vad"

    _hops: Hops = field(
        default_factory=lambda: Hops((STEP + CONTEXT + _SPARE) / RATE, VoiceActivityModel.hop)
    )
    _state: NDArray[np.float32] = field(default_factory=lambda: np.zeros(_STATE, np.float32))
    _movement: Movement = field(default_factory=lambda: Movement(STEADY))
    _switch: ConfidenceSwitch = field(default_factory=ConfidenceSwitch)

    @property
    def lag(self) -> float:
        """Seconds from the first sound of a voice until it is on: the network's own and steady."""
        return LAG + self.hop * (self._steps() - 1)

    def check(self, session: Session) -> None:
        """Raise ModelError where a network does not take 36 ms of sound and a state."""
        super().check(session)
        shapes = {tensor.name: tensor.shape for tensor in session.inputs}
        if shapes != {"input": (1, CONTEXT + STEP), "state": _STATE}:
            raise ModelError(
                f'the model "{session.card.name}" takes something else than '
                f"{CONTEXT + STEP} samples and a state"
            )

    def reset(self) -> None:
        """Forget the sound from before a gap: nobody speaks."""
        self._hops.reset()
        self._forget()

    def process(self, sound: Block) -> Iterator[Activity]:
        """Yield whether somebody speaks for each 32 ms that end within the sound.

        Raises ModelError when the network fails, or answers with what is not a number.
        """
        windows = self._hops.feed(sound)
        if self._hops.gap:
            self._forget()
        rules = SwitchRules(self.confidence, self.hysteresis, self._steps(), self.hold)
        for window in windows:
            confidence = self._ask(window)
            yield Activity(self._switch.read(confidence, self.hop, rules), confidence)

    def _steps(self) -> int:
        """Return how many answers one after the other make a voice."""
        return 1 + math.ceil(self.steady / self.hop - 0.5)

    def _ask(self, window: Samples) -> float:
        """Return how sure it is that somebody speaks in the newest 32 ms, 0 to 1."""
        samples = np.zeros(CONTEXT + STEP, np.float32)
        newest = resample(window, self._hops.rate, RATE)[-len(samples) :]
        samples[len(samples) - len(newest) :] = np.clip(newest, -1, 1)
        probability, self._state = self.run(input=samples[None], state=self._state)
        moves = self._movement.step(samples[-STEP:], RATE)
        if np.ptp(samples[-STEP:]) < 2 * SILENT or (moves is not None and moves < MOVES):
            return 0.0
        return min(max(float(probability[0, 0]), 0.0), 1.0)

    def _forget(self) -> None:
        self._state = np.zeros(_STATE, np.float32)
        self._movement = Movement(STEADY)
        self._switch = ConfidenceSwitch()
