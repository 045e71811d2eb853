"""Where zones, lines and floors lie on the pictures of the page, and who may draw them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

import numpy as np
import pytest

from engine.core.clock import ns
from engine.core.commands import SetParameter
from engine.core.landmarks import JOINTS, Person, Pose
from engine.core.messages import Frame, Message, Ns
from engine.core.node import Node
from engine.core.parameter import Param
from engine.core.source import Tape
from engine.dsp.landmarks.areas import Corner, areas_fault
from engine.testing import play
from engine.web.shapes import Shapes

from .visit import visit

CORNERS = [[0.2, 0.2], [0.8, 0.2], [0.8, 0.8]]


class Camera(Tape):
    """Show pictures of one size."""

    OUT: ClassVar[Mapping[str, type]] = {"frame": Frame}

    def events(self) -> Iterator[tuple[Ns, str, Message]]:
        for number in range(5):
            yield ns(number / 10), "frame", Frame(np.zeros((100, 200, 3), np.uint8))


class Finder(Node):
    """Find one who stands in the middle of each picture."""

    def process(self, frame: Frame) -> Pose:
        """Return them."""
        joints = np.full((len(JOINTS), 3), (0.5, 0.5, 1.0), np.float32)
        return Pose((Person(3, 7, joints),), 2.0)


class Choosy(Finder):
    """Find nobody in some areas."""

    ignore: Annotated[
        tuple[tuple[Corner, ...], ...], Param("areas", fault=areas_fault, shape="areas")
    ] = ()


BOXES = {"eye": Camera, "finder": Finder, "choosy": Choosy}
OUT = '[out]\nuse = "collector"\n[out.send]\nz = "z"\n'
ZONE = f'[z]\nuse = "zone"\nfrom = "found"\npoint = "hips"\npoints = {CORNERS}\n'
CAMERA = '[camera]\nuse = "eye"\n'
FINDER = '[found]\nuse = "finder"\nfrom = "{}"\n'
WIDER = '[w]\nuse = "resize"\nfrom = "{}"\nwidth = 100\nheight = 100\nfit = "{}"\n'
HALF = '[half]\nuse = "crop"\nfrom = "{}"\nx = 0.75\ny = 0.25\nwidth = 0.5\nheight = 0.5\n'


def engine_of(*parts: str):
    played = play("".join((CAMERA, *parts, ZONE, OUT)), boxes=BOXES)
    assert played.errors == []
    return played.engine


def drawn(*parts: str):
    return Shapes(engine_of(*parts)).read()


def test_a_shape_lies_on_the_picture_that_its_people_were_found_in_and_says_who_is_inside():
    found = drawn(FINDER.format("camera"))
    (zone,) = found["shapes"]
    assert (zone.box, zone.parameter, zone.kind, zone.caption) == ("z", "points", "polygon", "3")
    assert zone.places == CORNERS
    assert zone.metres is None
    assert zone.on == {"camera.frame": (0.0, 0.0, 1.0, 1.0)}
    assert found["sizes"] == {"camera.frame": (200, 100)}


@pytest.mark.parametrize(
    ("boxes", "last", "on"),
    [
        ((HALF.format("camera"),), "half", (0.5, 0.0, 0.5, 0.5)),
        ((WIDER.format("camera", "stretch"),), "w", (0.0, 0.0, 1.0, 1.0)),
        ((WIDER.format("camera", "fill"),), "w", (0.25, 0.0, 0.5, 1.0)),
        ((WIDER.format("camera", "fit"),), "w", (0.0, -0.5, 1.0, 2.0)),
        ((HALF.format("camera"), WIDER.format("half", "fill")), "w", (0.625, 0.0, 0.25, 0.5)),
    ],
)
def test_what_was_found_in_a_part_lies_in_that_part_of_the_whole(boxes, last, on):
    found = drawn(*boxes, FINDER.format(last))
    (zone,) = found["shapes"]
    assert zone.on["camera.frame"] == pytest.approx(on)
    assert zone.on[last] == (0.0, 0.0, 1.0, 1.0)


def test_a_picture_beside_is_none_of_its_pictures():
    found = drawn(FINDER.format("camera"), HALF.format("camera"))
    assert [*found["shapes"][0].on] == ["camera.frame"]


def test_behind_a_floor_places_are_metres_of_that_floor():
    floor = '[f]\nuse = "floor"\nfrom = "found"\nsize = [5, 4]\n'
    zone = '[z]\nuse = "zone"\nfrom = "f"\npoints = [[0, 0], [2, 0], [2, 2]]\n'
    text = CAMERA + FINDER.format("camera") + floor + zone + OUT
    shapes = {one.box: one for one in Shapes(play(text, boxes=BOXES).engine).read()["shapes"]}
    assert shapes["f"].kind == "floor" and shapes["f"].metres is None
    assert shapes["z"].metres.box == "f"
    assert shapes["z"].metres.corners == shapes["f"].places
    assert shapes["z"].metres.size == [5, 4]


def test_a_rectangle_goes_before_corners_and_a_line_has_two_ends():
    more = '[line]\nuse = "crossed"\nfrom = "found"\n[r]\nuse = "zone"\nfrom = "found"\n'
    found = drawn(FINDER.format("camera"), more + "area = [0.1, 0.2, 0.3, 0.4]\n")
    kinds = {one.box: (one.parameter, one.kind, one.places) for one in found["shapes"]}
    assert kinds["line"] == ("line", "line", [[0.5, 0.0], [0.5, 1.0]])
    assert kinds["r"] == ("area", "rectangle", [0.1, 0.2, 0.3, 0.4])


CHOOSY = '[found]\nuse = "choosy"\nfrom = "camera"\nignore = [[[0, 0], [0.2, 0.5]]]\n'


def test_each_ignored_area_is_a_shape_and_so_is_the_next_one(page):
    engine = engine_of(CHOOSY)
    page.watch(engine)
    first = [[0, 0], [0.2, 0.5]]
    second = [[0.5, 0.5], [0.9, 0.5], [0.7, 0.9]]

    def areas(news):
        return [(one["key"], one["places"]) for one in news["shapes"] if one["box"] == "found"]

    async def draw():
        async with visit(page) as owner:
            before = areas(await owner.next("shapes"))
            await owner.ask(do="set", box="found", parameter="ignore", value=[first, second])
            return before, areas(await owner.next("shapes", lambda news: len(areas(news)) == 3))

    before, after = asyncio.run(draw())
    assert before == [("found ignore 0", first), ("found ignore 1", [])]
    assert after[1:] == [("found ignore 1", second), ("found ignore 2", [])]
    assert engine.states["found"].box.ignore[1] == tuple(map(tuple, second))


def test_a_page_draws_and_every_page_sees_it(page):
    engine = engine_of(FINDER.format("camera"))
    page.watch(engine)
    wanted = [[0, 0], [1, 0], [0.5, 0.75]]

    async def draw():
        async with visit(page) as one, visit(page) as other:
            await one.ask(do="set", box="z", parameter="points", value=wanted)
            await other.next("shapes", lambda news: news["shapes"][0]["places"] == wanted)
            await one.ask(
                do="set", box="z", parameter="points", value=[[0, 0], [1, 1], [0, 1], [1, 0]]
            )
            refused = await one.next("refused")
            return refused["text"], await other.next("values")

    text, _ = asyncio.run(draw())
    assert text.startswith("z/points: the zone crosses itself")
    assert engine.states["z"].box.points == ((0, 0), (1, 0), (0.5, 0.75))


def test_a_hand_calls_a_shape_otherwise_in_one_line_of_80_letters():
    script = [
        (0.1, SetParameter("z", "label", "The bar")),
        (0.2, SetParameter("z", "label", "x" * 81)),
        (0.3, SetParameter("z", "label", "two\nlines")),
    ]
    text = CAMERA + FINDER.format("camera") + ZONE + 'label = "The door"\n' + OUT
    played = play(text, script, boxes=BOXES)
    assert [
        words in each
        for words, each in zip(("80 characters", "one line"), played.errors, strict=True)
    ] == [True] * 2
    assert played.engine.plan.boxes["z"].label == "The door"
    assert Shapes(played.engine).read()["shapes"][0].label == "The bar"


@pytest.mark.parametrize("do", ["set", "release"])
def test_who_may_only_turn_knobs_may_not_draw(page, do):
    engine = engine_of(FINDER.format("camera"))
    page.watch(engine)

    async def draw():
        async with visit(page, Via="1.1 cache") as guest:
            knobs = (await guest.next("patch"))["knobs"]
            value = {"value": [[0, 0], [1, 0], [0, 1]]} if do == "set" else {}
            await guest.ask(do=do, box="z", parameter="points", **value)
            return knobs, await guest.next("refused")

    knobs, refused = asyncio.run(draw())
    guests = {knob["name"]: knob["guests"] for knob in knobs if knob["box"] == "z"}
    assert not guests["points"] and not guests["area"] and guests["edge"]
    assert refused["text"].startswith("guests may not draw")
    assert engine.states["z"].box.points == tuple(map(tuple, CORNERS))
