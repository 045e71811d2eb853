"""The box script: lines are reached once, in order, and again only after the speaker went back."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.core.errors import DeviceError, ParameterError
from engine.core.messages import Text, Trigger
from engine.nodes.script import Script, ScriptPlace
from engine.testing import play

POEM = """The sea is calm tonight.
The tide is full, the moon lies fair

Upon the straits; on the French coast the light
Gleams and is gone; the cliffs of England stand,
Glimmering and vast, out in the tranquil bay."""
LINES = [line for line in POEM.split("\n") if line]


def reader(text: str = POEM, **parameters: object) -> Script:
    box = Script(text=text, **parameters)
    box.open()
    return box


def reached(told: list[ScriptPlace]) -> list[int]:
    return [one.number for one in told if one.reached is not None and one.number is not None]


def test_each_line_is_reached_once_with_the_next_one() -> None:
    box = reader()
    told = [one for line in LINES for one in box.process(Text(line))]
    assert reached(told) == [1, 2, 3, 4, 5]
    first, last = (one for one in told if one.number in (1, 5))
    assert (first.line, first.next) == (LINES[0], LINES[1])
    assert (last.line, last.next) == (LINES[4], "")
    assert [one.reached.value for one in told if one.reached] == [1, 2, 3, 4, 5]
    places = [one.place for one in told if one.place is not None]
    assert places == sorted(places) and places[-1] == 1.0
    assert reached(list(box.process(Text(LINES[4])))) == []


def test_one_phrase_may_be_several_lines_and_one_left_out_is_not_reached() -> None:
    assert reached(list(reader().process(" ".join(LINES[:3])))) == [1, 2, 3]
    box = reader()
    list(box.process(LINES[0]))
    assert reached(list(box.process("upon the straits on the french coast the light"))) == [3]


def test_what_is_still_being_said_counts_but_not_its_last_word() -> None:
    box = reader()
    told = list(box.process(Text("the sea", final=False)))
    assert reached(told) == []
    assert reached(list(box.process(Text("the sea is calm", final=False)))) == [1]
    assert reached(list(box.process(Text("the sea is calm tonight the", final=False)))) == []
    assert reached(list(box.process(Text("the sea is calm tonight the tide")))) == [2]


def test_what_is_still_being_said_never_goes_back() -> None:
    box = reader()
    heard = ["the sea is calm tonight the tide is", "the sea is calm", "the sea is calm tonight"]
    told = [one for text in heard for one in box.process(Text(text, final=False))]
    assert len([one.place for one in told if one.place is not None]) == 1
    (place,) = [one.place for one in box.process(Text(LINES[0])) if one.place is not None]
    assert place == 5 / 39


def test_no_common_word_moves_it_and_none_from_elsewhere() -> None:
    box = reader()
    list(box.process(LINES[0]))
    for word in ["and", "the", "of", "stand", "banana", "🌊", "", " "]:
        assert reached(list(box.process(word))) == []
    assert reached(list(box.process(LINES[1]))) == [2]


def test_it_goes_back_where_the_text_clearly_is_and_reaches_lines_again() -> None:
    box = reader()
    for line in LINES:
        list(box.process(line))
    assert reached(list(box.process("the sea is"))) == []
    again = "the tide is full the moon lies fair upon the straits on the french coast"
    assert reached(list(box.process(again))) == [2, 3]
    assert reached(list(box.process(LINES[3]))) == [4]


def test_it_says_when_it_is_lost_and_when_no_more() -> None:
    box = reader(misses=2)
    told = [
        [one.lost for one in box.process(heard) if one.lost is not None]
        for heard in (LINES[0], "my name is bob", "i like cheese", "nothing fits", LINES[1])
    ]
    assert told == [[False], [], [True], [], [False]]


def test_a_hand_goes_to_a_line_and_what_is_none_is_told(caplog: pytest.LogCaptureFixture) -> None:
    box = reader()
    told = list(box.on_go(Trigger(4.0)))
    assert reached(told) == [4]
    assert reached(list(box.process(LINES[3]))) == [], "it was reached by hand"
    assert reached(list(box.process(LINES[4]))) == [5]
    for value in (float("nan"), float("inf"), 0.0, 6.0, -1.0):
        assert list(box.on_go(Trigger(value))) == []
    assert caplog.text.count("expected the number of a line, 1 to 5") == 5


@pytest.mark.parametrize("text", ["🌊\n…", "x", "ﷺ سلام", "Привет, мир", 10_001 * "y"])
def test_odd_texts_are_followed_as_far_as_they_have_words(text: str) -> None:
    box = reader(text)
    told = [one for heard in ("hello", text, 10_001 * "a b ") for one in box.process(heard)]
    assert all(one.place is None or 0 <= one.place <= 1 for one in told)
    box.reset()


def test_a_file_or_a_text_and_not_both(tmp_path: Path) -> None:
    for given in ({}, {"text": " \n"}, {"file": "a.txt", "text": "b"}):
        with pytest.raises(ParameterError, match=r"expected a file.*and not both"):
            Script(**given)
    file = tmp_path / "poem.txt"
    file.write_text(POEM, encoding="utf-8")
    box = Script(file=str(file))
    assert box.doubts(None) == {}
    box.open()
    assert reached(list(box.process(LINES[0]))) == [1]
    file.write_bytes(b"")
    with pytest.raises(DeviceError, match="is empty"):
        box.open()
    file.write_bytes(POEM.encode() + b"\nCaf\xe9")
    assert "poem.txt:7: is not UTF-8" in box.doubts(None)["file"]


PATCH = """
[lines]
use = "lines"
text = '''
The sea is calm tonight.
The tide is full, the moon lies fair
'''
from = "clock"
loop = false
[clock]
use = "every"
time = "500 ms"
[script]
use = "script"
text = '''
The sea is calm tonight.
The tide is full, the moon lies fair
'''
from = "lines"
[out]
use = "osc_out"
to = "127.0.0.1:9"
[out.send]
"/said" = "lines"
"/cue" = { when = "script.reached" }
"/next" = "script.next"
"""


def test_it_plays_in_a_patch() -> None:
    played = play(PATCH, seconds=2)
    assert played.errors == []
    assert [sent.args for sent in played.sent("out", "/said")] == [
        ["The sea is calm tonight."],
        ["The tide is full, the moon lies fair"],
    ]
    assert len([sent for sent in played.sent("out", "/cue") if sent.args == [1]]) == 2
    assert [sent.args for sent in played.sent("out", "/next")] == [
        ["The tide is full, the moon lies fair"],
        [""],
    ]
