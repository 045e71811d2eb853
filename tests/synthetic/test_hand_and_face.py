"""The drawn hand and face: lengths, gestures, expressions."""

from __future__ import annotations

import numpy as np
import pytest

from engine.core.skeletons import FACE_468, HAND_21
from engine.synthetic.dancer_expression import Expression, expression, face_points, lips
from engine.synthetic.dancer_hand import GESTURES, gesture, hand_points, placed

AT = HAND_21.index


def bent(name):
    return hand_points(np.array(GESTURES[name]))


@pytest.mark.parametrize("name", GESTURES)
def test_finger_bones_keep_their_length(name):
    straight, points = bent("flat"), bent(name)
    for finger in ("index_finger", "middle_finger", "ring_finger", "pinky"):
        rows = [AT[f"{finger}_{joint}"] for joint in ("mcp", "pip", "dip", "tip")]
        lengths = [
            np.linalg.norm(np.diff(hand[rows], axis=0), axis=1) for hand in (straight, points)
        ]
        assert lengths[1] == pytest.approx(lengths[0])


def test_gestures_are_what_they_are_called():
    reach = {
        name: {f: np.linalg.norm(bent(name)[AT[f"{f}_tip"]]) for f in ("index_finger", "pinky")}
        for name in GESTURES
    }
    assert reach["open"]["index_finger"] == pytest.approx(1.0, abs=0.08)
    assert reach["fist"]["index_finger"] < 0.6 > reach["fist"]["pinky"]
    assert reach["point"]["index_finger"] > 0.9 and reach["point"]["pinky"] < 0.6
    pinch = bent("pinch")
    assert np.linalg.norm(pinch[AT["thumb_tip"]] - pinch[AT["index_finger_tip"]]) < 0.1


@pytest.mark.parametrize("side", [0, 1])
def test_thumbs_point_at_each_other_with_palms_to_the_camera(side):
    wrist = np.array([0.3 if side == 0 else -0.3, 1.2, 0.2])
    points = placed(bent("open"), wrist, wrist + np.array([0, 0.18, 0]), side, 1.7)
    across = points[AT["thumb_tip"], 0] - points[AT["pinky_tip"], 0]
    assert across < -0.05 if side == 0 else across > 0.05


def test_hands_and_faces_move_on_without_jumps():
    moments = np.arange(0, 20, 1 / 60)
    hands = np.stack([hand_points(gesture(4, 0, 0, at)) for at in moments])
    assert 0.01 < np.abs(np.diff(hands, axis=0)).max() < 0.2
    mouths = np.array([expression(4, 0, at).mouth for at in moments])
    assert np.ptp(mouths) > 0.3 and np.abs(np.diff(mouths)).max() < 0.1
    eyes = np.array([expression(4, 0, at).eyes for at in moments])
    assert eyes.min() < 0.5 and np.mean(eyes == 1.0) > 0.7


def test_a_face_does_what_it_is_told():
    rest = face_points(Expression(0, 0, 0, 1))
    assert {*rest} <= {*FACE_468.index}
    gape = face_points(Expression(1, 0, 0, 1))
    assert rest["lip_top"][1] - rest["lip_bottom"][1] < 0.005
    assert gape["lip_top"][1] - gape["lip_bottom"][1] > 0.02
    assert gape["chin"][1] < rest["chin"][1]
    smile = face_points(Expression(0, 1, 0, 1))
    wide = [face["mouth_left"][0] - face["mouth_right"][0] for face in (rest, smile)]
    assert wide[1] > 1.2 * wide[0]
    raised = face_points(Expression(0, 0, 1, 0.2))
    assert raised["left_eyebrow"][1] > rest["left_eyebrow"][1]
    assert raised["left_eye_top"][1] < rest["left_eye_top"][1]
    assert (lips(Expression(1, 1, 1, 1))[:5, 1] >= lips(Expression(1, 1, 1, 1))[5:, 1]).all()
