"""What a hand does, held against hands that are drawn finger by finger."""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.clock import ns
from engine.core.landmarks import Instance, Landmarks
from engine.core.skeletons import HAND_21
from engine.nodes.hand_gestures import HandGestures
from engine.synthetic.dancer_hand import GESTURES, hand_points
from engine.testing import play

from .people import pose, someone

SHOWN = {
    "open": {"open_hand"},
    "flat": set(),
    "fist": {"fist"},
    "thumb": {"fist"},
    "point": {"point"},
    "pinch": {"pinched"},
    "victory": set(),
    "three": set(),
}
TURNS = st.floats(-180, 180)
ASPECT = 16 / 9


def hand(bent, *, size=0.2, turns=(0.0, 0.0, 0.0), mirrored=False, who=1):
    """Draw a hand, turned about x, y and z in degrees."""
    points = hand_points(np.array(bent, float))
    if mirrored:
        points = points * (-1, 1, 1)
    for axis, degrees in enumerate(turns):
        one, other = [k for k in range(3) if k != axis]
        c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        turned = points.copy()
        turned[:, one] = c * points[:, one] - s * points[:, other]
        turned[:, other] = s * points[:, one] + c * points[:, other]
        points = turned
    rows = np.ones((21, 4), np.float32)
    rows[:, :3] = points * (size / ASPECT, size, size / ASPECT) + (0.5, 0.5, 0)
    return Landmarks(HAND_21, (Instance(1, who, rows),), ASPECT)


def switched_on(said):
    return {name for name in ("pinched", "fist", "open_hand", "point") if getattr(said, name)}


@given(
    st.sampled_from(sorted(GESTURES)),
    st.floats(0.03, 1),
    st.tuples(TURNS, TURNS, TURNS),
    st.booleans(),
)
def test_a_gesture_is_read_however_large_turned_and_mirrored(name, size, turns, mirrored):
    said = HandGestures().process(
        hand(GESTURES[name], size=size, turns=turns, mirrored=mirrored), ns(0)
    )
    assert switched_on(said) == SHOWN[name]
    plain = HandGestures().process(hand(GESTURES[name]), ns(0))
    assert said.pinch == pytest.approx(plain.pinch, abs=1e-3)


@given(st.floats(-179, 179), st.floats(-60, 60), st.booleans(), st.sampled_from(sorted(GESTURES)))
def test_the_roll_is_how_it_is_turned_in_the_picture(degrees, tilt, mirrored, name):
    upright = HandGestures().process(
        hand(GESTURES[name], turns=(tilt, 0, 0), mirrored=mirrored), ns(0)
    )
    said = HandGestures().process(
        hand(GESTURES[name], turns=(tilt, 0, -degrees), mirrored=mirrored), ns(0)
    )
    off = (said.roll - upright.roll - degrees + 180) % 360 - 180
    assert off == pytest.approx(0, abs=0.1)
    assert abs(upright.roll) < 15


def test_a_hand_that_points_at_the_camera_has_no_roll_but_its_fingers():
    said = HandGestures().process(hand(GESTURES["open"], turns=(90, 0, 0)), ns(0))
    assert said.roll is None and said.open_hand


def on_keys(degrees):
    """An open hand whose fingers, as straight and spread as ever, reach down from the knuckles."""
    shown = hand(GESTURES["open"])
    (one,) = shown.seen
    places = one.points[:, :3].astype(float) * (ASPECT, 1, ASPECT)
    turn = math.radians(degrees)
    for finger in ("index_finger", "middle_finger", "ring_finger", "pinky"):
        knuckle, *ends = [
            HAND_21.index[f"{finger}_{joint}"] for joint in ("mcp", "pip", "dip", "tip")
        ]
        _, up, deep = (places[ends] - places[knuckle]).T
        places[ends, 1] = places[knuckle, 1] + up * math.cos(turn) - deep * math.sin(turn)
        places[ends, 2] = places[knuckle, 2] + up * math.sin(turn) + deep * math.cos(turn)
    one.points[:, :3] = places / (ASPECT, 1, ASPECT)
    return shown


