"""The walk through a network in a real browser, beside a real show whose packets are captured."""

from __future__ import annotations

import contextlib

import pytest
from browser import Browser
from test_page import Show, Wire, answers

from tests.ports import find_port

pytestmark = [
    pytest.mark.peer("chromium", "chromium"),
    pytest.mark.peer("chromedriver", "chromium-driver"),
]

PATCH = """
title = "Walk"
[dancer]
use = "stand_in"
width = 320
height = 180
[eye]
use = "layers"
from = "dancer.frame"
size = 64
layer = 2
[out]
use = "osc_out"
to = "127.0.0.1:PORT"
[out.send]
"/see/{name}" = "eye.see"
"/layer" = "eye.caption"
"/guess" = "eye.guess"
"""
LIT = "document.querySelector('#layers [aria-current]').dataset.layer"
CAPTION = "document.getElementById('caption').textContent"
SLOW = """const send = WebSocket.prototype.send;
    let due = 0;
    WebSocket.prototype.send = function (text) {
        due = Math.max(due + 700, performance.now());
        setTimeout(() => send.call(this, text), due - performance.now());
    };"""
"""What the page says reaches the show late, and one by one."""
NOTE = f"""window.lit = [];
    new MutationObserver(() => window.lit.push({LIT})).observe(
        document.getElementById('layers'), {{ attributes: true, subtree: true }});"""
DRAWN = "['mosaic', 'input'].every((id) => document.getElementById(id).naturalWidth > 0)"


@pytest.fixture
def stage(tmp_path):
    wire = Wire()
    ports = find_port(), find_port()
    (tmp_path / "show.toml").write_text(PATCH.replace("PORT", str(wire.port)))
    show = Show(tmp_path / "show.toml", ports[0])
    show.start()
    try:
        wire.until(lambda one: one[1] == "/see/16")
        answers(ports[0])
        with contextlib.closing(Browser(ports[1])) as browser:
            browser.size(1440, 900)
            browser.go(f"http://127.0.0.1:{ports[0]}/walk")
            yield browser, wire
    finally:
        show.stop()
        wire.close()


def test_a_walk_goes_from_layer_to_layer_and_the_show_along(stage):
    browser, wire = stage
    browser.until(f"{LIT} === '2' && {DRAWN} && {CAPTION}.startsWith('Layer 2 of 18: 16 of 32')")
    assert browser.run("return document.querySelectorAll('#layers button').length") == 18
    first = browser.run("return document.getElementById('story').textContent")
    assert browser.run("return document.getElementById('guess').hidden")

    browser.press("#on")
    browser.until(f"{LIT} === '3' && {CAPTION}.startsWith('Layer 3 of 18: 16 of 96')")
    wire.until(lambda one: one[1] == "/layer" and one[2][0].startswith("Layer 3 of 18"))
    browser.run(SLOW + NOTE)
    browser.keys("\ue012\ue012\ue012")  # left, round to the end
    browser.until(f"{LIT} === '18' && {CAPTION}.startsWith('Layer 18 of 18')")
    assert browser.run("return window.lit") == ["2", "1", "18"], "it went back on the way"
    browser.until("document.getElementById('guess').textContent.match(/: .+ \\d+%, .+ \\d+%/)")
    assert browser.run("return document.getElementById('story').textContent") != first

    private = "document.getElementById('caption').textContent.startsWith('Private')"
    assert not browser.run(f"return {private}")
    browser.press("#layers li:nth-child(7) button")
    wire.until(lambda one: one[1] == "/layer" and one[2][0].startswith("Layer 7 of 18"))
    for size, phone in (((390, 844), True), ((1440, 900), False)):
        browser.size(*size, phone=phone)
        wide = browser.run("return document.documentElement.scrollWidth")
        assert wide <= size[0]
        lowest = browser.run(
            "return document.querySelector('#story').getBoundingClientRect().bottom"
        )
        assert lowest <= size[1]
    address = browser.run("return location.origin")
    browser.go(f"{address}/")
    browser.until("document.getElementById('walk').offsetWidth > 0")
    browser.run("document.getElementById('privacy').click()")
    browser.until("document.getElementById('privacy').ariaPressed === 'true'")
    browser.go(f"{address}/walk")
    browser.until(f"{private} && document.getElementById('mosaic').hidden")
    assert [one for one in browser.log("browser") if one["level"] == "SEVERE"] == []
