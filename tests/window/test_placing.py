"""Where a picture lies in a window, and what mouse and keys make of it: numbers only."""

from __future__ import annotations

import itertools
import math
import tomllib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.runtime.rig_keeper import with_values
from engine.window.frames import Mapping
from engine.window.mapping import FAR, HANDLES, WIDEST, MappingEdit
from engine.window.placing import (
    CORNERS,
    WHOLE,
    from_seen,
    from_sheet,
    is_convex,
    seen_size,
    to_window,
    vertices,
    visible,
)


def moved(matrix: np.ndarray, x: float, y: float) -> tuple[float, float]:
    a, b, w = matrix @ (x, y, 1.0)
    return a / w, b / w


BENT = ((0.1, 0.9), (0.8, 1.0), (0.9, 0.2), (-0.2, 0.1))


@pytest.mark.parametrize("corners", [CORNERS, BENT, tuple(reversed(CORNERS))])
def test_the_corners_of_the_sheet_come_to_lie_where_they_shall(corners) -> None:
    matrix = to_window(corners)
    for (u, v), there in zip(CORNERS, corners, strict=True):
        assert moved(matrix, u, v) == pytest.approx(there)


@pytest.mark.parametrize(
    "corners",
    [
        ((0, 0), (0, 0), (0, 0), (0, 0)),
        ((0, 1), (1, 0), (1, 1), (0, 0)),  # crossed
        ((0, 1), (0.5, 0.5), (1, 0), (0, 0)),  # three in a line
        ((0, 1), (1, 1), (0.3, 0.7), (0, 0)),  # dented
    ],
)
def test_what_is_no_sheet_is_refused(corners) -> None:
    assert not is_convex(corners)
    with pytest.raises(ValueError, match="no sheet"):
        to_window(corners)


@given(st.sampled_from([0, 90, 180, 270]), st.booleans())
def test_a_picture_is_turned_as_everywhere(rotate, mirror) -> None:
    """The middle stays, and the corners of the texture are those that OpenCV's turn brings."""
    from engine.dsp.image.picture import orient

    image = np.arange(4, dtype=np.uint8).reshape(2, 2)
    seen = orient(np.repeat(image[:, :, None], 3, axis=2), mirror, rotate)[:, :, 0]
    matrix = from_seen(rotate, mirror, WHOLE)
    assert moved(matrix, 0.5, 0.5) == pytest.approx((0.5, 0.5))
    for row, column in itertools.product((0, 1), (0, 1)):
        s, t = moved(matrix, 0.25 + column / 2, 0.75 - row / 2)
        assert image[math.floor(t * 2), math.floor(s * 2)] == seen[row, column]


@pytest.mark.parametrize(
    ("fit", "part"),
    [("fit", (0.25, 0, 0.75, 1)), ("fill", (0, 0, 1, 1)), ("stretch", (0, 0, 1, 1))],
)
def test_fit_fill_and_stretch(fit, part) -> None:
    matrix = from_sheet(fit, (200, 100), (50, 50))
    assert visible(matrix) == pytest.approx(part)
    assert moved(matrix, 0.5, 0.5) == pytest.approx((0.5, 0.5))
    if fit == "fill":
        assert moved(matrix, 0.0, 0.0) == pytest.approx((0.0, 0.25))


def test_a_part_that_is_nothing_is_still_a_pixel() -> None:
    assert seen_size((640, 480), 90, (0.5, 0.5, 0.5, 0.5)) == (1.0, 1.0)
    strip = vertices(WHOLE, to_window(CORNERS), np.eye(3))
    assert strip.shape == (4, 7)
    assert strip[:, :2].tolist() == [[-1, -1], [1, -1], [-1, 1], [1, 1]]


steps = st.lists(
    st.tuples(
        st.integers(0, 20), st.floats(-2, 2, allow_nan=False), st.floats(-2, 2, allow_nan=False)
    ),
    max_size=20,
)


@given(steps)
def test_no_hand_can_fold_the_sheet_or_lose_a_corner(moves) -> None:
    edit = MappingEdit.begin(Mapping())
    for handle, x, y in moves:
        edit = edit.choose(handle).nudge(x, y)
        edit = edit.grab((x, y), 1.6).move_to((y, x))
    assert is_convex(edit.now.corners)
    assert all(-FAR <= each <= 1 + FAR for point in edit.now.corners for each in point)
    assert all(0 <= each <= WIDEST for each in edit.now.blend)
    assert edit.before == Mapping()
    assert edit.reset().now == Mapping()
    assert edit.choose(HANDLES + 3).chosen == 3
    assert edit.choose(0).next(-1).chosen == HANDLES - 1


RIGS = [
    "",
    "# only words",
    "[other]\nport = 1",
    "[screen]\ndisplay = 2      # the projector\n\n[other]\nport = 1\n",
    "[screen]\ntop_left = [0.5, 0.5]\n[screen.send]\n",
    "screen = { display = 2 }\n[other]\nport = 1\n",
]


@pytest.mark.parametrize("rig", RIGS)
def test_a_rig_keeps_all_else(rig) -> None:
    values = {"top_left": (0.25, 0.75), "blend": (0.0, 0.0, 0.125, 0.0)}
    kept = with_values(rig, "screen", values)
    before, after = tomllib.loads(rig), tomllib.loads(kept)
    assert after["screen"]["top_left"] == [0.25, 0.75]
    assert after["screen"]["blend"] == [0.0, 0.0, 0.125, 0.0]
    for name, value in before.items():
        assert {**after[name], **value} == {**value, **after[name]} or name == "screen"
    assert all(line in kept for line in rig.splitlines() if "#" in line)
    assert with_values(kept, "screen", values) == kept


def test_names_that_need_quotes_get_them() -> None:
    kept = with_values("", "my screen", {"top_left": (0.0, 1.0)})
    assert tomllib.loads(kept) == {"my screen": {"top_left": [0.0, 1.0]}}
