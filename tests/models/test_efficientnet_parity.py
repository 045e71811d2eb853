"""Our EfficientNet gives what the published one gives, forward and back: stored by parity.py."""

from __future__ import annotations

import numpy as np
import pytest

from engine.core.errors import ModelError
from engine.inference.card import read_card
from engine.inference.model_folders import model_folder
from engine.inference.session import open_session, open_sessions
from engine.inference.vector import hold_to_vector

NAME = "efficientnet_lite0"
LAYERS = 17
ROUNDED = 0.1
"""What the weights' ten bits may move a feature by, which is 0 to 6."""
STORED = np.load(model_folder(NAME) / "parity.npz")


def planes(picture: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(picture.transpose(2, 0, 1)[None].astype(np.float32) / 255)


def test_every_stored_picture_has_the_published_features_and_classes() -> None:
    session = open_session(NAME, role="network")
    rows = zip(STORED["pictures"], STORED["features"], STORED["classes"], strict=True)
    for picture, features, classes in rows:
        found = session.run_by_name(image=planes(picture))
        assert np.abs(found["features"][0] - features).max() <= ROUNDED
        assert np.abs(found["classes"][0] - classes).max() <= 5e-3
        assert np.argmax(found["classes"][0]) == np.argmax(classes)


def test_every_stored_wish_leads_where_autograd_leads() -> None:
    session = open_session(NAME, role="dream")
    for (layer, neuron), expected in zip(STORED["wishes"], STORED["gradients"], strict=True):
        (found,) = session.run(
            image=planes(STORED["pictures"][0]),
            wanted=np.eye(LAYERS, dtype=np.float32)[layer - 1],
            depth=np.array(layer),
            neuron=np.array(neuron),
        )
        right = expected.astype(np.float32).ravel()
        cosine = found.ravel() @ right / np.linalg.norm(found) / np.linalg.norm(right)
        assert cosine > 0.96, (layer, neuron)
        assert np.abs(found).mean() == pytest.approx(1, abs=1e-3)


def test_what_is_deeper_than_asked_for_changes_nothing_and_wishes_add_up() -> None:
    session = open_session(NAME, role="dream")
    image = planes(STORED["pictures"][1])

    def ask(wanted: dict[int, float], depth: int) -> np.ndarray:
        weights = np.zeros(LAYERS, np.float32)
        for layer, weight in wanted.items():
            weights[layer - 1] = weight
        answer: np.ndarray
        (answer,) = session.run(
            image=image, wanted=weights, depth=np.array(depth), neuron=np.array(0)
        )
        return answer

    assert np.allclose(ask({4: 1.0}, 4), ask({4: 1.0}, 9), atol=1e-4)
    assert np.allclose(ask({4: 1.0}, 4), ask({4: 0.3}, 4), atol=1e-4)  # only its direction counts
    both, first, second = ask({4: 0.5, 5: 0.5}, 5), ask({4: 1.0}, 4), ask({5: 1.0}, 5)
    assert np.abs(both - first).max() > 0.1
    assert np.abs(both - second).max() > 0.1
    assert not ask({9: 1.0}, 4).any()


def test_each_network_passes_the_vector_by_itself() -> None:
    card = read_card(model_folder(NAME))
    for role in ("network", "dream", "edges"):
        hold_to_vector(card, open_sessions(NAME, roles=(role,)).values())
    with pytest.raises(ModelError, match=r'no network has the role "dreams".*"dream"'):
        open_sessions(NAME, roles=("dreams",))
