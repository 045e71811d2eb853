"""What people wear, as numbers that say how unlike two are."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from engine.core.skeletons import BLAZEPOSE_33, COCO_17
from engine.dsp.image.clothes import LENGTH, clothes

SHIRTS = {"red": (40, 40, 200), "blue": (190, 90, 40), "white": (230, 230, 230), "dark": (40,) * 3}
PLACES = {
    "left_shoulder": (0.6, 0.8),
    "right_shoulder": (0.4, 0.8),
    "left_hip": (0.57, 0.5),
    "right_hip": (0.43, 0.5),
    "left_knee": (0.57, 0.25),
    "right_knee": (0.43, 0.25),
}


def body(skeleton=COCO_17, sure=0.9):
    points = np.zeros((len(skeleton.points), 4 if skeleton.depth else 3), np.float32)
    for name, place in PLACES.items():
        points[skeleton.index[name], :2] = place
    points[:, -1] = sure
    return points


def picture(shirt, trousers=(90, 60, 50), light=1.0):
    image = np.full((120, 160, 3), 128, np.uint8)
    cv2.rectangle(image, (56, 18), (104, 62), shirt, -1)
    cv2.rectangle(image, (56, 62), (104, 100), trousers, -1)
    return np.clip(image * light, 0, 255).astype(np.uint8)


def apart(one, other):
    return float(((one - other) ** 2).sum())


@pytest.mark.parametrize("skeleton", [COCO_17, BLAZEPOSE_33], ids=lambda each: each.name)
@pytest.mark.parametrize("name", SHIRTS)
def test_the_same_clothes_in_other_light_are_more_alike_than_others(skeleton, name):
    points = body(skeleton)[None]
    (worn,) = clothes(picture(SHIRTS[name]), points, skeleton)
    assert np.linalg.norm(worn) == pytest.approx(1)
    (darker,) = clothes(picture(SHIRTS[name], light=0.9), points, skeleton)
    for other, colour in SHIRTS.items():
        if other != name:
            (unlike,) = clothes(picture(colour), points, skeleton)
            assert apart(worn, unlike) > 2 * apart(worn, darker)


def test_who_is_half_seen_is_seen_by_that_half():
    points = body()
    points[COCO_17.index["right_shoulder"], 2] = points[COCO_17.index["right_hip"], 2] = 0.1
    image = picture(SHIRTS["red"])
    image[:, :76] = (0, 255, 255)  # a pillar before the half that is not seen
    (half,) = clothes(image, points[None], COCO_17)
    (whole,) = clothes(picture(SHIRTS["red"]), body()[None], COCO_17)
    np.testing.assert_allclose(half[: LENGTH // 2], whole[: LENGTH // 2], atol=1e-9)


@pytest.mark.parametrize(
    "broken",
    [
        {"sure": 0.1},
        {"x": np.nan},
        {"x": np.inf},
        {"x": 3.0},
        {"x": -1e30},
    ],
    ids=str,
)
def test_what_is_not_seen_is_not_known(broken):
    points = body(sure=broken.get("sure", 0.9))
    points[:, 0] = broken.get("x", 0.5)
    assert np.isnan(clothes(picture(SHIRTS["red"]), points[None], COCO_17)).all()


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 1), (2, 3, 1), (120, 160)])
def test_any_picture_does(shape):
    worn = clothes(np.full(shape, 90, np.uint8), np.stack([body(), body()]), COCO_17)
    assert worn.shape == (2, LENGTH) and np.isfinite(worn).all()


def test_nobody_wears_nothing():
    nobody = np.zeros((0, 17, 3), np.float32)
    assert clothes(picture((0, 0, 0)), nobody, COCO_17).shape == (0, LENGTH)
