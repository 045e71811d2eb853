"""The page in a real browser, beside a real show whose packets are captured."""

from __future__ import annotations

import contextlib
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from urllib.parse import urlsplit

import cv2
import numpy as np
import pytest
from browser import Browser

from engine.osc.parse import packet
from tests.limits import LIMIT
from tests.ports import find_port

pytestmark = [
    pytest.mark.peer("chromium", "chromium"),
    pytest.mark.peer("chromedriver", "chromium-driver"),
]

COMMAND = "from engine.cli import main; main()"
LOUDER = '''
from typing import Annotated
from engine.core.node import Node
from engine.core.parameter import Param


class Louder(Node):
    """Make a number larger."""

    by: Annotated[float, Param("how many times", 0, 100)] = 2.0

    def process(self, value: float) -> float:
        return value * self.by
'''
PATCH = """
title = "Seen in a browser"

[dancer]
use = "stand_in"

[reach]
use = "joint"
from = "dancer.joints"
joint = "right_wrist"
then = ["smooth"]

[loud]
use = "louder"
from = "reach"

[bend]
use = "lookup"
from = "reach"
points = [[0, 0.25], [1, 0.25]]

[out]
use = "osc_out"
to = "127.0.0.1:PORT"
[out.send]
"/reach" = "reach"
"/loud" = "loud"
"/bent" = "bend"
"/p{slot}" = { from = "dancer.joints", layout = "named" }
"""
HEIGHT = "document.querySelector('[data-route=\"out/reach\"] .value').dataset.raw"


SEEN = """(() => {
    const picture = document.getElementById("picture");
    const canvas = new OffscreenCanvas(picture.naturalWidth, picture.naturalHeight);
    const pen = canvas.getContext("2d");
    pen.drawImage(picture, 0, 0);
    const data = pen.getImageData(0, 0, canvas.width, canvas.height).data;
    let empty = 0;
    for (let i = 0; i < data.length; i += 4) {
        const far = [30, 34, 40].map((one, c) => Math.abs(data[i + c] - one));
        empty += Math.max(...far) < 5;
    }
    return 4 * empty / data.length;
})()"""
"""How much of the picture on the page is the empty ground of a private show, 0 to 1."""


class Wire:
    """What arrives at the port that the show sends to: (second, address, arguments)."""

    def __init__(self):
        self._ear = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._ear.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self._ear.bind(("127.0.0.1", 0))
        self.port = self._ear.getsockname()[1]
        self.heard = []
        self._seen = 0
        self._open = True
        self._news = threading.Condition()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def until(self, fits):
        """Wait for the next message that fits, and give it; what was before is past."""
        with self._news:
            found = self._news.wait_for(lambda: self._next(fits), LIMIT)
        assert found, "it never came"
        return found

    def _next(self, fits):
        while self._seen < len(self.heard):
            self._seen += 1
            if fits(self.heard[self._seen - 1]):
                return self.heard[self._seen - 1]
        return None

    def from_now(self):
        """Let what was sent so far be past, also what is read only later.

        Said again until it is heard: what finds no room at the port is lost.
        """
        is_now = lambda one: one[1] == "/now"  # noqa: E731
        for _ in range(LIMIT):
            self._say(b"/now\0\0\0\0,\0\0\0")
            with self._news:
                if self._news.wait_for(lambda: self._next(is_now), 1):
                    return
        raise AssertionError("nothing is heard")

    @contextlib.contextmanager
    def aside(self):
        """Let what is looked at in the block be past only there."""
        seen = self._seen
        yield
        self._seen = seen

    def between(self, begin, end, address):
        with self._news:
            return [a for t, at, a in self.heard if begin <= t <= end and at == address]

    def _listen(self):
        while self._open:
            data = self._ear.recv(65_536)
            with self._news:
                self.heard += [(time.monotonic(), *one) for one in packet(data)]
                self._news.notify_all()

    def close(self):
        self._open = False
        self._say(b"/end\0\0\0\0,\0\0\0")
        self._thread.join(LIMIT)
        self._ear.close()

    def _say(self, datagram):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as voice:
            voice.sendto(datagram, ("127.0.0.1", self.port))


class Show:
    """The command, as a performer starts it."""

    def __init__(self, patch, port):
        self._command = [sys.executable, "-c", COMMAND, "play", str(patch), "--quiet"]
        self._command += ["--page-port", str(port)]
        self._process = None

    def start(self):
        self._process = subprocess.Popen(self._command)

    def stop(self):
        if self._process:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(LIMIT)
        self._process = None


