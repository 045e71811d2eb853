"""The box suggest: a predictive keyboard that is played."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.core.commands import SetParameter
from engine.core.context import Context
from engine.core.messages import Note, Ns, Text, Trigger
from engine.nodes.suggest import Suggest, Suggested
from engine.testing import play

SEA = """The sea is calm and the sea is wide. The wind is cold.
The sea is old, and the boat is at home by the sea.
"""
PATCH = """
[keys]
use = "suggest"
text = "sea.txt"
[out]
use = "collector"
send = { line = "keys", so_far = "keys.text", first = "keys.first" }
"""


def learned(folder: Path, text: str | bytes = SEA, **parameters: object) -> Suggest:
    file = folder / "my.txt"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    box = Suggest(text=str(file), **parameters)
    box.open(Context("keys"))
    return box


def three(said: Suggested | None) -> list[str | None]:
    assert said is not None
    return [said.first, said.second, said.third]


def test_words_that_are_chosen_make_a_line(tmp_path: Path) -> None:
    box = learned(tmp_path)
    assert three(box.on_wake(Ns(0)))[0] == "The"
    said = box.on_choose(1)
    assert said is not None
    assert (said.text, said.first, said.line) == ("The", "sea", None)
    box.on_first(Trigger())
    said = box.on_pad(Note(36, 90))
    assert said is not None and said.text == "The sea is"
    ended = box.on_end(Trigger())
    assert ended is not None and ended.line == Text("The sea is")
    assert ended.text == "" and ended.first == "The"


def test_undo_takes_back_a_word_at_a_time_and_no_more(tmp_path: Path) -> None:
    box = learned(tmp_path)
    box.process("The sea")
    first = box.on_undo(Trigger())
    assert first is not None and first.text == "The"
    assert box.on_undo(Trigger()) is not None
    assert box.on_undo(Trigger()) is None
    assert box.on_end(Trigger()) is None


def test_second_third_and_other_pads_choose_theirs(tmp_path: Path) -> None:
    box = learned(tmp_path, pads=(60, 61, 62))
    options = three(box.process("The"))
    for choose, wanted in (
        (lambda: box.on_second(Trigger()), 1),
        (lambda: box.on_third(Trigger()), 2),
    ):
        said = choose()
        assert said is not None and said.text == f"The {options[wanted]}"
        box.on_undo(Trigger())
    assert box.on_pad(Note(62, 90)) is not None
    assert box.on_pad(Note(62, 0)) is None
    assert box.on_pad(Note(36, 90)) is None


def test_before_it_is_open_it_answers_nothing_and_fails_not() -> None:
    box = Suggest()
    assert box.on_choose(1) is box.on_undo(Trigger()) is box.on_end(Trigger()) is None
    assert three(box.process("the")) == ["", "", ""]


def test_what_is_typed_stands_in_the_line_whatever_it_is(tmp_path: Path) -> None:
    box = learned(tmp_path)
    said = box.process(Text("שלום 🙂\tthe"))
    assert said is not None and said.text == "שלום 🙂 the"
    assert said.first in ("sea", "boat", "wind")
    assert box.process(Text("half a wo", final=False)) is None
    said = box.process("word " * 5000)
    assert said is not None and said.text is not None and len(said.text.split()) == 1000


def test_without_a_text_it_has_read_poems() -> None:
    box = Suggest()
    box.open(Context("keys"))
    assert all(three(box.on_wake(Ns(0))))


def test_a_million_letters_are_learned(tmp_path: Path) -> None:
    """In 0.3 s, where nothing else runs."""
    words = [f"w{(number * 7919) % 9973}" for number in range(170_000)]
    box = learned(tmp_path, " ".join(words))
    assert three(box.process(words[100_000]))[0] == words[100_001]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("One line, no more.", "too short to learn from: it has 4 words, and 20 are needed"),
        ("", "is empty"),
        (" \n \n", "is empty"),
        (bytes(range(256)) * 20, "is no text"),
        ("🙂 " * 500, "too short to learn from: it has 0 words"),
    ],
)
def test_a_text_that_teaches_nothing_is_told_and_the_poems_play(
    content: str | bytes, why: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    box = learned(tmp_path, content)
    assert why in caplog.text
    assert "keys: text:" in caplog.text
    assert all(three(box.on_wake(Ns(0))))
    assert why in box.doubts(tmp_path)["text"]


def test_a_file_that_is_not_there_is_told_and_the_poems_play(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    box = Suggest(text=str(tmp_path / "none.txt"))
    box.open(Context("keys"))
    assert "none.txt" in caplog.text
    assert all(three(box.on_wake(Ns(0))))


def test_a_hand_plays_it_and_the_same_again(tmp_path: Path) -> None:
    (tmp_path / "sea.txt").write_text(SEA)
    (tmp_path / "patch.toml").write_text(PATCH)
    presses = [
        ("choose", 1),
        ("choose", 1),
        ("choose", 1),
        ("undo", True),
        ("choose", 2),
        ("end", True),
    ]
    script = [(0.1 * at, SetParameter("keys", *press)) for at, press in enumerate(presses, 1)]
    one, other = (play(tmp_path / "patch.toml", script, seconds=1) for _ in range(2))
    assert one.errors == []
    assert one.sent("out", "first")[0].t == 0
    assert str(one) == str(other)
    told = [sent.args[0] for sent in one.sent("out", "so_far")]
    assert told[:5] == ["", "The", "The sea", "The sea is", "The sea"]
    assert told[-1] == ""
    (line,) = one.box("out").of("line")
    assert line.text.startswith("The sea ")
