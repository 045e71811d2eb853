"""Zones that people are in, and lines that they cross."""

from __future__ import annotations

import json
import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.clock import ns
from engine.core.commands import SetParameter
from engine.core.errors import ParameterError, PatchError
from engine.core.landmarks import Instance, Landmarks, Pose
from engine.core.parameter import read_parameters
from engine.core.skeletons import FLOOR
from engine.dsp.landmarks.whereabouts import Whereabouts
from engine.dsp.landmarks.zones import Polygon, zone_fault
from engine.models.pose import PoseModel
from engine.nodes.crossed import Crossed
from engine.nodes.floor import Floor
from engine.nodes.zone import Zone
from engine.runtime.opening import check_patch
from engine.testing import play

from .people import pose, someone

MIDDLE = ((0.4, 0.0), (0.6, 0.0), (0.6, 1.0), (0.4, 1.0))
PLACES = st.floats(0, 1)


def standing(x, slot=1, **how):
    """Draw somebody whose feet are at a place."""
    return someone(slot, x=x, **how)


class Asked:
    """A box that is asked picture by picture, thirty a second."""

    def __init__(self, box):
        self.box, self.frame = box, 0

    def sees(self, *people):
        """Return all that it says of a picture."""
        said = [*self.box.process(pose(*people), ns(self.frame / 30))]
        self.frame += 1
        return said

    def lost(self):
        """Lose the camera; return what is told of who was there, one by one."""
        now = ns(self.frame / 30)
        told = [one for one in self.box.let_go(now) if one.inside is None]
        self.box.reset()
        return ["leave" for one in told if one.leave]

    def triggers(self, *people):
        """Return names and values of the triggers."""
        return [
            (name, getattr(one, name).value)
            for one in self.sees(*people)
            for name in ("enter", "leave", "forth", "back")
            if getattr(one, name, None) is not None
        ]


@pytest.mark.parametrize(
    ("points", "words"),
    [
        ([[0, 0], [1, 1]], "three corners or more, and this has 2"),
        ([], "three corners or more, and this has 0"),
        ([[0, 0], [1, 1], [0, 1], [1, 0]], "crosses itself.*corner 1 .*corner 3"),
        ([[0, 0], [1, 0], [1, 1], [0.5, -0.5]], "crosses itself"),
        ([[0, 0], [0.5, 0.5], [1, 1]], "crosses itself|no surface"),
        ([[0, 0], [1, 0], [0.5, 0], [0.5, 1]], "crosses itself"),
        ([[0, 0], [1, 0], [1, 0], [0.5, 1]], "two corners .* are the same"),
        ([[0, 0], [1, 0], [1, 1], [0.5, 0], [0, 1]], "crosses itself"),
        ([[20, 20], [320, 20], [320, 200]], "far outside: 0, 0 is the left bottom"),
    ],
)
def test_what_is_no_zone_is_refused_with_words(points, words):
    with pytest.raises(ParameterError, match=f"points: .*({words})"):
        Zone(points=points)


@pytest.mark.parametrize(
    ("area", "words"),
    [
        ([0.5, 0, 0.5, 1], "left and right of the rectangle are the same"),
        ([0.2, 1, 0.8, 1], "bottom and top of the rectangle are the same"),
        ([20, 20, 320, 200], "far outside: 0, 0 is the left bottom"),
    ],
)
def test_what_is_no_rectangle_is_refused_with_words(area, words):
    with pytest.raises(ParameterError, match=f"area: .*({words})"):
        Zone(area=area)


@pytest.mark.parametrize(
    ("box", "name", "written", "words"),
    [
        (Zone, "points", [0, 0, 1, 1], "expected corners in order, such as "),
        (Crossed, "line", [[[0, 0], [1, 1]]], "expected the two ends of a line, such as "),
        (Zone, "area", [[0, 0], [1, 0], [1, 1]], "expected left, bottom, right and top of a "),
        (Floor, "corners", [0.2, 0.1], "expected four corners, such as "),
        (Floor, "size", 4, "expected its width and depth in metres, such as "),
        (Floor, "camera", [2, 3], "expected x, y and height of the camera in metres, such as "),
        (PoseModel, "ignore", [[0, 0], [1, 1]], "expected areas, each of two opposite corners"),
    ],
)
def test_a_bracket_too_many_or_too_few_is_answered_with_an_example(box, name, written, words):
    parameter = read_parameters(box)[name]
    with pytest.raises(ParameterError) as refused:
        parameter.from_patch(written)
    told = str(refused.value)
    assert told.startswith(words) and told.endswith(f", got {written}")
    _, _, example = told.removesuffix(f", got {written}").partition(", such as ")
    assert parameter.from_patch(json.loads(example))


