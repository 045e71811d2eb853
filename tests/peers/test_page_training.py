"""A training in a real browser, beside the command that trains."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys

import pytest
from browser import Browser
from test_page import COMMAND, answers
from training.recordings import recorded

from engine.web.training_board import TrainingState
from engine.web.training_page import TrainingPage
from tests.limits import LIMIT
from tests.ports import find_port

pytestmark = [
    pytest.mark.peer("chromium", "chromium"),
    pytest.mark.peer("chromedriver", "chromium-driver"),
]

PREVIEW = "document.getElementById('preview')"
SHAPE = f"{PREVIEW}.naturalHeight / {PREVIEW}.naturalWidth"
TEXT = "document.getElementById('{}').textContent"
BUTTON = TEXT.format("halt")


@contextlib.contextmanager
def training(folder, recording, port, *more):
    """Run the command in a folder; it would take a day."""
    words = ["train", "picture", str(recording), "me", "--size", "64", "--threads", "1"]
    command = [sys.executable, "-c", COMMAND, *words, "--page-port", str(port), *more]
    program = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        yield program
    finally:
        if program.poll() is None:
            program.send_signal(signal.SIGKILL)
        program.communicate()


def test_a_training_is_watched_on_desk_and_phone_and_stopped_there(tmp_path):
    recording = recorded(tmp_path, seconds=27)
    taken, port = find_port(), find_port()
    with (
        training(tmp_path, recording, port, "--minutes", "1440") as program,
        contextlib.closing(Browser(taken)) as browser,
    ):
        browser.size(1440, 900)
        answers(port)
        browser.go(f"http://127.0.0.1:{port}/")
        browser.until(f"{TEXT.format('title')}.startsWith('me: ') && {TEXT.format('left')} !== '–'")
        # Rows of a skeleton, a picture and a painting, each as wide as high: three rows.
        browser.until(f"!{PREVIEW}.hidden && {SHAPE} === 1")
        first = int(browser.run(f"return parseInt({TEXT.format('step')}.replace(',', ''))"))
        browser.until(f"parseInt({TEXT.format('step')}.replace(',', '')) > {first}")
        browser.until(
            "document.querySelector('#curve polyline').getAttribute('points').includes(' ')"
        )
        for size, phone in (((390, 844), True), ((1440, 900), False)):
            browser.size(*size, phone=phone)
            assert browser.run("return document.documentElement.scrollWidth") <= size[0]
            place = "return document.getElementById('halt').getBoundingClientRect().{}"
            assert browser.run(place.format("bottom")) <= size[1]
            assert browser.run(place.format("height")) >= 48
        assert [one for one in browser.log("browser") if one["level"] == "SEVERE"] == []

        browser.press("#halt")
        browser.until(f"{BUTTON} !== 'Stop'")
        browser.until(f"{BUTTON} === 'Ended' && {TEXT.format('ended')}.includes('kept in me')")
        # The picture that lies beside the network: five rows.
        browser.until(f"Math.abs({SHAPE} - 5 / 3) < 0.01")
        assert not browser.run("return document.body.classList.contains('lost')")
        told = program.communicate(timeout=LIMIT)
    assert program.returncode == 0
    assert 'model = "me"' in told[0]
    assert "stopped early; what was learned so far is kept" in told[1]
    assert sorted(each.name for each in (tmp_path / "me").iterdir()) == [
        "card.toml",
        "model.onnx",
        "preview.jpg",
        "vector.npz",
    ]


LINES = (
    "The sea is calm to-night, and all the lond\nUpon the straits; the cliffs of Englond stand,\n"
)


def test_a_network_that_writes_shows_its_lines_in_the_place_of_a_picture():
    port, taken = find_port(), find_port()
    page = TrainingPage(port=port)
    page.open()
    page.wait()
    with contextlib.closing(page), contextlib.closing(Browser(taken)) as browser:
        browser.size(1440, 900)
        browser.go(f"http://127.0.0.1:{port}/")
        # A page that is loaded looks on only when it is connected too.
        page.show_text(TrainingState("sea", 0.0, 90.0, 0, 400, 4.0), lambda: "")
        browser.until(f"{TEXT.format('title')}.startsWith('sea: ')")
        for steps in range(1, 200):
            loss = 1.4 + 2.6 / steps**0.5
            state = TrainingState("sea", steps / 400, 90.0 - steps / 5, steps, 400, loss)
            page.show_text(state, lambda: 4 * LINES)
        browser.until(f"{TEXT.format('sample')}.startsWith('The sea is calm')")
        points = "document.querySelector('#curve polyline').getAttribute('points')"
        browser.until(f"{points}.split(' ').length > 50")
        for size, phone in (((390, 844), True), ((1440, 900), False)):
            browser.size(*size, phone=phone)
            assert browser.run("return document.documentElement.scrollWidth") <= size[0]
            shown = "return [...document.querySelectorAll('#sample, #preview, figcaption, #none')]"
            shown += ".map((one) => getComputedStyle(one).display === 'none')"
            assert browser.run(shown) == [True, True, False, True]
        heights = [float(one.split(",")[1]) for one in browser.run(f"return {points}").split()]
        assert heights == sorted(heights)
        assert [one for one in browser.log("browser") if one["level"] == "SEVERE"] == []


def test_without_a_recording_there_is_no_page(tmp_path):
    port = find_port()
    with training(tmp_path, tmp_path / "none.mcap", port) as program:
        told = program.communicate(timeout=LIMIT)[1]
    assert program.returncode != 0
    assert "none.mcap" in told
    assert "the page is at" not in told
    assert "Traceback" not in told
    assert not (tmp_path / "me").exists()
