"""What of a face is made up, held against faces of which a part goes with the square."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.core.skeletons import FACE_468
from engine.dsp.image.turned import TurnedSquare
from engine.dsp.landmarks.made_up import CHECKS, MadeUp

Floats = NDArray[np.float32]
SIDE = 300.0
REGION = TurnedSquare(160, 120, SIDE, 0.1)
PLACES = {
    "nose_tip": (0, 10),
    "chin": (0, 65),
    "left_cheek": (55, -12),
    "right_cheek": (-55, -12),
    "left_eye_bottom": (24, -23),
    "right_eye_bottom": (-24, -23),
}


def face(turn: float = 0.0) -> Floats:
    """Points all over a face, which is turned about its upright, in degrees."""
    rng = np.random.default_rng(5)
    points = rng.uniform((-60, -70, 0), (60, 65, 0), (len(FACE_468.points), 3))
    for name, place in PLACES.items():
        points[FACE_468.index[name]] = (*place, 0)
    points[:, 2] = 60 - points[:, 0] ** 2 / 60
    c, s = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    points[:, [0, 2]] = points[:, [0, 2]] @ [[c, -s], [s, c]]
    return np.asarray(points + np.array([160, 120, 0]), np.float32)


def again(points: Floats, square: TurnedSquare, follows: NDArray[np.bool_]) -> Floats:
    """The points as they are found in another square, with which some of them go."""
    turn, larger = square.angle - REGION.angle, square.side / REGION.side
    c, s = math.cos(turn) * larger, math.sin(turn) * larger
    middle = np.array([REGION.x, REGION.y], np.float32)
    gone = (points[:, :2] - middle) @ np.array([[c, s], [-s, c]], np.float32) + middle
    found = points.copy()
    found[follows, :2] = gone[follows]
    return found


def check(made_up: MadeUp, points: Floats, follows: NDArray[np.bool_]) -> None:
    made_up.take(points, again(points, made_up.square(REGION), follows), SIDE)


def pictures(made_up: MadeUp, points: Floats, follows: NDArray[np.bool_], many: int) -> int:
    """Let pictures pass; return how often the network was asked."""
    asked = 0
    for _ in range(many):
        if made_up.is_due():
            check(made_up, points, follows)
            asked += 1
    return asked


HALVES = {
    "left": lambda points: points[:, 0] > 160,
    "right": lambda points: points[:, 0] < 160,
    "upper": lambda points: points[:, 1] < 119,
    "lower": lambda points: points[:, 1] > 119,
}


@given(st.floats(-60, 60), st.integers(0, 99))
def test_of_a_face_that_is_seen_nothing_is_made_up(turn: float, seed: int) -> None:
    points, made_up = face(turn), MadeUp()
    tremble = np.random.default_rng(seed).normal(0, 1, (468, 3)).astype(np.float32)
    for _ in range(2 * CHECKS):
        made_up.square(REGION)
        made_up.take(points, points + tremble, SIDE)
        assert not made_up.points.any()


@pytest.mark.parametrize("half", HALVES)
def test_the_half_that_goes_with_the_square_is_made_up(half: str) -> None:
    points, made_up = face(), MadeUp()
    follows = HALVES[half](points)
    for _ in range(CHECKS):
        check(made_up, points, follows)
    wrong = made_up.points != follows
    between = (np.abs(points[:, :2] - (160, 119)) < (6, 8)).any(axis=1)
    assert not (wrong & ~between).any()
    assert made_up.points[FACE_468.index["chin"]] == (half == "lower")


def test_a_mouth_alone_that_goes_with_the_square_is_made_up() -> None:
    """As behind a microphone: the rest of the face is told, which way it turns as well."""
    points, made_up = face(), MadeUp()
    mouth = (np.abs(points[:, :2] - (160, 163)) < (26, 20)).all(axis=1)
    for _ in range(CHECKS):
        check(made_up, points, mouth)
    assert made_up.points[mouth].all()
    assert not made_up.points[points[:, 1] < 140].any()


def test_a_cover_is_noticed_soon_and_so_is_that_it_has_gone() -> None:
    points, made_up = face(), MadeUp()
    nothing, left = np.zeros(468, bool), HALVES["left"](points)
    for _ in range(CHECKS):
        check(made_up, points, nothing)
    for follows in (left, nothing, left, nothing):
        pictures(made_up, points, follows, 12 + CHECKS - 1)
        assert made_up.points.any() == follows.any()


def test_while_nothing_changes_it_asks_in_less_than_one_of_ten_pictures() -> None:
    points = face()
    for follows in (np.zeros(468, bool), HALVES["upper"](points)):
        made_up = MadeUp()
        pictures(made_up, points, follows, 40)
        assert pictures(made_up, points, follows, 240) == 20


def test_what_trembles_about_its_limit_costs_three_in_twelve_at_most() -> None:
    points, made_up = face(), MadeUp()
    asked, rng = 0, np.random.default_rng(1)
    for _ in range(240):
        if made_up.is_due():
            check(made_up, points, HALVES["left"](points) & (rng.random() < 0.5))
            asked += 1
    assert asked <= 240 * CHECKS / 12


def test_points_in_one_place_are_nothing_to_say_anything_of() -> None:
    made_up, points = MadeUp(), np.ones((468, 3), np.float32)
    for _ in range(CHECKS):
        made_up.take(points, points, SIDE)
    assert not made_up.points.any()
