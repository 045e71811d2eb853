"""Zones, lines and floors drawn in a real browser: by mouse, by finger and by keys, and saved."""

from __future__ import annotations

import contextlib
import json
import tomllib

import pytest
from browser import Browser
from conftest import find_port
from test_page import Show, Wire, answers

from engine.dsp.landmarks.floor_plan import FloorPlan

pytestmark = [
    pytest.mark.peer("chromium", "chromium"),
    pytest.mark.peer("chromedriver", "chromium-driver"),
]

WIDE, HIGH = 360, 480
FLOOR = [[0.1, 0.05], [0.9, 0.05], [0.7, 0.35], [0.3, 0.35]]
PATCH = f"""\
title = "Drawn"   # tonight

[dancer]
use = "stand_in"
sings = false
width = {WIDE}
height = {HIGH}

# By the door.
[door]
use = "zone"
from = "dancer.joints"
label = "The door"
point = "hips"
points = [
    [0.05, 0.1],   # near
    [0.15, 0.1],
    [0.15, 0.4],   # far
    [0.05, 0.4],
]   # once around

[line]
use = "crossed"
from = "dancer.joints"

[stage]
use = "floor"
from = "dancer.joints"
corners = {FLOOR}
size = [5, 4]

[spot]
use = "zone"
from = "stage"
points = [[2, 1], [3.5, 1], [3.5, 2.5], [2, 2.5]]   # metres

[out]
use = "osc_out"
to = "127.0.0.1:PORT"
[out.send]
"/door" = "door"
"/reach" = "spot"
"""
NAME = "document.querySelector('#drawing [data-of={}]')"
PLACES = "JSON.parse(document.querySelector('#shapes g[data-shape={}]').dataset.places)"
STAGE = """const at = document.getElementById('stage').getBoundingClientRect();
    return [at.width, at.height]"""
BUTTON = """[...document.querySelectorAll('#drawing button')]
    .find((one) => !one.hidden && one.textContent === '{}')"""


class Drawing:
    """The shapes on the page of a show, and a hand that draws them."""

    def __init__(self, browser):
        self.browser = browser

    def choose(self, name):
        self.browser.until(f"{NAME.format(name)} && {NAME.format(name)}.click() === undefined")
        self.browser.until("document.querySelector('#shapes.drawing .corner.selected')")
        self.browser.until("document.getElementById('picture').naturalWidth > 0")

    def places(self, name):
        return self.browser.run(f"return {PLACES.format(name)}")

    def until(self, name, fits):
        self.browser.until(f"((all) => {fits})({PLACES.format(name)})")
        return self.places(name)

    def pixels(self):
        """Return how many pixels the picture is wide and high as it stands on the page."""
        wide, high = self.browser.run(STAGE)
        scale = min(wide / WIDE, high / HIGH)
        return WIDE * scale, HIGH * scale

    def press(self, name):
        button = BUTTON.format(name)
        self.browser.until(f"{button} && !{button}.disabled && {button}.click() === undefined")


@pytest.fixture
def wire():
    with contextlib.closing(Wire()) as wire:
        yield wire


@pytest.fixture
def file(tmp_path, wire):
    file = tmp_path / "drawn.toml"
    file.write_text(PATCH.replace("PORT", str(wire.port)))
    return file


@pytest.fixture
def drawing(file, wire):
    port = find_port()
    show = Show(file, port)
    show.start()
    try:
        wire.until(lambda one: one[1] == "/door" and one[2] == [0])
        answers(port)
        with contextlib.closing(Browser(find_port())) as browser:
            browser.size(1440, 900)
            browser.go(f"http://127.0.0.1:{port}/")
            yield Drawing(browser)
    finally:
        show.stop()


