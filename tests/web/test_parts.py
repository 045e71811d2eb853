"""The parts of the page that need no socket: how a patch is drawn, what a knob is, what is said."""

from __future__ import annotations

import json
import math
from typing import Annotated, Literal

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from runtime.boxes import BOXES, COLLECT, numbers, play

from engine import testing
from engine.core.kinds import summary_of
from engine.core.landmarks import Landmarks
from engine.core.messages import Beat, Block, Frame, Mask, Note, Pitch, Pose, Trigger
from engine.core.node import Node
from engine.core.parameter import Param
from engine.core.skeletons import BLAZEPOSE_33, HAND_21
from engine.patch.find import find_patch
from engine.runtime.opening import check_patch
from engine.web.drawing import draw
from engine.web.guard import is_own_host
from engine.web.knobs import Knobs
from engine.web.range_finder import RangeFinder, cable_text
from engine.web.requests import PageRequest, read_request, to_command

STIFF = '[c]\nuse="stiff"\n[c.send]\nx="a"\n'


@pytest.fixture(scope="module")
def drawing():
    return draw(check_patch(find_patch("body_to_osc")))


def test_every_box_stands_right_of_what_feeds_it_and_outputs_last(drawing):
    columns = {box.name: box.column for box in drawing.boxes}
    assert all(columns[cable.start] < columns[cable.end] for cable in drawing.cables)
    assert columns["camera"] == 0
    assert {columns[name] for name in ("synth", "video", "max")} == {max(columns.values())}


def test_chains_are_one_box_and_what_is_on_a_cable_is_part_of_it(drawing):
    right = next(box for box in drawing.boxes if box.name == "right")
    assert right.links == ("empty", "smooth")
    assert right.place.startswith("body_to_osc.toml:")
    cutoff = next(cable for cable in drawing.cables if cable.label == "/filter/cutoff")
    assert (cutoff.start, cutoff.end, cutoff.kind) == ("right", "synth", "port")
    assert (cutoff.low, cutoff.high, cutoff.number) == (20, 20000, True)
    assert (cutoff.route, cutoff.scale) == ("synth/filter/cutoff", "synth./filter/cutoff/scale")
    hit = next(cable for cable in drawing.cables if cable.label == "/hit")
    assert (hit.origin, hit.number, hit.scale) == ("up.opened", False, "")


def test_a_loop_is_drawn_too():
    engine = play(
        numbers("a", [1])
        + '[sum]\nuse="add"\nfrom="a"\nb={from="later"}\n'
        + '[later]\nuse="delay"\nfrom="sum"\n'
        + COLLECT
        + 'x="sum"\n'
    ).engine
    assert next(box.name for box in draw(engine.plan).boxes) == "a"


@pytest.fixture(scope="module")
def knobs():
    plan = """
[a]
use = "stand_in"
seconds = "1 s"
[j]
use = "joint"
from = "a.joints"
then = ["smooth", { use = "scale", to = [1, 5] }, { use = "empty", after = "2 s" }]
"""
    return {(knob.box, knob.name): knob for knob in Knobs(play(plan).engine).all}


@pytest.mark.parametrize(
    ("box", "name", "kind", "ends"),
    [
        ("j", "on", "switch", (None, None)),
        ("j", "joint", "choice", (None, None)),
        ("j", "person", "slider", (0, 1)),
        ("j/smooth", "smooth", "slider", (0, 1)),
        ("j/smooth", "min_cutoff", "number", (None, None)),
        ("j/scale", "to", "numbers", (None, None)),
        ("j/scale", "clamp", "switch", (None, None)),
        ("j/empty", "after", "slider", (0, 8)),
    ],
)
def test_every_parameter_is_a_knob_that_fits_it(knobs, box, name, kind, ends):
    knob = knobs[box, name]
    assert (knob.kind, knob.low, knob.high) == (kind, *ends)
    assert knob.group == "j"
    assert knob.help


def test_what_cannot_be_changed_while_playing_is_no_knob(knobs):
    assert [name for box, name in knobs if box == "a"] == ["on"]


@pytest.mark.parametrize(
    ("message", "says"),
    [
        (True, True),
        (3, 3),
        (0.5, 0.5),
        (math.nan, None),
        ("x" * 500, "x" * 80),
        (Frame(np.zeros((2, 3, 3), np.uint8)), {"picture": [3, 2]}),
        (Mask(np.zeros((2, 3), np.float32)), {"mask": [3, 2]}),
        (Pose((), 1.5), {"people": 0}),
        (Landmarks(BLAZEPOSE_33, (), 1.5), {"people": 0}),
        (Landmarks(HAND_21, (), 1.5), "0 × hand"),
        (
            Pitch(440.0, 69.0, 0.9, True),
            {"hz": 440.0, "note": 69.0, "on": True, "sure": True, "step": 100.0},
        ),
        (Note(60, 90), {"played": 60, "velocity": 90}),
        (Trigger(), {"trigger": 1.0}),
        (Beat(3, 4, 123.5, 0.75), {"beat": 3, "bpm": 123.5}),
        (Block(np.ones(4, np.float32), 48000, 0), {"db": 0.0}),
        (Block(np.zeros(0, np.float32), 48000, 0), {"db": -100.0}),
        (Block(np.full(4, math.nan, np.float32), 48000, 0), {"db": -100.0}),
        (object(), {"kind": "object"}),
    ],
)
def test_messages_are_said_in_json(message, says):
    assert summary_of(message) == says
    assert msgspec.json.encode(summary_of(message))


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        ("127.0.0.1", True),
        ("127.0.0.1:9780", True),
        ("[::1]:9780", True),
        ("LOCALHOST:1", True),
        ("10.1.2.3:9780", True),
        ("", False),
        ("example.com", False),
        ("localhost.example.com:9780", False),
        ("[evil]:1", False),
        ("[", False),
    ],
)
def test_only_names_that_nobody_can_take_over_are_ours(host, ours):
    assert is_own_host(host) is ours


