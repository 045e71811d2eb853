"""A file of examples: what is written is read, and what a stranger wrote is looked at first."""

from __future__ import annotations

import json

import numpy as np
import pytest

from engine.learning.examples import (
    MOST_CLASSES,
    MOST_EXAMPLES,
    MOST_NUMBERS,
    Examples,
    OneTake,
)
from engine.learning.examples_file import (
    LARGEST,
    BadExamples,
    read_examples,
    version_fault,
    write_examples,
)
from engine.learning.named_numbers import MOST, NamedNumbers


def taught() -> Examples:
    examples = Examples()
    for label, value in (("sit", 0.0), ("stand", 1.0), ("sit", 0.1)):
        examples.begin(label, {"cutoff": value})
        examples.add(NamedNumbers(("p", "q"), np.array([value, np.nan], np.float32)), 0.0)
    return examples


def test_what_was_written_is_read() -> None:
    data = write_examples(taught())
    found = read_examples(data)
    assert found.names == ("p", "q")
    assert [take.label for take in found.takes] == ["sit", "stand", "sit"]
    assert found.takes[1].targets == {"cutoff": 1.0}
    assert np.isnan(found.rows()[:, 1]).all()
    assert write_examples(found) == data


def test_cut_off_anywhere_it_is_refused_in_words() -> None:
    data = write_examples(taught())
    for end in range(len(data)):
        with pytest.raises(BadExamples, match="broken, or cut off"):
            read_examples(data[:end])


def changed(**values: object) -> bytes:
    return json.dumps(json.loads(write_examples(taught())) | values).encode()


TAKE = {"label": "sit", "times": [0.0], "rows": [[1.0, 2.0]], "targets": {}}


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\x80\x04cos\nsystem\n", "broken"),
        (b"[" * 100_000, "broken"),
        (b"\xff\xfe", "broken"),
        (b" " * (LARGEST + 1), "bytes"),
        (changed(format=9), "format 9"),
        (changed(names=["p", "p"]), "twice"),
        (changed(names=[str(n) for n in range(5000)]), "more than"),
        (changed(takes=[TAKE | {"rows": [[1.0]]}]), "as long as"),
        (changed(takes=[TAKE | {"times": []}]), "as long as"),
        (changed(takes=[TAKE | {"label": ""}]), "a name of 1 to"),
        (changed(takes=[TAKE | {"label": "x" * 10_000}]), "a name of 1 to"),
        (changed(takes=[TAKE] * (MOST_EXAMPLES + 1)), "are the most"),
        (changed(takes=[TAKE | {"label": str(n)} for n in range(MOST_CLASSES + 1)]), "classes"),
    ],
)
def test_a_strangers_file_is_refused_in_words(data: bytes, why: str) -> None:
    with pytest.raises(BadExamples, match=why):
        read_examples(data)


@pytest.mark.parametrize("version", ["", "../up", "a/b", "x" * 41, "a.json", "é", ".hidden", "a b"])
def test_the_name_of_a_version_is_no_path(version: str) -> None:
    assert "no path" in version_fault(version)


def test_new_names_widen_what_was_shown_before() -> None:
    examples = taught()
    examples.begin("stand", {})
    examples.add(NamedNumbers(("r", "q"), np.array([3, 4], np.float32)), 0.0)
    assert examples.names == ("p", "q", "r")
    assert examples.rows()[-1, 1:].tolist() == [4, 3]
    assert np.isnan(examples.rows()[:3, 2]).all()


def test_more_examples_than_fit_are_refused() -> None:
    examples = Examples()
    examples.begin("a", {})
    one = NamedNumbers(("p",), np.zeros(1, np.float32))
    examples.add(one, 0.0)
    take = examples.takes[0]
    take.rows = np.zeros((MOST_EXAMPLES, 1), np.float32)
    take.times = np.zeros(MOST_EXAMPLES, np.float32)
    assert not examples.add(one, 1.0)


def test_what_is_as_large_as_can_be_is_a_file_that_can_be_read() -> None:
    examples = Examples()
    examples.begin("a", {})
    rng = np.random.default_rng(1)
    wide = NamedNumbers(tuple(map(str, range(MOST))), rng.normal(size=MOST).astype(np.float32))
    examples.add(wide, 0.0)
    take = examples.takes[0]
    count = MOST_NUMBERS // MOST
    take.rows, take.times = np.repeat(take.rows, count, axis=0), np.zeros(count, np.float32)
    assert not examples.add(wide, 0.0)
    row = write_examples(Examples(examples.names, [OneTake("a", take.rows[:9], take.times[:9])]))
    assert len(row) / 9 * count < LARGEST


def test_new_names_do_not_widen_many_examples_without_end() -> None:
    examples = Examples(("p",))
    examples.takes = [OneTake("a", np.zeros((4000, 1), np.float32), np.zeros(4000, np.float32))]
    many = NamedNumbers(tuple(map(str, range(MOST))), np.zeros(MOST, np.float32))
    examples.add(many, 0.0)
    assert examples.rows().size <= MOST_NUMBERS


def test_what_is_absurdly_large_is_not_known_and_an_empty_take_is_none() -> None:
    odd = TAKE | {"rows": [[1e30, 2.0]], "targets": {"cutoff": 1e300, "echo": 1.0}}
    found = read_examples(changed(takes=[TAKE | {"rows": [], "times": []}, odd]))
    assert [take.targets for take in found.takes] == [{"echo": 1.0}]
    assert np.isnan(found.rows()[0, 0]) and found.rows()[0, 1] == 2
    with pytest.raises(BadExamples, match="at no time"):
        read_examples(changed(takes=[TAKE | {"times": [1e30]}]))
