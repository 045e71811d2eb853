"""The tuner in a real browser, beside a real show that hears tones."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest
import soundfile
from browser import Browser
from test_page import Show, answers

from engine.lab.stress.show import wait_until
from tests.limits import LIMIT
from tests.ports import find_port

pytestmark = [
    pytest.mark.peer("chromium", "chromium"),
    pytest.mark.peer("chromedriver", "chromium-driver"),
]

RATE = 16000
TONES = {"sharp": (69, 12), "tuned": (55, 1), "flat": (60, -31), "fifths": (62, 30), "rest": None}
"""Which note each file holds, and how many cents off; None is silence."""
NOTES = {"sharp": "A4", "tuned": "G3", "flat": "C4", "fifths": "D4", "rest": "–"}
STEPS = {"fifths": 5}
"""Into how many steps the octave goes, where they are not twelve."""
SHOWN = """return Object.fromEntries([...document.querySelectorAll('.tuner')].map((one) => [
    one.dataset.box,
    [one.className, one.querySelector('strong').innerText,
     parseInt(one.querySelector('output').innerText.replace('−', '-')),
     parseFloat(one.querySelector('.needle').style.left)],
]))"""
MARKS = """return [...document.querySelectorAll('.tuner:first-child .mark')]
    .map((mark) => mark.getBoundingClientRect().left)"""


def write_show(folder, port: int) -> str:
    """Write the tones, each a whole number of periods so that it loops, and return the patch."""
    lines = ['title = "Tuner"']
    for name, tone in TONES.items():
        steps = STEPS.get(name, 12)
        hz = 440 * 2 ** ((tone[0] - 69) / steps + tone[1] / 1200) if tone else 0.0
        count = round(round(hz * 2) / hz * RATE) if tone else RATE
        phase = 2 * np.pi * hz * np.arange(count) / RATE
        samples = 0.2 * sum(np.sin(k * phase) / k for k in range(1, 6))
        soundfile.write(folder / f"{name}.wav", samples, RATE)
        lines += [f'[{name}_file]\nuse = "audio_file"\nfile = "{name}.wav"\nloop = true']
        lines += [f'[{name}]\nuse = "pitch"\nfrom = "{name}_file"\ntuning = "{steps}tet"']
    lines += [f'[out]\nuse = "osc_out"\nto = "127.0.0.1:{port}"\n[out.send]']
    return "\n".join([*lines, *(f'"/{name}" = "{name}.hz"' for name in TONES)])


@pytest.fixture
def browser(tmp_path):
    ports = {name: find_port() for name in ("osc", "page", "driver")}
    (tmp_path / "show.toml").write_text(write_show(tmp_path, ports["osc"]))
    show = Show(tmp_path / "show.toml", ports["page"])
    show.start()
    try:
        answers(ports["page"])
        with contextlib.closing(Browser(ports["driver"])) as browser:
            browser.size(1440, 900)
            browser.go(f"http://127.0.0.1:{ports['page']}/")
            yield browser
    finally:
        show.stop()


def is_right(shown) -> bool:
    """Return whether each tuner shows its note, and how far off it is."""
    cents = {name: tone[1] for name, tone in TONES.items() if tone}
    return (
        {name: note for name, (_, note, _, _) in shown.items()} == NOTES
        and all(shown[name][2] == pytest.approx(off, abs=4) for name, off in cents.items())
        and all(shown[name][3] == pytest.approx(50 + off, abs=4) for name, off in cents.items())
        and not any("right" in shown[name][0] for name in ("sharp", "flat"))
        and "silent" in shown["rest"][0]
        and shown["rest"][2] is None
    )


def test_it_shows_the_note_the_cents_and_what_is_no_word(browser):
    browser.until("document.querySelectorAll('.tuner strong').length === 5")
    browser.until(
        "[...document.querySelectorAll('.tuner small')].filter((hz) => hz.innerText).length === 4"
    )
    browser.until("document.querySelector('[data-box=tuned].right') !== null")
    # A reading of a tone that has just begun, or that a busy machine tore, is another.
    assert wait_until(lambda: is_right(browser.run(SHOWN)), LIMIT), browser.run(SHOWN)
    for phone in (False, True):
        if phone:
            browser.size(390, 844, phone=True)
        marks = browser.run(MARKS)
        assert len(marks) == 11
        assert marks == sorted(set(marks))
        assert marks[-1] <= (390 if phone else 1440)
