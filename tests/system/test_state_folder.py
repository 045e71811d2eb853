"""State on the disk: whole or not at all, whenever the process dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.system.state_folder import StateFolder, state_places

pytestmark = pytest.mark.skipif(os.name != "posix", reason="no kill -9 and no fork there")
LIMIT = 300  # each write waits for the disk
OLD, NEW = b"a" * 300_000, b"b" * 200_001

# Dies at the n-th line, of ours or below, that a write runs through; for every n there is.
DIES_AT_EVERY_LINE = """
import os, sys
from pathlib import Path
from engine.system.state_folder import StateFolder
FILES = ("state_folder.py", "tempfile.py", "pathlib.py")
place, old, new = Path(sys.argv[1]), b"a" * 300_000, b"b" * 200_001
def folder():
    return StateFolder((place, place / "spare"), print, lambda name, data: None)
def dies_at(last):
    left = [last]
    def trace(frame, event, _):
        if not frame.f_code.co_filename.endswith(FILES):
            return None
        if event == "line":
            left[0] -= 1
            if left[0] < 0:
                os._exit(9)
        return trace
    sys.settrace(trace)
    folder().write("kept.json", new)
    os._exit(0)
crashes, found = 0, []
while True:
    folder().write("kept.json", old)
    child = os.fork()
    if child == 0:
        dies_at(crashes)
    _, status = os.waitpid(child, 0)
    data = folder().read("kept.json")
    assert folder().names() == ["kept.json"], folder().names()
    found.append("old" if data == old else "new" if data == new else "broken")
    if status == 0:
        break
    crashes += 1
print(crashes, *sorted(set(found)), found[-1])
"""
WRITES_FOR_EVER = """
import sys
from pathlib import Path
from engine.system.state_folder import StateFolder
folder = StateFolder((Path(sys.argv[1]), Path(sys.argv[2])), print, lambda name, data: None)
print("begun", flush=True)
while True:
    for letter in (b"a", b"b"):
        folder.write("kept.json", letter * 100_000)
"""


def test_a_crash_at_any_line_leaves_the_old_or_the_new(tmp_path: Path) -> None:
    command = [sys.executable, "-c", DIES_AT_EVERY_LINE, str(tmp_path / "box")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT, check=False)
    assert done.returncode == 0, done.stderr
    crashes, *found, last = done.stdout.split()
    assert int(crashes) > 15
    assert found == ["new", "old"], "both came, and nothing else"
    assert last == "new"


def test_a_kill_while_it_writes_again_and_again_leaves_a_whole_file(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITES_FOR_EVER, str(tmp_path / "a"), str(tmp_path / "b")]
    for _ in range(5):
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            while not (tmp_path / "a" / "kept.json").exists():
                assert process.poll() is None
            process.send_signal(signal.SIGKILL)
        data = folder(tmp_path).read("kept.json")
        assert data in (b"a" * 100_000, b"b" * 100_000)


def folder(place: Path, told: list[str] | None = None) -> StateFolder:
    report = told.append if told is not None else pytest.fail
    return StateFolder((place / "a", place / "b"), report, lambda name, data: None)


NAMES = st.sampled_from(["examples.json", "a", "b.onnx", "Ä.json", "../x", ".hidden", "x.py", ""])


@settings(
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    max_examples=40,
)
@given(writes=st.lists(st.tuples(NAMES, st.binary(max_size=50)), max_size=6))
def test_what_was_written_last_is_read_and_bad_names_are_refused(
    tmp_path_factory: pytest.TempPathFactory, writes: list[tuple[str, bytes]]
) -> None:
    place = tmp_path_factory.mktemp("state")
    kept: dict[str, bytes] = {}
    for name, data in writes:
        try:
            assert folder(place).write(name, data)
        except ValueError:
            assert name in ("Ä.json", "../x", ".hidden", "x.py", "")
        else:
            kept[name] = data
    assert folder(place).names() == sorted(kept)
    assert {name: folder(place).read(name) for name in kept} == kept
    assert [file for file in place.iterdir() if file.name != "a"] == []


def test_the_newer_of_both_places_is_read(tmp_path: Path) -> None:
    told: list[str] = []
    (tmp_path / "a").write_text("no folder")
    state = folder(tmp_path, told)
    assert state.write("kept.json", b"1") and state.write("kept.json", b"2")
    assert told == [f"{tmp_path / 'a'} cannot be written; its state is kept in {tmp_path / 'b'}"]
    (tmp_path / "a").unlink()
    assert folder(tmp_path).read("kept.json") == b"2"
    assert folder(tmp_path).write("kept.json", b"3")
    assert folder(tmp_path).read("kept.json") == b"3"


def test_two_patches_of_a_name_and_two_boxes_share_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "home"))
    patches = tmp_path / "one" / "show.toml", tmp_path / "two" / "show.toml"
    places = [
        place for patch in patches for box in ("a", "a/b") for place in state_places(patch, box)
    ]
    assert len(set(places)) == len(places)
    assert [place for place in places if place.name not in ("a", "a%2Fb")] == []