def test_a_patch_with_a_zone_of_two_points_names_its_line(tmp_path: Path):
    patch = tmp_path / "two.toml"
    patch.write_text(
        '[camera]\nuse = "stand_in"\n[door]\nuse = "zone"\nfrom = "camera.joints"\n'
        'points = [[0, 0], [1, 1]]\n[out]\nuse = "collector"\nsend = { door = "door" }\n'
    )
    with pytest.raises(PatchError, match=r"two\.toml:\d+: \[door\].* three corners or more"):
        check_patch(patch)


@given(st.integers(3, 12), st.floats(0, 6), PLACES, PLACES)
def test_a_polygon_holds_what_is_nearer_than_its_edges(corners, turn, x, y):
    ring = [
        (
            0.5 + 0.3 * math.cos(turn + k * math.tau / corners),
            0.5 + 0.3 * math.sin(turn + k * math.tau / corners),
        )
        for k in range(corners)
    ]
    away = math.hypot(x - 0.5, y - 0.5)
    for zone in (Polygon(ring), Polygon(ring[::-1]), Polygon([*ring, ring[0]])):
        if away < 0.29 * math.cos(math.pi / corners):
            assert zone.holds((x, y)) and zone.outside((x, y)) == 0
        if away > 0.31:
            assert not zone.holds((x, y)) and zone.outside((x, y)) >= away - 0.3 - 1e-9


def test_a_hollow_zone_does_not_hold_its_notch():
    notched = Polygon([(0, 0), (1, 0), (1, 1), (0.5, 0.2), (0, 1)])
    assert notched.holds((0.5, 0.1)) and not notched.holds((0.5, 0.5))


def test_who_comes_and_goes_is_told_and_counted():
    asked = Asked(Zone(points=MIDDLE))
    assert asked.triggers(standing(0.2)) == []
    assert asked.triggers(standing(0.5)) == [("enter", 1.0)]
    first, *events = asked.sees(standing(0.5), standing(0.55, 2))
    assert first.inside == 2 and [one.enter.value for one in events] == [2.0]
    assert asked.triggers(standing(0.9), standing(0.55, 2)) == [("leave", 1.0)]
    assert asked.sees(standing(0.9), standing(0.55, 2))[0].inside == 1


def test_who_trembles_on_the_edge_does_not_go_in_and_out():
    asked = Asked(Zone(points=MIDDLE, edge=0.05))
    told = [each for k in range(60) for each in asked.triggers(standing(0.4 + 0.02 * (-1) ** k))]
    assert told == [("enter", 1.0)]
    assert asked.triggers(standing(0.3)) == [("leave", 1.0)]


def test_dwell_is_the_longest_stay_in_seconds():
    asked = Asked(Zone(points=MIDDLE))
    asked.sees(standing(0.5))
    for _ in range(29):
        asked.sees(standing(0.5))
    assert asked.sees(standing(0.5), standing(0.5, 2))[0].dwell == pytest.approx(1)
    assert asked.sees(standing(0.9), standing(0.5, 2))[0].dwell == pytest.approx(1 / 30)
    assert asked.sees(standing(0.9), standing(0.9, 2))[0].dwell == 0


def test_who_is_hidden_for_a_moment_has_not_left_and_for_longer_has():
    asked = Asked(Zone(points=MIDDLE, memory=0.5))
    asked.sees(standing(0.5))
    assert [asked.triggers() for _ in range(10)] == [[]] * 10
    assert asked.triggers(standing(0.5)) == []
    assert [each for _ in range(20) for each in asked.triggers()] == [("leave", 1.0)]


