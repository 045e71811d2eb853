"""What is dark is made lighter for a network, and nothing else is touched."""

from __future__ import annotations

import numpy as np
import pytest

from engine.core.messages import Frame
from engine.dsp.image.dark import is_dark, lighter
from engine.dsp.image.padded import padded
from engine.dsp.image.region import Region, crop_lit, crop_square, place
from engine.models.pose import PoseModel
from engine.synthetic.stage_scene import Scene

SHAPES = [(120, 160, 3), (120, 160, 1), (120, 160)]


def ramp(shape, low, high):
    """Return a picture that grows lighter from left to right."""
    across = np.linspace(low, high, shape[1])[None, :]
    across = across[..., None] if len(shape) == 3 else across
    return np.broadcast_to(across, shape).astype(np.uint8)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("low", "high", "dark"), [(2, 40, True), (60, 250, False), (0, 0, False)])
def test_only_what_is_dark_is_made_lighter(shape, low, high, dark):
    picture = ramp(shape, low, high)
    assert is_dark(picture) == dark
    where = place(Region(0, 0, 160), 160, 120, size=96)
    plain, lit = crop_square(picture, where), crop_lit(picture, where)
    assert lit.dtype == np.uint8 and lit.shape == plain.shape
    assert np.array_equal(plain, lit) != dark
    if dark:
        assert lit.mean() > 2 * plain.mean()
        assert padded(picture, (0, 0, 160, 120), 96, 32).picture.mean() > plain.mean()


@pytest.mark.parametrize("shape", SHAPES)
def test_it_keeps_what_is_lighter_lighter(shape):
    lit = lighter(ramp(shape, 2, 40)).astype(int)
    rows = lit.reshape(shape[0], shape[1], -1).mean(axis=(0, 2))
    assert rows[-20:].mean() > rows[:20].mean() + 60


def test_a_dancer_in_the_dark_is_found_and_an_empty_stage_is_empty():
    scene = Scene(1, "plain", 0.5, "solo", 7000, 640, 360, light=0.2)
    box = PoseModel()
    box.open()
    found = [box.process(Frame(scene.picture(scene.cast(n / 10), n, n / 10))) for n in range(8)]
    assert sum(one.count for one in found) >= 5
    joints = scene.cast(0.7)[0].joints
    off = np.abs(found[-1].seen[0].points[:, :2] - joints[:, :2])[[5, 6, 11, 12]]
    assert off.max() < 0.08
    box.reset()
    empty = [box.process(Frame(scene.picture((), n, n / 10))) for n in range(4)]
    box.close()
    assert not any(one.count for one in empty)
