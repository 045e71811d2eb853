"""Where people stand on a floor, against a camera whose place is known."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.clock import ns
from engine.core.commands import SetParameter
from engine.core.errors import ParameterError
from engine.dsp.landmarks.metres import ANKLE
from engine.nodes.distance import Distance
from engine.nodes.floor import STATURE, Floor
from engine.nodes.group import Group
from engine.nodes.speed import Speed
from engine.nodes.zone import Zone
from engine.testing import play

from .people import ASPECT, pose, someone

SIZE = (5.0, 4.0)


def seen(x, y, *, high=3.0, back=4.0, aside=2.5, down=25.0, turn=0.0, zoom=0.9):
    """Return where a camera sees a place of the floor, in picture parts."""
    way = math.radians(turn)
    dx, dy = x - aside, y + back
    dx, dy = math.cos(way) * dx - math.sin(way) * dy, math.sin(way) * dx + math.cos(way) * dy
    tilt = math.radians(down)
    depth = math.cos(tilt) * dy + math.sin(tilt) * high
    up = math.sin(tilt) * dy - math.cos(tilt) * high
    return 0.5 + zoom * dx / depth / ASPECT, 0.5 + zoom * up / depth


def plan(**camera):
    width, depth = SIZE
    corners = [seen(*each, **camera) for each in ((0, 0), (width, 0), (width, depth), (0, depth))]
    return Floor(corners=corners, size=SIZE)


def at(x, y, slot=1, **camera):
    """Draw somebody who stands at a place of the floor."""
    place = seen(x, y, **camera)
    return someone(slot, left_ankle=place, right_ankle=place)


CAMERAS = st.fixed_dictionaries(
    {
        "high": st.floats(2, 6),
        "back": st.floats(3, 8),
        "aside": st.floats(1, 4),
        "down": st.floats(15, 50),
        "turn": st.floats(-20, 20),
    }
)


@given(CAMERAS, st.floats(-1, 6), st.floats(-1, 5))
def test_feet_are_where_they_stand_whatever_camera_sees_them(camera, x, y):
    said = plan(**camera).process(pose(at(x, y, **camera)), ns(0))
    assert said.x == pytest.approx(x, abs=0.02)
    assert said.y == pytest.approx(y, abs=0.02)
    assert said.floor.count == 1


def ankles(x, y, up, **camera):
    """Draw somebody whose ankles are so high above a place of the floor."""
    camera["high"] = camera.get("high", 3.0) - up
    place = seen(x, y, **camera)
    return someone(left_ankle=place, right_ankle=place)


@given(CAMERAS, st.floats(-1, 6), st.floats(-1, 5))
def test_where_the_camera_is_puts_right_that_ankles_are_above_the_floor(camera, x, y):
    box = plan(**camera)
    raised = pose(ankles(x, y, ANKLE * STATURE, **camera))
    without = box.process(raised, ns(0))
    stands = camera["aside"], -camera["back"], camera["high"]
    way = math.dist((x, y), stands[:2])
    too_far = ANKLE * STATURE / (camera["high"] - ANKLE * STATURE)
    assert math.dist((x, y), (without.x, without.y)) == pytest.approx(too_far * way, abs=1e-3)
    box.camera = stands
    said = box.process(raised, ns(0))
    assert (said.x, said.y) == pytest.approx((x, y), abs=1e-3)


def test_what_lies_on_the_floor_is_where_it_is_seen_wherever_the_camera_is():
    box = plan()
    box.point = "hands"
    place = seen(2, 1)
    lying = pose(someone(left_wrist=place, right_wrist=place))
    before = box.process(lying, ns(0))
    box.camera = (2.5, -4.0, 3.0)
    after = box.process(lying, ns(0))
    assert (after.x, after.y) == (before.x, before.y) == pytest.approx((2, 1), abs=1e-3)


@pytest.mark.parametrize(
    "camera", [(0, 0, -1), (0, 0, 0.1), (math.nan, 0, 2), (0, math.inf, 2), (0, 0, math.nan)]
)
def test_a_camera_that_is_nowhere_is_refused_with_words(camera):
    with pytest.raises(ParameterError, match="camera: expected x, y and height of the camera"):
        Floor(camera=camera)


@pytest.mark.parametrize(
    ("corners", "words"),
    [
        ([[0, 0], [0.3, 0.3], [0.6, 0.6], [0.9, 0.9]], "1, 2 and 3 lie on a line"),
        ([[0, 0], [0.5, 0], [1, 0], [0.5, 1]], "1, 2 and 3 lie on a line"),
        ([[0, 0], [1, 0], [1, 1], [0.5, 0.5]], "1, 3 and 4 lie on a line"),
        ([[0, 0], [0, 0], [1, 1], [0, 1]], "lie on a line"),
        ([[0, 0], [1, 0], [0, 1], [1, 1]], "crosses itself; .* near left, near right"),
        ([[100, 50], [500, 50], [400, 200], [200, 200]], "far outside the picture"),
        ([[0, 0], [1, 0], [0.4, 0.4], [0, 1]], "no rectangle"),
        ([[0, 0], [1, 0], [0, 1]], "four corners, and this has 3"),
        ([[0, 0], [1, 0], [1, 1], [0.5, 1.5], [0, 1]], "four corners, and this has 5"),
    ],
)
def test_what_is_no_floor_is_refused_with_words(corners, words):
    with pytest.raises(ParameterError, match=f"corners: .*{words}"):
        Floor(corners=corners)


@pytest.mark.parametrize("size", [(0.0, 4.0), (4.0, -1.0)])
def test_a_floor_has_a_size(size):
    with pytest.raises(ParameterError, match="size: expected width and depth"):
        Floor(size=size)


def test_who_is_over_the_horizon_or_far_away_or_has_no_feet_is_left_out():
    box = plan()
    flying = someone(left_ankle=(0.5, 0.95), right_ankle=(0.5, 0.95))
    for nowhere in (flying, at(2, 40), someone(left_ankle=None, right_ankle=None)):
        said = box.process(pose(nowhere), ns(0))
        assert (said.floor.count, said.x, said.y) == (0, None, None)


def test_slots_and_ids_stay_and_a_person_may_be_named():
    box = plan()
    two = pose(at(1, 1, 2), at(3, 2, 5))
    said = box.process(two, ns(0))
    assert [(one.slot, one.id) for one in said.floor.seen] == [(2, 2), (5, 5)]
    box.person = 5
    assert box.process(two, ns(0)).x == pytest.approx(3, abs=0.01)


def test_zones_groups_distances_and_speeds_reckon_in_metres():
    box = plan()
    two = box.process(pose(at(1, 1, 1), at(4, 1, 2)), ns(0)).floor
    assert Distance(one="feet", other="feet", person=1, to=2).process(two) == pytest.approx(
        3, abs=0.01
    )
    together = Group(point="feet").process(two, ns(0))
    assert (together.x, together.y, together.spread) == pytest.approx((2.5, 1, 1.5), abs=0.01)
    corner = Zone(points=((3.5, 0.5), (4.5, 0.5), (4.5, 1.5), (3.5, 1.5)))
    assert next(iter(corner.process(two, ns(0)))).inside == 1
    speed = Speed(part="feet")
    for frame in range(60):
        moment = ns(frame / 30)
        said = speed.process(box.process(pose(at(1, 1 + frame / 30)), moment).floor, moment)
    assert (said.speed, said.up) == pytest.approx((1, 1), abs=0.05)


def test_the_stand_in_walks_on_the_floor(tmp_path: Path):
    patch = tmp_path / "floor.toml"
    patch.write_text(
        '[camera]\nuse = "stand_in"\nsings = false\nfps = 5\n'
        '[floor]\nuse = "floor"\nfrom = "camera.joints"\n'
        "corners = [[0.1, -0.1], [0.9, -0.1], [0.8, 0.5], [0.2, 0.5]]\nsize = [6, 6]\n"
        '[zone]\nuse = "zone"\nfrom = "floor"\npoints = [[-6, -6], [12, -6], [12, 12], [-6, 12]]\n'
        '[out]\nuse = "collector"\n[out.send]\nx = "floor.x"\ny = "floor.y"\ninside = "zone"\n'
    )
    played = play(patch, seconds=3)
    assert played.errors == []
    assert len(played.sent("out", "x")) == len(played.sent("out", "y")) > 5
    assert max(each.args[0] for each in played.sent("out", "inside")) == 1


def test_a_floor_that_is_drawn_anew_has_other_metres_and_a_bad_one_is_refused():
    text = (
        '[camera]\nuse = "stand_in"\nsings = false\nfps = 10\n'
        '[f]\nuse = "floor"\nfrom = "camera.joints"\n'
        '[out]\nuse = "collector"\n[out.send]\nx = "f.x"\n'
    )
    script = [
        (0.5, SetParameter("f", "size", [8.0, 4.0])),
        (0.9, SetParameter("f", "corners", [[0, 0], [1, 0], [2, 0], [0, 1]])),
        (1.0, SetParameter("f", "size", [0.0, 4.0])),
    ]
    played = play(text, script, seconds=1.5)
    first, *_, last = [each.args[0] for each in played.sent("out", "x")]
    assert last == pytest.approx(2 * first, rel=0.1)
    assert [
        any(words in each for words in ("lie on a line", "more than 0")) for each in played.errors
    ] == [True, True]