@pytest.fixture(scope="module")
def ports():
    """A port for the page, and one for the driver of the browser."""
    return find_port(), find_port()


@pytest.fixture(scope="module")
def wire():
    wire = Wire()
    yield wire
    wire.close()


TURN = """
    const knob = document.querySelector('[{}="{}"] input');
    knob.value = {};
    knob.dispatchEvent(new Event("input", {{ bubbles: true }}));
"""
SIREN = '''
from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

import numpy as np

from engine import Block, Param
from engine.core.source import Tape


class Siren(Tape):
    """Give sound that is as loud as it is told."""

    OUT: ClassVar[Mapping[str, type]] = {"sound": Block}

    loud: Annotated[float, Param("how loud", 0, 1)] = 0.5

    def events(self):
        step = 4800
        for index in range(1_000_000):
            samples = np.full(step, self.loud, np.float32)
            yield index * 100_000_000, "sound", Block(samples, 48_000, index * step)
'''
LAMP = "/composition/layers/1/clips/2/connect"
MORE = f"""
[siren]
use = "siren"
label = "The siren above the door"

[level]
use = "loudness"
from = "siren"

[wall]
use = "osc_out"
label = "The wall"
to = "127.0.0.1:9"
[wall.send]
"{LAMP}" = {{ from = "level", label = "Red lamp" }}
"""


@pytest.fixture(scope="module")
def show(tmp_path_factory, wire, ports):
    folder = tmp_path_factory.mktemp("show")
    (folder / "nodes").mkdir()
    (folder / "nodes" / "louder.py").write_text(LOUDER)
    (folder / "nodes" / "siren.py").write_text(SIREN)
    (folder / "show.toml").write_text(PATCH.replace("PORT", str(wire.port)) + MORE)
    show = Show(folder / "show.toml", ports[0])
    show.start()
    wire.until(lambda one: one[1] == "/reach")
    yield show
    show.stop()


def answers(port):
    """Wait until the page is served: it comes after the first message of the show."""
    pause = threading.Event()
    for _ in range(20 * LIMIT):
        with contextlib.suppress(ConnectionError):
            socket.create_connection(("127.0.0.1", port)).close()
            return
        pause.wait(0.05)
    pytest.fail("there is no page")


@pytest.fixture(scope="module")
def browser(show, ports):
    answers(ports[0])
    with contextlib.closing(Browser(ports[1])) as browser:
        browser.size(1440, 900)
        browser.go(f"http://127.0.0.1:{ports[0]}/")
        browser.until(f"{HEIGHT} !== 'null'")
        yield browser


def float32(number):
    return struct.unpack("f", struct.pack("f", number))[0]


def test_what_the_page_shows_is_what_has_left(browser, wire):
    shown = {float32(number) for number in browser.different(f"JSON.parse({HEIGHT})", 7)}
    shown -= {arguments[0] for arguments in wire.between(0, time.monotonic(), "/reach")}
    if shown:  # the page may be told before the last of it is here
        wire.until(lambda one: one[1] == "/reach" and (shown.discard(one[2][0]) or not shown))


def test_a_slider_changes_the_wire(browser, wire):
    move = """
        const knob = document.querySelector('[data-knob="loud/by"] input');
        knob.value = arguments[0];
        knob.dispatchEvent(new Event("input", { bubbles: true }));
    """
    wire.from_now()
    browser.run(move, 100)
    wire.until(lambda one: one[1] == "/loud" and one[2][0] > 10)
    back = "document.querySelector('[data-knob=\"loud/by\"] .small:not([hidden])')"
    browser.until(f"{back} && {back}.click() === undefined")
    wire.until(lambda one: one[1] == "/loud" and 0 < one[2][0] < 4)
    browser.until(f"!{back}")  # or it would be that of before below

    # What was turned just before and is not sent yet does not come after it.
    browser.run(move, 100)
    browser.until(back)
    wire.until(lambda one: one[1] == "/loud" and one[2][0] > 10)  # or it would come below
    browser.run(f"{{{move}}} {{{move}}} {back}.click();", 100)
    wire.until(lambda one: one[1] == "/loud" and 0 < one[2][0] < 4)
    heard = []
    wire.until(lambda one: one[1] == "/loud" and (heard.append(one[2][0]) or len(heard) == 60))
    assert max(heard) < 4


