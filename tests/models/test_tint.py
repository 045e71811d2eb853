"""Colours that are made up: of any picture, along its edges, as bright as it was, and steady."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from engine.core.messages import Frame
from engine.dsp.image.tinting import Tint, tinted
from engine.models.tint import TintModel

FILM = Path(__file__).parent.parent / "media" / "jump.mp4"
Picture = NDArray[np.uint8]


@pytest.fixture(scope="module")
def film() -> list[Picture]:
    capture = cv2.VideoCapture(str(FILM))
    return [np.asarray(cv2.resize(capture.read()[1], (480, 270)), np.uint8) for _ in range(12)]


def opened(**parameters: float) -> TintModel:
    box = TintModel(**parameters)  # type: ignore[arg-type]
    box.open()
    return box


@pytest.fixture(scope="module")
def box() -> TintModel:
    return opened(steady=0)


def luma(picture: Picture) -> NDArray[np.float32]:
    return cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.float32)


def chroma(picture: Picture) -> NDArray[np.float32]:
    """Return Cr and Cb about 0."""
    return cv2.cvtColor(picture, cv2.COLOR_BGR2YCrCb)[:, :, 1:].astype(np.float32) - 128


def of(box: TintModel, picture: Picture) -> Picture:
    return box.process(Frame(picture)).image


def test_a_picture_gets_colours_and_stays_as_bright_as_it_was(
    film: list[Picture], box: TintModel
) -> None:
    grey = cv2.cvtColor(cv2.cvtColor(film[0], cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    made = of(box, grey)
    assert np.abs(chroma(made)).mean() > 3
    assert np.abs(luma(made) - luma(grey)).mean() < 1.5


def test_it_sees_only_how_bright_a_picture_is(film: list[Picture], box: TintModel) -> None:
    grey = cv2.cvtColor(film[0], cv2.COLOR_BGR2GRAY)
    made = of(box, film[0])
    for same in (grey, grey[:, :, None], cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR)):
        assert np.abs(of(box, same).astype(int) - made).mean() < 1


def test_strength_leads_from_the_colours_of_the_picture_to_those_made_up(
    film: list[Picture], box: TintModel
) -> None:
    made, own = chroma(of(box, film[0])), chroma(film[0])
    for strength in (0.25, 0.75):
        mixed = chroma(of(opened(strength=strength, steady=0), film[0]))
        between = strength * made + (1 - strength) * own
        assert np.abs(mixed - between).mean() < 1.5
    frame = Frame(film[0])
    assert opened(strength=0).process(frame) is frame


def test_saturation_and_warmth_do_what_they_say(film: list[Picture]) -> None:
    none, much = (of(opened(saturation=times, steady=0), film[0]) for times in (0.0, 2.0))
    assert np.abs(chroma(none)).max() <= 2
    assert (
        np.abs(chroma(much)).mean()
        > 1.4 * np.abs(chroma(of(opened(saturation=1, steady=0), film[0]))).mean()
    )
    reds = []
    for warmth in (-1.0, 0.0, 1.0):
        made = of(opened(warmth=warmth, steady=0), film[0]).astype(np.float32)
        reds.append(float((made[:, :, 2] - made[:, :, 0]).mean()))
    assert reds[0] + 10 < reds[1] < reds[2] - 10


def test_the_noise_of_a_camera_changes_no_colours(film: list[Picture]) -> None:
    rng = np.random.default_rng(0)
    shown = [
        np.clip(film[0] + rng.normal(0, 8, film[0].shape), 0, 255).astype(np.uint8)
        for _ in range(10)
    ]

    def flicker(steady: float) -> float:
        box = opened(steady=steady)
        colours = [chroma(cv2.resize(of(box, each), (96, 54))) for each in shown]
        return float(np.abs(np.diff(colours[4:], axis=0)).mean())

    assert flicker(0.9) < 0.7 * flicker(0)


def test_after_a_reset_and_at_a_cut_nothing_of_before_is_seen(film: list[Picture]) -> None:
    other = np.ascontiguousarray(film[0][::-1])
    alone = of(opened(steady=1), other)
    box = opened(steady=1)
    of(box, film[0])
    box.reset()
    assert np.array_equal(of(box, other), alone)
    of(box, np.zeros_like(film[0]))
    assert np.abs(of(box, other).astype(int) - alone).mean() < 2


@pytest.mark.parametrize(
    "shape", [(1, 1), (1, 700), (700, 1), (3, 5), (37, 641), (721, 1283), (33, 31)]
)
def test_a_picture_of_any_size_keeps_it(shape: tuple[int, int], box: TintModel) -> None:
    rng = np.random.default_rng(1)
    for depth in ((3,), (1,), ()):
        made = of(box, rng.integers(0, 255, (*shape, *depth), np.uint8))
        assert made.shape == (*shape, 3)
        assert not made.flags.writeable


def test_a_size_that_changes_begins_anew(film: list[Picture]) -> None:
    box = opened(steady=0.9)
    for picture in (film[0], film[1][:135], film[2][:, :100], film[3]):
        assert of(box, np.ascontiguousarray(picture)).shape == picture.shape


def test_colours_end_where_the_picture_has_an_edge() -> None:
    """Colours of another size, half red and half blue, in a picture that is half dark."""
    picture = np.full((180, 320, 3), 180, np.uint8)
    picture[:, :160] = 70
    colours = np.zeros((36, 64, 2), np.float32)
    colours[:, :32], colours[:, 32:] = (0.15, -0.1), (-0.1, 0.15)
    made = tinted(picture, colours, Tint(1, 1, 0), np.empty_like(picture))
    row = chroma(made)[90, :, 0]
    assert row[:156] == pytest.approx(row[20], abs=4)
    assert row[164:] == pytest.approx(row[300], abs=4)
    assert row[20] > 30
    assert row[300] < -20


def test_black_and_white_stay_so_beside_the_most_colourful() -> None:
    rng = np.random.default_rng(2)
    picture = rng.choice([0, 128, 255], (60, 80)).astype(np.uint8).repeat(4, 0).repeat(4, 1)
    picture = np.dstack([picture] * 3)
    colours = np.full((30, 40, 2), 0.4, np.float32)
    made = tinted(picture, colours, Tint(1, 2, 1), np.empty_like(picture))
    for end in (0, 255):
        inside = cv2.erode((picture[:, :, 0] == end).astype(np.uint8), np.ones((3, 3)))
        assert np.abs(made[inside > 0].astype(int) - end).max() <= 6
