"""Our style network gives what the published one gives: answers stored by parity.py beside it."""

from __future__ import annotations

import numpy as np

from engine.inference.model_folders import model_folder
from engine.inference.session import open_session

NAME = "multistyle26"


def test_every_stored_picture_gives_the_published_painting() -> None:
    stored = np.load(model_folder(NAME) / "parity.npz")
    session = open_session(NAME)
    rows = zip(stored["pictures"], stored["weights"], stored["paintings"], strict=True)
    for picture, weights, expected in rows:
        image = np.ascontiguousarray(picture.transpose(2, 0, 1)[None].astype(np.float32) / 255)
        (painting,) = session.run(image=image, style_weights=weights)
        assert np.abs(painting[0] - expected).max() <= session.card.tolerance


def test_the_stored_paintings_are_no_plain_surfaces() -> None:
    stored = np.load(model_folder(NAME) / "parity.npz")
    assert len(stored["paintings"]) >= 5
    assert stored["paintings"].std(axis=(1, 2, 3)).min() > 0.1