TOLD = """
    const parse = JSON.parse;
    JSON.parse = (text) => {
        const news = parse(text);
        if (news.kind === "knobs") window.told = news.stand.flatMap(([value]) => [value]);
        return news;
    };
"""
"""Notes as what the page is told that its knobs stand, which it shows after what a hand does."""
POINTS = "window.told?.some((one) => Array.isArray(one?.[0]) && one.length === {})"
DOTS = "[...document.querySelectorAll('[data-knob=\"bend/points\"] circle')]"
FIRST_DOT = "[data-knob='bend/points'] circle"


def test_a_curve_is_drawn_by_its_points(browser, wire):
    browser.until(f"{DOTS}.length === 2")
    browser.run(TOLD)
    assert browser.run(f"return {DOTS}[0].getAttribute('aria-label')") == "0 gives 0.25"
    wire.until(lambda one: one[1] == "/bent" and one[2] == [0.25])
    wire.from_now()
    browser.drag(FIRST_DOT, 0, -60, "touch")
    wire.until(lambda one: one[1] == "/bent" and one[2][0] > 0.3)
    browser.press(f"{FIRST_DOT} + circle")
    browser.run("document.activeElement.blur()")
    browser.press("[data-knob='bend/points'] svg")  # beside them: another point
    browser.until(f"{DOTS}.length === 3 && {DOTS}[1].getAttribute('aria-label').startsWith('0.')")
    browser.until(POINTS.format(3))
    wire.until(lambda one: one[1] == "/bent" and one[2][0] > 0.3)
    browser.twice(f"{FIRST_DOT} + circle")
    browser.until(f"{DOTS}.length === 2 && {POINTS.format(2)}")
    browser.run(f"{DOTS}[1].focus()")
    browser.keys("\ue013" * 5)
    browser.until(f"{DOTS}[1].getAttribute('aria-label') === '1 gives 0.35'")
    back = "document.querySelector('[data-knob=\"bend/points\"] .small:not([hidden])')"
    browser.until(f"{back} && {back}.click() === undefined")
    wire.until(lambda one: one[1] == "/bent" and one[2] == [0.25])


def test_panic_reaches_the_outputs(browser, wire):
    wire.from_now()
    browser.run("document.getElementById('panic').click()")
    wire.until(lambda one: one[1] == "/p1/here" and one[2] == [0])
    wire.until(lambda one: one[1] == "/p1/here" and one[2] == [1])  # and the show goes on


def alone(wire, address, other):
    """Wait until one address comes again without another, and give when that was.

    A page may be told that others are silent before the last of them has left.
    """
    wire.from_now()
    since = []

    def again(one):
        if one[1] == other:
            since.clear()
        since.append(one[1])
        return since.count(address) == 2

    return wire.until(again)[0]


def test_teaching_lets_one_move_and_hushes_the_others(browser, wire):
    teach = "document.querySelector('[data-route=\"out/loud\"] .buttons button')"
    browser.run(f"{teach}.click()")
    browser.until(f"{teach}.textContent === 'Stop'")
    begin = alone(wire, "/loud", "/reach")
    wire.until(lambda one: one[1] == "/loud" and one[2][0] > 0.99)
    assert wire.between(begin, time.monotonic(), "/reach") == []
    wire.from_now()
    browser.run(f"{teach}.click()")
    wire.until(lambda one: one[1] == "/reach")


def test_a_test_value_goes_through_one_output_and_is_ended_by_the_same_button(browser, wire):
    test = "document.querySelector('[data-route=\"out/p{slot}\"] .buttons button[title^=Send]')"
    browser.run(f"{test}.click()")
    browser.until(f"{test}.textContent === 'Stop'")
    begin = alone(wire, "/p1/right_wrist/y", "/reach")
    wire.until(lambda one: one[1] == "/p1/right_wrist/y")
    assert wire.between(begin, time.monotonic(), "/reach") == []
    wire.from_now()
    browser.run(f"{test}.click()")
    wire.until(lambda one: one[1] == "/reach")