@given(
    st.one_of(
        st.binary(max_size=200),
        st.text(max_size=200),
        st.recursive(
            st.none() | st.booleans() | st.floats() | st.text(max_size=9),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(["do", "box", "parameter", "value", "route", "cable"]),
                    inner,
                    max_size=4,
                )
            ),
            max_leaves=9,
        ).map(json.dumps),
    )
)
def test_whatever_a_page_says_is_understood_or_refused(said):
    try:
        assert isinstance(read_request(said), PageRequest)
    except ValueError as error:
        assert str(error)


def test_what_fits_becomes_a_command():
    engine = play(numbers("a", [1]) + '[s]\nuse="smooth"\nfrom="a"\n' + STIFF).engine
    with pytest.raises(ValueError, match="cannot be changed while playing"):
        to_command(
            read_request('{"do": "set", "box": "c", "parameter": "port", "value": 1}'), engine
        )
    said = read_request('{"do": "set", "box": "s", "parameter": "smooth", "value": 0.5}')
    assert to_command(said, engine).value == 0.5


def test_a_range_leaves_out_single_readings_at_either_end():
    finder = RangeFinder(0)
    assert finder.range() is None
    for number in range(100):
        finder.add(0.2 + 0.005 * number)
    for odd in (9.0, math.nan, "x", None, math.inf):
        finder.add(odd)
    low, high = finder.range()
    assert (low, high) == (pytest.approx(0.21, abs=0.01), pytest.approx(0.69, abs=0.01))
    assert cable_text("reach", (low, high), None, "exp").endswith('to = [0, 1], curve = "exp" }')


def test_what_does_not_move_has_no_range():
    finder = RangeFinder(0)
    for _ in range(50):
        finder.add(0.5)
    assert finder.range() is None


MIX = Literal["ink", "oil"]


class Paint(Node):
    """Paint in a mix of looks."""

    look: Annotated[MIX | dict[MIX, float], Param("what to paint like", 0, 1)] = "ink"

    def process(self, value: float) -> float:
        return value


def test_each_part_of_a_mix_is_a_knob_of_its_own():
    patch = numbers("a", [1]) + '[p]\nuse="paint"\nfrom="a"\n'
    engine = testing.play(patch, boxes={**BOXES, "paint": Paint}).engine
    knobs = Knobs(engine)
    names = [(knob.name, knob.kind, knob.part) for knob in knobs.all if knob.box == "p"]
    assert names == [
        ("on", "switch", False),
        ("look", "choice", False),
        ("look.ink", "slider", True),
        ("look.oil", "slider", True),
    ]
    said = read_request('{"do": "set", "box": "p", "parameter": "look.oil", "value": 0.5}')
    engine.ask("page", to_command(said, engine))
    assert knobs.values()[-3:] == [({"ink": 1.0, "oil": 0.5}, True), (1.0, False), (0.5, True)]
    engine.ask(
        "page",
        to_command(read_request('{"do":"set","box":"p","parameter":"look","value":"oil"}'), engine),
    )
    assert [value for value, _ in knobs.values()[-3:]] == ["oil", 0.0, 1.0]


CURVE = numbers("a", [0.5]) + '[l]\nuse = "lookup"\nfrom = "a"\n' + COLLECT + 'l = "l"\n'


def test_a_curve_is_drawn_and_set_by_its_points():
    engine = testing.play(CURVE, boxes=BOXES).engine
    knobs = Knobs(engine)
    [points] = [knob for knob in knobs.all if knob.name == "points"]
    assert (points.kind, points.start) == ("curve", [[0.0, 0.0], [1.0, 1.0]])
    asked = {"do": "set", "box": "l", "parameter": "points", "value": [[0, 1], [0.5, 0.25]]}
    engine.ask("page", to_command(read_request(json.dumps(asked)), engine))
    assert engine.states["l"].box.points == [(0.0, 1.0), (0.5, 0.25)]


@pytest.mark.parametrize("value", [[[0, 1], [2]], [0, 1], [["a", 1]], [[0, 1, 2]], [[[0, 1]]], 5])
def test_a_curve_of_anything_else_is_refused(value):
    engine = testing.play(CURVE, boxes=BOXES).engine
    asked = {"do": "set", "box": "l", "parameter": "points", "value": value}
    with pytest.raises(ValueError, match="expected"):
        to_command(read_request(json.dumps(asked)), engine)


def test_the_largest_curve_that_may_be_drawn_fits_into_one_message():
    value = [[-0.0001234 * k, -1.234e-05 * k] for k in range(64)]
    asked = {"do": "set", "box": "l", "parameter": "points", "value": value}
    assert read_request(json.dumps(asked)).value == value
