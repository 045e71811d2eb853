"""Hear what kind of sound there is: claps, a whistle, speech, singing, music, or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import Annotated, ClassVar, Final, NamedTuple

import numpy as np

from engine.core.errors import ModelError
from engine.core.messages import Block
from engine.core.parameter import Param
from engine.dsp.audio.hops import Hops, Samples
from engine.dsp.audio.level import is_quiet
from engine.dsp.audio.resample import resample
from engine.dsp.audio.sound_features import COUNT, RATE, WINDOW, sound_features
from engine.dsp.confidence import ConfidenceSwitch, SwitchRules
from engine.inference.network import ModelName, NetworkModel
from engine.inference.session import Session

CLASSES: Final = ("clap", "whistle", "speech", "singing", "music")
"""In the order of what the network answers."""
LIKENESS: Final = 2
"""Answers in a row that a class must be at its limit for; one alone is chance."""
_SPARE: Final = 0.01
"""Seconds beyond the window, where resampling has an edge."""


class SoundClasses(NamedTuple):
    """A switch for each kind of sound, and of each how sure that is, 0 to 1."""

    clap: bool
    whistle: bool
    speech: bool
    singing: bool
    music: bool
    silence: bool
    clap_confidence: float
    whistle_confidence: float
    speech_confidence: float
    singing_confidence: float
    music_confidence: float


def _switches() -> list[ConfidenceSwitch]:
    return [ConfidenceSwitch() for _ in CLASSES]


class SoundsModel(NetworkModel[bool]):
    """Sound classes: switches for claps, whistles, speech, singing, music and silence.

    Each of ``clap``, ``whistle``, ``speech``, ``singing`` and ``music`` is on while the last second
    was of that kind, several at once where several sound; ``clap_confidence`` and so on say how
    sure that is, 0 to 1. ``silence`` is on below ``quiet``. Where nothing is sure, nothing is on:
    noise, hum and rain are no class. A hall that applauds in one roar is known now and then.

    A class comes on at ``confidence``, goes off ``hysteresis`` below it, and then after ``hold``.
    What is told is of the last second, so it comes a quarter of a second late; for the moment of a
    clap take ``onset``, for speech alone ``voice_activity``. Music is also taken for singing, up to
    one time in four, and singing for music now and then: bench "classes" has the table.

    Our own small network, trained on sounds that were made for it. Raises ModelError when it is
    missing.
    """

    TASK = "sounds"

    lag: ClassVar[float] = 0.22
    hop: ClassVar[float] = 0.1

    confidence: Annotated[float, Param("how sure to be that it is of a kind", 0, 1)] = 0.6
    hysteresis: Annotated[
        float, Param("how much less sure it may become before it counts as gone", 0, 1)
    ] = 0.2
    hold: Annotated[float, Param("how long it stays on after it was heard", 0, 60, unit="s")] = 0.3
    quiet: Annotated[float, Param("dB of full scale; below is silence", -90, 0)] = -55.0
    model: ModelName = "sound_classes"

    _hops: Hops = field(default_factory=lambda: Hops(WINDOW / RATE + _SPARE, SoundsModel.hop))
    _switches: list[ConfidenceSwitch] = field(default_factory=_switches)

    def check(self, session: Session) -> None:
        """Raise ModelError where a network does not take our features and answer our classes."""
        super().check(session)
        shapes = [tensor.shape for tensor in (*session.inputs, *session.outputs)]
        if shapes != [(1, COUNT), (1, len(CLASSES))]:
            raise ModelError(
                f'the model "{session.card.name}" does not take {COUNT} features '
                f"for {len(CLASSES)} classes"
            )

    def reset(self) -> None:
        """Forget the sound from before a gap: nothing is heard."""
        self._hops.reset()
        self._forget()

    def at_rest(self, outlet: str, said: bool | float) -> bool | float:
        """Return that nothing is heard, not even silence."""
        return False if isinstance(said, bool) else 0.0

    def process(self, sound: Block) -> Iterator[SoundClasses]:
        """Yield what is heard for each tenth of a second that ends within the sound.

        Raises ModelError when the network fails, or answers with what is not a number.
        """
        windows = self._hops.feed(sound)
        if self._hops.gap:
            self._forget()
        rules = SwitchRules(self.confidence, self.hysteresis, LIKENESS, self.hold)
        for window in windows:
            samples = resample(window, self._hops.rate, RATE)[-WINDOW:]
            newest = samples[-WINDOW // 4 :]
            # Between two claps it is silent, and yet there are claps: the second decides on those.
            silent = is_quiet(newest, self.quiet)
            sure = [0.0] * len(CLASSES) if is_quiet(samples, self.quiet) else self._ask(samples)
            heard = (
                switch.read(one, self.hop, rules)
                for switch, one in zip(self._switches, sure, strict=True)
            )
            yield SoundClasses._make((*heard, silent, *sure))

    def _ask(self, samples: Samples) -> list[float]:
        """Return how sure each class is, of up to a second; before it is assumed to be silent."""
        whole = np.zeros(WINDOW, np.float32)
        whole[WINDOW - len(samples) :] = samples
        (classes,) = self.run(features=sound_features(whole)[None])
        return [float(one) for one in classes[0]]

    def _forget(self) -> None:
        self._switches = _switches()
