"""A box that asks is told of which moment each thing is, not only the one that calls it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest

from engine.core.messages import Frame, Ns
from engine.core.node import Model, Node
from engine.testing import Played, play

from .boxes import Pictures


class Moments(NamedTuple):
    hot: float
    painted: float
    light: float


class Darkened(Model):
    """A painter that takes its time."""

    def process(self, frame: Frame) -> Frame:
        return Frame((frame.image // 2).astype(np.uint8))


class Beside(Node):
    """Say the moments, in ms, at which the pictures were grabbed."""

    def process(
        self,
        frame: Frame,
        painting: Frame,
        light: float = 1.0,
        *,
        painting_at: Ns,
        light_at: Ns,
        at: Ns,
    ) -> Moments:
        return Moments(at / 1e6, painting_at / 1e6, light_at / 1e6)


class InBetween(Node):
    """The same, with moments between the inlets."""

    def process(
        self, frame: Frame, painting_at: Ns, painting: Frame, at: Ns, light: float = 1.0
    ) -> Moments:
        return Moments(at / 1e6, painting_at / 1e6, light)


class OnALane(Model):
    """The same, on a lane."""

    def process(self, frame: Frame, painting: Frame, at: Ns, painting_at: Ns) -> Moments:
        return Moments(at / 1e6, painting_at / 1e6, 0.0)


def moments(box: type[Node], of: str = "slow") -> list[tuple[float, float]]:
    """Return (moment of the picture, moment of what was painted), for ten pictures a second."""
    patch = f"""
[camera]
use = "pictures"
[slow]
use = "slow"
from = "camera"
[beside]
use = "beside"
from = "camera"
painting = {{ from = "{of}" }}
[c]
use = "collector"
[c.send]
hot = "beside.hot"
painted = "beside.painted"
"""
    boxes = {"pictures": Pictures, "slow": Darkened, "beside": box}
    played: Played = play(patch, boxes=boxes, costs={"slow": 150.0})
    assert played.errors == []
    found = played.box("c")
    return list(zip(found.of("hot"), found.of("painted"), strict=True))


@pytest.mark.parametrize("box", [Beside, InBetween, OnALane])
def test_a_painting_is_of_the_moment_of_what_was_painted(box: type[Node]) -> None:
    found = moments(box)
    assert found[0] == (200.0, 0.0)  # painted at 0, done at 150 ms
    assert all(hot - painted in (200.0, 300.0) for hot, painted in found)
    assert len({painted for _, painted in found}) >= 4


def test_what_is_not_there_yet_is_of_no_moment() -> None:
    class Alone(Node):
        def process(self, frame: Frame, light: float = 2.0, *, light_at: Ns) -> float:
            return light + light_at

    patch = '[camera]\nuse = "pictures"\n[a]\nuse = "alone"\nfrom = "camera"\n'
    patch += '[c]\nuse = "collector"\nfrom = "a"\n'
    played = play(patch, boxes={"pictures": Pictures, "alone": Alone})
    assert played.box("c").of("in") == [2.0] * 10
