"""Files of what was taught: whatever else lies in their place is put aside, never lost."""

from __future__ import annotations

import pytest

from engine.core.context import MemoryState
from engine.learning.examples_file import BadExamples
from engine.learning.kept_files import KeptFiles


def decode(data: bytes) -> str:
    if data.startswith(b"!"):
        raise BadExamples("it is broken, or cut off")
    return data.decode()


class Refusing(MemoryState):
    """A disk on which some files have no room."""

    full: frozenset[str] = frozenset()

    def write(self, name: str, data: bytes) -> bool:
        return name not in self.full and super().write(name, data)


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def state() -> Refusing:
    return Refusing()


@pytest.fixture
def files(state: Refusing, told: list[str]) -> KeptFiles[str]:
    return KeptFiles(state, decode, told.append)


def lying(state: MemoryState) -> dict[str, bytes]:
    return {name: state.read(name) or b"" for name in state.names()}


def test_the_file_of_before_stays_beside_the_new_one(
    files: KeptFiles[str], state: Refusing, told: list[str]
) -> None:
    assert files.read("a") == (None, "")
    for data in (b"one", b"two", b"two", b"three"):
        assert files.write("a", data)
    assert lying(state) == {"a.json": b"three", "a.before.json": b"two"}
    assert files.read("a") == ("three", "") and told == []


def test_what_another_program_wrote_meanwhile_is_put_aside_and_told(
    files: KeptFiles[str], state: Refusing, told: list[str]
) -> None:
    files.write("a", b"one")
    KeptFiles(state, decode, told.append).read("a")
    state.write("a.json", b"taken by a command")
    assert files.write("a", b"two")
    assert lying(state) == {"a.json": b"two", "a.aside.json": b"taken by a command"}
    assert told == ["a.json is not what was known here: what it held is kept as a.aside.json"]
    files.write("a", b"three")
    assert lying(state)["a.aside.json"] == b"taken by a command" and len(told) == 1


def test_what_was_broken_is_put_aside_and_the_one_before_is_used(
    files: KeptFiles[str], state: Refusing
) -> None:
    files.write("a", b"one")
    files.write("a", b"two")
    state.write("a.json", b"!tw")
    found, wrong = files.read("a")
    assert (found, wrong) == (
        "one",
        "a.json: it is broken, or cut off; it plays with what was kept before",
    )
    files.write("a", b"three")
    assert lying(state) == {"a.json": b"three", "a.before.json": b"one", "a.aside.json": b"!tw"}


def test_where_it_cannot_be_put_aside_it_is_not_overwritten(
    files: KeptFiles[str], state: Refusing
) -> None:
    state.write("a.json", b"!broken")
    assert "begins with nothing" in files.read("a")[1]
    state.full = frozenset({"a.aside.json"})
    assert not files.write("a", b"one")
    assert lying(state) == {"a.json": b"!broken"}
    state.full = frozenset()
    assert files.write("a", b"one") and lying(state)["a.aside.json"] == b"!broken"


def test_without_room_for_the_one_before_the_newest_is_kept(
    files: KeptFiles[str], state: Refusing
) -> None:
    files.write("a", b"one")
    state.full = frozenset({"a.before.json"})
    assert files.write("a", b"two") and lying(state) == {"a.json": b"two"}


def test_what_somebody_asks_to_write_in_place_of_is_the_one_before(
    files: KeptFiles[str], state: Refusing, told: list[str]
) -> None:
    state.write("b.json", b"old")
    files.adopt("b")
    files.write("b", b"new")
    assert lying(state) == {"b.json": b"new", "b.before.json": b"old"} and told == []
    files.disown("b")
    files.write("b", b"another")
    assert lying(state)["b.aside.json"] == b"new" and len(told) == 1
