"""Saving and guests in a real browser: a knob is turned, looked at as a line, saved, and shared."""

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

TOKEN = "a-word-for-the-crew"
PATCH = """\
title = "Saved"   # tonight

[dancer]
use = "stand_in"

# The hand of the dancer.
[reach]
use = "joint"
from = "dancer.joints"
joint = "right_wrist"
then = ["smooth"]   # calm

[out]
use = "osc_out"
to = "127.0.0.1:PORT"
[out.send]
"/reach" = "reach"
"""
SLIDER = "document.querySelector('[data-knob=\"reach/smooth/smooth\"] input')"
SAVE = "document.querySelector('#save .keep')"
DIALOG = "document.querySelector('dialog.saving')"
TURN = f"{SLIDER}.value = arguments[0]; {SLIDER}.dispatchEvent(new Event('input'));"
SHOWN = "getComputedStyle(document.getElementById('{}')).display !== 'none'"


@pytest.fixture
def wire():
    with contextlib.closing(Wire()) as wire:
        yield wire


@pytest.fixture
def file(tmp_path, wire):
    file = tmp_path / "saved.toml"
    file.write_text(PATCH.replace("PORT", str(wire.port)))
    return file


@pytest.fixture
def port(file, wire):
    port = find_port()
    command = [sys.executable, "-c", COMMAND, "play", str(file), "--quiet"]
    more = ["--page-port", str(port), "--page-token", TOKEN]
    show = subprocess.Popen([*command, *more])
    wire.until(lambda one: one[1] == "/reach")
    answers(port)
    yield port
    show.send_signal(signal.SIGINT)
    assert show.wait(LIMIT) == 0


def press(browser, name):
    """Press the button of the window by its name."""
    find = f"[...{DIALOG}.querySelectorAll('button')].find((one) => one.textContent === '{name}')"
    browser.until(f"{DIALOG}.open && {find}")
    browser.run(f"{find}.click()")


def test_what_is_turned_is_looked_at_and_saved_and_a_guest_may_not(file, port):
    with contextlib.closing(Browser(find_port())) as browser:
        browser.size(1440, 900)
        browser.go(f"http://127.0.0.1:{port}/?token={TOKEN}")
        browser.until(f"{SAVE}.textContent === 'Saved' && {SAVE}.disabled")
        browser.run(TURN, 0.87654321)
        browser.until(f"{SAVE}.textContent.startsWith('Save 1 change')")
        browser.run(f"{SAVE}.click()")
        browser.until(f"{DIALOG}.open && {DIALOG}.querySelector('.lines')")
        lines = browser.run(
            f"return [...{DIALOG}.querySelectorAll('.lines code')].map((one) => one.textContent)"
        )
        assert lines.pop(0) == "[reach]"
        assert lines == [
            'then = ["smooth"]   # calm',
            'then = [{ use = "smooth", smooth = 0.8765 }]   # calm',
        ]
        press(browser, "Save")
        browser.until("document.getElementById('notice').textContent.includes('Saved in saved')")
        browser.until(f"{SAVE}.textContent === 'Saved' && {SAVE}.disabled")
        before = PATCH.replace("PORT", file.read_text().partition("127.0.0.1:")[2][:5].strip('"\n'))
        assert file.read_text() == before.replace(*lines)
        # The patch that was saved is laid out anew before its knobs stand where they should.
        browser.until(f"Math.abs(Number({SLIDER}.value) - 0.8765) < 1e-4")

        browser.run("document.querySelector('#save button:not(.keep)').click()")
        browser.until(f"{DIALOG}.open && {DIALOG}.querySelector('canvas.code')")
        address = browser.run(f"return {DIALOG}.querySelector('.address').textContent")
        assert TOKEN not in address
        browser.forget()
        browser.go(address)
        browser.until("document.body.dataset.role === 'guest'")
        browser.until(SLIDER)
        for hidden in ("panic", "save", "privacy", "blackout"):
            assert not browser.run(f"return {SHOWN.format(hidden)}")
        assert browser.run("return document.querySelector('.knob.owners').offsetHeight") == 0
        browser.run(TURN, 0.5)
        browser.until(
            "document.querySelector('[data-knob=\"reach/smooth/smooth\"] button.small').hidden"
            " === false"
        )
        assert file.read_text() == before.replace(*lines)
