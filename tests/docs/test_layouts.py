"""The page of layouts says what the code does: its tables, and each cable of its patches."""

import re
import tomllib
from pathlib import Path

import pytest

from engine.core.landmarks import Landmarks
from engine.core.skeletons import BLAZEPOSE_33, FACE_468, HAND_21
from engine.osc.foreign.face_points import SARAGIH_66, VISION_76
from engine.osc.layout import OscOptions
from engine.osc.layouts import FOREIGN, LANDMARKS, choose
from engine.osc.tools import target
from engine.sinks.psn_out import PsnOut

PAGE = Path(__file__).parents[2] / "docs" / "receivers" / "layouts.md"
TEXT = PAGE.read_text("utf-8")
BLOCKS = [tomllib.loads(block) for block in re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)]
FROM = {"pose": BLAZEPOSE_33, "hands": HAND_21, "face": FACE_468}


def rows(after):
    """Return the cells of the first table after some words."""
    table = re.search(r"(\|.*?)\n\n", TEXT[TEXT.index(after) :], re.DOTALL)
    lines = table[1].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_every_layout_is_in_the_table_with_its_addresses():
    table = {}
    for name, addresses, *_ in rows("| layout |"):
        table.setdefault(name.strip("`"), []).extend(re.findall(r"`([^`]+)`", addresses))
    assert {*table} == {*LANDMARKS}
    for name, cls in FOREIGN.items():
        assert {*cls.ADDRESSES} <= {*table[name]} or not cls.ADDRESSES


@pytest.mark.parametrize(
    ("after", "points"), [("FaceOSC (66", SARAGIH_66), ("VisionOSC (76", VISION_76)]
)
def test_the_tables_of_faces_are_those_of_the_code(after, points):
    said = []
    for span, _, numbers in rows(after):
        first, _, last = span.partition(" to ")
        count = int(last or first) - int(first) + 1
        of_mesh = [-1] * count if numbers == "none" else [*map(int, numbers.split())]
        assert len(of_mesh) == count
        said += of_mesh
    assert said == [*points]


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: next(iter(block)))
def test_each_cable_can_be_plugged(block):
    for table in block.values():
        if table["use"] == "psn_out":
            PsnOut(**{key: each for key, each in table.items() if key not in {"use", "from"}})
            continue
        if "send" not in table:
            continue
        dialect = target(table["to"]).dialect
        cables = [
            (address, cable)
            for address, each in table["send"].items()
            for cable in (each if isinstance(each, list) else [each])
        ]
        for address, cable in cables:
            options = {key: each for key, each in cable.items() if key != "from"}
            if cable["from"] not in FROM:
                choose(address, float, OscOptions(**options), dialect)
                continue
            choose(address, Landmarks, OscOptions(**options), dialect)
            FOREIGN[options["layout"]](address, OscOptions(**options), dialect, FROM[cable["from"]])