@pytest.mark.parametrize("way", [-1, 1])
def test_fingers_that_reach_down_from_the_palm_are_no_open_hand(way):
    box = HandGestures()
    said = [
        box.process(on_keys(way * degrees), ns(0)).open_hand for degrees in (0, 30, 50, 70, 50, 30)
    ]
    assert said == [True, True, True, False, False, True]


def between(one, other, part):
    return np.array(GESTURES[one]) * (1 - part) + np.array(GESTURES[other]) * part


def test_a_pinch_grows_as_the_fingers_close():
    said = [
        HandGestures().process(hand(between("open", "pinch", k / 20)), ns(0)).pinch
        for k in range(21)
    ]
    assert said[0] == 0 and said[-1] == 1
    assert all(b >= a - 1e-6 for a, b in pairwise(said))


@pytest.mark.parametrize(
    ("name", "start", "other"),
    [
        ("pinched", "open", "pinch"),
        ("fist", "open", "fist"),
        ("point", "open", "point"),
        ("open_hand", "flat", "open"),
    ],
)
def test_a_switch_does_not_chatter_on_its_limit(name, start, other):
    box = HandGestures()
    bends = [part + tremble for part in np.linspace(0, 1, 200) for tremble in (0.0, 0.01)]
    told = [getattr(box.process(hand(between(start, other, bend)), ns(0)), name) for bend in bends]
    changes = sum(a != b for a, b in pairwise(told))
    assert (told[0], told[-1], changes) == (False, True, 1)


def test_what_is_not_seen_is_not_said():
    hidden = hand(GESTURES["fist"])
    hidden.seen[0].points[HAND_21.index["pinky_tip"], 3] = 0
    said = HandGestures().process(hidden, ns(0))
    assert said.fist is None and said.open_hand is False and said.pinch is not None
    hidden.seen[0].points[:, 3] = 0
    assert HandGestures().process(hidden, ns(0)) == (None,) * 6
    assert HandGestures().process(Landmarks(HAND_21, (), 1.0), ns(0)) is None


def test_a_fist_is_no_pinch():
    said = HandGestures().process(hand((0.7, 1.0, 1.0, 1.0, 1.0, 0.1)), ns(0))
    assert said.fist and not said.pinched


def test_another_hand_starts_anew():
    box = HandGestures()
    assert box.process(hand(GESTURES["fist"], who=1), ns(0)).fist
    almost = between("open", "fist", 0.75)
    fresh = HandGestures().process(hand(almost, who=2), ns(0)).fist
    assert box.process(hand(almost, who=2), ns(0)).fist == fresh


def test_a_body_is_no_hand_and_that_is_told_once(caplog):
    box = HandGestures()
    assert [box.process(pose(someone()), ns(0)) for _ in range(3)] == [None] * 3
    assert [each.message for each in caplog.records] == ['hand_gestures reads hands, not "coco_17"']


def test_the_stand_in_s_hands_show_what_their_fingers_are_bent_to(tmp_path: Path):
    patch = tmp_path / "hands.toml"
    patch.write_text(
        '[camera]\nuse = "stand_in"\nsings = false\nfps = 4\ndetail = true\n'
        '[shows]\nuse = "hand_gestures"\nfrom = "camera.hands"\n'
        '[out]\nuse = "collector"\n[out.send]\n'
        'fist = "shows.fist"\npoint = "shows.point"\nopen = "shows.open_hand"\n'
        'pinch = "shows.pinch"\nroll = "shows.roll"\n'
    )
    played = play(patch, seconds=6)
    assert played.errors == []
    said = {
        name: [each.args[0] for each in played.sent("out", name)]
        for name in ("fist", "point", "open", "pinch", "roll")
    }
    assert all(0 <= each <= 1 for each in said["pinch"])
    assert all(-180 <= each <= 180 for each in said["roll"])
    assert len({*said["open"]} | {*said["fist"]}) == 2
    assert not any(a and b for a, b in zip(said["fist"], said["open"], strict=True))
