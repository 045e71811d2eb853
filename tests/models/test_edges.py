"""The edges box: which lines the first neurons draw, by angle, neuron and sensitivity."""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import Any

import cv2
import numpy as np
import pytest

from engine.core.errors import ModelError
from engine.core.messages import Frame
from engine.core.parameter import read_parameters
from engine.models.edges import NEURONS, EdgesModel

SIDE = 256


def bar(angle: float, light: int = 200) -> np.ndarray:
    """Draw a light bar through the middle; at 0 it lies, at 45 it rises to the right."""
    picture = np.full((SIDE, SIDE, 3), 60, np.uint8)
    way = np.array([np.cos(np.radians(angle)), -np.sin(np.radians(angle))]) * SIDE
    ends = [tuple(int(x) for x in SIDE / 2 + sign * way) for sign in (-1, 1)]
    cv2.line(picture, *ends, (light,) * 3, 24, cv2.LINE_AA)
    return picture


@cache
def opened() -> EdgesModel:
    box = EdgesModel()
    box.open()
    return box


def edges(picture: np.ndarray, **parameters: Any) -> np.ndarray:
    box, usual = opened(), EdgesModel(size=SIDE)
    for name in read_parameters(EdgesModel):
        setattr(box, name, parameters.get(name, getattr(usual, name)))
    return box.process(Frame(picture)).image


def light(picture: np.ndarray) -> float:
    """How light the inside of a picture is, without what ends at its edges."""
    return float(picture[16:-16, 16:-16].mean())


@pytest.mark.parametrize("lines", [0, 30, 45, 60, 90, 120, 150])
def test_lines_of_the_angle_are_drawn_and_those_across_it_are_not(lines: int) -> None:
    along = light(edges(bar(lines), angle=float(lines), narrow=1.0))
    across = light(edges(bar(lines), angle=float((lines + 90) % 180), narrow=1.0))
    every = light(edges(bar(lines)))
    assert along > 0.4 * every > 1
    assert across < 0.25 * along


def test_narrow_goes_from_every_line_to_those_of_the_angle() -> None:
    picture = bar(0, light=70)
    found = [light(edges(picture, angle=90.0, narrow=amount)) for amount in (0.0, 0.5, 1.0)]
    assert found[0] > 1.3 * found[1] > 1.3 * 1.3 * found[2]


def test_lines_are_where_the_edges_are_and_flat_is_dark() -> None:
    drawn = edges(bar(90)).astype(float).mean((0, 2))
    peaks = np.flatnonzero(drawn > 0.6 * drawn.max())
    assert all(min(abs(place - SIDE / 2 + 12), abs(place - SIDE / 2 - 12)) <= 4 for place in peaks)


@pytest.mark.parametrize("colour", list(product((0, 90, 255), repeat=3)))
def test_flat_is_dark_whatever_its_colour(colour: tuple[int, int, int]) -> None:
    flat = edges(np.full((64, 96, 3), colour, np.uint8), size=96, sensitivity=0.3)
    assert flat[8:-8, 8:-8].max() <= 25


def test_a_faint_edge_needs_more_sensitivity() -> None:
    faint, strong = bar(20, light=66), bar(20)
    found = [light(edges(faint, sensitivity=amount)) for amount in (0.1, 0.5, 1.0)]
    assert found[0] < found[1] < found[2]
    assert light(edges(strong, sensitivity=0.3)) > 2 * light(edges(faint, sensitivity=0.3))


def test_neurons_look_for_their_own() -> None:
    lies, stands = (light(edges(bar(angle), neuron=16)) for angle in (0, 90))
    assert stands > 3 * lies  # the sixteenth looks for what stands
    lies, stands = (light(edges(bar(angle), neuron=22)) for angle in (0, 90))
    assert lies > 3 * stands
    drawn = [edges(bar(30), neuron=number) for number in range(1, NEURONS + 1)]
    assert len({one.tobytes() for one in drawn}) >= 26


def test_colours() -> None:
    white, ink, hue = (edges(bar(90), colour=one) for one in ("white", "ink", "direction"))
    assert np.abs(255 - white.astype(int) - ink).max() <= 1
    assert white.mean() < 40
    lying = edges(bar(0), colour="direction")
    middle = slice(SIDE // 2 - 20, SIDE // 2 + 20)
    standing_hue = cv2.cvtColor(hue, cv2.COLOR_BGR2HSV)[hue.max(2) > 120][:, 0].astype(int)
    lying_hue = cv2.cvtColor(lying, cv2.COLOR_BGR2HSV)[lying.max(2) > 120][:, 0].astype(int)
    assert abs(np.median(standing_hue) - 90) < 25
    assert np.median(np.minimum(lying_hue, 180 - lying_hue)) < 25
    assert lying[middle].max() > 150


@pytest.mark.parametrize("shape", [(36, 64), (64, 36), (1, 50), (7, 5), (200, 90)])
def test_any_shape_comes_out_as_it_came_in(shape: tuple[int, int]) -> None:
    picture = np.random.default_rng(3).integers(0, 256, (*shape, 3), np.uint8)
    for colour in ("white", "ink", "direction"):
        found = edges(picture, size=64, colour=colour)
        assert found.shape == picture.shape
        assert not found.flags.writeable


def test_a_network_without_neurons_and_slopes_is_refused() -> None:
    with pytest.raises(ModelError, match='"multistyle26" is for style, not for see'):
        EdgesModel(model="multistyle26").open()
