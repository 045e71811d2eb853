"""Tunings: equal ones, Scala files, and any A4."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core import tuning as equal
from engine.core.errors import ParameterError, PatchError
from engine.core.intonation import EQUAL, Tuning, read_tuning, without_files
from engine.core.messages import Block
from engine.nodes.pitch import PitchNode
from engine.nodes.quantise import Quantise
from engine.runtime.opening import check_patch

JUST = """! just.scl
!
5-limit
 12
!
16/15
9/8
6/5
5/4
4/3
45/32
3/2
8/5
5/3
9/5
15/8
2/1
"""
BOHLEN = "! bp.scl\nequal Bohlen-Pierce\n13\n" + "".join(
    f"{1901.955 * step / 13:.5f}\n" for step in range(1, 14)
)
PLAYED_DOWN = "a pelog whose keys do not rise\n5\n400.0\n200.0\n-50.0\n900.0\n1200.0\n"


@pytest.fixture
def tuned(tmp_path):
    def read(text: str, a4: float = 440.0) -> Tuning:
        file = tmp_path / "a.scl"
        file.write_text(text)
        return read_tuning(str(file), a4)

    return read


@given(st.floats(-12, 140))
def test_twelve_equal_steps_are_the_notes_of_always(note):
    tuning = read_tuning(EQUAL)
    assert tuning.hz_of(note) == equal.hz_of(note)
    assert tuning.note_of(equal.hz_of(note)) == equal.note_of(equal.hz_of(note))


@pytest.mark.parametrize("a4", [392.0, 415.0, 432.0, 442.0, 466.2])
@pytest.mark.parametrize("text", [None, JUST, BOHLEN, PLAYED_DOWN])
def test_key_69_has_the_frequency_of_a4(tuned, text, a4):
    tuning = tuned(text, a4) if text else read_tuning("31edo", a4)
    assert tuning.hz_of(69) == pytest.approx(a4, rel=1e-12)


@pytest.mark.parametrize(
    ("key", "over_c"), [(60, 1.0), (64, 5 / 4), (67, 3 / 2), (71, 15 / 8), (72, 2.0), (48, 0.5)]
)
def test_a_just_scale_stands_on_c(tuned, key, over_c):
    tuning = tuned(JUST)
    assert tuning.hz_of(key) / tuning.hz_of(60) == pytest.approx(over_c)
    assert tuning.note_of(tuning.hz_of(60) * over_c) == pytest.approx(key)


def test_a_period_that_is_no_octave_repeats_there(tuned):
    tuning = tuned(BOHLEN)
    assert tuning.hz_of(73) / tuning.hz_of(60) == pytest.approx(3.0, rel=1e-5)
    assert tuning.hz_of(60 - 26) / tuning.hz_of(60) == pytest.approx(1 / 9, rel=1e-5)


@pytest.mark.parametrize("text", [JUST, BOHLEN, PLAYED_DOWN, "one\n1\n2/1\n", "two\n2\n1.0\n3/1\n"])
@pytest.mark.parametrize("key", [0, 24, 59, 60, 61, 64, 69, 100])
def test_each_key_reads_back(tuned, text, key):
    tuning = tuned(text)
    hz = tuning.hz_of(key)
    assert tuning.note_of(hz) == pytest.approx(key, abs=1e-6)
    assert tuning.nearest(hz) == (key, pytest.approx(0, abs=1e-6))
    assert tuning.bend(hz, key) == pytest.approx(0, abs=1e-9)


@given(st.floats(20, 8000))
def test_a_frequency_is_a_note_and_back(hz):
    for tuning in (read_tuning("19tet"), Tuning((203.9, 386.3, 702.0, 1200.0), 415.0)):
        assert tuning.hz_of(tuning.note_of(hz)) == pytest.approx(hz, rel=1e-9)
        key, cents = tuning.nearest(hz)
        assert tuning.hz_of(key) * 2 ** (cents / 1200) == pytest.approx(hz, rel=1e-9)
        assert abs(tuning.bend(hz, key) * 100 - cents) < 1e-6
        assert abs(tuning.note_of(hz) - key) <= 0.5 + 1e-9


def test_higher_sounds_are_higher_notes_where_keys_rise(tuned):
    tuning = tuned(JUST)
    notes = [tuning.note_of(20 * 2 ** (step / 100)) for step in range(900)]
    assert notes == sorted(notes)


def test_between_two_keys_the_middle_is_half(tuned):
    tuning = tuned(JUST)
    middle = math.sqrt(tuning.hz_of(64) * tuning.hz_of(65))
    assert tuning.note_of(middle) == pytest.approx(64.5)
    third = tuning.nearest(tuning.hz_of(60) * 2 ** (400 / 1200))
    assert third == (64, pytest.approx(400 - 386.3137, abs=1e-3))


@pytest.mark.parametrize(
    ("name", "steps"), [("19tet", 19), ("31 EDO", 31), ("24-tet", 24), ("5edo", 5)]
)
def test_other_equal_steps_have_names(name, steps):
    tuning = read_tuning(name)
    assert tuning.hz_of(69 + steps) == pytest.approx(880.0)
    assert tuning.hz_of(70) == pytest.approx(440 * 2 ** (1 / steps))


@pytest.mark.parametrize("name", ["0tet", "9999edo"])
def test_steps_that_are_none_are_told(name):
    with pytest.raises(ParameterError, match="tuning: expected from 1 to 4096 equal steps"):
        read_tuning(name)


def test_a_file_that_is_not_there_is_told_with_the_nearest(tmp_path):
    (tmp_path / "just.scl").write_text(JUST)
    with pytest.raises(ParameterError, match=r'tuning: there is no file .*Did you mean "just.scl"'):
        read_tuning(str(tmp_path / "jsut.scl"))
    with pytest.raises(
        ParameterError, match=r'tuning: expected "12tet".*got "12tets".*mean "12tet"'
    ):
        read_tuning("12tets")


def test_what_is_no_scala_file_is_told_with_file_and_line(tmp_path):
    for name, data, words in (
        ("bad.scl", b"title\n2\n3/2\nbla\n", 'bad.scl", line 4: expected a ratio such as'),
        ("map.kbm", b"12\n0\n127\n60\n69\n440.0\n12\n", "is a keyboard mapping"),
        ("empty.scl", b"! nothing", 'empty.scl" is empty'),
        ("big.scl", b"!" * 300_000, 'big.scl" is larger than'),
    ):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(ParameterError) as told:
            read_tuning(str(tmp_path / name))
        assert str(told.value).startswith("tuning: ")
        assert words in str(told.value)
    with pytest.raises(ParameterError, match="is a folder, not a Scala file"):
        read_tuning(str(tmp_path) + "/")


def test_a_recording_opens_no_file(tuned, tmp_path):
    tuned(JUST)
    with without_files():
        with pytest.raises(ParameterError, match="a recording names no file here"):
            read_tuning(str(tmp_path / "a.scl"))
        assert read_tuning("19tet").hz_of(69) == pytest.approx(440.0)


def test_the_box_pitch_tells_the_key_of_its_tuning(tmp_path):
    (tmp_path / "just.scl").write_text(JUST)
    third = 261.6256 * 5 / 4
    time = np.arange(8000) / 16000
    tone = 0.2 * sum(np.sin(2 * np.pi * k * third * time) / k for k in range(1, 6))
    for name, a4, note in (
        (str(tmp_path / "just.scl"), 440.0 * 261.6256 * 5 / 3 / 440.0, 64.0),
        ("12tet", 440.0, 63.863),
        ("12tet", 442.0, 63.863 - 12 * math.log2(442 / 440)),
    ):
        box = PitchNode(tuning=name, a4=a4)
        told = list(box.process(Block(tone.astype(np.float32), 16000, 0)))
        assert told[-1].on
        assert told[-1].note == pytest.approx(note, abs=0.05)


def test_the_box_quantise_stands_on_degrees(tmp_path):
    (tmp_path / "just.scl").write_text(JUST)
    just = read_tuning(str(tmp_path / "just.scl"))
    box = Quantise(tuning=str(tmp_path / "just.scl"))
    assert box.process(64.1) == pytest.approx(equal.note_of(just.hz_of(64)))
    assert Quantise(tuning="24tet").process(60.6) == pytest.approx(60.5)
    assert Quantise(scale="C major", a4=415.0).process(69.0) == pytest.approx(
        equal.note_of(read_tuning(EQUAL, 415.0).hz_of(71)), abs=1.1
    )
    assert Quantise().process(60.6) == 61.0
    assert Quantise(scale="C major").process(61.4) == 62.0


def test_a_patch_finds_the_file_beside_it_and_is_told_its_line(tmp_path):
    patch = tmp_path / "show.toml"
    text = (
        'title = "t"\n[s]\nuse = "stand_in"\ndances = false\n'
        '[p]\nuse = "pitch"\nfrom = "s.sound"\ntuning = "own.scl"\n'
        '[out]\nuse = "osc_out"\nto = "127.0.0.1:9"\n[out.send]\n"/n" = "p.note"\n'
    )
    patch.write_text(text)
    with pytest.raises(PatchError, match=r'show.toml:8: \[p\] tuning: there is no file "own.scl"'):
        check_patch(patch)
    (tmp_path / "own.scl").write_text("mine\n2\n3/2\nbla\n")
    with pytest.raises(
        PatchError, match=r'show.toml:8: \[p\] tuning: .*own.scl", line 4: expected'
    ):
        check_patch(patch)
    (tmp_path / "own.scl").write_text(JUST)
    assert check_patch(patch).title == "t"
