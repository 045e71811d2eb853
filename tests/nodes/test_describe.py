"""The box describe: when it speaks, and of what."""

from __future__ import annotations

import numpy as np
import pytest

from engine.core.clock import ns
from engine.core.errors import ParameterError
from engine.core.messages import Detection, Detections, Frame
from engine.nodes.describe import Describe

RED = Frame(np.full((36, 64, 3), (0, 0, 255), np.uint8))
CUP = Detections((Detection("cup", 0.9, (0.1, 0.5, 0.2, 0.3), 1),))
TWO = Detections((*CUP.seen, Detection("person", 0.8, (0.8, 0.5, 0.2, 0.7), 2)))
NONE = Detections(())


def said(box: Describe, seen: Detections, second: float, picture: Frame | None = None) -> str:
    told = box.process(seen, picture, at=ns(second))
    return told.text.text if told else ""


def test_the_first_sentence_comes_at_once_and_the_next_when_there_is_another() -> None:
    box = Describe(every=2.0, steady=0.5)
    assert said(box, CUP, 0) == "I see a cup on the left."
    assert said(box, CUP, 3) == ""
    assert said(box, TWO, 3.1) == ""  # not so for long
    assert said(box, CUP, 3.2) == ""
    assert said(box, TWO, 3.3) == ""
    assert said(box, TWO, 3.9) == "I see a person on the right and a cup on the left."
    assert said(box, CUP, 4.0) == said(box, CUP, 5.0) == ""  # too soon
    assert said(box, CUP, 6.0) == "I see a cup on the left."


def test_what_is_said_with_a_picture_names_its_colour() -> None:
    told = Describe().process(CUP, RED, at=ns(0))
    assert told is not None
    assert told.text.text == "I see a cup on the left. The light is dim, with much red: cosy."
    assert (told.thing, told.colour, told.mood) == ("cup", "red", "cosy")
    assert told.text.final


def test_where_nothing_is_seen_the_other_sentence_is_said_or_none() -> None:
    assert said(Describe(), NONE, 0) == "I see nothing that I know."
    assert said(Describe(nothing=""), NONE, 0, RED) == ""


def test_a_word_that_is_brought_stands_in_its_sentence() -> None:
    box = Describe(sentence="I see {things}. I think of {word}.")
    assert said(box, CUP, 0) == "I see a cup."
    box.word = "saucer"
    assert said(box, CUP, 10) == ""
    assert said(box, CUP, 11) == "I see a cup. I think of saucer."


def test_after_a_loss_it_begins_anew() -> None:
    box = Describe()
    assert said(box, CUP, 0)
    box.reset()
    assert said(box, CUP, 0.1)


@pytest.mark.parametrize("key", ["sentence", "nothing"])
def test_a_field_that_is_none_is_told_with_its_key(key: str) -> None:
    with pytest.raises(ParameterError, match=rf'{key}: there is no field.*Did you mean "things"'):
        Describe(**{key: "I see {thing_s}"})


def test_odd_boxes_and_labels_do_no_harm() -> None:
    odd = Detections(
        (Detection("", 0.5, (float("nan"),) * 4), Detection("{things}", 0.5, (9.0, -1.0, 0.0, 0.0)))
    )
    assert "{things}" in said(Describe(), odd, 0, Frame(np.zeros((1, 1), np.uint8)))
