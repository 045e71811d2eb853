"""Everybody as one, and nobody."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.clock import ns
from engine.nodes.group import Group
from engine.nodes.nobody import Nobody
from engine.testing import play

from .people import ASPECT, pose, someone

PLACES = st.floats(0, 1)


def test_two_people_have_a_middle_and_a_spread():
    said = Group().process(pose(someone(1, x=0.2), someone(2, x=0.6)), ns(0))
    assert said.people == 2
    assert said.x == pytest.approx(0.4)
    assert said.spread == pytest.approx(0.2 * ASPECT, abs=1e-6)


def test_one_alone_has_no_spread_and_nobody_no_middle():
    assert Group().process(pose(someone(x=0.3)), ns(0)).spread == 0
    empty = Group().process(pose(), ns(0))
    assert empty == (0, None, None, None)


def test_who_has_not_the_part_in_the_picture_does_not_count():
    half = someone(2, x=0.9, left_ankle=None, right_ankle=None)
    said = Group(point="feet").process(pose(someone(1, x=0.3), half), ns(0))
    assert (said.people, said.x) == (1, pytest.approx(0.3))


@given(st.lists(PLACES, min_size=1, max_size=8), PLACES)
def test_the_spread_stays_when_all_go_aside_and_does_not_hang_on_the_order(xs, aside):
    def spread(places):
        people = (someone(k + 1, x=x) for k, x in enumerate(places))
        return Group().process(pose(*people), ns(0))

    here, moved, turned = spread(xs), spread([x + aside for x in xs]), spread(xs[::-1])
    assert moved.spread == pytest.approx(here.spread, abs=1e-5)
    assert moved.x == pytest.approx(here.x + aside, abs=1e-5)
    assert turned.spread == pytest.approx(here.spread, abs=1e-5)
    assert here.spread <= ASPECT * (max(xs) - min(xs)) / math.sqrt(2) + 1e-5


def asked(box, *seen):
    """Return what is told of pictures with so many people, ten a second."""
    people = [pose(*(someone(k + 1) for k in range(each))) for each in seen]
    return [box.process(each, ns(k / 10)) for k, each in enumerate(people)]


def test_nobody_is_told_after_a_while_and_once():
    told = asked(Nobody(for_=0.5), 1, *[0] * 20, 1, 1)
    assert told[0].nobody is False and told[0].came
    assert told[1:6] == [None] * 5
    assert told[6].nobody is True and told[6].gone
    assert told[7:21] == [None] * 14
    assert told[21].nobody is False and told[21].came
    assert told[22] is None


def test_who_is_not_found_for_a_moment_has_not_gone():
    assert [each for each in asked(Nobody(for_=0.5), 1, *[0, 0, 0, 0, 1] * 5)[1:] if each] == []


def test_an_empty_room_at_the_start_is_nobody_who_has_gone():
    told = [each for each in asked(Nobody(for_=0.5), *[0] * 10) if each]
    assert [(each.nobody, each.gone) for each in told] == [(True, None)]


def test_after_a_gap_the_pictures_decide():
    box = Nobody(for_=0.5)
    asked(box, *[0] * 10)
    box.reset()
    assert [each.nobody for each in asked(box, *[0] * 10) if each] == [True]


@given(st.lists(st.integers(0, 2), max_size=60))
def test_gone_and_came_take_turns(seen):
    told = [each for each in asked(Nobody(for_=0.3), *seen) if each]
    assert [each.nobody for each in told] == [
        (k % 2 == 0) == bool(told[0].nobody) for k in range(len(told))
    ]


def test_both_follow_who_comes_and_leaves(tmp_path: Path):
    patch = tmp_path / "room.toml"
    patch.write_text(
        '[camera]\nuse = "stand_in"\nsings = false\nfps = 5\nscript = "enter_leave"\n'
        '[group]\nuse = "group"\nfrom = "camera.joints"\n'
        '[nobody]\nuse = "nobody"\nfrom = "camera.joints"\nfor = "1 s"\n'
        '[out]\nuse = "collector"\n[out.send]\n'
        'people = "group"\nx = "group.x"\nnobody = "nobody"\ngone = "nobody.gone"\n'
    )
    played = play(patch, seconds=16)
    assert played.errors == []
    assert [each.args[0] for each in played.sent("out", "nobody")] == [True, False, True]
    assert len(played.sent("out", "gone")) == 1
    assert {each.args[0] for each in played.sent("out", "people")} == {0, 1}
    assert len(played.sent("out", "x")) < len(played.sent("out", "people"))
