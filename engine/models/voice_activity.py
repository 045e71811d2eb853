"""Hear whether somebody speaks."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import field
from typing import Annotated, ClassVar, Final, NamedTuple

from engine.core.errors import ModelError
from engine.core.messages import Block
from engine.core.parameter import Param
from engine.dsp.audio.voice_detector import CONTEXT, SECONDS, STATE, STEP, VoiceDetector
from engine.dsp.confidence import ConfidenceSwitch, SwitchRules
from engine.inference.network import ModelName, NetworkModel
from engine.inference.session import Session

LAG: Final = 0.03
"""Seconds of a vowel until the network is sure, as measured; a soft consonant takes longer."""


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

    hop: ClassVar[float] = SECONDS

    confidence: Annotated[float, Param("how sure to be that somebody speaks", 0, 1)] = 0.5
    hysteresis: Annotated[
        float, Param("how much less sure it may become before it counts as silence", 0, 1)
    ] = 0.15
    steady: Annotated[float, Param("how long a voice must last to be one", 0, 2, unit="s")] = 0.064
    hold: Annotated[float, Param("how long it stays on after the last word", 0, 60, unit="s")] = 0.3
    model: ModelName = "silero_vad"

    _voice: VoiceDetector = field(default_factory=VoiceDetector)
    _switch: ConfidenceSwitch = field(default_factory=ConfidenceSwitch)

    @property
    def lag(self) -> float:
        """Seconds from the first sound of a voice until it is on: the network's own and steady."""
        return LAG + self.hop * (self._steps() - 1)

    def check(self, session: Session) -> None:
        """Raise ModelError where a network does not take 36 ms of sound and a state."""
        super().check(session)
        shapes = {tensor.name: tensor.shape for tensor in session.inputs}
        if shapes != {"input": (1, CONTEXT + STEP), "state": STATE}:
            raise ModelError(
                f'the model "{session.card.name}" takes something else than '
                f"{CONTEXT + STEP} samples and a state"
            )

    def reset(self) -> None:
        """Forget the sound from before a gap: nobody speaks."""
        self._voice.reset()
        self._switch = ConfidenceSwitch()

    def at_rest(self, outlet: str, said: bool | float) -> bool | float:
        """Return that nobody speaks."""
        return False if outlet == "on" else 0.0

    def process(self, sound: Block) -> Iterator[Activity]:
        """Yield whether somebody speaks for each 32 ms that end within the sound.

        Raises ModelError when the network fails, or answers with what is not a number.
        """
        rules = SwitchRules(self.confidence, self.hysteresis, self._steps(), self.hold)
        voiced = self._voice.feed(sound, self.run)
        if self._voice.gap:
            self._switch = ConfidenceSwitch()
        for confidence, _ in voiced:
            yield Activity(self._switch.read(confidence, self.hop, rules), confidence)

    def _steps(self) -> int:
        """Return how many answers one after the other make a voice."""
        return 1 + math.ceil(self.steady / self.hop - 0.5)
