"""The square that follows a body, and where it lies in the picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.messages import JOINTS
from engine.dsp.image.region import Region, crop_square, next_region, place, whole_picture

HIPS = [JOINTS.index("left_hip"), JOINTS.index("right_hip")]
SHOULDERS = [JOINTS.index("left_shoulder"), JOINTS.index("right_shoulder")]

lengths = st.integers(1, 2000)
units = st.floats(-0.5, 1.5)
bodies = st.lists(st.tuples(units, units), min_size=17, max_size=17)


@dataclass(frozen=True)
class Scene:
    """A picture's size, and the square that follows somebody in it."""

    width: int
    height: int
    region: Region


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    """Make any picture, with any body in it, and partly out of it, of which anything is seen."""
    width, height = draw(lengths), draw(lengths)
    points = [(x * width, y * height) for x, y in draw(bodies)]
    sure = draw(st.lists(st.booleans(), min_size=17, max_size=17))
    return Scene(width, height, next_region(points, sure, width, height))


@settings(deadline=None)
@given(scenes(), st.sampled_from([8, 192, 256]))
def test_a_placement_stays_inside_picture_and_square(scene: Scene, size: int) -> None:
    placement = place(scene.region, scene.width, scene.height, size)
    x0, y0, x1, y1 = placement.source
    u0, v0, u1, v1 = placement.target
    assert 0 <= x0 < x1 <= scene.width
    assert 0 <= y0 < y1 <= scene.height
    assert 0 <= u0 < u1 <= size
    assert 0 <= v0 < v1 <= size


@settings(deadline=None)
@given(scenes())
def test_the_square_is_never_larger_than_the_whole_picture(scene: Scene) -> None:
    assert 1 <= scene.region.side <= whole_picture(scene.width, scene.height).side


@settings(deadline=None)
@given(bodies, st.integers(40, 2000), st.integers(40, 2000))
def test_every_sure_joint_lies_in_the_square(
    body: list[tuple[float, float]], width: int, height: int
) -> None:
    points = np.clip(body, 0, 1) * (width, height)
    region = next_region([(x, y) for x, y in points], [True] * 17, width, height)
    corner = np.array([region.left, region.top])
    assert (points >= corner - 1).all()
    assert (points <= corner + region.side + 1).all()


@pytest.mark.parametrize("hidden", [HIPS, SHOULDERS])
def test_without_hips_or_shoulders_the_whole_picture_is_searched(hidden: list[int]) -> None:
    sure = [joint not in hidden for joint in range(17)]
    assert next_region([(100.0, 100.0)] * 17, sure, 640, 360) == whole_picture(640, 360)


def test_one_hip_and_one_shoulder_are_enough() -> None:
    sure = [joint in (HIPS[0], SHOULDERS[1]) for joint in range(17)]
    points = [(100.0, 60.0 if joint in SHOULDERS else 100.0) for joint in range(17)]
    region = next_region(points, sure, 640, 360)
    assert region == Region(left=24, top=24, side=152)


def test_the_whole_picture_lies_in_the_middle_of_its_square() -> None:
    placement = place(whole_picture(640, 360), 640, 360, 192)
    assert placement.source == (0, 0, 640, 360)
    assert placement.target == (0, 42, 192, 150)


def test_a_region_outside_of_the_picture_is_an_error() -> None:
    with pytest.raises(ValueError, match="outside"):
        place(Region(left=700, top=0, side=50), 640, 360, 192)


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 900, 3), (900, 1, 3), (2, 3, 3), (720, 1280, 3)])
def test_any_picture_fills_the_square(shape: tuple[int, int, int]) -> None:
    height, width, _ = shape
    square = crop_square(
        np.full(shape, 77, np.uint8), place(whole_picture(width, height), width, height, 192)
    )
    assert square.shape == (192, 192, 3)
    assert (square == 77).all()


@settings(deadline=None)
@given(st.integers(-150, 590), st.integers(-150, 310), st.integers(200, 400))
def test_what_is_cut_out_is_where_the_placement_says(left: int, top: int, side: int) -> None:
    x, y = 320, 180
    picture = np.zeros((360, 640, 3), np.uint8)
    picture[y - 6 : y + 6, x - 6 : x + 6] = 255
    placement = place(Region(left, top, side), 640, 360, 192)
    (left, high), (right, low) = placement.to_picture([(0, 0), (1, 1)])
    u, v = 192 * (x - left) / (right - left), 192 * (y - high) / (low - high)
    if not (8 < u < 184 and 8 < v < 184):
        return
    light = crop_square(picture, placement)[..., 0].astype(float)
    rows, columns = np.mgrid[0:192, 0:192] + 0.5
    assert (light * columns).sum() / light.sum() == pytest.approx(u, abs=0.25)
    assert (light * rows).sum() / light.sum() == pytest.approx(v, abs=0.25)


def test_beyond_the_edge_the_edge_is_repeated() -> None:
    picture = np.zeros((100, 100, 3), np.uint8)
    picture[:, :50] = 200
    square = crop_square(picture, place(Region(left=-50, top=0, side=100), 100, 100, 192))
    assert (square == 200).all()
