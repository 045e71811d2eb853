"""Projects and models as files: what is written is read again, and a stranger's is looked at."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

from engine.core.context import MemoryState
from engine.learning.examples import Examples, OneTake
from engine.learning.examples_file import BadExamples
from engine.learning.output_type import OutputType, outputs_fault, parse_output
from engine.learning.project import (
    Project,
    read_model,
    read_project,
    write_model,
    write_project,
)
from engine.learning.project_files import ProjectFiles, check_name
from engine.learning.project_player import ProjectPlayer, Refused


def shown(*outputs: str) -> ProjectPlayer:
    """Return a project that was shown something for each of three places."""
    player = ProjectPlayer(Project.new([parse_output(one) for one in outputs], 2), 0.0)
    for place in (1, 2, 3):
        player.set_outputs([float(place)] * len(outputs))
        player.start_recording()
        for shift in range(5):
            player.take([place + 0.01 * shift, place - 0.01 * shift])
        player.stop_recording()
    return player


@pytest.mark.parametrize(
    "written", ["regress", "regress -1 0.5", "classify 3", "classify 64 shares", "dtw 2"]
)
def test_the_type_of_an_output_is_read_as_it_is_written(written: str) -> None:
    assert str(parse_output(written)) == written


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("regres", 'is no output: expected "regress"'),
        ("classify", "is no output"),
        ("classify 0", "expected 1 to 64"),
        ("classify 2.5", "expected 1 to 64"),
        ("classify x", '"x" is no number'),
        ("regress 1 0", "must be the smaller one"),
        ("regress 0 1e99", "too large"),
        ("", "is no output"),
        ("dtw 2 shares", "is no output"),
    ],
)
def test_what_is_no_output_is_told(written: str, why: str) -> None:
    assert why in outputs_fault([written])


def test_how_many_outputs_there_may_be() -> None:
    assert "1 to 64" in outputs_fault([]) and "1 to 64" in outputs_fault(["regress"] * 65)
    assert 'one output alone may be "dtw"' in outputs_fault(["dtw 2", "dtw 2"])
    assert outputs_fault(["dtw 2", "regress"]) == ""


def test_a_project_is_read_as_it_was_written() -> None:
    player = shown("classify 3 shares", "regress 0 9", "regress")
    player.rename_inputs(["x", "y"])
    player.select_inputs(2, [2])
    player.project.outputs[1].runs = False
    player.project.running = True
    again = read_project(write_project(player.project))
    assert again.types == player.project.types and again.inputs == ("x", "y") and again.running
    assert again.outputs == player.project.outputs
    for number in (1, 2, 3):
        one, other = player.project.lesson(number), again.lesson(number)
        assert one.names == other.names and one.labels == other.labels
        assert np.array_equal(one.rows(), other.rows())
        assert np.array_equal(one.targets(), other.targets())
    assert again.lesson(2).names == ("y",) and again.lesson(1).labels == ("1", "2", "3")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"format": 9}, "format 9"),
        ({"outputs": []}, "1 to 64 outputs"),
        ({"outputs": [{"name": "a", "type": "os.system"}]}, "is no output"),
        ({"outputs": [{"name": "", "type": "regress"}]}, "has no name"),
        ({"outputs": [{"name": "a", "type": "regress", "chosen": ["z"]}]}, "there is not"),
        ({"outputs": [{"name": "a", "type": "classify 2"}]}, "is taught 3"),
        ({"inputs": ["x", "x"]}, "one of them twice"),
        ({"inputs": ["x", "y", "z"]}, "other inputs"),
        ({"running": "yes"}, "broken"),
        ({"examples": {"format": 1, "names": ["x"], "takes": [1]}}, "broken"),
    ],
)
def test_a_strangers_project_is_looked_at(change: dict[str, object], why: str) -> None:
    file = json.loads(write_project(shown("regress").project))
    with pytest.raises(BadExamples, match=why):
        read_project(json.dumps({**file, **change}).encode())


def test_half_a_file_is_broken_and_the_one_before_is_used() -> None:
    state, told = MemoryState(), list[str]()
    files = ProjectFiles(state, told.append)
    player = shown("regress")
    files.write("one", player.project)
    count = player.project.examples.count
    player.take([1.0, 1.0])
    player.start_recording()
    player.take([1.0, 1.0])
    player.stop_recording()
    files.write("one", player.project)
    whole = state.read("one.json") or b""
    state.write("one.json", whole[: len(whole) // 2])
    found = ProjectFiles(state, told.append).read("one")
    assert found is not None and found.examples.count == count
    assert told == ["one.json: it is broken, or cut off; it plays with what was kept before"]
    state.write("one.before.json", b"")
    assert ProjectFiles(state, told.append).read("one") is None


def test_a_model_is_read_as_it_was_written_and_a_broken_one_is_told() -> None:
    lesson = Examples(("x",))
    rows = np.array([[1.0], [2.0]], np.float32)
    lesson.takes.append(OneTake("2", rows, np.zeros(2, np.float32), {"1": 2.0}))
    kind = OutputType("classify", 3)
    again, learned = read_model(write_model(kind, lesson))
    assert again == kind and np.array_equal(learned.rows(), rows)
    for wrong in (OutputType("classify", 1), OutputType("regress", low=5, high=9)):
        with pytest.raises(BadExamples, match="is taught 2"):
            read_model(write_model(wrong, lesson))
    with pytest.raises(BadExamples, match="taught nothing"):
        read_model(write_model(kind, Examples(("x",))))
    state, told = MemoryState(), list[str]()
    state.write("m.model.json", b"{")
    assert ProjectFiles(state, told.append).read_model("m") is None
    assert told == ["m.model.json: it is broken, or cut off; it is left aside"]


@pytest.mark.parametrize(
    "written",
    ["../x", "/etc/passwd", "a/b", "..", ".", "", "a\\b", "a\0b", "x" * 41, "-x", "~", "a b", "é",
     "C:x", "x.py", "x.json.py", "con.model"],
)  # fmt: skip
def test_a_path_is_no_name(written: str) -> None:
    with pytest.raises(Refused, match="no path is taken"):
        check_name(written)


@pytest.mark.parametrize("written", ["monday", "monday.wekproj", "monday.xml", "monday.csv"])
def test_endings_of_wekinator_are_left_aside(written: str) -> None:
    assert check_name(written) == "monday"


def test_there_is_an_end_to_files() -> None:
    state = MemoryState({f"p{number}.json": b"" for number in range(200)})
    files, player = ProjectFiles(state, print), shown("regress")
    with pytest.raises(Refused, match="keeps 200 files"):
        files.write("more", player.project)
    assert files.write("p3", player.project)


READ_AT_ONCE = """
import sys, threading
from engine.learning.project import (
    Project, ProjectOutput, parse_output, read_project, write_project
)
sys.setswitchinterval(1e-6)
data = write_project(Project(outputs=[ProjectOutput("a", parse_output("regress"))]))
begin = threading.Barrier(8)
def read():
    begin.wait()
    read_project(data)
threads = [threading.Thread(target=read) for _ in range(8)]
for each in threads:
    each.start()
for each in threads:
    each.join()
"""


def test_several_boxes_read_their_files_at_once() -> None:
    for _ in range(4):
        subprocess.run([sys.executable, "-c", READ_AT_ONCE], check=True)
