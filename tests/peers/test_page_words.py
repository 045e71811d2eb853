"""Words by hand in a real browser: a line that is typed, and next words as large buttons."""

from __future__ import annotations

import contextlib
import socket
from functools import partial

import pytest
from browser import PHONE, Browser
from pythonosc.osc_message_builder import build_msg
from test_page import Show, Wire, answers

from engine.lab.stress.show import wait_until
from tests.limits import LIMIT
from tests.ports import find_port

pytestmark = [
    pytest.mark.peer("chromium", "chromium"),
    pytest.mark.peer("chromedriver", "chromium-driver"),
]

NEXT = '''
from typing import Annotated, ClassVar, NamedTuple

from engine import Event, Node, Param, Trigger

WORDS = ("the", "sea", "unbelievably", "is", "calm", "tonight", "and", "אור", "deep")


class Said(NamedTuple):
    first: str | None
    second: str | None
    third: str | None
    text: str | None


class Next(Node):
    """Suggest three words, always others, and write the one that is chosen."""

    self_starting: ClassVar[bool] = True

    choose: Event[Annotated[int, Param("which of the three words comes next", 1, 3)]] = 1
    undo: Event[Annotated[bool, Param("take the last word back")]] = False
    end: Event[Annotated[bool, Param("end the line")]] = False

    _line: tuple[str, ...] = ()

    def process(self, text: str = "") -> Said:
        self._line = (*self._line, *text.split())
        return self._says()

    def on_choose(self, choose: int) -> Said:
        self._line = (*self._line, self._three()[choose - 1])
        return self._says()

    def on_undo(self, undo: Trigger) -> Said:
        self._line = self._line[:-1]
        return self._says()

    def on_end(self, end: Trigger) -> Said:
        self._line = ()
        return self._says()

    def on_wake(self, at) -> Said:
        return self._says()

    def _three(self):
        begin = 3 * len(self._line)
        return [WORDS[(begin + place) % len(WORDS)] for place in range(3)]

    def _says(self) -> Said:
        return Said(*self._three(), " ".join(self._line))
'''
PATCH = """
title = "Words by hand"

[control]
use = "osc_control"
port = CONTROL
replies = REPLIES

[typed]
use = "typed"
label = "Poet"

[next]
use = "next"

[out]
use = "osc_out"
to = "127.0.0.1:PORT"
[out.send]
"/line" = "typed"
"/interim" = "typed.interim.text"
"/chosen" = "next.text"
"""
LINE = ".typed textarea"
WORDS = "[...document.querySelectorAll('.next button')].map((one) => one.innerText)"
SO_FAR = "document.querySelector('.chooser .text').innerText"
SAID = "document.querySelector('.said').innerText"
POWER = "document.querySelector('[data-knob=\"typed/on\"] button.switch').ariaChecked"
ENTER, BACKSPACE = "\ue007", "\ue003"
KEYBOARD = (390, 400)
"""What is left of a phone's page above the keyboard."""


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    """A show, what it sends, a browser that looks at it, its port of control and its patch."""
    folder = tmp_path_factory.mktemp("words")
    (folder / "nodes").mkdir()
    (folder / "nodes" / "next.py").write_text(NEXT)
    page, driver, control, replies = (find_port() for _ in range(4))
    with contextlib.closing(Wire()) as wire:
        text = PATCH.replace("PORT", str(wire.port)).replace("CONTROL", str(control))
        (folder / "show.toml").write_text(text.replace("REPLIES", str(replies)))
        show = Show(folder / "show.toml", page)
        show.start()
        try:
            answers(page)
            with contextlib.closing(Browser(driver)) as browser:
                browser.size(1440, 900)
                browser.go(f"http://127.0.0.1:{page}/")
                browser.until("document.querySelector('.typed textarea')")
                browser.until(f"{WORDS}[0] === 'the'")
                for on in (False, True):  # its port may come later than its page
                    assert wait_until(partial(is_switched, browser, control, on), LIMIT)
                yield browser, wire, control, folder / "show.toml"
        finally:
            show.stop()


def is_switched(browser: Browser, control: int, on: bool) -> bool:
    """Switch a box by OSC; return whether the page shows it so."""
    tell(control, "/typed/on", int(on))
    return browser.run(f"return {POWER} === '{str(on).lower()}'")


def line(text: str, address: str = "/line"):
    return lambda one: one[1:] == (address, [text])


