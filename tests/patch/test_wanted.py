"""Nine patches that performers would write: the grammar carries them, box or no box."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.core.errors import PatchError
from engine.runtime.opening import check_patch

FOLDER = Path(__file__).parent / "wanted"
PATCHES = sorted(file for file in FOLDER.glob("*.toml") if file.name != "rig.toml")
TO_BE_BUILT = {
    "clap",
    "count",
    "listen",
    "lost",
    "sentiment",
}
"""Boxes that these patches use and that are not there yet: take out what you build."""

_UNKNOWN = re.compile(r'there is no kind of box "(\w+)"\.')


def complaints(file: Path) -> list[str]:
    try:
        check_patch(file)
    except PatchError as error:
        return [problem.message for problem in error.problems]
    return []


def test_all_nine_are_here() -> None:
    assert len(PATCHES) == 9


@pytest.mark.parametrize("file", PATCHES, ids=lambda file: file.stem)
def test_nothing_is_wrong_but_boxes_that_are_not_built_yet(file: Path) -> None:
    others = [each for each in complaints(file) if not _UNKNOWN.match(each)]
    assert others == []


def test_the_list_of_what_is_to_be_built_is_true() -> None:
    missing = {m[1] for file in PATCHES for each in complaints(file) if (m := _UNKNOWN.match(each))}
    assert missing == TO_BE_BUILT, "take what is built out of TO_BE_BUILT"