def test_shapes_are_drawn_take_effect_and_are_saved(drawing, wire, file):
    before = file.read_text()
    browser = drawing.browser

    # A mouse pulls a corner over the dancer: the zone has somebody inside, and says who.
    drawing.choose("door")
    wide, high = drawing.pixels()
    browser.run("document.querySelectorAll('#shapes .corner')[2].classList.add('far')")
    browser.drag("#shapes .corner.far", round(0.8 * wide), -round(0.55 * high))
    door = drawing.until("door", "all[2][0] > 0.9")
    assert door[2] == pytest.approx([0.95, 0.95], abs=4 / 300)
    assert [*door[:2], door[3]] == [[0.05, 0.1], [0.15, 0.1], [0.05, 0.4]]
    wire.until(lambda one: one[1] == "/door" and one[2] == [1])
    browser.until("document.querySelector('#shapes g[data-shape=door].lit').dataset.caption === '1'")

    # A finger on an edge makes another corner, a tap twice takes one away, and all is undone.
    browser.drag("#shapes .more", 0, -40, "touch")
    assert len(drawing.until("door", "all.length === 5")) == 5
    browser.press("#shapes .corner.selected", times=2)
    assert drawing.until("door", "all.length === 4") == door
    drawing.press("Undo")
    drawing.until("door", "all.length === 5")
    drawing.press("Undo")
    assert drawing.until("door", "all.length === 4") == door

    # What crosses itself is shown in red, never reaches the show, and goes back.
    browser.run("document.querySelectorAll('#shapes .corner')[0].classList.add('first')")
    browser.drag("#shapes .corner.first", round(0.45 * wide), -round(0.8 * high))
    assert drawing.until("door", "all[0][0] === 0.05 && all[0][1] === 0.1") == door
    browser.until("document.getElementById('told').textContent === '0'")

    # Keys move the chosen corner, here that of a zone in metres on a floor.
    drawing.choose("spot")
    browser.keys("\ue014" * 3)
    (x, y), *rest = drawing.until("spot", "all[0][0] > 2")
    assert rest == [[3.5, 1], [3.5, 2.5], [2, 2.5]]
    plan = FloorPlan(FLOOR, (5, 4))
    # The middle of the floor's near edge is (2.5, 0): so a step of 12 pixels there is about as much.
    step = plan.metres((0.5 + 12 / wide, 0.05))[0] - 2.5
    assert 0 < x - 2 < 3 * step
    assert y == pytest.approx(1, abs=0.01)

    # A line is drawn anew in one go, with the picture as small as on a phone.
    browser.size(390, 844, phone=True)
    drawing.choose("line")
    drawing.press("Draw anew")
    browser.drag("#shapes", 60, -80, "touch")
    line = drawing.until("line", "all[0][0] !== all[1][0]")
    wide, high = drawing.pixels()
    assert line[0] == pytest.approx([0.5, 0.5], abs=0.02)
    assert line[1] == pytest.approx([0.5 + 60 / wide, 0.5 + 80 / high], abs=0.02)
    for corner in browser.run(
        "return [...document.querySelectorAll('#drawing button')].filter((one) => one.offsetHeight)"
        ".map((one) => one.offsetHeight)"
    ):
        assert corner >= 44

    # Saved, only the lines of what was drawn have changed; opened again, it lies as it lay.
    shown = {name: drawing.places(name) for name in ("door", "line", "spot", "stage")}
    browser.size(1440, 900)
    browser.run("document.querySelector('#save .keep').click()")
    save = "document.querySelector('dialog.saving .keep')"
    browser.until(f"{save} && {save}.click() === undefined")
    browser.until("document.getElementById('notice').textContent.includes('Saved in drawn')")
    after = file.read_text()
    expected = (
        before.replace("[0.15, 0.4],   # far", f"{json.dumps(door[2])},   # far")
        .replace("points = [[2, 1]", f"points = [{json.dumps([x, y if y != 1 else 1])}")
        .replace('[stage]\nuse = "floor"', '[stage]\nuse = "floor"')
    )
    wanted = tomllib.loads(expected)
    wanted["line"]["line"] = line
    assert tomllib.loads(after) == wanted
    kept = [one for one in before.splitlines() if one not in after.splitlines()]
    assert kept == [
        "    [0.15, 0.4],   # far",
        "points = [[2, 1], [3.5, 1], [3.5, 2.5], [2, 2.5]]   # metres",
    ]
    browser.run("location.reload()")
    drawing.choose("door")
    for name, places in shown.items():
        assert drawing.places(name) == places