def test_the_monitor_shows_every_address_that_leaves_and_what_nobody_listens_to(browser):
    shown = "[...document.querySelectorAll('#monitor li b')].map((one) => one.textContent)"
    browser.run("document.querySelector('nav [data-to=monitor]').click()")
    browser.until(f"['/reach', '/loud', '/p1/right_wrist/y'].every((one) => {shown}.includes(one))")
    mine = "(one) => one.querySelector('b').textContent === '/p1/right_wrist/y'"
    line = f"[...document.querySelectorAll('#monitor li')].find({mine})"
    said = f"{line}.querySelector('.said').textContent"
    browser.different(said, 2)
    browser.run("""
        const filter = document.querySelector('#monitor input');
        filter.value = 'wrist';
        filter.dispatchEvent(new Event('input'));
    """)
    browser.until(f"{shown}.length === 4 && {shown}.every((one) => one.includes('wrist'))")
    browser.run("document.querySelector('#monitor .tools button').click()")
    assert len(set(browser.collect(said, 30))) == 1
    browser.run("""
        document.querySelector('#monitor .tools button').click();
        const filter = document.querySelector('#monitor input');
        filter.value = '';
        filter.dispatchEvent(new Event('input'));
        document.querySelector('nav [data-to=see]').click();
    """)


def test_the_picture_is_there_with_its_skeleton_and_nothing_is_bright(browser):
    browser.until("document.getElementById('picture').naturalWidth === 640")
    seen = cv2.imdecode(np.frombuffer(browser.picture(), np.uint8), cv2.IMREAD_COLOR)
    assert seen.shape == (900, 1440, 3)
    assert seen.mean() < 60
    assert seen[-3:, :].max() < 80


def test_while_private_no_picture_is_seen_and_all_values_go_on(browser):
    browser.until(f"{SEEN} < 0.9")  # of the stand-in's picture something is no ground
    browser.run("document.getElementById('privacy').click()")
    browser.until(f"{SEEN} > 0.9")  # the skeleton, and nothing else
    browser.until("document.getElementById('marks').textContent.startsWith('Private')")
    assert min(browser.collect(SEEN, 10)) > 0.9
    browser.different(HEIGHT, 6)
    browser.run("document.getElementById('privacy').click()")
    browser.until(f"{SEEN} < 0.9 && document.getElementById('marks').textContent === ''")


SIZES = [(1440, 900), (2560, 1080), (1280, 720), (1024, 768), (390, 844), (844, 390), (320, 568)]
LAYOUT = """
    const seen = [...document.querySelectorAll("button, select, input")].filter((one) => {
        const box = one.getBoundingClientRect();
        return one.checkVisibility({ visibilityProperty: true }) && box.bottom > 0
            && box.top < innerHeight;
    });
    const clipped = (one) => {
        let box = one.getBoundingClientRect();
        let [left, top, right, bottom] = [box.left, box.top, box.right, box.bottom];
        for (let up = one.parentElement; up; up = up.parentElement) {
            if (getComputedStyle(up).overflowY === "visible") continue;
            box = up.getBoundingClientRect();
            [left, top] = [Math.max(left, box.left), Math.max(top, box.top)];
            [right, bottom] = [Math.min(right, box.right), Math.min(bottom, box.bottom)];
        }
        return [left, top, right, bottom];
    };
    const name = (one) => one.getAttribute("aria-label") || one.textContent || one.id;
    const above = (one) => one.closest("nav, body > header");
    const found = [];
    seen.forEach((one, index) => {
        if (one.offsetHeight < 44 || one.offsetWidth < 44) found.push(`small: ${name(one)}`);
        const [l, t, r, b] = clipped(one);
        for (const other of seen.slice(index + 1)) {
            if (above(one) !== above(other)) continue;
            const [left, top, right, bottom] = clipped(other);
            const wide = Math.min(r, right) - Math.max(l, left);
            const high = Math.min(b, bottom) - Math.max(t, top);
            if (wide > 1 && high > 1) found.push(`${name(one)} on ${name(other)}`);
        }
    });
    for (const one of document.querySelectorAll("#outs .name b")) {
        for (const text of one.childNodes) {
            const range = document.createRange();
            range.selectNodeContents(text);
            if (range.getClientRects().length > 1) found.push(`broken: ${text.textContent}`);
        }
    }
    if (document.documentElement.scrollWidth > document.documentElement.clientWidth) {
        found.push("wider than the page");
    }
    return found;
"""
"""What is wrong with the places of things: too small to touch, on top of each other, broken."""


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_nothing_lies_on_another_thing_and_all_can_be_touched(browser, width, height):
    browser.size(width, height, phone=width < 900)
    try:
        for tab in ("see", "show", "knobs", "patch"):
            if browser.run(f"return !document.querySelector('nav [data-to={tab}]').offsetWidth"):
                continue  # on a desk knobs and patch are always there
            browser.run(f"document.querySelector('nav [data-to={tab}]').click()")
            browser.laid_out()
            assert browser.run(LAYOUT) == [], tab
        if width >= 900:
            browser.run("document.querySelector('nav [data-to=see]').click()")
            browser.run("document.getElementById('wide').click()")
            browser.laid_out()
            assert browser.run(LAYOUT) == [], "larger"
            browser.run("document.getElementById('wide').click()")
    finally:
        browser.run("document.querySelector('nav [data-to=see]').click()")
        browser.size(1440, 900)


