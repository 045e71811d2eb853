"""The style box: looks, mixes, colours, sizes, and pictures that no camera should send."""

from __future__ import annotations

import itertools
import logging
import tomllib
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from engine.core.errors import ModelError
from engine.core.messages import Frame, Ns
from engine.inference.model_folders import model_folder
from engine.models.style import LOOKS, StyleModel

FILM = Path(__file__).parent.parent / "media" / "jump.mp4"
FRAGILE = str(Path(__file__).parent / "fragile_style")
SMALL = 96
"""A size at which painting takes no time to speak of."""


@pytest.fixture(scope="module")
def picture() -> Frame:
    """One picture of the film, read-only as every picture."""
    image = np.asarray(cv2.VideoCapture(str(FILM)).read()[1], np.uint8)
    image.flags.writeable = False
    return Frame(image)


@pytest.fixture(scope="module")
def box() -> StyleModel:
    """One open box, whose parameters the tests set as they like."""
    style = StyleModel()
    style.open()
    return style


def paint(box: StyleModel, frame: Frame, **parameters: Any) -> NDArray[np.int16]:
    """Paint one picture with these parameters, and the defaults of all others."""
    live = {"look": "ink", "strength": 1.0, "size": SMALL, "keep_colour": 0.0, "morph": 0.0}
    for name, value in (live | parameters).items():
        setattr(box, name, value)
    box.reset()
    return box.process(frame, at=Ns(0)).image.astype(np.int16)


def apart(one: NDArray[Any], other: NDArray[Any]) -> float:
    """Return the mean difference of two pictures, of 255."""
    return float(np.abs(one.astype(float) - other).mean())


def test_all_looks_differ_from_each_other_and_from_the_picture(
    box: StyleModel, picture: Frame
) -> None:
    paintings = [paint(box, picture, look=look) for look in LOOKS]
    for one, other in itertools.combinations([picture.image, *paintings], 2):
        assert apart(one, other) > 8


def test_every_look_is_on_the_card_and_has_its_thumbnail() -> None:
    folder = model_folder("multistyle26")
    card = tomllib.loads((folder / "card.toml").read_text())
    assert card["looks"]["order"] == list(LOOKS)
    thumbnails = list((folder / "looks").iterdir())
    assert sorted(file.stem for file in thumbnails) == sorted(LOOKS)
    assert sum(file.stat().st_size for file in thumbnails) < 200_000


def test_thumbnails_show_their_looks(box: StyleModel) -> None:
    """By their colours, so that none was swapped with its neighbour."""
    folder = model_folder("multistyle26") / "looks"
    shown = {look: cv2.imread(str(folder / f"{look}.jpg")).mean(axis=(0, 1)) for look in LOOKS}
    assert shown["ember"][2] > 2 * shown["ember"][0]
    assert shown["starry"][0] > shown["starry"][2]
    assert shown["pebbles"].mean() < 110
    assert shown["sketch"].mean() > 180


def test_what_comes_out_is_as_large_as_what_came_in_and_read_only(
    box: StyleModel, picture: Frame
) -> None:
    for size in (64, 97, 256):
        box.look, box.size, box.strength = "wave", size, 0.7
        frame = box.process(picture, at=Ns(0))
        assert frame.image.shape == picture.image.shape
        assert frame.image.dtype == np.uint8
        assert not frame.image.flags.writeable


def test_a_mirrored_picture_stays_one(box: StyleModel, picture: Frame) -> None:
    for mirrored in (True, False):
        frame = Frame(picture.image, mirrored=mirrored)
        box.size = SMALL
        assert box.process(frame, at=Ns(0)).mirrored is mirrored


def test_strength_0_is_the_picture_itself(box: StyleModel, picture: Frame) -> None:
    box.strength = 0.0
    assert box.process(picture, at=Ns(0)) is picture


def test_strength_mixes(box: StyleModel, picture: Frame) -> None:
    whole, half = (paint(box, picture, strength=strength) for strength in (1.0, 0.5))
    middle = (whole + picture.image.astype(float)) / 2
    assert apart(half, middle) < 1


def test_weights_lie_between_their_looks(box: StyleModel, picture: Frame) -> None:
    ink, wave = paint(box, picture, look="ink"), paint(box, picture, look="wave")
    both = paint(box, picture, look={"ink": 0.5, "wave": 0.5})
    assert apart(both, ink) > 5
    assert apart(both, wave) > 5
    nearly = paint(box, picture, look={"ink": 0.98, "wave": 0.02})
    assert apart(nearly, ink) < apart(both, ink) / 3


