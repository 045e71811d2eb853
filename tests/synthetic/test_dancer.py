"""The drawn dancer's body, motion and outlines."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from engine.core.messages import JOINTS
from engine.synthetic.dancer import Dancer, Place, mirrored, pose
from engine.synthetic.dancer_body import (
    FOREARM,
    INDEX,
    SHANK,
    THIGH,
    TRUNK,
    UPPER_ARM,
    skeleton,
    standing,
)
from engine.synthetic.dancer_draw import draw_figure, outlines
from engine.synthetic.dancer_figure import STATIONS, figure
from engine.synthetic.dancer_look import look
from engine.synthetic.stage import backdrop, camera, noise_texture, with_noise

J = {name: place for place, name in enumerate(JOINTS)}
BONES = [
    (f"{side}_{upper}", f"{side}_{lower}", length)
    for side in ("left", "right")
    for upper, lower, length in (
        ("shoulder", "elbow", UPPER_ARM),
        ("elbow", "wrist", FOREARM),
        ("hip", "knee", THIGH),
        ("knee", "ankle", SHANK),
    )
]
HERE = Place(0.0, 0.0, 0.0)
VIEW = camera(640, 360, 1)


def bodies(seed, seconds=20, fps=10, walk=0.0):
    """The body of a seed while it dances, and walks at ``walk`` metres a second."""
    dancer = Dancer(seed, 0, 1.7, 0.55)
    for number in range(seconds * fps):
        at = number / fps
        yield dancer.at(at, Place(walk * at, 0.0, walk))


@pytest.mark.parametrize("seed", range(5))
def test_bones_keep_their_length(seed):
    for body in bodies(seed):
        for upper, lower, length in BONES:
            bone = np.linalg.norm(body.joints[J[upper]] - body.joints[J[lower]])
            assert bone == pytest.approx(length * body.stature, rel=1e-9)
        trunk = np.linalg.norm(body.chest - body.pelvis)
        assert trunk == pytest.approx(TRUNK * body.stature, rel=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_bones_in_the_picture_are_never_longer_than_foreshortening_allows(seed):
    # Perspective enlarges what is before z = 0 by at most a fifth; turning away only shortens.
    for body in bodies(seed):
        pixels, _ = VIEW.project(body.joints)
        for upper, lower, length in BONES:
            shown = np.linalg.norm(pixels[J[upper]] - pixels[J[lower]])
            assert shown <= 1.2 * length * body.stature * VIEW.height / VIEW.span


@pytest.mark.parametrize("seed", range(5))
def test_the_dancer_faces_the_camera(seed):
    for body in bodies(seed):
        for part in ("shoulder", "hip", "eye", "ear"):
            left, right = body.joints[J[f"left_{part}"]], body.joints[J[f"right_{part}"]]
            assert left[0] > right[0]


@pytest.mark.parametrize("seed", range(5))
def test_no_joint_jumps_from_one_frame_to_the_next(seed):
    for before, after in itertools.pairwise(bodies(seed, seconds=10, fps=60)):
        speed = np.linalg.norm(after.joints - before.joints, axis=1).max() * 60
        assert speed < 8.0  # metres a second


@pytest.mark.parametrize("seed", range(3))
def test_feet_are_never_under_the_floor(seed):
    assert min(body.joints[[15, 16], 1].min() for body in bodies(seed)) > 0.0


def test_a_foot_on_the_floor_stays_where_it_is_while_the_body_walks():
    posture = standing()
    floor = skeleton(posture, 1.7, np.zeros(2)).joints[[15, 16], 1].min()
    still = 0
    for before, after in itertools.pairwise(bodies(1, seconds=4, fps=60, walk=1.2)):
        a, b = before.joints[[15, 16]], after.joints[[15, 16]]
        planted = (a[:, 1] < floor + 1e-6) & (b[:, 1] < floor + 1e-6)
        assert planted.any()
        still += int((np.abs(b - a)[planted, 0] < 0.008).any())
    assert still > 0.7 * 239


def test_a_jump_leaves_the_floor_and_comes_back():
    dancer = Dancer(0, 0, 1.7, 0.55)
    key = next(key for key in range(1, 500) if pose(0, 0, key)[INDEX["hop"]] > 0)
    times = (key - 1 + np.linspace(0, 1, 60)) * 2 * dancer.beat
    heights = [dancer.at(float(at), HERE).joints[[15, 16], 1].min() for at in times]
    assert max(heights) > heights[0] + 0.1
    assert heights[-1] == pytest.approx(heights[0], abs=0.02)


def test_mirrored_twice_is_the_same():
    for key in range(1, 30):
        there = pose(3, 0, key)
        assert np.array_equal(mirrored(mirrored(there)), there)
        assert not np.array_equal(mirrored(there), there)


def test_any_moment_can_be_asked_for_alone():
    dancer = Dancer(4, 0, 1.7, 0.55)
    late = dancer.at(700.0, HERE).joints
    pose.cache_clear()
    assert np.array_equal(late, dancer.at(700.0, HERE).joints)


def test_outlines_are_closed_shapes_inside_each_other():
    body = figure(skeleton(standing(), 1.7, np.zeros(2)), look(0, 0), VIEW)
    tubes = [tube for group in body.legs for tube in group]
    shapes = outlines(tubes)
    assert shapes.shape[:2] == (len(tubes), 4)
    assert shapes.shape[2] > 2 * STATIONS
    widths = np.ptp(shapes[..., 0], axis=2)
    assert np.all(np.diff(widths, axis=1) < 0)


@pytest.mark.parametrize("seed", range(5))
def test_what_is_drawn_is_where_the_joints_are(seed):
    empty = backdrop(VIEW, "plain", seed)
    dancer = Dancer(seed, 0, look(seed, 0).stature, 0.55)
    for at in (0.0, 3.0, 7.7):
        body = figure(dancer.at(at, HERE), look(seed, 0), VIEW)
        picture = empty.copy()
        draw_figure(picture, body, VIEW)
        assert body.covers(body.joints).all()
        changed = (picture != empty).any(axis=2)
        x, y = np.round(body.joints).astype(int).T
        inside = (x >= 0) & (x < VIEW.width) & (y >= 0) & (y < VIEW.height)
        assert changed[y[inside], x[inside]].all()


def test_noise_keeps_the_brightness_and_differs_from_frame_to_frame():
    grey = np.full((360, 640, 3), 128, np.uint8)
    texture = noise_texture(VIEW, 0.5, 0)
    one, two = with_noise(grey, texture, 0, 1), with_noise(grey, texture, 0, 2)
    assert one.mean() == pytest.approx(128, abs=0.2)
    assert one.std() == pytest.approx(11, rel=0.05)
    assert (one != two).mean() > 0.5
    assert noise_texture(VIEW, 0.0, 0) is None
