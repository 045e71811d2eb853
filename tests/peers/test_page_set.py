"""A set of patches in a real browser: a tap goes to another, and a file that is saved is seen."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys

import pytest
from browser import Browser
from test_page import COMMAND, Wire, answers

from tests.limits import LIMIT
from tests.ports import find_port

pytestmark = [
    pytest.mark.peer("chromium", "chromium"),
    pytest.mark.peer("chromedriver", "chromium-driver"),
]

PATCH = """
title = "TITLE"

[dancer]
use = "stand_in"

[reach]
use = "joint"
from = "dancer.joints"
joint = "right_wrist"

[out]
use = "osc_out"
to = "127.0.0.1:PORT"
[out.send]
"/NAME" = "reach"
"""
PLACES = """[...document.querySelectorAll('header, #bar, main > *, .out, .box')].map((one) =>
    Object.values(one.getBoundingClientRect().toJSON()).map(Math.round).join())"""
"""Where things stand."""
CALM = """const calm = document.createElement("style");
    calm.textContent = ".facts, #devices { display: none !important }";
    document.head.append(calm);"""
"""What a busy machine is told to be behind with takes no room."""
ENTRY = "document.querySelectorAll('#playlist button')[{}]"


@pytest.fixture
def wire():
    with contextlib.closing(Wire()) as wire:
        yield wire


@pytest.fixture
def files(tmp_path, wire):
    for name in ("one", "two"):
        text = PATCH.replace("PORT", str(wire.port)).replace("NAME", name)
        (tmp_path / f"{name}.toml").write_text(text.replace("TITLE", f"Patch {name}"))
    return [tmp_path / "one.toml", tmp_path / "two.toml"]


@pytest.fixture
def port(files, wire):
    port = find_port()
    command = [sys.executable, "-c", COMMAND, "play", *map(str, files), "--quiet"]
    show = subprocess.Popen([*command, "--page-port", str(port)])
    wire.until(lambda one: one[1] == "/one")
    answers(port)
    yield port
    show.send_signal(signal.SIGINT)
    assert show.wait(LIMIT) == 0


def test_a_tap_goes_to_another_patch_and_what_is_saved_is_seen(files, port, wire):
    with contextlib.closing(Browser(find_port())) as browser:
        browser.size(1440, 900)
        browser.go(f"http://127.0.0.1:{port}/")
        browser.until(f"{ENTRY.format(0)}.getAttribute('aria-current') === 'true'")
        browser.run(CALM)
        assert browser.run(f"return {ENTRY.format(1)}.textContent").endswith("Patch two")
        browser.run(f"{ENTRY.format(1)}.click()")
        wire.until(lambda one: one[1] == "/two")
        browser.until("document.getElementById('title').textContent === 'Patch two'")
        browser.until(f"{ENTRY.format(1)}.getAttribute('aria-current') === 'true'")
        browser.until(
            "document.querySelector('[data-route=\"out/two\"] .value').dataset.raw !== 'null'"
        )
        browser.until("document.getElementById('picture').naturalWidth > 0")

        text = files[1].read_text()
        before = browser.run(f"return {PLACES}")
        files[1].write_text(text.replace("right_wrist", "right_wrst"))
        browser.until("document.getElementById('notice').textContent.includes('right_wrst')")
        assert browser.run(f"return {PLACES}") == before, "nothing moves when an error comes"
        browser.until("document.getElementById('notice').dataset.kind === ''")  # by itself
        assert browser.run(f"return {PLACES}") == before, "nor when it goes"
        assert browser.run("return document.getElementById('log').hidden")
        browser.press("#told")
        browser.until("document.getElementById('troubles').innerText.includes('right_wrst')")
        assert browser.run(f"return {PLACES}") == before, "the list lies above"
        browser.press("#told")
        files[1].write_text(text.replace("Patch two", "Patch three").replace("/two", "/three"))
        wire.until(lambda one: one[1] == "/three")
        browser.until("document.getElementById('title').textContent === 'Patch three'")
        browser.until("!document.getElementById('troubles').textContent.includes('right_wrst')")
        assert browser.run(f"return {ENTRY.format(1)}.textContent").endswith("Patch three")

        browser.press("nav [data-to=show]")
        large = "document.querySelectorAll('#set button')[0]"
        assert browser.run(f"return {large}.getBoundingClientRect().height") >= 80
        browser.run(f"{large}.click()")
        wire.until(lambda one: one[1] == "/one")
        browser.until(f"{large}.getAttribute('aria-current') === 'true'")
        browser.run("document.querySelectorAll('#set button')[1].click()")
        wire.until(lambda one: one[1] == "/three")
        browser.press("nav [data-to=see]")

        browser.size(390, 844, phone=True)
        for index in (0, 1):
            tall = browser.run(f"return {ENTRY.format(index)}.getBoundingClientRect().height")
            assert tall >= 44
        wide = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        assert browser.run(f"return {wide}")
        browser.run(f"{ENTRY.format(0)}.click()")
        wire.until(lambda one: one[1] == "/one")
