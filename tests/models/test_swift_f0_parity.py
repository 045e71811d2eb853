"""Our SwiftF0 gives what the published one gives: answers stored by parity.py beside the model."""

from __future__ import annotations

import numpy as np

from engine.inference.card import model_folder
from engine.inference.session import open_session

NAME = "swift_f0"


def test_every_stored_sound_gives_the_published_answer() -> None:
    stored = np.load(model_folder(NAME) / "parity.npz")
    session = open_session(NAME)
    ends = {"fmin": np.asarray(46.875, np.float32), "fmax": np.asarray(2093.75, np.float32)}
    assert len(stored["sounds"]) == len(stored["hz"]) >= 4
    columns = (stored[name] for name in ("sounds", "hz", "confidence"))
    for sound, hz, confidence in zip(*columns, strict=True):
        audio = (sound / 32768).astype(np.float32)[None]
        found, sure = session.run(audio=audio, **ends)
        assert np.abs(found[0] - hz).max() <= session.card.tolerance
        assert np.abs(sure[0] - confidence).max() <= session.card.tolerance


def test_the_stored_answers_are_of_tones() -> None:
    stored = np.load(model_folder(NAME) / "parity.npz")
    assert (np.mean(stored["confidence"] > 0.5, axis=1) > 0.9).all()
