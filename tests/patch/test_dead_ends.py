"""Boxes that go nowhere, and patches from which nothing leaves: what is warned of, and what not."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from engine.registry import OWN_FOLDER
from tests.patch.texts import BODY, OUT, warned

LEAVES = BODY + OUT + '"/reach" = "reach"\n'
MIC = '[mic]\nuse = "microphone"\n'
LEVEL = '[level]\nuse = "loudness"\nfrom = "mic"\n'
STYLE = '[painting]\nuse = "style"\nfrom = "camera"\n'
GATE = '[gate]\nuse = "gate"\nfrom = "reach"\n'
DELAY = '[later]\nuse = "delay"\nfrom = "sum"\ntime = "1 s"\n'
PICK = '[sum]\nuse = "smooth"\nfrom = "later"\n'
HOURS = '[hours]\nuse = "schedule"\nopen = "Mo-Fr 10:00-18:00"\n'
DESK = '[desk]\nuse = "midi_in"\n'
OSC = '[phone]\nuse = "osc_in"\n[phone.listen]\nfader = "/1"\n'
NOWHERE = "goes nowhere: no cable takes what it gives"
NOTHING = "nothing leaves this patch: no output, such as osc_out or midi_out, takes what this gives"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (GATE, ["16: [gate]"]),
        (GATE + 'then = ["only_changes"]\n', ["16: [gate]"]),
        (MIC, ["16: [mic]"]),
        (MIC + LEVEL, ["18: [level]"]),
        (MIC + LEVEL + 'then = ["smooth", "smooth"]\n' + GATE, ["18: [level]", "22: [gate]"]),
        (HOURS, ["16: [hours]"]),
        (HOURS + GATE + 'on = { from = "hours" }\n', ["19: [gate]"]),
        (OSC, ["16: [phone]"]),
        (OSC + GATE + 'above = { from = "phone.fader", to = [0.5, 1] }\n', ["20: [gate]"]),
        (DESK, ["16: [desk]"]),
        ('[beat]\nuse = "every"\n', ["16: [beat]"]),
    ],
)
def test_a_box_that_goes_nowhere_is_named_where_its_way_ends(
    tmp_path: Path, more: str, said: list[str]
) -> None:
    assert warned(tmp_path, LEAVES + more) == [f"{each}: {NOWHERE}" for each in said]


def test_of_a_loop_that_nobody_reads_one_box_is_named(tmp_path: Path) -> None:
    (tmp_path / OWN_FOLDER).mkdir()
    (tmp_path / OWN_FOLDER / "sum.py").write_text(
        "from engine import Node\n\nclass Sum(Node):\n"
        "    def process(self, a: float, b: float = 0.0) -> float:\n        return a + b\n"
    )
    total = '[sum]\nuse = "sum"\nfrom = "reach"\nb = { from = "later" }\n'
    assert warned(tmp_path, LEAVES + total + DELAY) == [f"16: [sum]: {NOWHERE}"]
    after = '[soft]\nuse = "smooth"\nfrom = "sum"\n'
    assert warned(tmp_path, LEAVES + total + DELAY + after) == [f"24: [soft]: {NOWHERE}"]


@pytest.mark.parametrize(
    "more",
    [
        "",
        HOURS + OUT.replace("[out", "[again") + '"/a" = "reach"\n[again2]\nuse = "midi_out"\n'
        'on = { from = "hours" }\nsend = { cc1 = "reach" }\n',
        '[second]\nuse = "camera"\n',  # the page shows its picture
        STYLE,
        OSC + STYLE + 'strength = { from = "phone.fader" }\n',
        HOURS + STYLE + 'on = { from = "hours" }\n',
        MIC + LEVEL + STYLE + 'strength = { from = "level", to = [0, 1] }\n',
        DESK + '[desk.map]\ncc1 = "pose.confidence"\n',
        DESK + '[desk.map]\nnote36 = "panic"\n',
        DESK + "patches = true\n",
        '[control]\nuse = "osc_control"\n',
    ],
)
def test_what_acts_or_shows_a_picture_is_an_end(tmp_path: Path, more: str) -> None:
    assert warned(tmp_path, LEAVES + more) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[camera]\nuse = "camera"\n', "1: [camera]"),
        (BODY, "7: [reach]"),
        (BODY + MIC + LEVEL, "7: [reach]"),
        (BODY + DESK + '[desk.map]\ncc1 = "pose.confidence"\n', "7: [reach]"),
        (BODY + '[control]\nuse = "osc_control"\n', "7: [reach]"),
        ('[control]\nuse = "osc_control"\n', "1: [control]"),
    ],
)
def test_of_a_patch_from_which_nothing_leaves_that_is_said_once(
    tmp_path: Path, text: str, said: str
) -> None:
    assert warned(tmp_path, text) == [f"{said}: {NOTHING}"]


@pytest.mark.parametrize(
    "text",
    [
        '[camera]\nuse = "camera"\n' + STYLE,
        '[camera]\nuse = "camera"\n' + STYLE + 'then = [{ use = "delay", time = "1 s" }]\n',
        DESK + 'feedback = true\n[desk.map]\ncc1 = "camera.on"\n[camera]\nuse = "camera"\n',
    ],
)
def test_a_painting_leaves_by_the_page_and_lamps_by_the_desk(tmp_path: Path, text: str) -> None:
    assert warned(tmp_path, text) == []


OWN = {
    "lamp": "def process(self, value: float) -> None:\n        print(value)",
    "learner": "def open(self) -> None:\n        pass\n\n"
    "    def process(self, value: float) -> float:\n        return value",
    "writer": "def close(self) -> None:\n        pass\n\n"
    "    def process(self, value: float) -> float:\n        return value",
    "says_so": "@property\n    def acts(self) -> bool:\n        return True\n\n"
    "    def process(self, value: float) -> float:\n        return value",
}


@pytest.mark.parametrize("name", OWN)
def test_a_box_of_ones_own_that_may_act_is_an_end(tmp_path: Path, name: str) -> None:
    (tmp_path / OWN_FOLDER).mkdir()
    head = "from engine import Node\n\nclass Own(Node):\n    "
    (tmp_path / OWN_FOLDER / f"{name}.py").write_text(head + OWN[name] + "\n")
    own = f'[own]\nuse = "{name}"\nfrom = "reach"\n'
    assert warned(tmp_path, LEAVES + own) == []
    assert warned(tmp_path, BODY + own) == []


def test_a_box_of_ones_own_that_only_computes_is_none(tmp_path: Path) -> None:
    (tmp_path / OWN_FOLDER).mkdir()
    (tmp_path / OWN_FOLDER / "twice.py").write_text(
        dedent(
            """
            from engine import Node

            class Twice(Node):
                def process(self, value: float) -> float:
                    return 2 * value
            """
        )
    )
    own = '[own]\nuse = "twice"\nfrom = "reach"\n'
    assert warned(tmp_path, LEAVES + own) == [f"16: [own]: {NOWHERE}"]
