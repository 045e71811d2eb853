"""Texts of files: encodings, ends of lines, times, and what is wrong with any, by its line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.errors import DeviceError, ParameterError
from engine.language.text_file import NoText, decode, read_text, told, written_lines
from engine.language.timed_text import read_timed
from engine.language.written import line_number, read_lines

SRT = """1
00:00:01,000 --> 00:00:02,500
The <i>sea</i> is calm tonight.

2
00:00:03,000 --> 00:00:04,000 X1:40 X2:600
The tide is full,
the moon lies fair
"""


def test_subtitles_have_their_times_and_no_tags() -> None:
    cues, faults = read_timed(SRT, ".srt")
    assert faults == []
    assert [(cue.begin, cue.end) for cue in cues] == [(1.0, 2.5), (3.0, 4.0)]
    assert [cue.text for cue in cues] == [
        "The sea is calm tonight.",
        "The tide is full, the moon lies fair",
    ]


def test_a_song_has_its_times_its_refrains_and_its_shift() -> None:
    song = "[ti:Song]\n[offset:+500]\n[00:02.50][01:00.5]La <00:03.00>la\n[00:09]\n[2:00]end"
    cues, faults = read_timed(song, ".lrc")
    assert faults == []
    assert [(cue.begin, cue.text) for cue in cues] == [
        (2.0, "La la"),
        (8.5, ""),
        (60.0, "La la"),
        (119.5, "end"),
    ]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_ends_of_lines_of_every_system(newline: str) -> None:
    cues, faults = read_timed(SRT.replace("\n", newline), ".srt")
    assert (len(cues), faults) == (2, [])
    assert written_lines(f"a{newline}{newline}b")[0] == ["a", "b"]


def test_a_web_file_of_subtitles_is_one_too() -> None:
    cues, _ = read_timed("WEBVTT\n\nintro\n00:01.000 --> 00:02.000\nHello", ".vtt")
    assert [(cue.begin, cue.text) for cue in cues] == [(1.0, "Hello")]


@pytest.mark.parametrize(
    ("times", "words"),
    [
        ("00:00:01,000 --> 00:xx:02,000", "has no time that can be read"),
        ("00:61:01,000 --> 00:61:02,000", "has no time that can be read"),
        ("999:00:01,000 --> 999:00:02,000", "has no time that can be read"),
        ("nan --> inf", "has no time that can be read"),
        ("-->", "has no time that can be read"),
        ("00:00:05,000 --> 00:00:02,000", "ends before it begins"),
        ("00:00:00,100 --> 00:00:00,500", "comes before the text above it"),
    ],
)
def test_bad_times_are_told_with_their_line_and_the_rest_plays(times: str, words: str) -> None:
    cues, faults = read_timed(f"{SRT}\n3\n{times}\nlost\n\n4\n0:00:09 --> 0:00:10\nend\n", ".srt")
    assert cues[-1].text == "end"
    assert [fault.line for fault in faults] == [11]
    assert words in faults[0].words


def test_lines_of_a_song_without_a_time_are_told() -> None:
    cues, faults = read_timed("[00:01]one\ntwo\n[00:99]three\n[12]four", ".lrc")
    assert [cue.text for cue in cues] == ["one"]
    assert [fault.line for fault in faults] == [2, 3, 4]


def test_half_a_file_plays_as_far_as_it_goes() -> None:
    for length in range(len(SRT)):
        cues, _ = read_timed(SRT[:length], ".srt")
        assert all(cue.text for cue in cues) and len(cues) <= 2


def test_every_encoding_gives_the_same_letters() -> None:
    line = "Müller said “don’t” 🌊"
    for data in (line.encode(), line.encode("utf-8-sig"), line.encode("utf-16")):
        assert decode(data) == (line, [])


def test_windows_letters_are_read_and_told_with_their_line() -> None:
    text, faults = decode("one\nGrüße\ntwo".encode("cp1252"))
    assert text == "one\nGrüße\ntwo"
    assert [fault.line for fault in faults] == [2]
    assert "Windows 1252" in faults[0].words


def test_damage_costs_its_letter_alone() -> None:
    text, faults = decode("Grüße\nK".encode() + b"\xff" + "ln\nend ü".encode())
    assert text.startswith("Grüße")
    assert faults and all(fault.line == 2 for fault in faults)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b" \n\t\n", "is empty"),
        (bytes(range(256)), "is no text"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "is no text"),
        (b"\x1f\x8b\x08\x08\x01\x02\x03\x04\x05\x06", "is no text"),
    ],
)
def test_what_is_no_text_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(NoText, match=words):
        decode(data)


def test_a_long_line_is_cut_and_told() -> None:
    lines, faults = written_lines("short\n" + 10_001 * "x")
    assert [len(line) for line in lines] == [5, 10_000]
    assert [fault.line for fault in faults] == [2]


def test_the_file_is_named_in_what_is_told(tmp_path: Path) -> None:
    file = tmp_path / "poem.txt"
    file.write_bytes(b"\n".join(b"gr\xfc\xdfe" for _ in range(3)) + b"\n" + 20_000 * b"x")
    lines, faults = read_lines(str(file), "")
    assert lines[0] == "grüße"
    assert told(str(file), faults).startswith("poem.txt:1: is not UTF-8")
    assert "poem.txt:4: is cut after 10,000 characters" in told(str(file), faults)
    with pytest.raises(DeviceError, match='no file "'):
        read_text(str(tmp_path / "none.txt"))
    with pytest.raises(DeviceError, match="is a folder"):
        read_text(str(tmp_path))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1.0, 0.0, 4.0, 1e300])
def test_what_numbers_no_line_is_refused(value: float) -> None:
    with pytest.raises(ParameterError, match="the number of a line, 1 to 3"):
        line_number(value, 3)


@given(st.binary(max_size=400))
def test_no_bytes_are_more_than_refused(data: bytes) -> None:
    try:
        text, _ = decode(data)
    except NoText:
        return
    for ending in (".srt", ".vtt", ".lrc"):
        cues, faults = read_timed(text, ending)
        assert [cue.begin for cue in cues] == sorted(cue.begin for cue in cues)
        assert all(cue.end is None or cue.end > cue.begin >= 0 for cue in cues)
        assert all(1 <= fault.line <= len(data) + 1 for fault in faults)