def test_the_part_that_counts_may_be_a_hand_or_the_head():
    shelf = ((0.0, 0.8), (1.0, 0.8), (1.0, 1.0), (0.0, 1.0))
    reaching = standing(0.5, right_wrist=(0.5, 0.9))
    assert Asked(Zone(points=shelf, point="right_hand")).triggers(reaching) == [("enter", 1.0)]
    assert Asked(Zone(points=shelf, point="head")).triggers(reaching) == []


def test_who_has_no_feet_in_the_picture_is_nowhere():
    legless = standing(0.5, left_ankle=None, right_ankle=None)
    assert Asked(Zone(points=MIDDLE)).triggers(legless) == []


@given(st.lists(st.tuples(PLACES, st.booleans()), max_size=60))
def test_enter_less_leave_is_always_inside(walk):
    asked, inside = Asked(Zone(points=MIDDLE, memory=0.1)), 0
    for x, there in walk:
        first, *events = asked.sees(*([standing(x)] if there else []))
        inside += sum(one.enter is not None for one in events)
        inside -= sum(one.leave is not None for one in events)
        assert inside == first.inside in (0, 1)


@given(st.lists(st.tuples(PLACES, st.sampled_from(["there", "away", "lost"]), st.integers(1, 3))))
def test_of_each_slot_enter_and_leave_take_turns_whoever_has_it_and_whatever_is_lost(walk):
    asked, inside = Asked(Zone(points=MIDDLE, memory=0.1)), False
    for x, state, who in walk:
        if state == "lost":
            inside &= [*asked.lost()] != ["leave"]
        for name, _ in asked.triggers(*([standing(x, number=who)] if state == "there" else [])):
            assert name == ("leave" if inside else "enter")
            inside = name == "enter"
    assert [*asked.lost()] == (["leave"] if inside else [])
    assert [*asked.lost()] == asked.triggers() == []


# -- Drawn while the show plays --------------------------------------------------------------------

SHOW = (
    '[camera]\nuse = "stand_in"\nsings = false\nfps = 10\n'
    '[z]\nuse = "zone"\nfrom = "camera.joints"\npoint = "hips"\narea = [0, 0, 0.1, 0.1]\n'
    '[line]\nuse = "crossed"\nfrom = "camera.joints"\nline = [[0.1, 0], [0.1, 1]]\n'
    '[out]\nuse = "collector"\n[out.send]\nz = "z"\nline = "line.total"\n'
)


def test_a_zone_that_is_drawn_over_somebody_has_them_inside_and_a_line_was_not_crossed():
    over = SetParameter("z", "area", [0.0, -1.0, 1.0, 2.0])
    beyond = SetParameter("line", "line", [[0.9, 0.0], [0.9, 1.0]])
    played = play(SHOW, [(1.0, over), (1.0, beyond)], seconds=2)
    assert played.errors == []
    told = [(each.t, each.args[0]) for each in played.sent("out", "z")]
    assert {inside for t, inside in told if t < 0.95} == {0}
    assert {inside for t, inside in told if t > 1.15} == {1}
    assert {each.args[0] for each in played.sent("out", "line")} == {0}


@pytest.mark.parametrize(
    ("box", "name", "drawn", "words"),
    [
        ("z", "points", [[0, 0], [1, 1]], "three corners or more, and this has 2"),
        ("z", "points", [[0, 0], [1, 1], [0, 1], [1, 0]], "crosses itself"),
        ("z", "points", [[k, k * k] for k in range(65)], "64 corners at most"),
        ("z", "points", [[0, 0], [1, float("nan")], [1, 0]], "expected"),
        ("z", "area", [0, 0, 0, 1], "left and right of the rectangle"),
        ("line", "line", [[0, 0], [0, 0]], "begins where it ends"),
        ("line", "line", [[0, 0]], "this has 1"),
    ],
)
def test_what_is_no_shape_is_refused_once_and_the_last_one_stays(box, name, drawn, words):
    played = play(SHOW, [(0.5, SetParameter(box, name, drawn))], seconds=1)
    assert len(played.errors) == 1 and f"{box}/{name}: " in played.errors[0]
    assert words in played.errors[0]
    before = play(SHOW, seconds=0.2).engine.states[box].box
    assert getattr(played.engine.states[box].box, name) == getattr(before, name)


