"""Our Basic Pitch gives what the published one gives: stored by parity.py beside the model."""

from __future__ import annotations

import numpy as np

from engine.inference.model_folders import model_folder
from engine.inference.session import open_session

NAME = "basic_pitch"


def test_the_stored_sound_gives_the_published_answer() -> None:
    stored = np.load(model_folder(NAME) / "parity.npz")
    session = open_session(NAME)
    audio = (stored["sound"] / 32768).astype(np.float32).reshape(1, -1, 1)
    answers = session.run_by_name(audio=audio)
    for name in ("frame", "onset"):
        assert np.abs(answers[name][0] - stored[name]).max() <= session.card.tolerance
        assert (stored[name] > 0.5).sum() > 50