def test_a_table_of_one_is_that_look(box: StyleModel, picture: Frame) -> None:
    named = paint(box, picture, look="mosaic")
    assert np.array_equal(paint(box, picture, look={"mosaic": 1.0}), named)


def test_weights_over_1_are_shared_out(box: StyleModel, picture: Frame) -> None:
    half = paint(box, picture, look={"ink": 0.5, "starry": 0.5})
    assert apart(paint(box, picture, look={"ink": 1.0, "starry": 1.0}), half) < 0.01


def test_what_is_missing_to_1_is_the_picture(box: StyleModel, picture: Frame) -> None:
    faded = paint(box, picture, look={"ink": 0.25})
    assert np.array_equal(faded, paint(box, picture, look="ink", strength=0.25))
    box.look = {"ink": 0.0, "mosaic": 0.0}
    assert box.process(picture, at=Ns(0)) is picture
    box.look = {}
    assert box.process(picture, at=Ns(0)) is picture


def test_a_negative_weight_counts_as_none(box: StyleModel, picture: Frame) -> None:
    ink = paint(box, picture, look="ink")
    assert np.array_equal(paint(box, picture, look={"ink": 1.0, "wave": -3.0}), ink)


def test_keep_colour_keeps_the_hue(box: StyleModel) -> None:
    ramp = np.zeros((90, 160, 3), np.uint8)
    ramp[..., 1] = np.linspace(60, 220, 160, dtype=np.uint8)
    green = Frame(ramp)
    hues = {}
    for amount in (0.0, 1.0):
        painting = paint(box, green, look="ember", keep_colour=amount).astype(np.uint8)
        hue, saturation, _ = np.moveaxis(cv2.cvtColor(painting, cv2.COLOR_BGR2HSV), 2, 0)
        hues[amount] = float(np.median(hue[saturation > 40]))
    assert abs(hues[1.0] - 60) < 8  # green, in halves of a degree
    assert abs(hues[0.0] - 60) > 20


def test_keep_colour_leaves_light_and_dark(box: StyleModel, picture: Frame) -> None:
    plain, kept = (paint(box, picture, look="ink", keep_colour=amount) for amount in (0.0, 1.0))
    light = [cv2.cvtColor(one.astype(np.uint8), cv2.COLOR_BGR2GRAY) for one in (plain, kept)]
    assert apart(*light) < 4
    assert apart(plain, kept) > 4


def test_a_size_that_is_not_kept_is_said_once(
    picture: Frame, caplog: pytest.LogCaptureFixture
) -> None:
    style = StyleModel(size=97)
    style.open()
    with caplog.at_level(logging.WARNING, "sensorium"):
        for size in (97, 97, 99):
            style.size = size
            style.process(picture, at=Ns(0))
    assert caplog.text.count("multiple of 4 pixels") == 1


@pytest.mark.parametrize("shape", [(1, 1), (1, 64), (64, 1), (3, 5), (720, 1280), (7, 500)])
def test_every_shape_of_picture_is_painted(box: StyleModel, shape: tuple[int, int]) -> None:
    frame = Frame(np.full((*shape, 3), 128, np.uint8))
    assert paint(box, frame, strength=0.5, keep_colour=0.5).shape == (*shape, 3)


def test_what_is_not_a_number_is_an_error_of_that_picture() -> None:
    style = StyleModel(model=FRAGILE, size=32)
    style.open()
    bright, black = (Frame(np.full((32, 32, 3), level, np.uint8)) for level in (90, 0))
    assert (style.process(bright, at=Ns(0)).image == 90).all()
    with pytest.raises(ModelError, match="not a number"):
        style.process(black, at=Ns(1))
    assert (style.process(bright, at=Ns(2)).image == 90).all()


def test_a_network_for_something_else_is_refused() -> None:
    with pytest.raises(ModelError, match="is for pose, not for paintings"):
        StyleModel(model="movenet_lightning").open()


def test_it_can_be_closed_and_opened_again(picture: Frame) -> None:
    style = StyleModel(size=SMALL)
    style.close()
    with pytest.raises(ModelError, match="not open"):
        style.process(picture, at=Ns(0))
    style.open()
    first = style.process(picture, at=Ns(0)).image
    style.close()
    style.open()
    assert np.array_equal(style.process(picture, at=Ns(0)).image, first)


def test_the_same_picture_gives_the_same_painting(box: StyleModel, picture: Frame) -> None:
    assert np.array_equal(paint(box, picture), paint(box, picture))
