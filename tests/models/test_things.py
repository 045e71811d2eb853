"""The things box: what it names, when it is silent, and how it makes up its mind."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import islice
from typing import Any

import numpy as np
import pytest

from engine.core.clock import ns
from engine.core.messages import Frame, Ns
from engine.core.parameter import read_parameters
from engine.models.things import SHOWN, ThingSeen, ThingsModel
from engine.sources.stand_in import StandIn
from tests.models.drawn_things import clock, crossword

GRID = crossword(np.random.default_rng(0))
FACE = clock(np.random.default_rng(0))
GREY = np.full((96, 96, 3), 128, np.uint8)


@cache
def opened() -> ThingsModel:
    box = ThingsModel()
    box.open()
    return box


def fresh(**parameters: Any) -> ThingsModel:
    box, usual = opened(), ThingsModel()
    for name in read_parameters(ThingsModel):
        setattr(box, name, parameters.get(name, getattr(usual, name)))
    box.reset()
    return box


def seen(pictures: Sequence[Any], every: float = 0.1, **parameters: Any) -> list[ThingSeen]:
    box = fresh(**parameters)
    return [box.process(Frame(each), at=ns(every * n)) for n, each in enumerate(pictures)]


def test_what_is_sure_is_named_once_and_what_is_not_is_not() -> None:
    told = seen([GREY, FACE, FACE, GREY, FACE, GRID], smooth=0.0, confidence=0.4, hysteresis=0.2)
    named = [None, "analog clock", None, None, "analog clock", "crossword"]
    assert [each.thing for each in told] == named
    assert [each.sure for each in told] == [False, True, True, False, True, True]
    assert told[1].confidence > 0.5
    assert told[3].confidence < 0.1
    assert [each.thing for each in seen([GREY, FACE], smooth=0.0, confidence=0.95)] == [None] * 2


def test_the_five_nearest_come_by_name_the_surest_first() -> None:
    (told,) = seen([FACE])
    assert told.things.names[:2] == ("analog clock", "wall clock")
    assert len(set(told.things.names)) == SHOWN
    assert told.things.values[0] == pytest.approx(told.confidence)
    assert list(told.things.values) == sorted(told.things.values, reverse=True)


def test_a_glance_is_averaged_away() -> None:
    glance = seen([GREY] * 3 + [FACE] + [GREY] * 3, every=1 / 30, smooth=0.5, confidence=0.5)
    assert [each.thing for each in glance] == [None] * 7
    stays = seen([GREY] * 3 + [FACE] * 30, every=1 / 10, smooth=0.5, confidence=0.5)
    assert [each.thing for each in stays if each.thing] == ["analog clock"]


def test_a_thing_that_is_told_stays_within_the_hysteresis() -> None:
    box = fresh(confidence=0.7, hysteresis=0.3, smooth=0.0)
    levels = np.zeros((6, 997), np.float32)
    levels[:, 7] = (0.75, 0.5, 0.72, 0.35, 0.6, 0.8)
    told = [box._new_thing(level, 7) for level in levels]
    assert [name is not None for name in told] == [True, False, False, False, False, True]


def test_a_dancer_is_none_of_the_thousand_and_next_to_nothing_is_said() -> None:
    stage = StandIn(sings=False, width=160, height=90, fps=10).events()
    film = list(islice((frame.image for _, outlet, frame in stage if outlet == "frame"), 40))
    told = seen(film)
    assert sum(each.sure for each in told) <= 0.1 * len(film)


def test_what_was_told_comes_again_after_a_gap() -> None:
    box, face = fresh(confidence=0.5), Frame(FACE)
    told = [box.process(face, at=Ns(n)).thing for n in range(2)]
    box.reset()
    told += [box.process(face, at=Ns(2)).thing]
    assert told == ["analog clock", None, "analog clock"]
