"""The stand-in's stage: a camera, a wall and floor, a pillar, and sensor noise.

Backgrounds are drawn once per setting and copied for each frame; noise is one long-lived texture,
read at another offset each frame. Both keep the time per frame within a few milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.synthetic.stage_clutter import bgr, clutter

Picture = NDArray[np.uint8]
Points = NDArray[np.float64]

CAMERA_HEIGHT: Final = 1.15  # metres above the floor
WALL: Final = -2.2  # z of the back wall, metres
NOISE_MARGIN: Final = 61  # pixels that the noise texture is larger than the picture
NOISE_LEVELS: Final = 22.0  # standard deviation of full noise, of 255


@dataclass(frozen=True, slots=True)
class StageCamera:
    """A pinhole camera on the stage's middle axis; ``span`` is the picture's height in metres.

    The span is measured at z = 0, ``distance`` metres from the camera. A ``close`` camera looks at
    the point so many metres above the floor.
    """

    width: int
    height: int
    span: float
    close: float | None = None

    @property
    def distance(self) -> float:
        """Distance of z = 0, in metres."""
        return 2.1 * self.span

    @property
    def room(self) -> float:
        """Width of the picture at z = 0, in metres."""
        return self.span * self.width / self.height

    def project(self, points: Points) -> tuple[Points, Points]:
        """Return pixels (n, 2), y down, and pixels per metre (n,) of points (n, 3)."""
        near = self.distance / (self.distance - points[:, 2])
        scale = near * self.height / self.span
        if self.close is not None:
            x = self.width / 2 + scale * points[:, 0]
            return np.stack([x, self.height / 2 - scale * (points[:, 1] - self.close)], 1), scale
        floor = 0.065 + 0.22 * (1 - 2.5 / self.span)  # where z = 0 meets the floor, from below
        horizon = self.height * (1 - floor) - CAMERA_HEIGHT * self.height / self.span
        x = self.width / 2 + scale * points[:, 0]
        y = horizon - scale * (points[:, 1] - CAMERA_HEIGHT)
        return np.stack([x, y], axis=1), scale


def camera(width: int, height: int, people: int) -> StageCamera:
    """Return a camera far enough away for ``people`` side by side."""
    room = 0.9 + 0.95 * people
    return StageCamera(width, height, max(2.5, room * height / width))


def close_up(view: StageCamera, at: str) -> StageCamera:
    """Return a camera that shows a "face" with the shoulders, or the "hands" before the chest."""
    span, above = {"face": (0.62, 1.52), "hands": (1.1, 1.3)}[at]
    narrow = max(1.0, 1.25 * view.height / view.width)
    return StageCamera(view.width, view.height, span * narrow, above)


def dimmed(picture: Picture, light: float) -> Picture:
    """Return a picture in less light, as a sensor sees it: darker, and less in colour."""
    grey = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY))[..., None]
    colour = min(1.0, 0.4 + 0.6 * light)
    pale = picture * np.float32(colour) + grey * np.float32(1 - colour)
    return _uint8(np.clip(pale * np.float32(light) + 4, 0, 255))


def mirror_box(view: StageCamera, x: float, width: float, tall: float) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom of a mirror on the wall in pixels, within the picture."""
    corners = np.array([[x - width / 2, tall, WALL], [x + width / 2, 0.1, WALL]])
    (left, top), (right, bottom) = view.project(corners)[0]
    return (
        min(max(round(left), 0), view.width),
        min(max(round(top), 0), view.height),
        min(max(round(right), 0), view.width),
        min(max(round(bottom), 0), view.height),
    )


