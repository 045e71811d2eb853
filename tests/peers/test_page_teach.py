"""Teaching in a real browser: buttons that are held, by a mouse, a finger and keys."""

from __future__ import annotations

import contextlib
import math
import socket
import threading
import time

import pytest
from browser import PHONE, Browser
from pythonosc.osc_message_builder import build_msg
from test_page import Show, Wire, answers

from tests.by_night import NIGHT
from tests.ports import find_port

pytestmark = [
    pytest.mark.peer("chromium", "chromium"),
    pytest.mark.peer("chromedriver", "chromium-driver"),
]

PATCH = """
title = "Taught"

[desk]
use = "osc_in"
port = DESK
[desk.listen]
x = { address = "/x" }

[dancer]
use = "stand_in"
width = 160
height = 90
fps = 15

[level]
use = "learn"
from = "desk.x"

[poses]
use = "learn"
from = "dancer.joints"

[lights]
use = "learn"
from = "desk.x"
task = "regress"
knobs = { red = 0.2, blue = 0.5 }

[ways]
use = "learn"
from = "desk.x"
task = "gesture"

[out]
use = "osc_out"
to = "127.0.0.1:PORT"
[out.send]
"/level" = "level"
"/notice" = "level.notice"
"/pose" = "poses"
"/red" = "lights.knobs.red"
"/way" = "ways.progress"
"/x" = "desk.x"
"/j{slot}/{joint}" = { from = "dancer.joints", joints = ["nose"] }
"""
LEVEL = "#teach [data-box=level]"
LIGHTS = "#teach [data-box=lights]"
POSES = "#teach [data-box=poses]"
WAYS = "#teach [data-box=ways]"
ENTER, SPACE = "\ue007", " "
PATIENT = """const soon = window.setTimeout;
    window.setTimeout = (act, ms, ...more) => soon(act, ms === 4000 ? 1e8 : ms, ...more);"""
"""A button that asks once waits for the second press, however slow the machine is."""


