"""The box write: lines in the voice of an author."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.core.clock import ns
from engine.core.commands import SetParameter
from engine.core.context import Context
from engine.core.errors import ModelError, PatchError
from engine.core.messages import Later, Ns, Text, Trigger
from engine.inference.model_folders import model_folder
from engine.models.write import AUTHORS, WriteModel, WrittenLine
from engine.testing import play

OURS = model_folder("write")
PATCH = """
[clock]
use = "every"
time = "2 s"
[poet]
use = "write"
from = "clock"
{}
[out]
use = "collector"
send = {{ text = "poet", interim = "poet.interim", done = "poet.done" }}
"""
STOPPED = """
[late]
use = "every"
time = "1300 ms"
"""


def opened(**parameters: object) -> WriteModel:
    box = WriteModel(**{"length": 40, **parameters})
    box.open(Context("poet"))
    return box


def told(said: Iterator[WrittenLine | Later[WrittenLine]]) -> list[WrittenLine]:
    return [one.message if isinstance(one, Later) else one for one in said]


def texts(box: WriteModel, begin: Trigger | Text | str = "", at: float = 0.0) -> list[str]:
    begin = begin or Trigger()
    return [one.text.text for one in told(box.process(begin, at=Ns(ns(at)))) if one.text]


def test_it_writes_words_of_the_author_and_each_in_another_voice() -> None:
    said = {author: texts(opened(author=author, lines=3)) for author in AUTHORS}
    for lines in said.values():
        assert len(lines) == 3
        assert all(line == line.strip() and len(line) > 1 for line in lines)
    assert len({tuple(lines) for lines in said.values()}) == 3


def test_a_mix_is_a_voice_of_its_own_and_an_empty_one_is_all() -> None:
    mixes = ({"shakespeare": 1.0}, {"shakespeare": 0.5, "scripture": 0.5}, {"poetry": 0.0})
    one, half, none = (texts(opened(author=mix, lines=2)) for mix in mixes)
    assert one == texts(opened(author="shakespeare", lines=2))
    assert one != half != none


def test_the_line_grows_by_words_or_by_letters() -> None:
    words = told(opened().process(Trigger(), at=Ns(0)))
    *grown, last = words
    assert all(one.interim and not one.interim.final and one.text is None for one in grown)
    assert last.text is not None and last.text.final and last.done is not None
    assert grown[-1].interim is not None
    assert grown[-1].interim.text.strip() == last.text.text
    letters = told(opened(by="letter").process(Trigger(), at=Ns(0)))
    assert [one.interim.text for one in letters if one.interim][:3] == [
        last.text.text[:end] for end in (1, 2, 3)
    ] or len(letters) > len(words)
    assert letters[-1].text == last.text


def test_the_same_again_is_the_same_and_another_seed_is_not() -> None:
    one, other = opened(), opened()
    first = [texts(one), texts(one)]
    assert [texts(other), texts(other)] == first
    assert first[0] != first[1]
    assert texts(opened(seed=4)) != first[0]
    one.seed = 4
    assert texts(one) == texts(opened(seed=4))


def test_at_no_temperature_it_says_the_likeliest() -> None:
    box = opened(temperature=0.0)
    assert texts(box) == texts(box)


@pytest.mark.parametrize("begin", ["The night", Text("The night")])
def test_a_text_is_the_beginning_of_the_first_line(begin: str | Text) -> None:
    lines = texts(opened(lines=2, start="not this"), begin)
    assert lines[0].startswith("The night")
    assert not lines[1].startswith("The night")
    assert texts(opened(start="O sea"))[0].startswith("O sea")


def test_what_is_only_half_typed_begins_nothing() -> None:
    assert told(opened().process(Text("The ni", final=False), at=Ns(0))) == []


def test_letters_of_another_script_stand_in_the_text_and_are_told_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    box = opened()
    for begin in ("שלום 🙂", "мир"):
        assert texts(box, begin)[0].startswith(begin)
    assert caplog.text.count("the network knows no") == 1
    assert "שלום🙂"[:4] in caplog.text


def test_ten_thousand_letters_are_a_beginning() -> None:
    assert len(texts(opened(), "sea " * 2500)[0]) >= 9_990


def test_words_come_at_their_pace() -> None:
    later = list(opened(pace=0.5, lines=2).process(Trigger(), at=Ns(ns(1.0))))
    assert all(isinstance(one, Later) for one in later)
    moments = [one.at for one in later if isinstance(one, Later) and one.message.interim]
    assert moments == [ns(1 + 0.5 * at) for at in range(len(moments))]
    last = later[-1]
    assert isinstance(last, Later) and last.at == ns(1 + 0.5 * len(moments))


def test_enough_is_enough_and_what_stands_is_the_text() -> None:
    box = opened(pace=0.5, length=100)
    told(box.process("The night is", at=Ns(0)))
    said = box.on_stop(Trigger(), at=Ns(ns(0.9)))
    assert said is not None and said.text is not None and said.done is not None
    assert said.text.text.startswith("The night is")
    assert len(said.text.text.split()) in (3, 4)
    assert box.on_stop(Trigger(), at=Ns(ns(1))) is None


def test_to_stop_what_is_done_or_never_began_says_nothing() -> None:
    box = opened()
    assert box.on_stop(Trigger(), at=Ns(0)) is None
    texts(box)
    assert box.on_stop(Trigger(), at=Ns(ns(60))) is None


def test_before_it_is_open_it_says_that() -> None:
    with pytest.raises(ModelError, match='the model "write" is not open'):
        list(WriteModel().process(Trigger(), at=Ns(0)))


def test_an_unknown_author_is_told_with_the_nearest() -> None:
    with pytest.raises(ModelError, match=r'no author "shakespear".* "shakespeare"'):
        opened(author="shakespear")
    with pytest.raises(ModelError, match='no author "bible"'):
        opened(author={"bible": 1.0})
    assert "no author" in WriteModel(author="shakespear").doubts(None)["author"]
    assert WriteModel().doubts(None) == {}


@pytest.fixture
def own(tmp_path: Path) -> Path:
    shutil.copytree(OURS, tmp_path / "gran", ignore=shutil.ignore_patterns("*.py", "poems.txt"))
    return tmp_path


def test_a_folder_beside_the_patch_is_an_author(own: Path) -> None:
    box = WriteModel(author="gran", length=20)
    box.open(Context("poet", own))
    assert texts(box)
    assert box.doubts(own) == {}
    assert box.known_texts() == {"author": ("gran",)}


@pytest.mark.parametrize("file", ["model.onnx", "letters.json", "card.toml"])
def test_a_folder_that_is_cut_in_half_plays_as_it_was_before(
    file: str, own: Path, caplog: pytest.LogCaptureFixture
) -> None:
    half = own / "gran" / file
    half.write_bytes(half.read_bytes()[: half.stat().st_size // 2])
    with pytest.raises(ModelError):
        WriteModel(author="gran").open(Context("poet", own))
    shutil.copytree(OURS, own / "gran/before", ignore=shutil.ignore_patterns("*.py", "poems.txt"))
    box = WriteModel(author="gran", length=20)
    box.open(Context("poet", own))
    assert texts(box)
    assert "what it was before that is taken" in caplog.text


def test_a_newer_trigger_calls_off_what_was_to_come_and_stop_does_too() -> None:
    played = play(PATCH.format('pace = "300 ms"\nlength = 120'), seconds=3.9)
    assert played.errors == []
    grown = list(played.box("out").of("interim"))
    begun = [at for at, one in enumerate(grown) if at and len(one.text) < len(grown[at - 1].text)]
    assert len(begun) == 1  # the second text, and nothing of the first behind it
    stop = PATCH.format('pace = "300 ms"\nlength = 120\nstop = { from = "late" }') + STOPPED
    stopped = play(stop.replace('time = "2 s"', 'time = "9 s"'), seconds=3)
    assert stopped.errors == []
    assert [sent.t for sent in stopped.sent("out", "text")] == [0.0] or stopped.sent("out", "text")
    assert max(sent.t for sent in stopped.sent("out", "interim")) <= 1.3


def test_what_is_only_half_typed_calls_nothing_off() -> None:
    patch = PATCH.format('pace = "300 ms"\nlength = 120').replace('"clock"\n', '"mixed"\n', 1)
    patch += """
