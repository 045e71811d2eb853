"""The box lines: a text line by line, forth, back, and to a line."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.core.errors import DeviceError, ParameterError
from engine.core.messages import Trigger
from engine.nodes.lines import LinesNode, SaidLine

TEXT = "one\n\n  two  \nthree\n"


def box(**parameters: object) -> LinesNode:
    made = LinesNode(**({"text": TEXT} | parameters))
    made.open()
    return made


def said(told: SaidLine | None) -> str:
    return told.text.text if told else ""


def test_lines_follow_each_other_and_begin_again() -> None:
    made = box()
    told = [made.process(Trigger()) for _ in range(4)]
    assert [said(one) for one in told] == ["one", "two", "three", "one"]
    assert [one.next for one in told if one] == ["two", "three", "one", "two"]
    assert [one.number for one in told if one] == [1, 2, 3, 1]
    assert [bool(one and one.carry) for one in told] == [False, False, True, False]
    assert told[2] and told[2].place == 1.0
    assert said(made.on_back(Trigger())) == "three"


def test_without_loop_it_stays_at_its_ends() -> None:
    made = box(loop=False)
    assert made.on_back(Trigger()) is None
    told = [made.process(Trigger()) for _ in range(5)]
    assert [said(one) for one in told] == ["one", "two", "three", "", ""]
    assert told[2] and told[2].next == ""
    assert said(made.on_back(Trigger())) == "two"
    made.on_reset(Trigger())
    assert said(made.process(Trigger())) == "one"


def test_a_hand_goes_to_a_line(caplog: pytest.LogCaptureFixture) -> None:
    made = box()
    assert said(made.on_go(Trigger(3.0))) == "three"
    assert said(made.process(Trigger())) == "one"
    for value in (float("nan"), float("-inf"), 0.0, 4.0):
        assert made.on_go(Trigger(value)) is None
    assert caplog.text.count("expected the number of a line, 1 to 3") == 4
    assert said(made.process(Trigger())) == "two", "it stays where it was"


def test_of_a_file_with_times_the_texts_are_its_lines(tmp_path: Path) -> None:
    file = tmp_path / "song.LRC"
    file.write_text("[ti:x]\n[00:02]two\n[00:01]one\n[00:03]\n", encoding="utf-8")
    made = box(file=str(file), text="")
    assert [said(made.process(Trigger())) for _ in range(3)] == ["one", "two", "one"]


def test_what_is_no_text_is_refused_with_its_name(tmp_path: Path) -> None:
    for data, words in ((b"", "is empty"), (bytes(512), "is no text")):
        file = tmp_path / "poem.txt"
        file.write_bytes(data)
        with pytest.raises(DeviceError, match=rf"poem\.txt\" {words}"):
            box(file=str(file), text="")
    with pytest.raises(DeviceError, match="no file"):
        box(file=str(tmp_path / "pome.txt"), text="")
    with pytest.raises(ParameterError, match="and not both"):
        LinesNode()


def test_the_longest_line_and_every_direction_are_said() -> None:
    made = box(text="x" * 10_001 + "\nשלום\n👩‍🚀\n\x1b[31mred\x07")
    told = [said(made.process(Trigger())) for _ in range(4)]
    assert [len(told[0]), told[1], told[2]] == [10_000, "שלום", "👩‍🚀"]
    assert told[3] == "[31mred"
    assert "line 1: is cut after 10,000 characters" in made.doubts(None)["text"]