@pytest.fixture(params=["desk", "phone"])
def page(stage, request):
    browser, wire, *_ = stage
    if request.param == "phone":
        browser.size(*PHONE, phone=True)
    else:
        browser.size(1440, 900)
    wire.from_now()
    return browser, wire


def test_a_line_is_said_by_enter_and_heard_while_it_is_typed(page):
    browser, wire = page
    browser.press(LINE)
    browser.keys("the s")
    wire.until(line("the s", "/interim"))
    browser.keys("ea")
    browser.keys(ENTER)
    wire.until(line("", "/interim"))
    wire.until(line("the sea"))
    browser.until(f"{SAID} === 'the sea'")
    assert browser.run(f"return document.querySelector('{LINE}').value") == ""
    browser.keys("the sea" + ENTER)
    wire.until(line("the sea"))
    browser.keys(ENTER)
    wire.until(line(""))
    assert browser.run(
        "return document.activeElement === document.querySelector(arguments[0])", LINE
    )


def test_the_button_says_it_too_with_emoji_and_from_right_to_left(page):
    browser, wire = page
    text = "אור \U0001f30a 'quoted' \"and\" <b>"
    browser.run("document.querySelector(arguments[0]).value = arguments[1]", LINE, text)
    browser.press(".typed .entry button")
    wire.until(line(text))
    browser.until(f"{SAID}.includes('<b>')")


def test_too_long_a_line_is_refused_and_stays_and_one_that_fits_is_said(page):
    browser, _ = page
    put = "document.querySelector(arguments[0]).value = arguments[1].repeat(arguments[2])"
    browser.run(put, LINE, "\U0001f30a", 10_001)
    browser.press(".typed .entry button")
    browser.until("document.querySelector('#notice').innerText.includes('10001 characters')")
    assert (
        browser.run("return [...document.querySelector(arguments[0]).value].length", LINE) == 10_001
    )
    browser.run(put, LINE, "\U0001f40b", 10_000)
    browser.press(".typed .entry button")
    browser.until(f"{SAID}.startsWith('…\U0001f40b')")
    browser.press(LINE)
    browser.keys("ok" + ENTER)
    browser.until(f"{SAID} === 'ok'")


