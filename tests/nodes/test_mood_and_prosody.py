"""What mood and prosody say of texts in a show: from a tape to an output."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.core.errors import ModelError
from engine.core.messages import Text
from engine.inference import known_words
from engine.inference.known_words import valences, word_vectors
from engine.inference.model_folders import models
from engine.lab.bench.words import is_held_out
from engine.nodes.mood import Felt, Mood
from engine.nodes.prosody import Prosody
from tests.nodes.texts import came, heard

FELT = {name: f"box.{name}" for name in Felt._fields}


def test_a_mood_leaves_as_numbers_and_by_its_name_alone() -> None:
    played = heard(
        'use = "mood"', {"mood": "box", **FELT}, "I love this dance!", "The war is lost."
    )
    assert played.errors == []
    assert came(played, "mood") == came(played, "valence")
    good, bad = came(played, "mood")
    assert good > 0.6 and bad < -0.6
    assert came(played, "positive")[1] == came(played, "negative")[0] == 0
    assert came(played, "known") == [1, 1]


def test_a_text_that_grows_is_felt_too() -> None:
    grown = [Text("I am", final=False), Text("I am so happy", final=False), Text("I am so happy")]
    now = came(heard('use = "mood"', FELT, *grown), "valence")
    assert now[0] == 0 < now[1] == now[2]


@pytest.mark.parametrize(
    "text",
    ["", "qzxv", "die Liebe ist nicht das Leben", Text("hate", language="de"), "שלום", "\x00" * 99],
)
def test_what_it_does_not_know_is_marked(text: str | Text) -> None:
    assert Mood().process(text) == (0, 0, 0, 0, 0)


@pytest.mark.parametrize("text", ["happy " * 5000, "🙂" * 10_000, "a" * 10_000, "!?" * 5000])
def test_a_long_line_is_felt_within_its_range(text: str) -> None:
    assert all(-1 <= each <= 1 for each in Mood().process(text))


def test_what_the_network_never_saw_it_judges_as_people_do() -> None:
    import numpy as np

    known, vectors = valences(), word_vectors()
    held = [word for word in vectors.words if word in known.rated and is_held_out(word)]
    judged = [known.network.judge(vectors[vectors.places(word)[0]]) for word in held]
    assert len(held) > 600
    assert np.corrcoef(judged, [known.rated[word] for word in held])[0, 1] >= 0.8


def test_a_table_that_was_altered_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = models()["mood"]
    for file in folder.iterdir():
        if file.is_file():
            (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "lexicon.txt").write_bytes(b"good\t1\n")
    monkeypatch.setattr(known_words, "model_folder", lambda name: tmp_path)
    with pytest.raises(ModelError, match=r"lexicon\.txt is not the file its card describes"):
        known_words.valences.__wrapped__()


def test_a_line_leaves_as_its_stresses_and_rhymes_with_the_one_before() -> None:
    send = {name: f"box.{name}" for name in ("stresses", "syllables", "words", "rhyme", "known")}
    lines = (
        "the sea is calm tonight",
        "the tide is full, the moon lies fair upon the light",
        Text("and growing night", final=False),
        "we listen to the qzxv",
        "and then no more",
        "beyond the shore",
    )
    played = heard('use = "prosody"', send, *lines)
    assert played.errors == []
    assert came(played, "stresses")[0] == "x/x/x/"
    assert came(played, "syllables")[:2] == [6, 12]
    assert came(played, "words")[:2] == [5, 11]
    assert came(played, "rhyme") == [True, True]  # of lines 2 and 6: 4 and 5 meet a word unknown
    assert came(played, "known") == [1, 1, 1, 0.8, 1, 1]


def test_a_line_after_a_loss_rhymes_with_nothing() -> None:
    box = Prosody()
    assert box.process("so bright").rhyme is None
    assert box.process("the night").rhyme is True
    box.reset()
    assert box.process("the light").rhyme is None


@pytest.mark.parametrize("text", ["", "?!", "🙂", "7 11", Text("die Nacht", language="de")])
def test_what_is_no_line_has_no_syllables(text: str | Text) -> None:
    assert Prosody().process(text)[:2] == ("", 0)
    assert Prosody().process(text).known == 0
