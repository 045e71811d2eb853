"""Our BeatNet gives what the published one gives: answers stored by parity.py beside the model."""

from __future__ import annotations

import numpy as np
import pytest

from engine.dsp.audio.beat_features import HOP, WINDOW, BeatFeatures
from engine.inference.model_folders import model_folder
from engine.inference.session import open_session

NAME = "beatnet"


def test_our_features_are_those_of_madmom() -> None:
    stored = np.load(model_folder(NAME) / "parity.npz")
    sound = np.pad((stored["sound"] / 32768).astype(np.float32), (WINDOW // 2, WINDOW))
    ours = BeatFeatures()
    assert len(stored["features"]) >= 60
    for place, theirs in enumerate(stored["features"]):
        found = ours.step(sound[place * HOP : place * HOP + WINDOW])
        assert np.abs(found - theirs).max() < 1e-5


@pytest.mark.parametrize("at_once", [1, 7, 60])
def test_the_network_says_what_the_published_one_says_however_it_is_asked(at_once: int) -> None:
    stored = np.load(model_folder(NAME) / "parity.npz")
    session = open_session(NAME)
    h = c = np.zeros((6, 1, 150), np.float32)
    for begin in range(0, 60, at_once):
        part = stored["features"][None, begin : begin + at_once]
        said, h, c = session.run(features=part, h=h, c=c)
        expected = stored["activations"][begin : begin + at_once]
        assert np.abs(said[0] - expected).max() <= session.card.tolerance


def test_the_stored_answers_find_the_strokes() -> None:
    stored = np.load(model_folder(NAME) / "parity.npz")
    either = stored["activations"][:, :2].sum(axis=1)
    assert either[4:8].max() > 3 * np.median(either)  # the first kick, at 0.1 s
