"""Velocities as numbers, colours and masks."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.dsp.image.motion import MUCH, as_colours, as_mask, moving, summarise

Floats = NDArray[np.float32]
ROWS, COLUMNS = 36, 64


def still() -> Floats:
    return np.zeros((ROWS, COLUMNS, 2), np.float32)


def patch(right: float, down: float) -> Floats:
    """Return a picture of which a square, right of the middle and high up, moves."""
    velocity = still()
    velocity[4:16, 40:52] = (right, down)
    return velocity


def around(turn: float = 0.0, grow: float = 0.0) -> Floats:
    """Return a disc in the middle that turns (turns a second) and grows (a second)."""
    y, x = np.mgrid[:ROWS, :COLUMNS].astype(np.float32)
    x, y = (x + 0.5 - COLUMNS / 2) / ROWS, (y + 0.5 - ROWS / 2) / ROWS
    angle = 2 * np.pi * turn
    velocity = np.dstack((grow * x - angle * y, grow * y + angle * x)).astype(np.float32)
    velocity[np.hypot(x, y) > 0.4] = 0
    return velocity


def test_how_much_moves_is_a_part_of_what_is_fast() -> None:
    velocity = still()
    velocity[:, :, 0] = np.linspace(0, 2, COLUMNS)
    moves = moving(velocity, fast=1.0)
    assert moves.dtype == np.float32
    assert moves[0, 0] == 0 and moves[0, -1] == 1
    assert abs(float(moves[0, 16]) - 32 / 63) < 0.01


def test_nothing_moves() -> None:
    found = summarise(still(), moving(still(), 0.5), 0.5)
    assert (found.amount, found.x, found.y) == (0.0, 0.5, 0.5)
    assert (found.right, found.up, found.turn, found.grow) == (0.0, 0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("right", "down", "expected"),
    [(0.25, 0, (0.5, 0)), (0, -0.5, (0, 1)), (-0.1, 0.1, (-0.2, -0.2)), (3, 3, (1, -1))],
)
def test_where_it_moves_and_where_to(
    right: float, down: float, expected: tuple[float, float]
) -> None:
    velocity = patch(right, down)
    found = summarise(velocity, moving(velocity, 0.5), 0.5)
    assert (found.right, found.up) == pytest.approx(expected, abs=0.01)
    assert (found.x, found.y) == pytest.approx((46 / COLUMNS, 1 - 10 / ROWS), abs=0.01)
    assert abs(found.turn) < 0.01 and abs(found.grow) < 0.01


def test_the_amount_is_1_where_a_tenth_is_fast() -> None:
    for part in (0.5, 1.0, 2.0):
        velocity = still()
        velocity[: round(ROWS * MUCH * part)] = (0.5, 0)
        amount = summarise(velocity, moving(velocity, 0.5), 0.5).amount
        assert amount == pytest.approx(min(part, 1.0), abs=0.15)


@pytest.mark.parametrize("turn", [0.3, -0.6, 5.0, -5.0])
def test_a_turn_is_clockwise_above_0(turn: float) -> None:
    velocity = around(turn=turn)
    found = summarise(velocity, moving(velocity, 0.01), 0.01)
    assert found.turn == pytest.approx(min(max(turn, -1), 1), abs=0.02)
    assert abs(found.right) < 0.1 and abs(found.grow) < 0.02


@pytest.mark.parametrize("grow", [0.5, -0.4])
def test_what_comes_nearer_grows(grow: float) -> None:
    velocity = around(grow=grow)
    found = summarise(velocity, moving(velocity, 0.01), 0.01)
    assert found.grow == pytest.approx(grow, abs=0.02)
    assert abs(found.turn) < 0.02


@pytest.mark.parametrize(
    ("right", "down", "brightest"),
    [(1, 0, {2}), (0, -1, {1}), (-1, 0, {0, 1}), (0, 1, {0})],
)
def test_the_hue_is_the_direction(right: float, down: float, brightest: set[int]) -> None:
    velocity = patch(right, down)
    picture = as_colours(velocity, moving(velocity, 0.5), 256, 144)
    assert picture.shape == (144, 256, 3) and picture.dtype == np.uint8
    colour = picture[40, 184]
    assert {int(channel) for channel in np.flatnonzero(colour >= colour.max() - 5)} == brightest
    assert picture[120, 20].max() == 0


def test_a_mask_is_grey_and_white_where_it_is_fast() -> None:
    velocity = patch(0.25, 0)
    mask = as_mask(moving(velocity, 0.5), 256, 144)
    assert mask.shape == (144, 256, 3) and mask.dtype == np.uint8
    assert mask[40, 184].tolist() == [127, 127, 127]
    assert mask[120, 20].tolist() == [0, 0, 0]
