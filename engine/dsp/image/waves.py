"""Draw sound: its wave as on an oscilloscope, round as a ring, or its spectrum as bars."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Samples = NDArray[np.float32]
Colour = tuple[float, float, float]

BARS: Final = 32
_LOWEST: Final = 50.0
_HIGHEST: Final = 10_000.0
_QUIET_DB: Final = -70.0
_FRACTION: Final = 4


def standing(samples: Samples, count: int) -> Samples:
    """Return the newest ``count`` samples that begin as the wave rises through zero.

    So a tone stands still, as on an oscilloscope. ``samples`` are twice as many, or fewer.
    """
    spare = samples[: max(len(samples) - count, 0)]
    rises = np.flatnonzero((spare[:-1] <= 0) & (spare[1:] > 0))
    begin = int(rises[-1]) + 1 if len(rises) else len(spare)
    return samples[begin : begin + count]


def line_points(wave: Samples, size: tuple[int, int], y: float, height: float) -> NDArray[np.int32]:
    """Return the points of a wave, (n, 2), across a picture of a (width, height), in sixteenths.

    ``y`` is where its middle is, 0 at the bottom, and ``height`` how far -1 to 1 reaches.
    """
    wide, high = size
    across = np.linspace(0, wide - 1, len(wave))
    down = (1 - y) * high - np.clip(wave, -1, 1) * height * high / 2
    return _fixed(across, down)


def ring_points(wave: Samples, size: tuple[int, int], y: float, height: float) -> NDArray[np.int32]:
    """Return the points of a wave around a circle of half the ``height``, (n, 2), in sixteenths.

    Its ends are led into each other.
    """
    wide, high = size
    closing = np.minimum(1.0, np.linspace(0, 16, len(wave)))
    wave = np.clip(wave, -1, 1) * closing * closing[::-1]
    angle = np.linspace(0, 2 * np.pi, len(wave))
    radius = height * high / 4 * (1 + wave)
    return _fixed(wide / 2 + radius * np.sin(angle), (1 - y) * high - radius * np.cos(angle))


def bands(samples: Samples, rate: int, gain: float) -> NDArray[np.float64]:
    """Return how loud each of ``BARS`` bands is, 0 to 1, from 50 Hz to 10 kHz in equal steps."""
    if len(samples) < 2:
        return np.zeros(BARS)
    windowed = samples * np.hanning(len(samples))
    power = (np.abs(np.fft.rfft(windowed)) * gain * 4 / len(samples)) ** 2
    edges = np.geomspace(_LOWEST, min(_HIGHEST, rate / 2), BARS + 1) * len(samples) / rate
    first = np.minimum(edges[:-1].astype(int), len(power) - 1)
    last = np.maximum(np.minimum(edges[1:].astype(int), len(power)), first + 1)
    loud = np.array([power[a:b].max() for a, b in zip(first, last, strict=True)])
    db = 10 * np.log10(np.maximum(loud, 1e-12))
    heights: NDArray[np.float64] = np.clip(1 - db / _QUIET_DB, 0, 1)
    return heights


def draw_line(picture: Picture, points: NDArray[np.int32], colour: Colour, thick: int) -> None:
    """Draw a line through points into a picture, in place."""
    cv2.polylines(picture, [points], False, colour, thick, cv2.LINE_AA, _FRACTION)


def draw_bars(
    picture: Picture, heights: NDArray[np.float64], colour: Colour, y: float, height: float
) -> None:
    """Draw bars side by side across a picture, in place; their foot is at ``y`` less half."""
    high, wide = picture.shape[:2]
    foot = (1 - y + height / 2) * high
    step = wide / len(heights)
    for number, share in enumerate(heights):
        top = round(foot - share * height * high)
        left, right = round(number * step + 0.1 * step), round((number + 1) * step - 0.1 * step)
        if top < round(foot):
            cv2.rectangle(picture, (left, top), (max(right - 1, left), round(foot)), colour, -1)


def _fixed(across: NDArray[np.floating], down: NDArray[np.floating]) -> NDArray[np.int32]:
    points = np.stack([across, down], axis=1) * (1 << _FRACTION)
    fixed: NDArray[np.int32] = np.rint(points).astype(np.int32)
    return fixed
