"""The dream box: what a knob does to the picture, and what a bad picture or size does not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import islice, pairwise
from typing import Any, ClassVar

import cv2
import numpy as np
import pytest

from engine.core.clock import ns
from engine.core.commands import SetParameter
from engine.core.errors import ModelError
from engine.core.messages import Frame, Message, Ns
from engine.core.parameter import read_parameters
from engine.core.source import Tape
from engine.inference.model_folders import model_folder
from engine.inference.session import Session, open_session
from engine.models.dream import LAYERS, DreamModel
from engine.sources.stand_in import StandIn
from engine.testing import play

SIZE = 64
STAGE = StandIn(ground="cluttered", width=256, height=144).events()
FRAMES = list(islice((frame for _, outlet, frame in STAGE if outlet == "frame"), 12))


@cache
def opened() -> DreamModel:
    box = DreamModel()
    box.open()
    return box


@cache
def looking() -> Session:
    return open_session("efficientnet_lite0", role="network")


def dream(pictures: int = 6, frames: list[Frame] | None = None, **parameters: Any) -> list[Any]:
    """Dream on pictures of the dancer, thirty a second; return what comes out."""
    box, usual = opened(), DreamModel(size=SIZE)
    for name in read_parameters(DreamModel):
        setattr(box, name, parameters.get(name, getattr(usual, name)))
    box.reset()
    given = (frames or FRAMES)[:pictures]
    return [box.process(one, ns(number / 30)).image for number, one in enumerate(given)]


def apart(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.abs(one.astype(int) - other).mean())


def energy(picture: np.ndarray, layer: int, size: int) -> float:
    """How much of what a layer looks for there is in a picture, by the network that looks."""
    small = cv2.resize(picture, (size, size // 2), interpolation=cv2.INTER_AREA)[:, :, ::-1]
    planes = np.ascontiguousarray(small.transpose(2, 0, 1)[None].astype(np.float32) / 255)
    answers = looking().run_by_name(image=planes)
    return float(np.square(answers[f"layer{layer}"]).mean())


@pytest.mark.parametrize(("layer", "size"), [(2, 64), (5, 64), (9, 64), (12, 64), (17, 128)])
def test_there_is_more_of_what_a_layer_looks_for(layer: int, size: int) -> None:
    still = [FRAMES[0]] * 10
    dreamt = dream(10, still, layer=float(layer), strength=0.6, zoom=0.0, memory=600.0, size=size)
    assert energy(dreamt[-1], layer, size) > 1.25 * energy(still[0].image, layer, size)


def test_layers_differ_and_one_between_two_is_between_them() -> None:
    still = [FRAMES[0]] * 4
    fourth, half, fifth = (dream(4, still, layer=layer)[-1] for layer in (4.0, 4.5, 5.0))
    assert apart(fourth, fifth) > 1
    assert 0 < apart(half, fourth) < apart(fourth, fifth)
    assert 0 < apart(half, fifth) < apart(fourth, fifth)
    assert apart(dream(4, still, layer=4.02)[-1], fourth) < apart(half, fourth)


def test_a_neuron_dreams_its_own_and_is_counted_round() -> None:
    still = [FRAMES[0]] * 3
    every, first, second, round_ = (
        dream(3, still, layer=3.0, neuron=number)[-1] for number in (0, 71, 14, 71 + 96)
    )
    assert apart(every, first) > 1
    assert apart(first, second) > 1
    assert apart(first, round_) == 0


def test_at_strength_0_it_is_the_picture_itself() -> None:
    for given, found in zip(FRAMES, dream(12, strength=0.0), strict=True):
        assert apart(given.image, found) <= 0.51


def test_the_dream_stays_as_long_as_memory_says() -> None:
    box = DreamModel(size=SIZE, strength=1.0, zoom=0.0, memory=0.5)
    box.open()
    for number in range(6):
        dreamt = box.process(FRAMES[0], ns(number / 30)).image
    box.strength = 0.0
    after = (box.process(FRAMES[0], ns(number / 30)).image for number in range(6, 40))
    left = [apart(one, FRAMES[0].image) for one in (dreamt, *after)]
    assert all(later <= sooner + 0.2 for sooner, later in pairwise(left))
    assert left[15] == pytest.approx(left[0] * np.exp(-15 / 30 / 0.5), rel=0.15)
    assert left[-1] < 0.15 * left[0]


def test_with_feedback_1_nothing_new_comes_in() -> None:
    other = [Frame(np.full_like(FRAMES[0].image, 255))]
    stays = dream(2, [FRAMES[0], *other], strength=0.0, zoom=0.0, feedback=1.0)
    small = cv2.resize(FRAMES[0].image, (SIZE, 36), interpolation=cv2.INTER_AREA)
    blurred = cv2.resize(small, (256, 144))
    assert apart(stays[1], blurred) < 6
    assert apart(stays[1], other[0].image) > 50


def test_zoom_and_turn_move_what_was_dreamt() -> None:
    spot = np.zeros((96, 96, 3), np.uint8)
    spot[40:56, 64:72] = 255  # to the right of the middle
    frames = [Frame(spot)] + [Frame(np.zeros_like(spot))] * 6

    def middle(**parameters: float) -> tuple[float, float]:
        last = dream(7, frames, size=96, strength=0.0, feedback=1.0, **parameters)[-1]
        rows, columns = np.nonzero(last[:, :, 0] > 60)
        return float(columns.mean()) - 47.5, float(rows.mean()) - 47.5

    still, nearer, farther = (middle(zoom=zoom)[0] for zoom in (0.0, 1.5, -0.8))
    assert still == pytest.approx(20, abs=1)
    assert nearer == pytest.approx(20 * 2.5 ** (6 / 30), abs=1)
    assert farther == pytest.approx(20 * 0.2 ** (6 / 30), abs=1.5)
    right, down = middle(zoom=0.0, turn=360.0)  # a fifth of a turn, as a clock does not
    assert np.degrees(np.arctan2(-down, right)) == pytest.approx(72, abs=4)


@pytest.mark.parametrize("shape", [(36, 64), (64, 36), (50, 50), (33, 97), (1, 200), (7, 5)])
@pytest.mark.parametrize("size", [32, 70])
def test_any_shape_comes_out_as_it_came_in(shape: tuple[int, int], size: int) -> None:
    picture = np.random.default_rng(3).integers(0, 256, (*shape, 3), np.uint8)
    for found in dream(2, [Frame(picture, mirrored=True)] * 2, size=size, layer=9.0):
        assert found.shape == picture.shape
        assert found.dtype == np.uint8
        assert not found.flags.writeable


def test_a_picture_of_another_shape_begins_anew() -> None:
    wide, high = Frame(FRAMES[0].image), Frame(np.full((144, 100, 3), 90, np.uint8))
    given = [wide, high, wide]
    for one, found in zip(given, dream(3, given, strength=0.0), strict=True):
        assert apart(one.image, found) < 0.6


def test_the_dream_goes_on_when_its_size_is_turned() -> None:
    dreamt = dream(8, [FRAMES[0]] * 8, strength=0.6, zoom=0.0, memory=60.0)[-1]
    box = opened()
    box.strength, box.size = 0.0, 96
    larger = box.process(FRAMES[0], ns(8 / 30)).image
    assert apart(larger, dreamt) < 0.25 * apart(dreamt, FRAMES[0].image)


def test_the_same_pictures_give_the_same_dream() -> None:
    assert all(map(np.array_equal, dream(4, turn=20.0), dream(4, turn=20.0)))


def test_a_network_that_takes_no_wishes_is_refused() -> None:
    with pytest.raises(ModelError, match='"multistyle26" is for style, not for see'):
        DreamModel(model="multistyle26").open()


def test_the_weights_of_the_layers_are_as_many_as_the_knob_has() -> None:
    session = open_session(str(model_folder("efficientnet_lite0")), role="dream")
    assert next(one for one in session.inputs if one.name == "wanted").shape == (LAYERS,)


class Still(Tape):
    """Send the same picture ten times a second."""

    OUT: ClassVar[Mapping[str, type]] = {"frame": Frame}

    def events(self) -> Iterator[tuple[Ns, str, Message]]:
        for number in range(8):
            yield ns(0.05 + number / 10), "frame", FRAMES[0]


class Fader(Tape):
    """Go from 0 to 1."""

    OUT: ClassVar[Mapping[str, type]] = {"number": float}

    def events(self) -> Iterator[tuple[Ns, str, Message]]:
        for number in range(5):
            yield ns(number / 5), "number", number / 4


def test_every_knob_is_played_by_cables_and_hands() -> None:
    patch = """
[camera]
use = "still"
[fader]
use = "fader"
[dream]
use = "dream"
from = "camera"
size = 64
layer = { from = "fader", to = [1, 9] }
neuron = { from = "fader", to = [0, 3] }
zoom = { from = "fader", to = [-1, 1] }
turn = { from = "fader", to = [-90, 90] }
feedback = { from = "fader" }
memory = { from = "fader", to = [0, 2] }
[c]
use = "collector"
from = "dream"
"""
    script = [
        (0.30, SetParameter("dream", "strength", 1)),
        (0.50, SetParameter("dream", "size", 32.0)),
        (0.60, SetParameter("dream", "layer", 17.0)),
    ]
    show = play(patch, script, boxes={"still": Still, "fader": Fader})
    assert show.errors == []
    found = show.box("c").of("in")
    assert len(found) == 8
    assert show.box("dream").layer == 17.0
    assert show.box("dream").zoom == pytest.approx(0.5)
    assert {frame.image.shape for frame in found} == {(144, 256, 3)}