@pytest.mark.parametrize(("width", "height"), [(390, 844), (844, 390), (320, 568)])
def test_the_whole_patch_can_be_seen_on_a_phone(browser, width, height):
    browser.size(width, height, phone=True)
    try:
        browser.run("document.querySelector('nav [data-to=patch]').click()")
        browser.laid_out()
        edges = browser.run("""
            window.scrollTo(0, document.documentElement.scrollHeight);
            const boxes = [...document.querySelectorAll(".box")];
            const at = boxes.map((box) => box.getBoundingClientRect());
            const nav = document.querySelector("nav").getBoundingClientRect();
            const plan = document.getElementById("plan");
            return {
                boxes: boxes.length,
                right: Math.max(...at.map((box) => box.right)),
                bottom: Math.max(...at.map((box) => box.bottom)),
                floor: nav.top > innerHeight / 2 ? nav.top : innerHeight,
                hidden: plan.scrollWidth - plan.clientWidth,
            };
        """)
        assert edges["boxes"] == 8
        assert edges["hidden"] == 0
        assert edges["right"] <= width
        assert edges["bottom"] <= edges["floor"]
    finally:
        browser.run("document.querySelector('nav [data-to=see]').click()")
        browser.size(1440, 900)


def test_outputs_stand_as_written_by_their_labels(browser):
    script = "return [...document.querySelectorAll('#outs {}')].map((one) => one.textContent)"
    names = ["/reach", "/loud", "/bent", "/p{slot}", "Red lamp"]
    assert browser.run(script.format(".name b")) == names
    assert browser.run(script.format("h2")) == ["out", "The wall"]
    assert browser.run(script.format("small.from"))[-1] == f"{LAMP} from level"


def test_a_long_label_leaves_room_for_what_the_box_says(browser):
    browser.size(1000, 800)
    try:
        # Drawn anew for the width: no box is as wide as it was.
        browser.until("document.getElementById('graph').offsetWidth < 1000")
        wrong = browser.run("""
            const bottom = (one) => one.getBoundingClientRect().bottom;
            return [...document.querySelectorAll(".box")].filter((box) => {
                const name = box.querySelector("b");
                const cut = name.scrollWidth > name.clientWidth;
                return cut || bottom(box.querySelector(".value")) > bottom(box);
            }).map((box) => box.textContent);
        """)
        assert wrong == []
    finally:
        browser.size(1440, 900)


def test_figures_are_behind_a_dot(browser):
    row = "document.querySelector('[data-route=\"out/reach\"]')"
    facts = f"{row}.querySelector('.facts')"
    browser.until(f"{row}.matches('.bad') || getComputedStyle({facts}).display === 'none'")
    browser.press("[data-route='out/reach'] .unfold")
    browser.until(f"{facts}.offsetHeight && /ms .*[/]s/.test({facts}.textContent)")
    browser.press("[data-route='out/reach'] .unfold")


def test_a_clip_is_seen_until_it_is_tapped(browser):
    meter = "document.querySelector('[data-sound=\"siren.sound\"]')"
    peak = f"Math.abs({meter}.querySelector('output').dataset.peak - {{}}) < 0.2"
    lit = f"return {meter}.querySelector('.clip').classList.contains('lit')"
    browser.until(peak.format(-6.02))
    assert browser.run(f"return {meter}.querySelector('b').textContent") == (
        "The siren above the door"
    )
    assert not browser.run(lit)
    for loud, decibels in ((1.0, 0.0), (0.5, -6.02)):
        browser.run(TURN.format("data-knob", "siren/loud", loud))
        browser.until(peak.format(decibels))
    assert browser.run(lit)
    browser.press(".clip")
    assert not browser.run(lit)


