"""Where a picture lies in a window: pure geometry.

A point is (x, y), 0 to 1, y upwards. A matrix is float64, shape (3, 3), and maps points as columns
(x, y, 1). A sheet is mapped to a window by the homography of its four corners (Hartley and
Zisserman 2004, section 4.1).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Point = tuple[float, float]
Corners = tuple[Point, Point, Point, Point]
"""Top left, top right, bottom right, bottom left of the sheet."""
Rectangle = tuple[float, float, float, float]
"""Left, bottom, right, top."""
Matrix = NDArray[np.float64]

CORNERS: Final[Corners] = ((0.0, 1.0), (1.0, 1.0), (1.0, 0.0), (0.0, 0.0))
WHOLE: Final[Rectangle] = (0.0, 0.0, 1.0, 1.0)
_FLATTEST: Final = 1e-4
"""The smallest area of a triangle of corners, as a part of the window."""


def is_convex(corners: Corners) -> bool:
    """Whether four corners, in their order, make a sheet that is not folded or flat.

    It may be seen from behind: then it is mirrored.
    """
    areas = [
        _area(corners[place - 1], corners[place], corners[(place + 1) % 4]) for place in range(4)
    ]
    return all(area > _FLATTEST for area in areas) or all(area < -_FLATTEST for area in areas)


def _area(one: Point, two: Point, three: Point) -> float:
    across = (two[0] - one[0]) * (three[1] - one[1]) - (three[0] - one[0]) * (two[1] - one[1])
    return across / 2


def to_window(corners: Corners) -> Matrix:
    """Return the homography from points of the sheet to those of the window.

    Raise ValueError where the corners make no sheet.
    """
    if not is_convex(corners):
        raise ValueError("the corners make no sheet")
    rows = []
    for (u, v), (x, y) in zip(CORNERS, corners, strict=True):
        rows.append([u, v, 1, 0, 0, 0, -u * x, -v * x])
        rows.append([0, 0, 0, u, v, 1, -u * y, -v * y])
    solved = np.linalg.solve(np.array(rows, np.float64), np.array(corners, np.float64).ravel())
    return np.append(solved, 1.0).reshape(3, 3)


def from_sheet(fit: str, window: tuple[int, int], picture: tuple[float, float]) -> Matrix:
    """Return the matrix from points of the sheet to those of the picture as it is seen.

    ``window`` and ``picture`` are widths and heights; the sheet has the shape of the window. The
    picture is centred: "fit" shows all of it, "fill" covers the sheet, "stretch" bends its shape.
    """
    across, up = window[0] / picture[0], window[1] / picture[1]
    scale = {"fit": min(across, up), "fill": max(across, up)}.get(fit)
    width, height = (1.0, 1.0) if scale is None else (scale / across, scale / up)
    return _scaled(1 / width, 1 / height, 0.5 - 0.5 / width, 0.5 - 0.5 / height)


def from_seen(rotate: int, mirror: bool, crop: Rectangle) -> Matrix:
    """Return the matrix from points of the picture as it is seen to those of the texture.

    It was rotated clockwise by ``rotate`` degrees, then mirrored, then cropped, as everywhere in
    Sensorium. A texture's y goes downwards.
    """
    left, right = sorted((crop[0], crop[2]))
    bottom, top = sorted((crop[1], crop[3]))
    matrix = _scaled(right - left, top - bottom, left, bottom)
    if mirror:
        matrix = _scaled(-1, 1, 1, 0) @ matrix
    back = np.array([[0, -1, 1], [1, 0, 0], [0, 0, 1]], np.float64)
    for _ in range(rotate // 90 % 4):
        matrix = back @ matrix
    upside_down: Matrix = _scaled(1, -1, 0, 1) @ matrix
    return upside_down


def seen_size(size: tuple[int, int], rotate: int, crop: Rectangle) -> tuple[float, float]:
    """Return the width and height of what is seen of a picture, at least a pixel."""
    width, height = size
    if rotate % 180:
        width, height = height, width
    return (
        max(1.0, width * abs(crop[2] - crop[0])),
        max(1.0, height * abs(crop[3] - crop[1])),
    )


def visible(sheet_to_seen: Matrix) -> Rectangle:
    """Return the part of the sheet on which the picture lies; ``sheet_to_seen`` only scales."""
    scale, shift = np.diag(sheet_to_seen)[:2], sheet_to_seen[:2, 2]
    left, bottom = np.clip(-shift / scale, 0, 1)
    right, top = np.clip((1 - shift) / scale, 0, 1)
    return float(left), float(bottom), float(right), float(top)


def vertices(part: Rectangle, to_window: Matrix, to_texture: Matrix) -> NDArray[np.float32]:
    """Return the corners of a part of the sheet for a triangle strip.

    float32, shape (4, 7): x, y and w of the window in OpenGL's -1 to 1, then where it is on the
    sheet, then in the texture.
    """
    left, bottom, right, top = part
    sheet = np.array([[left, bottom], [right, bottom], [left, top], [right, top]], np.float64)
    points = np.column_stack([sheet, np.ones(4)])
    window = points @ to_window.T
    window[:, :2] = 2 * window[:, :2] - window[:, 2:]
    texture = points @ to_texture.T
    return np.column_stack([window, sheet, texture[:, :2]]).astype(np.float32)


def _scaled(x: float, y: float, right: float, up: float) -> Matrix:
    return np.array([[x, 0, right], [0, y, up], [0, 0, 1]], np.float64)
