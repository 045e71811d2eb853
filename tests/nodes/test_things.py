"""Things that are found in a picture go into zones, over lines and onto floors as people do."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.core.clock import ns
from engine.core.messages import Detection, Detections
from engine.nodes.crossed import Crossed
from engine.nodes.floor import Floor
from engine.nodes.group import Group
from engine.nodes.nobody import Nobody
from engine.nodes.zone import Zone
from engine.runtime.opening import check_patch

PLACES = st.floats(0.1, 0.9)
NOTHING = Detections(())


def thing(x, low=0.2, *, number=7, high=0.3, sure=0.8):
    """Return a thing whose lower edge is at a place."""
    return Detection("cup", sure, (x, low + high / 2, 0.1, high), number)


def seen(*things):
    return Detections(things)


def said(box, *pictures):
    """Return names and values of all triggers, of ten pictures a second."""
    return [
        (name, getattr(one, name).value)
        for frame, picture in enumerate(pictures)
        for one in box.process(picture, ns(frame / 10))
        for name in ("enter", "leave", "forth", "back")
        if getattr(one, name, None) is not None
    ]


@given(PLACES, PLACES, st.floats(0.05, 0.3))
def test_a_thing_is_in_a_zone_where_its_lower_edge_is(x, low, high):
    assume(all(abs(place - border) > 1e-3 for place in (x, low) for border in (0.3, 0.7)))
    zone = Zone(area=(0.3, 0.3, 0.7, 0.7), edge=0.0)
    inside = 0.3 < x < 0.7 and 0.3 < low < 0.7
    assert said(zone, seen(thing(x, low, high=high))) == ([("enter", 7.0)] if inside else [])


def test_its_upper_edge_and_its_middle_are_where_they_are_said():
    tall = seen(thing(0.5, 0.1, high=0.6))
    for point, y in (("feet", 0.1), ("hips", 0.4), ("head", 0.7)):
        near = Zone(point=point, area=(0.4, y - 0.05, 0.6, y + 0.05))
        assert said(near, tall) == [("enter", 7.0)], point


def test_two_things_come_and_go_by_their_own_numbers():
    zone = Zone(area=(0.3, 0.0, 0.7, 1.0), memory=0.0)
    both = seen(thing(0.4, number=3), thing(0.6, number=9))
    assert said(zone, both, seen(thing(0.1, number=3), thing(0.6, number=9)), NOTHING) == [
        *(("enter", 3.0), ("enter", 9.0), ("leave", 3.0), ("leave", 9.0))
    ]


def test_a_thing_crosses_a_line_both_ways():
    line = Crossed(line=((0.5, 0.0), (0.5, 1.0)))
    there = [seen(thing(x)) for x in (0.3, 0.45, 0.55, 0.7)]
    assert said(line, *there, *there[::-1]) == [("forth", 7.0), ("back", 7.0)]
    assert line.caption() == "2"


def test_things_are_a_group_and_stand_on_a_floor_and_are_missed():
    two = seen(thing(0.2, 0.0, high=0.2), thing(0.6, 0.0, high=0.2, number=8))
    gathered = Group().process(two, ns(0))
    assert gathered == (2, pytest.approx(0.4), pytest.approx(0.1), pytest.approx(0.2))
    flat = Floor(corners=((0, 0), (1, 0), (1, 1), (0, 1)), size=(4.0, 2.0))
    standing = flat.process(seen(thing(0.25, 0.5)), ns(0))
    assert (standing.x, standing.y) == (pytest.approx(1.0), pytest.approx(1.0))
    assert [one.id for one in standing.floor.seen] == [7]
    box = Nobody(for_=0.5)
    assert box.process(two, ns(0)).nobody is False
    assert [box.process(NOTHING, ns(at)) for at in (1, 1.2)] == [None, None]
    assert box.process(NOTHING, ns(1.5)).nobody


def test_things_without_a_number_are_left_out_which_is_told_once(caplog):
    caplog.set_level(logging.WARNING, "sensorium")
    zone = Zone(area=(0.0, 0.0, 1.0, 1.0))
    odd = seen(thing(0.5, number=0), thing(float("nan"), number=5))
    assert said(zone, odd, odd) == []
    assert caplog.messages == [
        "things without a number are left out: who comes and goes is known by it"
    ]


def test_a_patch_leads_objects_there_and_a_part_that_no_thing_has_is_told(tmp_path: Path):
    patch = tmp_path / "my.toml"
    boxes = "\n".join(
        f'[my_{use}]\nuse = "{use}"\nfrom = "things"'
        for use in ("zone", "crossed", "group", "nobody", "floor")
    )
    text = f'[camera]\nuse = "camera"\n[things]\nuse = "objects"\nfrom = "camera"\n{boxes}\n'
    patch.write_text(text, encoding="utf-8")
    check_patch(patch)
    patch.write_text(text.replace('use = "zone"', 'use = "zone"\npoint = "left_hand"'))
    with pytest.raises(Exception, match=r'my.toml:8: \[my_zone\] point: "things" gives "thing"'):
        check_patch(patch)
