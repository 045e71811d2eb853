"""The words near a word, analogies, and the walk from one word to another."""

from __future__ import annotations

import math

import pytest

from engine.core.commands import SetParameter
from engine.core.errors import ParameterError
from engine.core.messages import Text
from engine.inference.known_words import word_vectors
from engine.language.blocked import is_blocked
from engine.nodes.between import Between
from engine.nodes.neighbours import Neighbours
from engine.testing import play
from tests.nodes.texts import OUT, came, heard, saying

COARSE = "kcuf"[::-1]


def nearest(box: Neighbours, text: str | Text) -> list[str]:
    return [each.word for each in box.process(text)]


def test_the_nearest_words_come_as_events_the_nearest_first() -> None:
    send = {"word": "box", "nearness": "box.nearness", "rank": "box.rank"}
    played = heard('use = "neighbours"\ncount = 3', send, "Drum!", "qzxv", "the sea")
    assert played.errors == []
    assert came(played, "word")[:3] == ["drums", "percussion", "guitar"]
    assert came(played, "rank") == [1, 2, 3] * 2
    assert came(played, "nearness")[:3] == sorted(came(played, "nearness")[:3], reverse=True)
    assert "sea" not in came(played, "word")


def test_an_analogy_leads_to_its_fourth_word() -> None:
    box = Neighbours(like="man", to="king", count=1)
    assert nearest(box, "woman") == ["queen"]
    box.like, box.to = "france", "Paris"
    assert nearest(box, "italy") == ["rome"]
    box.to = ""
    assert nearest(box, "italy") == ["rome"], "half an analogy leaves the last one"


@pytest.mark.parametrize(
    ("like", "to", "said"),
    [
        ("man", "", "an analogy has both"),
        ("", "king", "an analogy has both"),
        ("man", "kingg", 'to: "kingg" is no word that is known. Did you mean "king"?'),
        ("🙂", "king", 'like: "🙂" is no word that is known'),
    ],
)
def test_a_bad_analogy_is_refused(like: str, to: str, said: str) -> None:
    with pytest.raises(ParameterError, match=said.replace("?", r"\?")):
        Neighbours(like=like, to=to)


def test_slurs_are_left_out_unless_they_are_allowed() -> None:
    every = Neighbours(count=64, block=False)
    blocked = [word for word in nearest(every, COARSE) if is_blocked(word)]
    assert len(blocked) > 2
    every.block = True
    told = nearest(every, COARSE)
    assert not any(map(is_blocked, told)) and len(told) == 64


def test_words_of_the_list_that_are_blocked_are_few_and_meant() -> None:
    blocked = [word for word in word_vectors().words[32_000:] if is_blocked(word)]
    assert 2 < len(blocked) < 20


@pytest.mark.parametrize(
    "text", ["", "qzxv", "🙂", Text("sea", final=False), Text("sea", language="de")]
)
def test_what_is_not_known_or_not_final_has_no_neighbours(text: str | Text) -> None:
    assert nearest(Neighbours(), text) == []


def test_what_is_seen_leads_to_a_neighbour_that_is_said() -> None:
    patch = """
[typed]
use = "says"
[near]
use = "neighbours"
from = "typed"
count = 1
[near_that]
use = "neighbours"
from = "near"
count = 1
"""
    played = play(patch + OUT + 'word = "near_that"\n', boxes={"says": saying("cup", "bus")})
    assert played.errors == []
    assert len(came(played, "word")) == 2


def walk(*values: float, **more: object) -> list[tuple[str, int]]:
    box = Between(start="sea", end="city", **more)  # type: ignore[arg-type]
    box.open()
    return [tuple(told) for value in values if (told := box.process(value))]


def test_a_knob_walks_from_one_word_to_the_other_and_says_each_once() -> None:
    went = walk(*(n / 100 for n in range(101)))
    assert [place for _, place in went] == list(range(1, 10))
    assert [went[0][0], went[1][0], went[-1][0]] == ["sea", "ocean", "city"]
    back = walk(*(n / 100 for n in range(100, -1, -1)))
    assert back == went[::-1]
    assert len({word for word, _ in went}) == 9


def test_the_ends_are_exact_and_what_is_beyond_is_the_end() -> None:
    assert walk(0.0, 1.0) == walk(-3.0, 1e308) == walk(-1.0, 2.0)
    assert walk(math.nan) == walk(math.inf) == []


def test_other_words_while_it_plays_are_another_way(caplog: pytest.LogCaptureFixture) -> None:
    patch = """
[knob]
use = "lfo"
shape = "saw"
period = "4 s"
[box]
use = "between"
from = "knob"
start = "sea"
end = "city"
steps = 3
"""
    script = [
        (1.0, SetParameter("box", "end", "love")),
        (2.0, SetParameter("box", "end", "qzxv")),
    ]
    played = play(patch + OUT + 'word = "box"\n', script, seconds=3.9)
    assert came(played, "word")[-1] == "love"
    assert played.errors == []
    (told,) = caplog.messages
    assert told == 'box: end: expected a word that is known, got "qzxv". The last ones stay.'


@pytest.mark.parametrize("word", ["", "qzxv", "two words", "🙂"])
def test_a_way_needs_two_words_that_are_known(word: str) -> None:
    with pytest.raises(ParameterError, match="start: expected a word that is known, got"):
        Between(start=word, end="city")
