"""What the shipped patches send is what they sent before, unless somebody meant to change it."""

from __future__ import annotations

import pytest

from .traces import BOXES, FOLDER, PATCHES, trace

NEAR = 2e-3
ANEW = "if that is meant: uv run python -m tests.golden.traces, and read the difference"


def near(one: str, other: str) -> bool:
    """Tell whether two words are the same, or numbers that hardly differ."""
    if one == other:
        return True
    try:
        return float(one) == pytest.approx(float(other), rel=NEAR, abs=NEAR)
    except ValueError:
        return False


def differs(line: str, kept: str) -> bool:
    words, before = line.split(), kept.split()
    return len(words) != len(before) or not all(map(near, words, before))


@pytest.mark.parametrize("name", [*PATCHES, *BOXES])
def test_a_patch_sends_what_it_sent_before(name: str) -> None:
    now = trace(name).splitlines()
    before = (FOLDER / f"{name}.txt").read_text("utf-8").splitlines()
    different = [
        f"line {number}: {line!r}, not {kept!r}"
        for number, (line, kept) in enumerate(zip(now, before, strict=False), start=1)
        if differs(line, kept)
    ]
    assert not different[:5], ANEW
    assert len(now) == len(before), ANEW


def test_a_trace_holds_people_who_come_and_go() -> None:
    kept = (FOLDER / "first_light.txt").read_text("utf-8")
    assert " out /p1/here 1" in kept
    assert " out /p1/here 0" in kept
    assert kept.count(" out /reach ") > 20


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("0.5", "0.501", True), ("0.5", "0.51", False), ("/a", "/b", False), ("1", "1", True)],
)
def test_words_are_compared_as_numbers_where_they_are(one: str, other: str, same: bool) -> None:
    assert near(one, other) is same
