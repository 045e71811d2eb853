"""What boxes have kept is read only for whoever needs it, and only as much as a recording holds."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from engine.runtime.contexts import LARGEST
from engine.runtime.opening import open_patch
from engine.system.state_folder import StateFolder, state_places

PATCH = """
[one]
use = "every"
[two]
use = "every"
[out]
use = "osc_out"
to = "127.0.0.1:9"
[out.send]
"/one" = "one"
"/two" = "two"
"""


@pytest.fixture
def patch(tmp_path: Path) -> Path:
    file = tmp_path / "show.toml"
    file.write_text(PATCH)
    return file


def keep(patch: Path, box: str, name: str, size: int) -> Path:
    """Keep a file of so many zeros, which take no room on the disk."""
    folder = state_places(patch, box)[0]
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / name).open("wb") as file:
        file.truncate(size)
    return folder / name


def kept(patch: Path) -> dict[str, dict[str, int]]:
    """Return the sizes of what a plan holds that was opened with its state."""
    plan = open_patch(patch, live=False, with_state=True)
    states = {name: box.state for name, box in plan.boxes.items() if box.state}
    return {name: {file: len(data) for file, data in one.items()} for name, one in states.items()}


def test_a_show_that_nobody_records_reads_no_state(
    patch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(patch, "one", "examples.json", 10)
    assert kept(patch) == {"one": {"examples.json": 10}}

    def read(folder: StateFolder, name: str) -> bytes | None:
        raise AssertionError(name)

    monkeypatch.setattr(StateFolder, "read", read)
    plan = open_patch(patch, live=False)
    assert not any(box.state for box in plan.boxes.values())


@pytest.mark.parametrize(
    ("sizes", "held"),
    [
        ({"one": LARGEST + 1, "two": 5}, {"two"}),
        ({"one": LARGEST, "two": 1}, {"one"}),
        ({"one": LARGEST // 2, "two": LARGEST // 2}, {"one", "two"}),
    ],
)
def test_more_than_a_recording_holds_is_not_read(
    patch: Path,
    sizes: dict[str, int],
    held: set[str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read: list[int] = []
    plainly = StateFolder.read

    def counted(folder: StateFolder, name: str) -> bytes | None:
        data = plainly(folder, name)
        read.append(len(data or b""))
        return data

    monkeypatch.setattr(StateFolder, "read", counted)
    for box, size in sizes.items():
        keep(patch, box, "examples.json", size)
    assert {*kept(patch)} == held
    assert sorted(read) == sorted(sizes[box] for box in held)
    told = {record.message.partition(":")[0] for record in caplog.records}
    assert told == {*sizes} - held


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes with names there")
def test_a_pipe_among_the_files_is_no_state(patch: Path) -> None:
    place = keep(patch, "one", "examples.json", 3).parent
    os.mkfifo(place / "pipe.json")
    assert kept(patch) == {"one": {"examples.json": 3}}
    folder = StateFolder((place, place), print, lambda name, data: None)
    assert folder.read("pipe.json") is None
