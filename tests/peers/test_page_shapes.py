"""Zones, lines and floors drawn in a real browser: by mouse, by finger and by keys, and saved."""

from __future__ import annotations

import contextlib
import json
import tomllib

import pytest
from browser import Browser
from test_page import Show, Wire, answers

from engine.dsp.landmarks.floor_plan import FloorPlan
from tests.ports import find_port

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

[pose]
use = "pose"
from = "dancer"
on = false
ignore = [[[0.8, 0.6], [1, 1]]]   # the poster

[out]
use = "osc_out"
to = "127.0.0.1:PORT"
[out.send]
"/people" = "pose.count"
"/door" = "door"
"/reach" = "spot"
"""
NAME = "document.querySelector('#drawing [data-of={}]')"
PLACES = "JSON.parse(document.querySelector('#shapes g[data-shape={}]').dataset.places)"
STAGE = """const at = document.getElementById('stage').getBoundingClientRect();
    return [at.width, at.height]"""
PLACE = """const at = document.getElementById('stage').getBoundingClientRect();
    const [x, y, wide, high] = arguments;
    const scale = Math.min(at.width / wide, at.height / high);
    const right = at.left + at.width / 2 + (x - 0.5) * wide * scale;
    const down = at.top + at.height / 2 + (0.5 - y) * high * scale;
    return { x: Math.round(right), y: Math.round(down) };"""
HEIGHTS = """return [...document.querySelectorAll('#drawing button')]
    .filter((one) => one.offsetHeight).map((one) => one.offsetHeight)"""
TEXT = "document.querySelector('#shapes g[data-shape=door] text').textContent"
HELP = "document.querySelector('#drawing p').textContent"
NAMES = """[...document.querySelectorAll('#shapes text')]
    .filter((one) => one.checkVisibility({ visibilityProperty: true }))
    .map((one) => one.textContent)"""
IGNORED = '"pose ignore 0"'
BUTTON = """[...document.querySelectorAll('#drawing button')]
    .find((one) => !one.hidden && one.textContent === '{}')"""


ANOTHER = """const other = new WebSocket(`ws://${location.host}/news`);
    const door = { do: "set", box: "door", parameter: "points", value: arguments[0] };
    other.onopen = () => other.send(JSON.stringify(door));"""
"""Another page sets the corners of the door."""


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
        places = PLACES.format(name)
        return self.browser.until(f"((all) => ({fits}) && all)({places})")

    def tap(self, *places):
        """Tap places of the picture, each (x, y), 0 to 1 and y upwards."""
        for x, y in places:
            self.browser.down_at(self.browser.run(PLACE, x, y, WIDE, HIGH))
            self.browser.up()

    def pixels(self):
        """Return how many pixels the picture is wide and high as it stands on the page."""
        wide, high = self.browser.run(STAGE)
        scale = min(wide / WIDE, high / HIGH)
        return WIDE * scale, HIGH * scale

    def press(self, name):
        button = BUTTON.format(name)
        self.browser.until(f"{button} && !{button}.disabled && {button}.click() === undefined")


@pytest.fixture(scope="module")
def wire():
    with contextlib.closing(Wire()) as wire:
        yield wire


@pytest.fixture(scope="module")
def file(tmp_path_factory, wire):
    file = tmp_path_factory.mktemp("drawn") / "drawn.toml"
    file.write_text(PATCH.replace("PORT", str(wire.port)))
    return file


@pytest.fixture(scope="module")
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


# The tests go on with what those before them have drawn.


def test_a_mouse_pulls_a_corner_and_who_is_inside_is_told(drawing, wire):
    browser = drawing.browser
    drawing.choose("door")
    wide, high = drawing.pixels()
    browser.drag(("#shapes .corner", 2), round(0.8 * wide), -round(0.55 * high))
    door = drawing.until("door", "all[2][0] > 0.9 && all[2][1] > 0.9")
    assert door[2] == pytest.approx([0.95, 0.95], abs=4 / 300)
    assert [*door[:2], door[3]] == [[0.05, 0.1], [0.15, 0.1], [0.05, 0.4]]
    wire.until(lambda one: one[1] == "/door" and one[2] == [1])
    browser.until("document.querySelector('#shapes .lit[data-shape=door]').dataset.caption === '1'")


def test_a_finger_makes_a_corner_two_taps_take_it_away_and_all_is_undone(drawing):
    browser, door = drawing.browser, drawing.places("door")
    browser.drag("#shapes .more", 0, -40, "touch")
    drawing.until("door", "all.length === 5")
    browser.twice("#shapes .corner.selected")
    assert drawing.until("door", "all.length === 4") == door
    for count in (5, 4):
        drawing.press("Undo")
        drawing.until("door", f"all.length === {count}")
    assert drawing.places("door") == door


def test_what_crosses_itself_goes_back_and_is_no_fault_of_the_show(drawing):
    browser, door = drawing.browser, drawing.places("door")
    wide, high = drawing.pixels()
    browser.drag(("#shapes .corner", 0), round(0.45 * wide), -round(0.8 * high))
    assert drawing.until("door", "all[0][0] === 0.05 && all[0][1] === 0.1") == door
    assert "door" not in browser.run("return document.getElementById('troubles').textContent")


def test_two_hands_on_two_pages_move_a_corner_each_and_none_is_lost(drawing):
    browser, door = drawing.browser, drawing.places("door")
    there = browser.run(PLACE, *door[1], WIDE, HIGH)
    browser.down_at(there)
    browser.slide({"x": there["x"] + 6, "y": there["y"]})
    drawing.until("door", f"all[1][0] > {door[1][0]}")
    browser.run(ANOTHER, [*door[:3], [0.06, 0.45]])
    drawing.until("door", "all[3][1] === 0.45")
    browser.slide({"x": there["x"] + 9, "y": there["y"]})
    browser.up()
    moved = drawing.until("door", f"all[3][1] === 0.45 && all[1][0] > {door[1][0]}")
    assert moved[1][0] > door[1][0] and moved[::2] == door[::2]
    drawing.press("Undo")
    drawing.until("door", f"JSON.stringify(all) === JSON.stringify({json.dumps(door)})")


def test_a_show_reloaded_while_a_hand_draws_is_on_the_page_afterwards(drawing, file):
    browser, before = drawing.browser, file.read_text()
    file.write_text(before + '[more]\nuse = "nobody"\nfrom = "pose"\n')
    browser.until("document.querySelector('[data-switch=more], [data-knob^=\"more/\"]')")
    assert browser.run("return document.querySelector('#drawing [aria-pressed=true]').textContent")
    drawing.press("Done")
    browser.until("document.querySelector('#graph [data-box=more]')")
    file.write_text(before)
    browser.until("!document.querySelector('#graph [data-box=more]')")


def test_a_floor_on_a_line_is_asked_for_once_more(drawing):
    drawing.choose("stage")
    drawing.press("Draw anew")
    drawing.tap((0.2, 0.2), (0.4, 0.2), (0.6, 0.2), (0.8, 0.2))
    drawing.browser.until(f"{HELP}.startsWith('Three of its corners lie on a line')")
    drawing.press("Stop drawing")
    assert drawing.places("stage") == FLOOR


def test_what_is_ignored_is_drawn_area_by_area_from_its_knob(drawing):
    browser = drawing.browser
    browser.run("document.querySelector('[data-knob=\"pose/ignore\"] button:last-of-type').click()")
    browser.until(f"{HELP}.startsWith('Tap the corners')")
    drawing.tap((0.1, 0.7), (0.4, 0.7), (0.25, 0.9), (0.1, 0.7))
    new = drawing.until(IGNORED, "all.length === 2")[1]
    assert new == [pytest.approx(one, abs=0.01) for one in ([0.1, 0.7], [0.4, 0.7], [0.25, 0.9])]
    drawing.press("Remove area")
    drawing.until(IGNORED, "all.length === 1")
    drawing.choose(IGNORED)
    drawing.press("Undo")
    assert drawing.until(IGNORED, "all.length === 2")[1] == new


def test_keys_move_the_chosen_corner_here_in_metres_on_a_floor(drawing):
    drawing.choose("spot")
    wide, _ = drawing.pixels()
    drawing.browser.keys("\ue014" * 3)
    (x, y), *rest = drawing.until("spot", "all[0][0] > 2")
    assert rest == [[3.5, 1], [3.5, 2.5], [2, 2.5]]
    # (2.5, 0) is in the middle of the near edge, where a step is less than further away.
    step = FloorPlan(FLOOR, (5, 4)).metres((0.5 + 12 / wide, 0.05))[0] - 2.5
    assert 0.3 * step < x - 2 < 3 * step
    assert y == pytest.approx(1, abs=0.01)


def test_a_line_is_drawn_anew_in_one_go_on_a_phone(drawing):
    browser = drawing.browser
    browser.size(390, 844, phone=True)
    drawing.choose("line")
    drawing.press("Draw anew")
    browser.drag("#shapes", 60, -80, "touch")
    line = drawing.until("line", "all[0][0] !== all[1][0]")
    wide, high = drawing.pixels()
    assert high > 844 / 3  # a picture that stands has the room, too
    assert line[0] == pytest.approx([0.5, 0.5], abs=0.02)
    assert line[1] == pytest.approx([0.5 + 60 / wide, 0.5 + 80 / high], abs=0.02)
    assert min(browser.run(HEIGHTS)) >= 44


def test_no_name_lies_over_what_is_touched_while_a_floor_is_drawn_on_a_phone(drawing):
    drawing.browser.size(390, 844, phone=True)
    drawing.choose("stage")
    assert drawing.browser.run(f"return {NAMES}") == []
    drawing.press("Done")
    drawing.browser.until(f"{NAMES}.some((name) => name.startsWith('stage'))")


def test_a_shape_is_called_otherwise_and_its_box_is_not(drawing):
    browser = drawing.browser
    drawing.choose("door")
    for name in (
        "The way in by the long corridor behind the stage, on the left of the house",
        "Way in",
    ):
        browser.run(
            "const name = document.querySelector('#drawing input'); name.value = arguments[0];"
            "name.dispatchEvent(new Event('change'));",
            name,
        )
        browser.until(f"{NAME.format('door')}.textContent === '{name}'")
        browser.until(f"{TEXT}.startsWith('{name[:15]}')")
        assert browser.standing_out(390) == []
        assert browser.run(f"return {NAME.format('door')}.offsetHeight") <= 50


def test_saved_only_its_lines_have_changed_and_opened_again_it_lies_there(drawing, file):
    browser, before = drawing.browser, file.read_text()
    shown = {name: drawing.places(name) for name in ("door", "line", "spot", "stage", IGNORED)}
    browser.size(1440, 900)
    keep = "document.querySelector('#save .keep')"
    browser.until(f"!{keep}.disabled && {keep}.click() === undefined")
    save = "document.querySelector('dialog.saving .keep')"
    browser.until(f"{save} && {save}.click() === undefined")
    browser.until("document.getElementById('notice').textContent.includes('Saved in drawn')")
    after = file.read_text()
    wanted = tomllib.loads(before)
    for name, key in (("door", "points"), ("line", "line"), ("spot", "points")):
        wanted[name][key] = shown[name]
    wanted["pose"]["ignore"].append(shown[IGNORED][1])
    wanted["door"]["label"] = "Way in"
    assert tomllib.loads(after) == wanted
    assert [one for one in before.splitlines() if one not in after.splitlines()] == [
        'label = "The door"',
        "    [0.15, 0.4],   # far",
        "points = [[2, 1], [3.5, 1], [3.5, 2.5], [2, 2.5]]   # metres",
        "ignore = [[[0.8, 0.6], [1, 1]]]   # the poster",
    ]
    browser.go(browser.run("return location.href"))
    drawing.choose("door")
    assert {name: drawing.places(name) for name in shown} == shown
