"""The files of what was shown: whole or as before, whatever happens in the midst of a save."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from engine.core.context import MemoryState
from engine.learning.examples_file import read_examples, write_examples
from engine.learning.versions import MOST, Versions
from engine.system.state_folder import StateFolder

from .lessons import moment, shown, small_network, three_classes
from .saves import kept

posix = pytest.mark.skipif(os.name != "posix", reason="no signals there")
KILLS = 60
FIRST_FORMAT = b"""{"format":1,"names":["p","q"],"takes":[
{"label":"low","times":[0.0,0.033],"rows":[[0.1,null],[0.2,-1e-3]],"targets":{}},
{"label":"high","times":[0.0],"rows":[[1,2]],"targets":{"cutoff":0.25},
"of a later version":[1]}]}"""
"""A file as the first version wrote it: every later one has to read it."""


@posix
def test_killed_in_the_midst_of_saving_it_is_never_half(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    command = [sys.executable, "-m", "tests.learning.saves", str(folder)]
    chosen = random.Random(20)
    known = halves = 0
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as lives:
        assert lives.stdin is not None and lives.stdout is not None
        try:
            for life in range(KILLS):
                lives.stdin.write("another\n")
                pid, said, more = 0, 0, chosen.randint(1, 4)
                while not pid or said < more:
                    line = lives.stdout.readline()
                    if line.startswith("pid"):
                        pid = int(line.split()[1])
                    else:
                        said, known = said + 1, int(line)
                if life % 2:
                    left = {*folder.glob(".*.new")}
                    while left >= {*folder.glob(".*.new")}:
                        pass  # until it writes
                else:
                    threading.Event().wait(chosen.uniform(0.0, 0.01))  # anywhere
                os.kill(pid, signal.SIGKILL)
                halves += len([*folder.glob(".*.new")])
                _, found, wrong = kept(folder)
                assert wrong == ""
                numbers = [round(take.targets["number"]) for take in found.takes]
                assert numbers[-1] >= known, "what was said to be kept is kept"
                assert numbers == [*range(numbers[0], numbers[-1] + 1)]
                assert all((take.rows == take.targets["number"]).all() for take in found.takes)
        finally:
            lives.kill()
    assert halves, "some were killed while they wrote"
    while [*folder.glob(".*.new")]:  # whoever opens it next clears that away, once nobody writes
        kept(folder)


def test_a_file_of_the_first_version_is_read() -> None:
    found, wrong = Versions(MemoryState({"examples.json": FIRST_FORMAT})).read("examples")
    assert (wrong, found.names, found.counts()) == ("", ("p", "q"), {"low": 2, "high": 1})
    assert found.takes[1].targets == {"cutoff": 0.25}


def test_cut_in_half_the_file_of_before_is_used_and_what_is_broken_is_kept() -> None:
    state = MemoryState()
    versions, examples = Versions(state), shown(("low", (0, 0, 0), {}))
    versions.keep(examples)
    before = write_examples(examples)
    examples.join(shown(("high", (1, 1, 1), {})))
    versions.keep(examples)
    half = (state.read("examples.json") or b"")[:200]
    state.write("examples.json", half)
    again = Versions(state, "poses")
    found, wrong = again.read("examples")
    assert wrong == ("examples.json: it is broken, or cut off; it plays with what was kept before")
    assert write_examples(found) == before
    found.join(shown(("side", (1, 0, 1), {})))
    assert again.keep(found)
    assert state.read("examples.aside.json") == half, "somebody may mend it by hand"
    assert state.read("examples.before.json") == before
    assert again.names() == ["examples"]


def test_a_file_of_a_later_version_is_not_overwritten_unseen() -> None:
    later = write_examples(three_classes()).replace(b'"format":1', b'"format":9')
    state = MemoryState({"examples.json": later})
    versions = Versions(state)
    found, wrong = versions.read("examples")
    assert found.count == 0 and "format 9" in wrong and "the file is kept" in wrong
    versions.keep(three_classes())
    assert state.read("examples.aside.json") == later


@posix
def test_on_a_full_disk_what_was_kept_stays_whole(tmp_path: Path) -> None:
    from tests.full_disk import no_file_larger_than

    told: list[str] = []
    state = StateFolder((tmp_path / "a", tmp_path / "b"), told.append, lambda name, data: None)
    versions, examples = Versions(state), shown(("low", (0, 0, 0), {}))
    assert versions.keep(examples)
    safe = write_examples(examples)
    examples.join(shown(("high", (1, 1, 1), {}), moments=50))
    with no_file_larger_than(len(safe) + 50):
        assert not versions.keep(examples)
    assert '"examples.json" cannot be kept' in told[-1]
    assert write_examples(Versions(state).read("examples")[0]) == safe
    assert {file.name for file in (tmp_path / "a").iterdir()} == {
        *("examples.json", "examples.before.json")
    }
    assert versions.keep(examples), "there is room again"
    assert Versions(state).read("examples")[0].count == 55


def test_a_folder_that_was_copied_teaches_the_same_in_another_order(tmp_path: Path) -> None:
    from engine.learning.lesson import Lesson

    def of(folder: Path) -> Versions:
        return Versions(StateFolder((folder, folder / "x"), print, lambda name, data: None))

    of(tmp_path / "one").keep(three_classes())
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    first, second = (
        Lesson.of("classify", of(tmp_path / name).read("examples")[0], 0.2)
        for name in ("one", "two")
    )
    for place in ((0.1, 0.0, 0.0), (0.9, 0.8, 0.1), (0.6, 0.4, 0.5)):
        here = first.classified(moment(place))
        there = second.classified(moment(place[::-1], ("r", "q", "p")))
        assert here is not None and there is not None
        assert (here.shares, here.distance) == (there.shares, there.distance)


def test_versions_are_kept_by_name_and_no_more_than_so_many() -> None:
    versions = Versions()
    examples = three_classes()
    for number in range(MOST):
        assert not versions.is_full
        assert versions.keep_as(f"v{number}", examples)
    assert versions.is_full and len(versions.names()) == MOST
    examples.undo()
    assert versions.keep(examples)
    assert versions.read("v0")[0].count == 45 and versions.read(f"v{MOST - 1}")[0].count == 40


class _Full(MemoryState):
    def write(self, name: str, data: bytes) -> bool:
        return not name.startswith("monday") and super().write(name, data)


def test_what_cannot_be_kept_under_another_name_goes_on_under_its_own() -> None:
    state = _Full()
    versions, examples = Versions(state), three_classes()
    versions.keep(examples)
    assert not versions.keep_as("monday", examples)
    examples.undo()
    assert versions.keep(examples) and versions.version == "examples"
    assert versions.read("examples")[0].count == examples.count


def test_the_network_goes_along_under_another_name() -> None:
    state = MemoryState()
    versions = Versions(state)
    versions.keep(three_classes())
    versions.keep_network(small_network("it"))
    versions.keep_as("monday", three_classes())
    found = Versions(state)
    found.read("monday")
    assert found.network("it") is not None and found.network("another") is None


def test_a_hundred_thousand_examples_are_refused_and_the_file_is_kept() -> None:
    many = b'{"format":1,"names":["p"],"takes":[{"label":"a","times":[%s],"rows":[%s]}]}'
    data = many % (b",".join([b"0"] * 100_000), b",".join([b"[1]"] * 100_000))
    state = MemoryState({"examples.json": data})
    found, wrong = Versions(state).read("examples")
    assert found.count == 0 and "100000 examples, and 5000 are the most" in wrong
    assert read_examples(data.replace(b",0" * 99_000, b"").replace(b",[1]" * 99_000, b"")).count
