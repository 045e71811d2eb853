"""Our MoveNet gives what the published one gives: answers stored by parity.py beside the model."""

from __future__ import annotations

import numpy as np

from engine.inference.model_folders import model_folder
from engine.inference.session import open_session

NAME = "movenet_lightning"


def test_every_stored_picture_gives_the_published_answer() -> None:
    stored = np.load(model_folder(NAME) / "parity.npz")
    session = open_session(NAME)
    assert len(stored["pictures"]) == len(stored["joints"]) >= 4
    for picture, expected in zip(stored["pictures"], stored["joints"], strict=True):
        (joints,) = session.run(image=picture[None].astype(np.int32))
        assert np.abs(joints[0, 0] - expected).max() <= session.card.tolerance


def test_the_stored_answers_are_of_people() -> None:
    scores = np.load(model_folder(NAME) / "parity.npz")["joints"][..., 2].mean(axis=1)
    assert (scores[:3] > 0.5).all()
