"""How paintings glide from one look to another, by the moments of the pictures."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.core.clock import ns
from engine.core.messages import Frame
from engine.models.style import StyleModel

PICTURE = Frame(np.random.default_rng(3).integers(0, 256, (48, 64, 3), np.uint8))


@pytest.fixture
def box() -> StyleModel:
    style = StyleModel(look="ink", size=64, morph=2.0)
    style.open()
    return style


def painted(box: StyleModel, look: Any, *moments: float) -> NDArray[np.float64]:
    """Paint at some seconds, all in one look; return the last painting."""
    box.look = look
    return [box.process(PICTURE, at=ns(moment)).image.astype(float) for moment in moments][-1]


def still(look: Any) -> NDArray[np.float64]:
    style = StyleModel(look=look, size=64)
    style.open()
    return style.process(PICTURE, at=ns(0)).image.astype(float)


def apart(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    return float(np.abs(one - other).mean())


def seconds(begin: float, end: float, step: float = 0.1) -> Iterable[float]:
    return np.arange(begin, end + step / 2, step)


def test_the_first_picture_has_its_look_at_once(box: StyleModel) -> None:
    assert apart(painted(box, "starry", 5.0), still("starry")) == 0


def test_half_way_it_is_half_of_each(box: StyleModel) -> None:
    painted(box, "ink", 0.9, 1.0)
    half = painted(box, "wave", *seconds(1.1, 2.0))
    assert apart(half, still({"ink": 0.5, "wave": 0.5})) < 0.5


def test_it_arrives_on_time_and_stays(box: StyleModel) -> None:
    painted(box, "ink", 0.9, 1.0)
    assert apart(painted(box, "wave", *seconds(1.1, 2.9)), still("wave")) > 0.5
    assert apart(painted(box, "wave", 3.0), still("wave")) == 0
    assert apart(painted(box, "wave", 9.0), still("wave")) == 0


def test_it_turns_back_from_where_it_is(box: StyleModel) -> None:
    painted(box, "ink", 0.9, 1.0)
    there = painted(box, "wave", *seconds(1.1, 1.5))
    back = painted(box, "ink", 1.6)
    assert apart(there, back) < apart(there, still("ink"))
    assert apart(painted(box, "ink", 3.5), still("ink")) == 0


def test_a_look_may_glide_out_of_the_picture_itself(box: StyleModel) -> None:
    plain = PICTURE.image.astype(float)
    assert apart(painted(box, {}, 0.9, 1.0), plain) == 0
    faint = painted(box, "oil", 1.2)
    assert 0 < apart(faint, plain) < apart(still("oil"), plain) / 3


def test_a_fader_that_never_rests_moves_the_painting(box: StyleModel) -> None:
    painted(box, {"ink": 1.0, "wave": 0.0}, 0.9, 1.0)
    moving = [painted(box, {"ink": 1.0, "wave": t / 4}, 1.0 + t) for t in seconds(0.1, 4.0)]
    assert apart(moving[-1], moving[0]) > 5


def test_without_morph_it_jumps(box: StyleModel) -> None:
    box.morph = 0.0
    painted(box, "ink", 1.0)
    assert apart(painted(box, "wave", 1.1), still("wave")) == 0


def test_after_a_gap_the_look_is_there_at_once(box: StyleModel) -> None:
    painted(box, "ink", 1.0)
    box.reset()
    assert apart(painted(box, "wave", 1.1), still("wave")) == 0
