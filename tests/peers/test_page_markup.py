"""Markup that a patch or the network brings is shown as it is: a real browser runs none of it."""

from __future__ import annotations

import contextlib
import socket

import pytest
from browser import Browser
from pythonosc.osc_message_builder import build_msg
from test_page import Show, answers

from engine.lab.stress.show import wait_until
from tests.limits import LIMIT
from tests.ports import find_port

pytestmark = [
    pytest.mark.peer("chromium", "chromium"),
    pytest.mark.peer("chromedriver", "chromium-driver"),
]

EVIL = "<img src=x onerror=window.evil=1><script>window.evil=1</script>"
PATCH = """
title = "EVIL"

[desk]
use = "osc_in"
port = DESK
[desk.listen]
words = { address = "/words", carries = "text" }

[control]
use = "osc_control"
port = CONTROL
replies = REPLIES

[out]
use = "osc_out"
to = "127.0.0.1:9"
[out.send]
"/words" = "desk.words"
"""
RUN = "return Boolean(window.evil || document.querySelector('main script, main img[src=x], h1 *'))"


@pytest.fixture
def stage(tmp_path):
    ports = {name: find_port() for name in ("DESK", "CONTROL", "REPLIES", "page", "driver")}
    text = PATCH.replace("EVIL", EVIL)
    for name in ("DESK", "CONTROL", "REPLIES"):
        text = text.replace(name, str(ports[name]))
    (tmp_path / "show.toml").write_text(text)
    show = Show(tmp_path / "show.toml", ports["page"])
    show.start()
    try:
        answers(ports["page"])
        with contextlib.closing(Browser(ports["driver"])) as browser:
            browser.size(1440, 900)
            browser.go(f"http://127.0.0.1:{ports['page']}/")
            yield browser, ports
    finally:
        show.stop()


def say(port, address, *arguments):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mouth:
        mouth.sendto(build_msg(address, arguments).dgram, ("127.0.0.1", port))


def test_markup_is_text(stage):
    browser, ports = stage
    browser.until(f"document.getElementById('title').textContent === {EVIL!r}")

    def is_shown():
        """Say it again: there may be a page before there are ports."""
        say(ports["DESK"], "/words", EVIL)
        say(ports["CONTROL"], f"/{EVIL}/x", EVIL)
        say(ports["CONTROL"], "/out/on", EVIL)
        # A value is cut after some characters, a fault is told whole.
        return browser.run(f"""
            return document.body.textContent.split({EVIL[:30]!r}).length > 3 &&
                document.getElementById('troubles').textContent.includes('<script>')
        """)

    assert wait_until(is_shown, LIMIT)
    assert not browser.run(RUN)