def test_one_tap_locks_all_but_panic_and_a_long_press_unlocks(browser, wire):
    locked = "return document.body.classList.contains('locked')"
    browser.run("""
        const line = document.getElementById("notice");
        const note = () => (window.noticed = `${window.noticed ?? ""} ${line.textContent}`);
        new MutationObserver(note).observe(line, { childList: true, subtree: true });
    """)
    browser.press("#lock")
    assert browser.run(locked)
    tap = (
        "for (const kind of ['down', 'up']) lock.dispatchEvent(new PointerEvent('pointer' + kind))"
    )
    browser.run(f"const lock = document.getElementById('lock'); {tap}")  # as short as a tap is
    assert browser.run(locked), "a tap does not unlock"
    browser.press("[data-knob='loud/on'] button.switch")
    browser.press("#blackout")
    browser.run(TURN.format("data-knob", "loud/by", 100))
    before = browser.run(f"return {DOTS}[0].getAttribute('aria-label')")
    browser.drag(FIRST_DOT, 0, -60)
    assert browser.run(f"return {DOTS}[0].getAttribute('aria-label')") == before
    browser.until("window.noticed.includes('Locked: hold the lock to unlock')")
    wire.from_now()
    browser.press("#panic")
    wire.until(lambda one: one[1] == "/p1/here" and one[2] == [0])
    wire.until(lambda one: one[1] == "/loud" and 0 < one[2][0] < 4)
    assert browser.run("return document.getElementById('blackout').ariaPressed") == "false"
    browser.hold("#lock", "!document.body.classList.contains('locked')")


def test_a_pinned_knob_turns_in_the_show_view_and_other_devices_have_it(browser, wire):
    pinned = "document.querySelector('[data-pinned=\"loud/by\"]')"
    browser.run("document.querySelector('[data-knob=\"loud/by\"] .pin').click()")
    browser.until(pinned)
    browser.press("nav [data-to=show]")
    wire.from_now()
    browser.run(TURN.format("data-pinned", "loud/by", 100))
    wire.until(lambda one: one[1] == "/loud" and one[2][0] > 10)
    browser.until(f"!{pinned}.querySelector('.small').hidden")
    browser.press("[data-pinned='loud/by'] .small")
    wire.until(lambda one: one[1] == "/loud" and 0 < one[2][0] < 4)
    # Another device has none of it in its own storage: the show tells it.
    browser.run("localStorage.clear()")
    browser.go(browser.run("return location.href"))
    browser.until(pinned)
    browser.run(f"{pinned}.querySelector('.pin').click()")
    browser.until("!document.querySelector('[data-pinned]')")
    browser.until(f"{HEIGHT} !== 'null'")


DRAWN = """(() => {
    const picture = document.getElementById("picture");
    const pen = new OffscreenCanvas(64, 36).getContext("2d");
    pen.drawImage(picture, 0, 0, 64, 36);
    return [...pen.getImageData(0, 0, 64, 36).data].filter((_, place) => place % 4 < 3);
})()"""
LIGHT = f"Math.max(...{DRAWN})"
"""The brightest value of the picture on the page, 0 to 255."""


def test_black_out_freeze_and_master_by_hand_and_key(browser, wire):
    key = "document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'KEY', bubbles: true}))"
    marks = "document.getElementById('marks').textContent"
    browser.until(f"{LIGHT} > 60")
    browser.press("#blackout")
    browser.until(f"{LIGHT} === 0 && {marks} === 'Black-out'")
    wire.from_now()
    wire.until(lambda one: one[1] == "/reach")  # what is sent goes on
    browser.run(key.replace("KEY", "b"))
    browser.until(f"{LIGHT} > 60")
    browser.run(key.replace("KEY", " "))
    browser.until(f"{marks} === 'Frozen'")
    # Once what was on its way has come, it stands.
    still = f"(() => {{ const now = String({DRAWN}); const same = window.held === now;"
    browser.until(
        still + " window.stood = same ? (window.stood ?? 0) + 1 : 0; window.held = now;"
        " return window.stood > 20; })()"
    )
    browser.run(TURN.format("id", "master", 0.25))
    browser.until(f"{LIGHT} < 70 && {LIGHT} > 10")
    browser.run(TURN.format("id", "master", 1))
    browser.press("#freeze")
    browser.until(f"{marks} === ''")


FILLED = "document.getElementById('stage').getBoundingClientRect().width === innerWidth"
LEFT = f"!document.fullscreenElement && !({FILLED})"


