"""The embed box: its numbers are the network's, and alike where pictures show alike things."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from engine.core.errors import ModelError
from engine.core.messages import Frame
from engine.inference.model_folders import model_folder
from engine.inference.session import open_session
from engine.models.embed import COUNT, EmbedModel
from tests.models.drawn_things import clock, crossword, sign

STORED = np.load(model_folder("efficientnet_lite0") / "parity.npz")
EXAMPLES, OTHERS = 10, 20


@cache
def opened() -> EmbedModel:
    box = EmbedModel()
    box.open()
    return box


def embedded(picture: NDArray[np.uint8], size: int = 128) -> NDArray[np.float32]:
    box = opened()
    box.size = size
    found = box.process(Frame(picture))
    assert found.names == tuple(f"p{number}" for number in range(1, COUNT + 1))
    assert found.values.dtype == np.float32
    assert np.isfinite(found.values).all()
    return found.values


def test_the_short_answer_is_that_of_the_network_that_looks() -> None:
    looks = open_session("efficientnet_lite0", role="network")
    short = open_session("efficientnet_lite0", role="embedding")
    features, embeddings = [], []
    for picture in STORED["pictures"]:
        image = np.ascontiguousarray(picture.transpose(2, 0, 1)[None].astype(np.float32) / 255)
        whole, brief = looks.run_by_name(image=image), short.run_by_name(image=image)
        assert np.allclose(whole["classes"], brief["classes"], atol=1e-5)
        root = np.sqrt(whole["features"][0])
        features.append(root / np.linalg.norm(root))
        embeddings.append(brief["embedding"][0] / 4)
    for a in range(3):
        for b in range(a):  # 64 directions of unit length cannot lie further apart than all 1280 do
            apart = np.linalg.norm(embeddings[a] - embeddings[b])
            assert 0 < apart <= np.linalg.norm(features[a] - features[b])


def test_three_things_are_told_apart_by_ten_examples_of_each() -> None:
    rng = np.random.default_rng(3)
    kinds = (clock, crossword, sign)
    shown = [np.stack([embedded(kind(rng)) for _ in range(EXAMPLES)]) for kind in kinds]
    right = 0
    for number, kind in enumerate(kinds):
        for _ in range(OTHERS):
            one = embedded(kind(rng))
            nearest = [np.linalg.norm(examples - one, axis=1).min() for examples in shown]
            right += int(np.argmin(nearest)) == number
    assert right >= 0.95 * OTHERS * len(kinds)


def test_light_and_noise_change_less_than_another_thing_does() -> None:
    rng = np.random.default_rng(4)
    picture, other = clock(rng), crossword(rng)
    dim = (picture * 0.8).astype(np.uint8)
    noisy = cv2.add(picture, rng.integers(0, 12, picture.shape, np.uint8))
    one = embedded(picture)
    moved = max(np.linalg.norm(embedded(each) - one) for each in (dim, noisy))
    assert moved < 0.7 * np.linalg.norm(embedded(other) - one)


@pytest.mark.parametrize("shape", [(1, 1), (1, 900), (700, 3), (48, 64)])
def test_a_picture_of_any_shape_is_embedded(shape: tuple[int, int]) -> None:
    assert embedded(np.full((*shape, 3), 90, np.uint8)).shape == (COUNT,)


def test_a_network_for_something_else_is_refused() -> None:
    with pytest.raises(ModelError, match="is for pose, not for see"):
        EmbedModel(model="movenet_lightning").open()
