"""docs/bodies.md: each patch in it is good."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.runtime.opening import check_patch

TEXT = (Path(__file__).parents[2] / "docs" / "bodies.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
AROUND = {
    "camera": '[camera]\nuse = "camera"\n',
    "front_pose": '[front_pose]\nuse = "pose"\nfrom = "camera"\n',
    "side_pose": '[side_pose]\nuse = "pose"\nfrom = "camera"\n',
}
"""What the text around a patch says is there."""
A_PART = ("goes nowhere", "nothing leaves this patch")
"""What is told of a part of a patch."""


@pytest.mark.parametrize("block", BLOCKS)
def test_a_patch_of_the_page_is_good(block: str, tmp_path: Path) -> None:
    file = tmp_path / "bodies.toml"
    file.write_text("".join(AROUND.values()) + block, encoding="utf-8")
    warnings = [str(each) for each in check_patch(file).warnings]
    assert [each for each in warnings if not any(words in each for words in A_PART)] == []


def test_there_are_patches() -> None:
    assert len(BLOCKS) >= 3