@given(st.lists(st.tuples(PLACES, PLACES), min_size=3, max_size=7, unique=True))
def test_a_polygon_crosses_itself_as_segments_do(corners):
    """Held against the plain way: two stretches that are no neighbours have a place in common."""

    def side(a, b, c):
        turn = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
        return 0 if abs(turn) < 1e-9 else math.copysign(1, turn)

    def between(a, b, c):
        return (a[0] - c[0]) * (b[0] - c[0]) + (a[1] - c[1]) * (b[1] - c[1]) <= 0

    def meet(a, b, c, d):
        sides = side(a, b, c), side(a, b, d), side(c, d, a), side(c, d, b)
        ends = (a, b, c), (a, b, d), (c, d, a), (c, d, b)
        return (sides[0] * sides[1] < 0 and sides[2] * sides[3] < 0) or any(
            s == 0 and between(*each) for s, each in zip(sides, ends, strict=True)
        )

    edges = [*zip(corners, [*corners[1:], corners[0]], strict=True)]
    count = len(edges)
    apart = [(i, j) for i in range(count) for j in range(i + 2, count) if (i, j) != (0, count - 1)]
    if any(meet(*edges[i], *edges[j]) for i, j in apart):
        assert "crosses itself" in zone_fault(corners)


# -- Lines -----------------------------------------------------------------------------------------


def walked(box, *xs, **how):
    """Return what is told of somebody who walks over places."""
    asked = Asked(box)
    return [each for x in xs for each in asked.triggers(standing(x, **how))]


def test_a_crossing_has_a_direction_and_is_counted():
    box = Crossed()
    asked = Asked(box)
    told = [
        each
        for x in (0.3, 0.45, 0.6, 0.7, 0.4, 0.3, 0.7)
        for each in asked.triggers(standing(x, 3))
    ]
    assert told == [("forth", 3.0), ("back", 3.0), ("forth", 3.0)]
    last = asked.sees(standing(0.7, 3))[-1]
    assert (last.total, last.net) == (3, 1)
    zeroed = box.on_zero(None)
    assert (zeroed.total, zeroed.net) == (0, 0)


def test_turned_round_the_line_counts_the_other_way():
    assert walked(Crossed(line=((0.5, 1), (0.5, 0))), 0.3, 0.7) == [("back", 1.0)]


def test_who_trembles_on_the_line_crosses_it_once():
    shaken = [0.5 + 0.01 * (-1) ** k for k in range(30)]
    assert walked(Crossed(edge=0.05), 0.3, *shaken, 0.7) == [("forth", 1.0)]
    assert walked(Crossed(edge=0.05), 0.3, *shaken, 0.3) == []


def test_who_walks_around_the_end_of_the_line_crosses_nothing():
    short = Crossed(line=((0.5, 0.5), (0.5, 1)))
    assert walked(short, 0.3, 0.45, 0.55, 0.7) == []


def test_who_is_hidden_for_a_moment_on_the_line_crosses_it():
    asked = Asked(Crossed(memory=0.5))
    asked.sees(standing(0.4))
    for _ in range(10):
        asked.sees()
    assert asked.triggers(standing(0.6)) == [("forth", 1.0)]
    for _ in range(20):
        asked.sees()
    assert asked.triggers(standing(0.4)) == []


def striding(at, seen):
    """Draw somebody who walks across, a stride from foot to foot; some of the feet are ``seen``."""
    x = 0.35 + 0.1 * at
    feet = {"left_ankle": (x - 0.05, 0.1), "right_ankle": (x + 0.05, 0.1)}
    return someone(**{foot: place if foot in seen else None for foot, place in feet.items()})


