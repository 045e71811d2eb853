"""What was converted of MoveNet and MediaPipe gives what was published: answers stored beside it.

``models/movenet_parity.py`` and ``models/tflite_parity.py`` stored them.
"""

from __future__ import annotations

import numpy as np
import pytest

from engine.inference.model_folders import model_folder
from engine.inference.session import open_session, open_sessions

FROM_TFLITE = ("blazepose_lite", "hands", "face_mesh")
ROUNDED = {
    "hands": {"boxes": 5.0, "scores": 0.6, "points": 0.8, "presence": 1e-2, "handedness": 5e-2}
}
"""How far ten bits a weight may be from the published answer, where not as far as the card says:
boxes and points in pixels. A camera's noise moves each three to ten times as far."""


def test_multipose_gives_the_published_answer_for_those_who_are_there() -> None:
    session = open_session("movenet_multipose")
    with np.load(model_folder("movenet_multipose") / "parity.npz") as stored:
        pairs = list(zip(stored["pictures"], stored["joints"], strict=True))
    assert len(pairs) == 3
    for picture, expected in pairs:
        (joints,) = session.run(image=picture[None].astype(np.int32))
        found, right = (_people(rows) for rows in (joints, expected))
        assert len(found) == len(right)
        for one, other in zip(found, right, strict=True):
            sure = other[:, 2] > 0.3
            assert sure.sum() > 10
            assert np.abs(one[sure, :2] - other[sure, :2]).max() <= 5e-3  # ten bits a weight
            assert np.abs(one[:, 2] - other[:, 2]).max() <= 4e-2


def _people(rows: np.ndarray) -> list[np.ndarray]:
    """Return the joints of those who are there, (17, 3) each, by falling score."""
    there = [row for row in rows.reshape(6, 56) if row[55] > 0.2]
    return [row[:51].reshape(17, 3) for row in sorted(there, key=lambda row: -row[55])]


def test_multipose_sees_both_people_of_one_picture() -> None:
    with np.load(model_folder("movenet_multipose") / "parity.npz") as stored:
        both = stored["joints"][2].reshape(6, 56)
    assert (both[:, 55] > 0.2).sum() == 2


@pytest.mark.parametrize("name", FROM_TFLITE)
def test_every_network_gives_the_published_answer(name: str) -> None:
    with np.load(model_folder(name) / "parity.npz") as stored:
        answers = dict(stored)
    for role, session in open_sessions(name).items():
        for place, picture in enumerate(answers[f"{role}.pictures"]):
            values = picture.astype(np.float32) / 255
            values = values * 2 - 1 if role == "detector" else values
            found = session.run_by_name(image=values.transpose(2, 0, 1)[None])
            for output, right in found.items():
                expected = answers[f"{role}.{output}"].reshape(-1, *right.shape[1:])[place]
                limit = ROUNDED.get(name, {}).get(output, session.card.tolerance)
                assert np.abs(right[0] - expected).max() <= limit


def test_the_stored_answers_are_of_bodies_hands_and_faces() -> None:
    for name, key, bar in (
        ("blazepose_lite", "network.presence", 0.9),
        ("hands", "hand.presence", 0.4),
        ("face_mesh", "mesh.presence", 5.0),
    ):
        with np.load(model_folder(name) / "parity.npz") as stored:
            assert stored[key].max() > bar, name
