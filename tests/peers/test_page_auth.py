"""A phone scans the address with the token: a real browser is let in, and stays in."""

from __future__ import annotations

import contextlib

import pytest
from browser import Browser
from test_page import PATCH, Show, answers

from tests.ports import find_port

pytestmark = [
    pytest.mark.peer("chromium", "chromium"),
    pytest.mark.peer("chromedriver", "chromium-driver"),
]
TITLE = "document.getElementById('title')?.textContent"


class Guarded(Show):
    """A show whose page asks for a token."""

    def __init__(self, patch, port, token):
        super().__init__(patch, port)
        self._command += ["--page-token", token]


def test_the_token_opens_the_page_and_no_script_can_read_the_cookie(tmp_path):
    port, driver = find_port(), find_port()
    patch = PATCH[: PATCH.index("[loud]")] + PATCH[PATCH.index("[bend]") :]
    patch = patch.replace('"/loud" = "loud"\n', "").replace("PORT", "9")
    (tmp_path / "show.toml").write_text(patch)
    show = Guarded(tmp_path / "show.toml", port, "abcdefgh12345678")
    show.start()
    try:
        answers(port)
        with contextlib.closing(Browser(driver)) as browser:
            browser.go(f"http://127.0.0.1:{port}/")
            browser.until("document.body.textContent.includes('scan its code')")
            browser.go(f"http://127.0.0.1:{port}/?token=abcdefgh12345678")
            browser.until(f"{TITLE} === 'Seen in a browser'")
            assert browser.run("return [document.cookie, location.search]") == ["", ""]
            browser.go(f"http://127.0.0.1:{port}/")
            browser.until(f"{TITLE} === 'Seen in a browser'")
    finally:
        show.stop()