def test_who_loses_sight_of_a_foot_on_the_line_crosses_it_once():
    both, told, asked = ("left_ankle", "right_ankle"), [], Asked(Crossed())
    for frame in range(90):
        hidden = both[(frame // 6) % 3 :][:1] if 30 < frame < 60 else both
        told += asked.triggers(striding(frame / 30, hidden))
    assert told == [("forth", 1.0)]


def test_a_foot_that_is_hidden_does_not_move_a_place_at_once_and_then_does():
    where = Whereabouts()

    def at(seconds, *seen):
        return where.update(pose(striding(0.0, seen)), "feet", 0.3, ns(seconds))[1][1][0]

    middle = at(0.0, "left_ankle", "right_ankle")
    assert at(0.03, "left_ankle") == pytest.approx(middle)
    for frame in range(2, 60):
        last = at(frame * 0.03, "left_ankle")
    assert last == pytest.approx(middle - 0.05, abs=1e-3)
    assert at(2.5, "right_ankle") == pytest.approx(middle + 0.05)


def test_a_picture_that_is_turned_crosses_nothing():
    box = Crossed()
    for number, (x, aspect) in enumerate([(0.3, 4 / 3), (0.3, 4 / 3), (0.7, 3 / 4), (0.7, 3 / 4)]):
        last = [*box.process(Pose((standing(x),), aspect), ns(number / 30))][-1]
    assert last.total == 0


def test_on_a_floor_somebody_has_crossed_further_on_than_in_a_picture():
    box, told = Crossed(line=((0, -1), (0, 1))), []
    for number, x in enumerate([-1.0, -0.1, 0.1, -0.1, 0.1, 0.3]):
        row = np.array([[x, 0.0, 1.0]], np.float32)
        floor = Landmarks(FLOOR, (Instance(1, 1, row),), 1.0)
        told.append([*box.process(floor, ns(number / 30))][-1].total)
    assert told == [0, 0, 0, 0, 0, 1]


def test_a_camera_that_fails_takes_no_count_away():
    box = Crossed()
    asked = Asked(box)
    asked.sees(standing(0.3))
    asked.sees(standing(0.7))
    box.reset()
    last = asked.sees(standing(0.2))[-1]
    assert last.total == 1


@pytest.mark.parametrize(
    ("line", "words"),
    [([[0, 0]], "this has 1"), ([[0, 0], [0, 0]], "begins where it ends"), ([[0, 0]] * 3, "has 3")],
)
def test_what_is_no_line_is_refused_with_words(line, words):
    with pytest.raises(ParameterError, match=words):
        Crossed(line=line)


@given(st.lists(PLACES, min_size=1, max_size=40), st.floats(0, 0.2))
def test_directions_take_turns_and_net_says_on_which_side_it_ends(xs, edge):
    told = walked(Crossed(edge=edge), *xs)
    names = [name for name, _ in told]
    assert all(one != other for one, other in pairwise(names))
    if names and abs(xs[-1] - 0.5) > 0.2:
        assert names[-1] == ("forth" if xs[-1] > 0.5 else "back")


def test_who_enters_the_stage_enters_its_zone(tmp_path: Path):
    patch = tmp_path / "stage.toml"
    patch.write_text(
        '[camera]\nuse = "stand_in"\nsings = false\nfps = 10\nscript = "enter_leave"\n'
        '[stage]\nuse = "zone"\nfrom = "camera.joints"\npoint = "hips"\n'
        "points = [[0.05, -1], [0.95, -1], [0.95, 2], [0.05, 2]]\n"
        '[out]\nuse = "collector"\n[out.send]\n'
        'inside = "stage"\nenter = "stage.enter"\nleave = "stage.leave"\ndwell = "stage.dwell"\n'
    )
    played = play(patch, seconds=14)
    assert played.errors == []
    (enter,), (leave,) = played.sent("out", "enter"), played.sent("out", "leave")
    assert 2 < enter.t < 6 and 9 < leave.t < 14
    assert max(each.args[0] for each in played.sent("out", "dwell")) == pytest.approx(
        leave.t - enter.t, abs=0.2
    )


def test_a_zone_may_be_a_rectangle():
    asked = Asked(Zone(area=(0.4, 0.0, 0.6, 1.0)))
    assert asked.triggers(standing(0.3)) == []
    assert asked.triggers(standing(0.5)) == [("enter", 1.0)]
