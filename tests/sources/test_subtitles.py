"""The source subtitles: texts at their times, and what is wrong with a file."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest

from engine.core.clock import SECOND
from engine.core.errors import DeviceError
from engine.core.messages import Text
from engine.sources.subtitles import Subtitles
from engine.testing import play

SRT = """1
00:00:01,000 --> 00:00:02,000
one

2
00:00:02,000 --> 00:00:03,500
two

3
00:00:05,000 --> 00:00:06,000
three
"""


def written(folder: Path, text: str | bytes = SRT, name: str = "film.srt") -> str:
    file = folder / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(file)


def texts(source: Subtitles, count: int = 1000) -> list[tuple[float, str]]:
    events = islice(source.events(), count)
    return [(at / SECOND, said.text) for at, _, said in events if isinstance(said, Text)]


def test_each_text_stands_from_its_time_to_its_end(tmp_path: Path) -> None:
    source = Subtitles(file=written(tmp_path))
    source.open(lambda *_: None)
    assert texts(source) == [(1, "one"), (2, "two"), (3.5, ""), (5, "three"), (6, "")]
    moments = [at for at, _, _ in source.events()]
    assert moments == sorted(moments)
    assert [said for _, outlet, said in source.events() if outlet == "next"] == ["two", "three", ""]


def test_it_may_be_later_or_earlier_and_begin_again(tmp_path: Path) -> None:
    assert texts(Subtitles(file=written(tmp_path), late=-1.5))[:2] == [(0, "one"), (0.5, "two")]
    looped = Subtitles(file=written(tmp_path), loop=True, late=2.0)
    assert looped.endless
    told = texts(looped, 25)
    assert (told[0], told[5]) == ((3.0, "one"), (10.0, "one"))


def test_a_song_plays_offline(tmp_path: Path) -> None:
    file = written(tmp_path, "[00:00.50]La\n[00:01.00]la\n[00:01.50]", "song.lrc")
    patch = f"""
[song]
use = "subtitles"
file = '{file}'
[out]
use = "osc_out"
to = "127.0.0.1:9"
[out.send]
"/line" = "song"
"/number" = "song.number"
"/cue" = {{ when = "song.line" }}
"""
    played = play(patch)
    assert played.errors == []
    assert [(sent.t, sent.args) for sent in played.sent("out", "/line")] == [
        (0.5, ["La"]),
        (1.0, ["la"]),
        (1.5, [""]),
    ]
    assert [sent.args for sent in played.sent("out", "/number")] == [[1], [2], [3]]


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        ("", "film.srt", "is empty"),
        ("hello", "film.srt", "holds no text with a time"),
        ("1\n00:00:01 -> 00:00:02\nx", "film.srt", "holds no text with a time"),
        ("[00:xx]la", "song.lrc", 'song.lrc:1: "00:xx" is no time'),
        (bytes(99), "film.srt", "is no text"),
        ("one\ntwo", "poem.txt", 'use = "lines" says the lines of any other'),
    ],
)
def test_a_file_without_times_is_refused(
    tmp_path: Path, text: str | bytes, name: str, words: str
) -> None:
    with pytest.raises(DeviceError, match=words):
        Subtitles(file=written(tmp_path, text, name)).open(lambda *_: None)


def test_what_is_wrong_within_it_is_told_before_the_show(tmp_path: Path) -> None:
    file = written(tmp_path, SRT.replace("00:00:02,000 -->", "00:xx:02,000 -->"))
    source = Subtitles(file=file)
    assert "film.srt:6: has no time that can be read" in source.doubts(None)["file"]
    assert texts(source) == [(1, "one"), (2, ""), (5, "three"), (6, "")]
    missing = Subtitles(file=str(tmp_path / "none.srt"))
    assert missing.doubts(None)["file"].startswith("there is no file")
