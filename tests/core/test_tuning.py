"""Names of notes, and hertz."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.errors import ParameterError
from engine.core.parameter import Param, Parameter
from engine.core.tuning import hz_of, name_of, note_named, note_of

LOWEST = Parameter("lowest", "lowest", float, 110.0, False, Param("", 40, 2000, unit="Hz"))


@pytest.mark.parametrize(
    ("name", "note"),
    [("A4", 69), ("C4", 60), ("A2", 45), ("c#4", 61), ("Bb3", 58), (" F♯4 ", 66), ("C-1", 0)],
)
def test_a_name_is_a_note(name, note):
    assert note_named(name) == note


@pytest.mark.parametrize("text", ["H4", "A", "4", "A##4", "A10", "", "440"])
def test_what_is_no_name_is_none(text):
    assert note_named(text) is None


@given(st.integers(0, 127))
def test_every_name_reads_back(note):
    assert note_named(name_of(note)) == note


@given(st.floats(0, 127))
def test_hertz_and_back(note):
    assert note_of(hz_of(note)) == pytest.approx(note, abs=1e-9)


def test_where_hertz_are_meant_a_name_will_do():
    assert LOWEST.from_patch("A2") == pytest.approx(110.0)
    assert LOWEST.from_patch(220) == 220.0
    assert LOWEST.from_wire("A4") == pytest.approx(440.0)


@pytest.mark.parametrize("written", ["H2", "low", True])
def test_what_is_neither_is_told(written):
    with pytest.raises(ParameterError, match='from 40 to 2000 Hz, or a note such as "A2", got'):
        LOWEST.from_patch(written)


def test_a_note_out_of_range_is_refused():
    with pytest.raises(ParameterError, match='got "C0"'):
        LOWEST.from_patch("C0")
