"""What gives way to keep a deadline, as the page shows it in a real browser."""

from __future__ import annotations

import contextlib

import pytest
from browser import Browser
from runtime.boxes import play

from engine.web.page import Page
from tests.ports import find_port

pytestmark = [
    pytest.mark.peer("chromium", "chromium"),
    pytest.mark.peer("chromedriver", "chromium-driver"),
]

PATCH = """
deadline = "50 ms"
[film]
use = "pictures"
fps = 30
count = 120
[eye]
use = "look"
from = "film"
[c]
use = "collector"
from = "eye"
"""
LINE = "document.getElementById('notice')"


@pytest.mark.may_block("the page loads what it needs on its own thread")
def test_the_page_says_what_gives_way_until_it_is_back():
    engine = play(PATCH, costs={"eye": 45}).engine
    port = find_port()
    page = Page(port=port, patience=0)
    with contextlib.closing(page), contextlib.closing(Browser(find_port())) as browser:
        page.open()
        page.wait()
        page.watch(engine)
        browser.go(f"http://127.0.0.1:{port}/")
        said = browser.until(f"{LINE}.dataset.kind === 'given' && {LINE}.title")
        assert said == "To be in time: eye: every 2nd picture"
        engine.quality.restore_all()
        assert browser.until(f"{LINE}.dataset.kind !== 'given'")