def draw_mirror(picture: Picture, glass: Picture, box: tuple[int, int, int, int]) -> None:
    """Draw a mirror with what is seen in it, a little darker, and its frame."""
    left, top, right, bottom = box
    picture[top:bottom, left:right] = np.round(glass[top:bottom, left:right] * 0.88)
    thick = max(1, picture.shape[0] // 120)
    cv2.rectangle(picture, (left, top), (right - 1, bottom - 1), (58, 78, 96), thick, cv2.LINE_AA)


def backdrop(view: StageCamera, ground: str, seed: int) -> Picture:
    """Return the empty stage: uint8, (height, width, 3), BGR; ``ground`` "plain" or "cluttered"."""
    rng = np.random.default_rng([seed, 11])
    picture = _room(view, rng, busy=ground == "cluttered")
    if ground == "cluttered":
        clutter(picture, _floor_line(view), rng)
        picture = _uint8(cv2.GaussianBlur(picture, (0, 0), 0.0022 * view.height))
    return _lit(picture, rng)


def noise_texture(view: StageCamera, amount: float, seed: int) -> Picture | None:
    """Return sensor noise around level 128, larger than the picture; None when amount is 0."""
    if amount <= 0:
        return None
    rng = np.random.default_rng([seed, 13])
    shape = (view.height + NOISE_MARGIN, view.width + NOISE_MARGIN, 3)
    grain = rng.standard_normal(shape, dtype=np.float32) * (NOISE_LEVELS * amount)
    return _uint8(np.clip(grain + 128.5, 0, 255))


def with_noise(picture: Picture, texture: Picture, seed: int, number: int) -> Picture:
    """Return the picture with the noise of frame ``number`` added."""
    rng = np.random.default_rng([seed, number, 17])
    top, left = rng.integers(0, NOISE_MARGIN, 2).tolist()
    height, width = picture.shape[:2]
    grain = texture[top : top + height, left : left + width]
    return _uint8(cv2.addWeighted(picture, 1.0, grain, 1.0, -128.0))


def draw_pillar(picture: Picture, view: StageCamera, x: float, z: float, width: float) -> None:
    """Draw a round pillar, ``width`` metres thick, on the floor at (x, z)."""
    left, top, right, base = pillar_box(view, x, z, width)
    columns = np.arange(max(left, 0), min(right, view.width))
    across = (columns - left) / max(right - left, 1) * 2 - 1
    light = np.clip(0.55 + 0.5 * np.sqrt(np.maximum(1 - (across + 0.35) ** 2 / 1.9, 0)), 0, 1.1)
    colour = light[:, None] * np.array([118.0, 128.0, 140.0])
    base = min(base, view.height)
    picture[max(top, 0) : base, columns] = np.clip(colour, 0, 255).astype(np.uint8)


def pillar_box(view: StageCamera, x: float, z: float, width: float) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom of a pillar in pixels; it reaches past the top."""
    corners, _ = view.project(np.array([[x - width / 2, 0.0, z], [x + width / 2, 0.0, z]]))
    return round(corners[0, 0]), 0, round(corners[1, 0]), round(corners[0, 1])


def _room(view: StageCamera, rng: np.random.Generator, *, busy: bool) -> Picture:
    """Draw wall and floor, with a slow gradient on each."""
    height, width = view.height, view.width
    line = _floor_line(view)
    hue = int(rng.integers(0, 180))
    wall = bgr(hue, int(rng.integers(20, 75)), int(rng.integers(110, 185)))
    floor = bgr(int(rng.integers(5, 25)), int(rng.integers(30, 80)), int(rng.integers(70, 120)))
    down = np.linspace(0, 1, height)[:, None, None]
    picture = np.where(
        np.arange(height)[:, None, None] < line,
        wall * (0.82 + 0.25 * down),
        floor * (0.65 + 0.45 * down),
    )
    picture = np.broadcast_to(picture, (height, width, 3))
    grain = rng.normal(0, 2.5 if not busy else 5.0, (height // 2, width // 2, 1))
    soft = cv2.GaussianBlur(cv2.resize(grain, (width, height)), (0, 0), 1.2)
    return _uint8(np.clip(picture + 1.6 * soft[..., None], 0, 255))


def _floor_line(view: StageCamera) -> int:
    return round(float(view.project(np.array([[0.0, 0.0, WALL]]))[0][0, 1]))


def _lit(picture: Picture, rng: np.random.Generator) -> Picture:
    """Darken the corners and light the middle softly."""
    height, width = picture.shape[:2]
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    side = rng.uniform(-0.35, 0.35)
    light = 0.66 + 0.48 * np.exp(-(((x - side) / 0.95) ** 2 + ((y + 0.1) / 1.05) ** 2))
    return _uint8(np.clip(picture * light[..., None], 0, 255))


def _uint8(picture: NDArray[np.generic] | cv2.typing.MatLike) -> Picture:
    return np.asarray(picture, np.uint8)
