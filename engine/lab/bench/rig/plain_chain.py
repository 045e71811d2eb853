"""The chain of eight picture boxes as one writes it with OpenCV alone.

It is fair: it does what the boxes do, with the calls of OpenCV that are meant for it, it draws into
its own pictures, and it makes new ones as OpenCV does by itself.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.core.landmarks import Pose
from engine.dsp.image.grading import Grading
from engine.lab.bench.rig.chain_footage import BOXES, SIZE, TITLE, ChainFootage
from engine.lab.bench.rig.footage import FPS

Picture = NDArray[np.uint8]


class PlainChain:
    """The chain with OpenCV alone."""

    def __init__(self, footage: ChainFootage) -> None:
        self._footage = footage
        self._before: Picture | None = None
        self._colours = Grading(contrast=1.2, saturation=1.5, hue=0.1).matrix()
        width, height = SIZE
        middle = ((width - 1) / 2, (height - 1) / 2)
        self._motion = cv2.getRotationMatrix2D(middle, -10 / FPS, 1.2 ** (1 / FPS))
        self._font = cv2.FontFace("sans")
        samples = footage.sound.samples[-1920:]
        rises = np.flatnonzero((samples[:960] <= 0) & (samples[1:961] > 0))
        self._wave = samples[rises[-1] + 1 :][:960]

    def steps(self) -> dict[str, Callable[[Picture, int], Picture]]:
        """Return what is done, by the name of the box that does it."""
        return {name: getattr(self, f"_{name}") for name in BOXES}

    def _crop(self, image: Picture, number: int) -> Picture:
        return image[36:684, 64:1216]

    def _resize(self, image: Picture, number: int) -> Picture:
        return np.asarray(cv2.resize(image, SIZE))

    def _grade(self, image: Picture, number: int) -> Picture:
        return np.asarray(cv2.transform(image, self._colours))

    def _mix(self, image: Picture, number: int) -> Picture:
        grey = cv2.cvtColor(self._footage.mask.image, cv2.COLOR_BGR2GRAY)
        mask = cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR)
        first = cv2.multiply(image, cv2.bitwise_not(mask), scale=1 / 255)
        second = cv2.multiply(self._footage.other.image, mask, scale=1 / 255)
        return np.asarray(cv2.add(first, second))

    def _feedback(self, image: Picture, number: int) -> Picture:
        if self._before is not None:
            back = cv2.warpAffine(self._before, self._motion, SIZE)
            image = np.asarray(cv2.max(image, cv2.convertScaleAbs(back, alpha=0.8 ** (10 / FPS))))
        self._before = image.copy()  # what comes next draws into it
        return image

    def _draw_pose(self, image: Picture, number: int) -> Picture:
        pose = self._footage.joints[number % len(self._footage.joints)]
        width, height = SIZE
        for one in pose.seen:
            points = [(round(x * width), round((1 - y) * height)) for x, y in one.points[:, :2]]
            for first, second, _ in (bones := _bones(pose)):
                cv2.line(image, points[first], points[second], (25, 25, 25), 7, cv2.LINE_AA)
            for first, second, colour in bones:
                cv2.line(image, points[first], points[second], colour, 5, cv2.LINE_AA)
            for point in points:
                cv2.circle(image, point, 6, (25, 25, 25), -1, cv2.LINE_AA)
                cv2.circle(image, point, 5, (245, 245, 245), -1, cv2.LINE_AA)
        return image

    def _draw_text(self, image: Picture, number: int) -> Picture:
        size = round(0.08 * SIZE[1])
        left, _, width, _ = cv2.getTextSize((0, 0), TITLE, (0, 0), self._font, size, 500)
        place = ((SIZE[0] - width) // 2 - left, round(0.9 * SIZE[1] + 0.2 * size))
        cv2.putText(image, TITLE, (place[0] + 2, place[1] + 2), (0, 0, 0), self._font, size, 500)
        cv2.putText(image, TITLE, place, (255, 255, 255), self._font, size, 500)
        return image

    def _draw_wave(self, image: Picture, number: int) -> Picture:
        across = np.linspace(0, SIZE[0] - 1, len(self._wave))
        down = SIZE[1] / 2 - 2 * self._wave * SIZE[1] / 4
        points = np.rint(np.stack([across, down], axis=1) * 16).astype(np.int32)
        cv2.polylines(image, [points], False, (255, 255, 255), 3, cv2.LINE_AA, 4)
        return image


def _bones(pose: Pose) -> list[tuple[int, int, tuple[int, int, int]]]:
    index = pose.skeleton.index
    return [(index[a], index[b], (60, 170, 255)) for a, b in pose.skeleton.bones]