def tell(control: int, address: str, value: object) -> None:
    """Send a message as another program does."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as program:
        program.sendto(build_msg(address, [value]).dgram, ("127.0.0.1", control))


def test_a_line_that_is_refused_comes_back(stage):
    browser, wire, control, _ = stage
    browser.size(1440, 900)
    tell(control, "/typed/on", 0)
    browser.until(f"{POWER} === 'false'")
    browser.press(LINE)
    browser.keys("nobody hears" + ENTER)
    browser.until("document.querySelector('#notice').innerText.includes('typed is off')")
    browser.until(f"document.querySelector('{LINE}').value === 'nobody hears'")
    tell(control, "/typed/on", 1)
    browser.until(f"{POWER} === 'true'")
    wire.from_now()
    browser.press(LINE)
    browser.keys(ENTER)
    wire.until(line("nobody hears"))


def test_a_program_says_a_line_by_osc(stage):
    browser, wire, control, _ = stage
    wire.from_now()
    tell(control, "/typed/text", "from afar")
    wire.until(line("from afar"))
    browser.until(f"{SAID} === 'from afar'")
    tell(control, "/typed/text", "x" * 10_050)
    browser.until(f"{SAID}.startsWith('…xxx')")
    browser.until("document.querySelector('#troubles').textContent.includes('10050 characters')")


def test_the_next_words_are_chosen_by_their_buttons_and_taken_back(page):
    browser, wire = page
    assert browser.run(f"return {WORDS}") == ["the", "sea", "unbelievably"]
    browser.press(".next button:nth-child(2)")
    wire.until(line("sea", "/chosen"))
    browser.until(f"{WORDS}[1] === 'calm'")
    browser.press(".next button:nth-child(2)", times=2)
    wire.until(line("sea calm אור", "/chosen"))
    browser.until(f"{SO_FAR} === 'sea calm אור'")
    browser.press(".chooser .more .choices:nth-child(1) button")
    wire.until(line("sea calm", "/chosen"))
    browser.press(".chooser .more .choices:nth-child(2) button")
    wire.until(line("", "/chosen"))
    browser.until(f"{WORDS}[0] === 'the'")


def test_a_line_that_is_begun_stays_when_the_patch_is_saved(stage):
    browser, wire, _, patch = stage
    browser.size(1440, 900)
    wire.from_now()
    browser.press(LINE)
    browser.keys("half a li")
    text = patch.read_text()
    patch.write_text(text.replace('"Poet"', '"Poetess"'))
    browser.until("document.querySelector('.typed b').innerText === 'Poetess'")
    browser.keys("ne" + ENTER)
    wire.until(line("half a line"))
    patch.write_text(text)
    browser.until("document.querySelector('.typed b').innerText === 'Poet'")


def test_a_thumb_chooses(stage):
    browser, wire, *_ = stage
    browser.size(*PHONE, phone=True)
    wire.from_now()
    browser.drag(".next button:nth-child(3)", 0, 0, "touch")
    wire.until(line("unbelievably", "/chosen"))
    browser.drag(".chooser .more .choices:nth-child(1) button", 0, 0, "touch")
    wire.until(line("", "/chosen"))
    browser.until(f"{WORDS}[0] === 'the'")


def test_a_guest_sees_the_words_and_no_line(stage):
    browser, *_ = stage
    role = "document.body.dataset.role"
    owner = browser.run(f"return {role}")
    seen = (
        "return ['.typed', '.chooser'].map((one) => document.querySelector(one).offsetHeight > 0)"
    )
    assert browser.run(seen) == [True, True]
    browser.run(f"{role} = 'guest'")
    assert browser.run(seen) == [False, True]
    browser.run(f"{role} = '{owner}'")
    assert owner == "owner"


def test_keys_choose_where_nothing_is_typed(stage):
    browser, wire, *_ = stage
    browser.size(1440, 900)
    wire.from_now()
    browser.run("document.activeElement.blur()")
    browser.keys("3")
    wire.until(line("unbelievably", "/chosen"))
    browser.until(f"{WORDS}[0] === 'is'")
    browser.keys("1")
    wire.until(line("unbelievably is", "/chosen"))
    browser.keys(BACKSPACE)
    wire.until(line("unbelievably", "/chosen"))
    browser.press(LINE)
    browser.keys("123" + ENTER)
    wire.until(line("123"))
    browser.run("document.activeElement.blur()")
    browser.keys(ENTER)
    wire.until(line("", "/chosen"))
    browser.until(f"{WORDS}[0] === 'the'")


def test_a_locked_page_says_nothing(page):
    browser, wire = page
    browser.run("document.getElementById('lock').scrollIntoView()")
    browser.press("#lock")
    browser.until("document.body.classList.contains('locked')")
    browser.press(LINE)
    browser.keys("x" + ENTER + "1")
    browser.press(".next button")
    assert browser.run(f"return document.querySelector('{LINE}').value") == ""
    browser.hold("#lock", "!document.body.classList.contains('locked')")
    browser.press(LINE)
    browser.keys("y" + ENTER)
    said = wire.until(lambda one: one[1] in ("/line", "/chosen"))
    assert said[1:] == ("/line", ["y"])


def test_on_a_phone_the_keyboard_does_not_hide_the_line_and_thumbs_reach_the_words(stage):
    browser, *_ = stage
    browser.size(*PHONE, phone=True)
    browser.run("window.scrollTo(0, 0)")
    place = "return document.querySelector(arguments[0]).getBoundingClientRect().toJSON()"
    buttons = [browser.run(place, f".next button:nth-child({count})") for count in (1, 2, 3)]
    assert all(one["width"] >= 100 and one["height"] >= 96 for one in buttons)
    assert all(one["left"] >= 0 and one["right"] <= PHONE[0] for one in buttons)
    assert buttons[0]["bottom"] <= PHONE[1] - 72, "the views lie over them"
    assert browser.run("return document.documentElement.scrollWidth") == PHONE[0]
    browser.press(LINE)
    browser.size(*KEYBOARD, phone=True)
    browser.until(f"""(({{ top, bottom }}) => top >= 0 && bottom <= {KEYBOARD[1]})(
        document.querySelector('{LINE}').getBoundingClientRect())""")
    box = browser.run(place, LINE)
    over = "return document.elementFromPoint(arguments[0], arguments[1]).localName"
    seen = browser.run(over, box["left"] + 20, box["top"] + box["height"] / 2)
    assert seen == "textarea", "it is covered"