def test_two_taps_fill_the_screen_and_two_more_leave_it(browser):
    full = f"document.fullscreenElement && {FILLED}"
    for way in ("#stage", "#full"):
        (browser.twice if way == "#stage" else browser.press)(way)
        browser.until(full)
        browser.twice("#stage")
        browser.until(LEFT)


def test_a_screen_that_is_filled_only_after_it_was_left_is_left_too(browser):
    browser.run("""
        const ask = Element.prototype.requestFullscreen;
        Element.prototype.requestFullscreen = async function () {
            await new Promise((done) => { window.allow = done; });
            await ask.call(this);
            window.allowed = true;
        };
        window.again = () => { Element.prototype.requestFullscreen = ask; };
    """)
    browser.keys("ff")
    browser.run("window.again(); window.allow();")
    browser.until("window.allowed")
    browser.until(LEFT)


def test_the_picture_at_its_own_address_stays_while_the_show_is_away(browser, show, wire, ports):
    shown = "Number(document.getElementById('picture').dataset.pictures)"
    browser.go(f"http://127.0.0.1:{ports[0]}/picture")
    try:
        browser.until(f"{shown} > 2 && {LIGHT} > 60")
        assert browser.run("return document.querySelectorAll('button, p, a').length") == 0
        assert browser.run("return document.body.innerText.trim()") == ""
        ground = "return getComputedStyle(document.body).backgroundColor"
        assert browser.run(ground) == "rgb(0, 0, 0)"
        show.stop()
        before = browser.run(f"return {shown}")
        assert min(browser.collect(LIGHT, 20)) > 60, "the last picture stays"
        wire.from_now()
        show.start()
        wire.until(lambda one: one[1] == "/reach")
        browser.until(f"{shown} > {before + 2}")
    finally:
        browser.go(f"http://127.0.0.1:{ports[0]}/")
        browser.until(f"{HEIGHT} !== 'null'")


def test_it_comes_back_when_the_show_does(browser, show, wire):
    browser.run("document.getElementById('title').textContent = 'old'")
    show.stop()
    wire.from_now()
    browser.until("document.getElementById('notice').dataset.kind === 'offline'")
    show.start()
    browser.until("document.getElementById('notice').dataset.kind !== 'offline'")
    browser.until("document.getElementById('title').textContent === 'Seen in a browser'")
    wire.until(lambda one: one[1] == "/reach")
    before = browser.run(f"return {HEIGHT}")
    browser.until(f"{HEIGHT} !== 'null' && {HEIGHT} !== {before!r}")
    browser.until("document.getElementById('picture').naturalWidth === 640")


def test_nothing_was_asked_of_any_other_host_and_nothing_went_wrong(browser, ports):
    asked = [urlsplit(address) for address in browser.requests()]
    far = {one.netloc for one in asked if one.scheme in ("http", "https", "ws", "wss")}
    assert far == {f"127.0.0.1:{ports[0]}"}
    said = [entry["message"] for entry in browser.log("browser")]
    away = ("net::ERR_", "WebSocket connection to ")  # what was asked of a show that ended
    assert [text for text in said if not any(each in text for each in away)] == []


def test_what_a_patch_keeps_private_the_page_cannot_open(browser, tmp_path, wire):
    file = tmp_path / "private.toml"
    file.write_text(
        "privacy = true\n" + PATCH.replace("PORT", str(wire.port)).replace("louder", "scale")
    )
    port = find_port()
    show = Show(file, port)
    show.start()
    try:
        answers(port)
        browser.go(f"http://127.0.0.1:{port}/")
        browser.until("document.getElementById('picture').naturalWidth === 640")
        browser.until("document.getElementById('privacy').disabled")
        # The master beside it keeps its figure to itself.
        assert browser.run("""
            const [master, privacy] = ["master", "privacy"].map((id) =>
                document.getElementById(id).getBoundingClientRect());
            const number = document.querySelector("#master output").getBoundingClientRect();
            return number.right <= master.right + 1 &&
                (number.right <= privacy.left || number.bottom <= privacy.top);
        """)
        assert min(browser.collect(SEEN, 10)) > 0.9
        # Who does not ask by the button is refused too.
        browser.run("import('/link.js').then((link) => link.ask({ do: 'privacy', on: false }))")
        browser.until("document.getElementById('notice').dataset.kind === 'refused'")
        assert min(browser.collect(SEEN, 10)) > 0.9
    finally:
        show.stop()