[typed]
use = "typed"
[mixed]
use = "merge"
from = ["typed", "typed.interim"]
"""
    line = SetParameter("typed", "text", "the sea")
    half = [(1.0 + at / 10, SetParameter("typed", "typing", "so" + "o" * at)) for at in range(8)]
    alone, beside = (
        play(patch, script, seconds=6) for script in ([(0.5, line)], [(0.5, line), *half])
    )
    assert beside.errors == []
    for port in ("text", "interim", "done"):
        assert beside.sent("out", port)
        assert [s.t for s in beside.sent("out", port)] == [s.t for s in alone.sent("out", port)]


def test_a_patch_writes_the_same_twice_and_a_hand_changes_the_author() -> None:
    script = [(1.0, SetParameter("poet", "author", "scripture"))]
    one, other = (str(play(PATCH.format("lines = 2"), script, seconds=3)) for _ in range(2))
    assert one == other
    assert one != str(play(PATCH.format("lines = 2"), seconds=3))


def test_numbers_are_no_beginning() -> None:
    with pytest.raises(PatchError, match="poet"):
        play(PATCH.format("").replace('from = "clock"', 'from = "clock.value"', 1), seconds=1)


def test_a_hand_begins_and_ends_it() -> None:
    script = [
        (1.0, SetParameter("poet", "go", True)),
        (2.0, SetParameter("poet", "stop", True)),
    ]
    patch = PATCH.format('pace = "300 ms"\nlength = 120').replace('from = "clock"\n', "", 1)
    played = play(patch, script, seconds=4)
    assert played.errors == []
    assert [sent.t for sent in played.sent("out", "interim")] == pytest.approx([1, 1.3, 1.6, 1.9])
    assert [sent.t for sent in played.sent("out", "text")] == [2.0]