class Hand:
    """What a performer does with one number, fifty times a second; ``at`` is where it is."""

    def __init__(self, port):
        self.at = lambda seconds: 0.1
        self._port = port
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._move, daemon=True)
        self._thread.start()

    def stay(self, value):
        self.at = lambda seconds: value

    def _move(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as voice:
            while not self._over.wait(0.02):
                message = build_msg("/x", [float(self.at(time.monotonic()))])
                voice.sendto(message.dgram, ("127.0.0.1", self._port))

    def close(self):
        self._over.set()
        self._thread.join()


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    """A browser at the view of teaching, what the show sends, its hand, and its address."""
    folder = tmp_path_factory.mktemp("teach")
    page, driver, desk = (find_port() for _ in range(3))
    with contextlib.closing(Wire()) as wire, contextlib.closing(Hand(desk)) as hand:
        text = PATCH.replace("PORT", str(wire.port)).replace("DESK", str(desk))
        (folder / "show.toml").write_text(text)
        show = Show(folder / "show.toml", page)
        show.start()
        try:
            answers(page)
            with contextlib.closing(Browser(driver)) as browser:
                yield browser, wire, hand, f"http://127.0.0.1:{page}/"
        finally:
            show.stop()


def by_mouse_and_finger(day):
    """Have ``page`` on a desk and on a phone; by day one of them, each in another test."""
    return pytest.mark.parametrize("page", ["mouse", "touch"] if NIGHT else [day], indirect=True)


@pytest.fixture
def page(stage, request):
    """The view of teaching on a desk with a mouse, and on a phone with a finger."""
    browser, wire, hand, address = stage
    opened(browser, address, phone=request.param == "touch")
    wire.from_now()
    return browser, wire, hand, request.param


def opened(browser, address, phone=False):
    if phone:
        browser.size(*PHONE, phone=True)
    else:
        browser.size(1440, 900)
    browser.go(address)
    browser.until("!document.querySelector('nav [data-to=teach]').hidden")
    browser.run(PATIENT)
    browser.run("document.querySelector('nav [data-to=teach]').click()")


def add(browser, lesson, name):
    """Name a class, as it is typed."""
    browser.run(
        "const line = document.querySelector(arguments[0]);"
        "line.scrollIntoView({block: 'center'}); line.focus(); line.value = '';",
        f"{lesson} .entry input",
    )
    browser.keys(name + ENTER)
    browser.until(f"document.querySelector('{lesson} [data-class=\"{name}\"] .hold')")


def sees(wire, address="/x", count=2):
    """Wait until what is recorded by now holds so much: it has left the show beside that."""
    with wire.aside():  # or what comes of it when the show itself ends it would be past
        wire.from_now()
        for _ in range(count):
            wire.until(lambda one: one[1] == address)


def hold(browser, wire, lesson, button, pointer, *, address="/x"):
    """Hold a button until something was shown, and let it go."""
    still = f"!document.querySelector('{lesson}.recording')"
    browser.until(still)
    browser.down(f"{lesson} {button}", pointer)
    browser.until(f"document.querySelector('{lesson}.recording {button}.held')")
    sees(wire, address)
    browser.up(pointer)
    browser.until(f"{still} && !document.querySelector('{lesson} .held')")


def tap(browser, selector, pointer):
    browser.drag(selector, 0, 0, pointer)


def text(selector):
    return f"document.querySelector('{selector}').innerText"


def count(lesson, name):
    return f"parseInt({text(f'{lesson} [data-class={name}] .hold small')}) || 0"


def kept(name):
    return lambda one: one[1] == "/notice" and one[2][0].startswith("kept") and name in one[2][0]


def clear(browser, lesson, pointer):
    """Forget all, which is asked once."""
    button = f"{lesson} .tools .twice"
    browser.until(f"!document.querySelector('{button}').disabled")
    tap(browser, button, pointer)
    browser.until(f"{text(button)} === 'Forget all of it?'")
    tap(browser, button, pointer)
    browser.until(f"{text(lesson + ' .now')} === 'nothing learned yet'")


@by_mouse_and_finger(day="mouse")
def test_two_classes_are_shown_and_told_apart_and_what_is_neither_is_unsure(page):
    browser, wire, hand, pointer = page
    for name, value in (("low", 0.1), ("high", 0.9)):
        hand.stay(value)
        add(browser, LEVEL, name)
        hold(browser, wire, LEVEL, f"[data-class={name}] .hold", pointer)
        wire.until(kept(name))
        browser.until(f"{count(LEVEL, name)} > 0")
    browser.until(f"{text(LEVEL + ' .now')}.startsWith('high')")
    share = "getComputedStyle(document.querySelector('{} .share')).getPropertyValue('--part')"
    browser.until(f"{share.format(f'{LEVEL} [data-class=high]')} > 0.9")
    hand.stay(0.1)
    browser.until(f"{text(LEVEL + ' .now')}.startsWith('low')")
    browser.until(f"{text(LEVEL + ' .like')} === 'most like take 1'")
    hand.stay(0.5)
    browser.until(f"{text(LEVEL + ' .now')} === 'unsure'")
    assert browser.until(f"document.querySelector('{LEVEL}.unsure')")
    browser.until(f"document.querySelectorAll('{LEVEL} [data-class=low] .example').length === 1")
    before = browser.run(f"return {count(LEVEL, 'high')}")
    tap(browser, f"{LEVEL} .tools button", pointer)
    browser.until(
        f"!document.querySelector('{LEVEL} [data-class=high]') || !({count(LEVEL, 'high')})"
    )
    assert before > 0
    forget = f"{LEVEL} [data-class=low] .twice"
    tap(browser, forget, pointer)
    browser.until(f"{text(forget)} === 'Delete?'")
    assert browser.run(f"return {count(LEVEL, 'low')}") > 0, "one press forgets nothing"
    tap(browser, forget, pointer)
    browser.until(f"!document.querySelector('{LEVEL} [data-class=low]')")


def test_a_class_is_named_by_tapping_and_held_by_keys(stage):
    browser, wire, hand, address = stage
    opened(browser, address)
    wire.from_now()
    hand.stay(0.3)
    browser.press(f"{LEVEL} .entry button")
    browser.until(f"document.querySelector('{LEVEL} [data-class=A] .hold')")
    for name, key in (("A", SPACE), ("A", ENTER), ("1", "1")):
        if name == "1":
            browser.run("document.activeElement.blur()")
        else:
            browser.run(f"document.querySelector('{LEVEL} [data-class={name}] .hold').focus()")
        browser.key_way("Down", key)
        browser.until(f"document.querySelector('{LEVEL}.recording .held')")
        sees(wire)
        browser.key_way("Up", key)
        wire.until(kept("A"))
        browser.until(f"!document.querySelector('{LEVEL}.recording')")
        assert browser.run(f"return document.querySelector('{LEVEL} .held')") is None
    clear(browser, LEVEL, "mouse")


def test_a_button_that_is_held_is_let_go_when_the_page_is_left_or_locked(stage):
    browser, wire, hand, address = stage
    opened(browser, address)
    wire.from_now()
    hand.stay(0.3)
    add(browser, LEVEL, "held")
    button = f"{LEVEL} [data-class=held] .hold"
    leave = (
        lambda: browser.run("window.dispatchEvent(new Event('blur'))"),
        lambda: browser.run("document.querySelector('nav [data-to=show]').click()"),
        lambda: browser.keys("l"),
        lambda: browser.go("about:blank"),
    )
    for way in leave:
        browser.run("document.querySelector('nav [data-to=teach]').click()")
        browser.down(button)
        browser.until(f"document.querySelector('{LEVEL}.recording .held')")
        sees(wire)
        way()
        wire.until(kept("held"))
        browser.up()
        if way is leave[2]:
            unlocked_by(browser, button)
        elif way is not leave[-1]:
            browser.until(f"!document.querySelector('{LEVEL}.recording, {LEVEL} .held')")


def unlocked_by(browser, button):
    """See that a locked page records nothing, and unlock it."""
    browser.press(button, seconds=0.1)
    assert browser.run(f"return document.querySelector('{LEVEL} .held')") is None
    browser.hold("#lock", "!document.body.classList.contains('locked')")
    browser.until(f"!document.querySelector('{LEVEL}.recording')")


@by_mouse_and_finger(day="touch")
def test_knobs_are_put_where_they_should_be(page):
    browser, wire, hand, pointer = page
    turn = """
        const knob = document.querySelector(arguments[0] + " [data-knob-of=red] input");
        knob.value = arguments[1];
        knob.dispatchEvent(new Event("input", { bubbles: true }));
    """
    for place, target in ((0.1, 0.9), (0.7, 0.3)) * 2:
        hand.stay(place)
        wire.until(lambda one, at=place: one[1] == "/x" and abs(one[2][0] - at) < 0.01)
        browser.run(turn, LIGHTS, target)
        hold(browser, wire, LIGHTS, ".hold", pointer)
    reading = text(LIGHTS + " [data-knob-of=red] output")
    browser.until(f"Number({reading}.split(' → ')[1]) < 0.5")
    hand.stay(0.1)
    browser.until(f"Number({reading}.split(' → ')[1]) > 0.7")
    wire.until(lambda one: one[1] == "/red" and one[2][0] > 0.7)
    clear(browser, LIGHTS, pointer)


def test_a_gesture_says_how_far_along_it_is(stage):
    browser, wire, hand, address = stage
    opened(browser, address)
    add(browser, WAYS, "wave")
    hand.stay(0.5)
    browser.down(f"{WAYS} [data-class=wave] .hold")
    browser.until(f"document.querySelector('{WAYS}.recording .held')")
    sees(wire)
    began = time.monotonic()
    hand.at = lambda now: 0.5 + 0.4 * math.sin(2 * math.pi * min(now - began, 1.0) * 1.5)
    wire.until(lambda one: one[1] == "/x" and one[0] > began + 1.1)
    sees(wire, count=12)
    browser.up()
    browser.until(f"{count(WAYS, 'wave')} > 10")
    assert browser.run(f"return document.querySelector('{WAYS} .example.traces') !== null")
    again = time.monotonic()
    hand.at = lambda now: 0.5 + 0.4 * math.sin(2 * math.pi * min((now - again) % 3, 1.0) * 1.5)
    wire.from_now()
    browser.until(f"{text(WAYS + ' .moves small')}.includes('along')")
    wire.until(lambda one: one[1] == "/way" and one[2][0] > 0.3)
    hand.stay(0.1)
    clear(browser, WAYS, "mouse")


def test_examples_are_pictures_and_none_while_it_is_private(stage):
    browser, wire, _, address = stage
    opened(browser, address)
    add(browser, POSES, "dance")
    seen = f"document.querySelector('{POSES} [data-class=dance] .example')"
    hold(browser, wire, POSES, "[data-class=dance] .hold", "mouse", address="/j1/nose")
    browser.until(f"{seen}.localName === 'canvas' && {seen}.width === 96")
    pressed = "document.getElementById('privacy').ariaPressed === '{}'"
    browser.press("#privacy")
    browser.until(f"{seen}.localName === 'svg' && {pressed.format('true')}")
    browser.press("#privacy")
    browser.until(pressed.format("false"))
    assert browser.run(f"return {seen}.localName") == "svg", "a picture came back"
    clear(browser, POSES, "mouse")


def test_a_guest_looks_on_and_teaches_nothing(stage):
    browser, _, _, address = stage
    opened(browser, address)
    add(browser, LEVEL, "guarded")
    browser.run("document.body.dataset.role = 'guest'")
    shown = "return document.querySelector(arguments[0]).offsetHeight > 0"
    assert browser.run(shown, f"{LEVEL} .now")
    assert browser.run(shown, f"{LEVEL} .hold")
    for hidden in (".tools", ".entry"):
        assert not browser.run(shown, f"{LEVEL} {hidden}")


def test_on_a_phone_thumbs_reach_it_and_nothing_stands_out(stage):
    browser, _, _, address = stage
    opened(browser, address, phone=True)
    for name in ("a", "b", "a name that is far longer than most of them"):
        add(browser, LEVEL, name)
    place = "return document.querySelector(arguments[0]).getBoundingClientRect().toJSON()"
    for name in ("a", "b"):
        button = browser.run(place, f"{LEVEL} [data-class={name}] .hold")
        assert button["width"] >= 140
        assert button["height"] >= 96
    assert browser.standing_out(PHONE[0]) == []
