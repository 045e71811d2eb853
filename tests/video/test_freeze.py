"""A camera that gives the very same picture again and again; time is the test's."""

from __future__ import annotations

import numpy as np
import pytest

from engine.core.clock import SECOND, ns
from engine.core.messages import Ns
from engine.video.freeze import LATE, LOST, FreezeDetector

RNG = np.random.default_rng(1)
FPS = 30


def noise(height: int = 180, width: int = 320) -> np.ndarray:
    return RNG.integers(0, 256, (height, width, 3), np.uint8)


def watch(
    still: FreezeDetector, images: list[np.ndarray], begin: int = 0, *, remote: bool
) -> list[tuple]:
    """Show pictures 30 times a second; give what was said of them, and when."""
    moments = [Ns(begin + ns(number / FPS)) for number in range(len(images))]
    said = [
        (at - begin, still.check(image, at, remote))
        for at, image in zip(moments, images, strict=True)
    ]
    return [(at, what) for at, what in said if what]


def test_what_moves_is_let_be():
    assert watch(FreezeDetector(), [noise() for _ in range(10 * FPS)], remote=False) == []


@pytest.mark.parametrize("image", [noise(), np.zeros((48, 64, 3), np.uint8), noise(20, 30)])
def test_a_camera_that_stands_still_is_late_and_then_opened_again_once(image):
    still = FreezeDetector()
    said = watch(still, [image] * 20 * FPS, remote=False)
    assert [what for _, what in said] == ["late", "lost"]
    assert [at // SECOND for at, _ in said] == [LATE // SECOND, LOST // SECOND]
    still.restart()
    again = watch(still, [image] * 20 * FPS, 30 * SECOND, remote=False)
    assert [what for _, what in again] == ["late"]  # it is a still
    assert watch(still, [noise(), noise()], 60 * SECOND, remote=False) == [(0, "running")]
    stuck = watch(still, [image] * 20 * FPS, 70 * SECOND, remote=False)
    assert [what for _, what in stuck] == ["late", "lost"]  # it had moved


def test_a_stream_may_be_a_still():
    still, image = FreezeDetector(), noise()
    assert [what for _, what in watch(still, [image] * 60 * FPS, remote=True)] == ["late"]
    assert watch(still, [noise()], 100 * SECOND, remote=True) == [(0, "running")]
