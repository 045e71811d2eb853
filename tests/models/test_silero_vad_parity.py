"""Our Silero VAD gives what the published one gives: answers stored by parity.py beside it."""

from __future__ import annotations

import numpy as np

from engine.inference.model_folders import model_folder
from engine.inference.session import open_session

NAME = "silero_vad"
STEP, CONTEXT = 512, 64


def test_every_stored_sound_gives_the_published_answer() -> None:
    stored = np.load(model_folder(NAME) / "parity.npz")
    session = open_session(NAME)
    assert len(stored["sounds"]) == len(stored["probability"]) >= 4
    for sound, probability in zip(stored["sounds"], stored["probability"], strict=True):
        samples = np.concatenate((np.zeros(CONTEXT), sound / 32768)).astype(np.float32)
        state = np.zeros((2, 1, 128), np.float32)
        for number, published in enumerate(probability):
            step = samples[number * STEP : (number + 1) * STEP + CONTEXT]
            found, state = session.run(input=step[None], state=state)
            assert abs(float(found[0, 0]) - published) <= session.card.tolerance


def test_the_stored_answers_are_of_voices_and_of_none() -> None:
    stored = np.load(model_folder(NAME) / "parity.npz")
    voiced = np.mean(stored["probability"] > 0.5, axis=1)
    assert (voiced[:2] > 0.7).all()
    assert (voiced[2:] == 0).all()
