"""A known text is followed: through mishearings, omissions and jumps, and never by one word."""

from __future__ import annotations

import numpy as np
import pytest

from engine.language.script_follower import ScriptFollower
from engine.language.sound_key import alike, distance
from engine.language.words import words

TEXT = """The sea is calm tonight.
The tide is full, the moon lies fair
Upon the straits; on the French coast the light
Gleams and is gone; the cliffs of England stand,
Glimmering and vast, out in the tranquil bay.
Come to the window, sweet is the night-air!
Only, from the long line of spray
Where the sea meets the moon-blanched land,
Listen! you hear the grating roar
Of pebbles which the waves draw back, and fling,
At their return, up the high strand,
Begin, and cease, and then again begin,
With tremulous cadence slow, and bring
The eternal note of sadness in."""
POEM = TEXT.split("\n")


def at(follower: ScriptFollower, heard: str) -> int:
    """Return the line of the last word that was found, -1 where that is not clear."""
    found = follower.find(heard)
    follower.take(found)
    return follower.line_at(found.places[-1]) if found else -1


def test_a_text_is_followed_line_by_line() -> None:
    follower = ScriptFollower(POEM)
    assert [at(follower, line) for line in POEM] == list(range(len(POEM)))
    assert follower.place == follower.count


def test_words_that_are_misheard_left_out_or_added_do_no_harm() -> None:
    rng = np.random.default_rng(4)
    follower = ScriptFollower(POEM)
    noise = ["well", "er", "banana", "so"]
    told = []
    for line in POEM:
        heard = []
        for word in words(line):
            chance = rng.random()
            if chance < 0.15:
                continue
            heard.append(word[:-1] + "g" if chance < 0.3 and len(word) > 3 else word)
            if chance > 0.9:
                heard.append(str(rng.choice(noise)))
        told.append(at(follower, " ".join(heard)))
    wrong = [(line, found) for line, found in enumerate(told) if found not in (line, -1)]
    assert wrong == []
    assert told.count(-1) <= 2


@pytest.mark.parametrize("word", ["the", "and", "sea", "begin", "strand", "banana", "🌊", ""])
def test_one_word_from_elsewhere_moves_it_nowhere(word: str) -> None:
    follower = ScriptFollower(POEM)
    at(follower, POEM[0])
    at(follower, POEM[1])
    before = follower.place
    found = follower.find(word)
    assert found is None or before <= found.end <= before + 8


def test_it_goes_back_or_far_ahead_only_where_several_words_say_so() -> None:
    follower = ScriptFollower(POEM)
    for line in POEM[:9]:
        at(follower, line)
    assert at(follower, "the sea is") == -1
    assert at(follower, "the moon lies fair upon the straits on the french coast") == 2
    assert at(follower, "tremulous cadence slow and bring the eternal note of sadness") == 13


def test_a_long_text_is_searched_whole() -> None:
    rng = np.random.default_rng(1)
    letters = list("bcdfglmnprst")
    names = [
        "".join(rng.choice(letters, 3)) + "o" + "".join(rng.choice(letters, 2)) for _ in range(900)
    ]
    lines = [" ".join(rng.choice(names, 8)) for _ in range(700)]
    follower = ScriptFollower(lines)
    assert at(follower, lines[0]) == 0
    assert at(follower, lines[600]) == 600
    assert at(follower, lines[601]) == 601


def test_a_refrain_is_the_one_that_comes_next() -> None:
    follower = ScriptFollower(["gather ye rosebuds while ye may", "old time is still a flying"] * 3)
    assert [
        at(follower, line) for line in ["gather ye rosebuds while ye may", "old time is flying"] * 3
    ] == [*range(6)]


def test_a_text_without_words_is_followed_nowhere() -> None:
    follower = ScriptFollower(["🌊", "…"])
    assert follower.find("hello") is None
    follower.go(1)
    assert follower.place == 0


def test_words_that_sound_alike() -> None:
    assert alike("tied", "tide") > 0.7 and alike("straights", "straits") > 0.7
    assert alike("night", "knight") > 0.7
    assert alike("sea", "land") < 0.5 and alike("", "x") == 0.0
    assert (distance("kitten", "sitting"), distance("", "abc")) == (3, 3)


def test_a_number_is_the_same_in_digits_and_in_letters() -> None:
    follower = ScriptFollower(["Four horses crossed.", "Twenty came back."])
    assert at(follower, "4 horses crossed") == 0
    found = follower.find("20")
    assert found is not None and found.places == (3,)
