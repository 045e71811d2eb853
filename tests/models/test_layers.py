"""The layers box: its mosaic, its numbers, and what it says in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import islice
from typing import Any, ClassVar

import numpy as np
import pytest

from engine.core.clock import ns
from engine.core.errors import ModelError, PatchError
from engine.core.messages import Frame, Message, Ns
from engine.core.parameter import read_parameters
from engine.core.source import Tape
from engine.models.layers import LAYERS, MOST, LayerReading, LayersModel
from engine.sources.stand_in import StandIn
from engine.testing import play

STAGE = StandIn(ground="cluttered", width=256, height=144).events()
FRAMES = list(islice((frame for _, outlet, frame in STAGE if outlet == "frame"), 40))
SIZE = 64


@cache
def opened() -> LayersModel:
    box = LayersModel()
    box.open()
    return box


def look(frame: Frame = FRAMES[0], **parameters: Any) -> LayerReading:
    box, usual = opened(), LayersModel(size=SIZE)
    for name in read_parameters(LayersModel):
        setattr(box, name, parameters.get(name, getattr(usual, name)))
    box.reset()
    return box.process(frame)


@pytest.mark.parametrize("layer", range(1, LAYERS + 1))
def test_each_tile_is_as_light_as_its_number(layer: int) -> None:
    found = look(layer=layer, colours="grey")
    picture = found.picture.image[:, :, 0].astype(float) / 255
    assert picture.shape == (144, 256)
    for number, value in enumerate(found.see.values):
        row, column = divmod(number, 4)
        tile = picture[row * 36 + 2 : row * 36 + 34, column * 64 + 2 : column * 64 + 62]
        # What lies at the edge of a map is cut off here, and is a third of the smallest ones.
        assert tile.mean() == pytest.approx(value, abs=0.2)
    assert found.see.names == tuple(str(number) for number in range(1, 17))
    assert found.see.values.min() >= 0
    assert found.see.values.max() <= 1
    assert found.see.values.max() > 0.03


def test_layers_see_other_things_and_people_move_them() -> None:
    values = [look(layer=layer).see.values for layer in range(1, LAYERS + 1)]
    assert all(np.abs(a - b).max() > 0.02 for n, a in enumerate(values) for b in values[:n])
    for layer in (1, 6, 12, 17):
        before, after = (look(frame, layer=layer).see.values for frame in (FRAMES[0], FRAMES[39]))
        assert np.abs(after - before).max() > 0.005, layer


@pytest.mark.parametrize("tiles", [1, 2, 5, 16, 17, MOST])
@pytest.mark.parametrize("shape", [(36, 64), (64, 36), (1, 50), (7, 5), (200, 90)])
def test_any_shape_and_number_of_tiles(shape: tuple[int, int], tiles: int) -> None:
    picture = np.random.default_rng(3).integers(0, 256, (*shape, 3), np.uint8)
    found = look(Frame(picture, mirrored=True), tiles=tiles, layer=1)
    assert found.picture.image.shape == picture.shape
    assert not found.picture.image.flags.writeable
    assert found.picture.mirrored
    assert len(found.see.values) == tiles


def test_first_looks_at_others_and_counts_round() -> None:
    first = look(layer=5).see.values
    assert np.array_equal(look(layer=5, first=4).see.values[:13], first[3:])
    assert np.array_equal(look(layer=1, first=33).see.values, look(layer=1).see.values)


def test_colours_change_the_picture_and_not_the_numbers() -> None:
    grey, heat, ice = (look(colours=one) for one in ("grey", "heat", "ice"))
    assert np.array_equal(grey.see.values, heat.see.values)
    assert np.abs(np.diff(grey.picture.image.astype(int), axis=2)).max() == 0
    assert not np.array_equal(heat.picture.image, ice.picture.image)


def test_words_come_when_they_are_new() -> None:
    box = LayersModel(size=SIZE, layer=3)
    box.open()
    first, again = box.process(FRAMES[0]), box.process(FRAMES[0])
    assert first.caption == "Layer 3 of 18: 16 of 96 neurons, one number for 4 x 4 pixels"
    assert first.guess is not None
    assert first.guess.count("%") == 3
    assert (again.caption, again.guess) == (None, None)
    box.layer = 18
    assert str(box.process(FRAMES[0]).caption).startswith("Layer 18 of 18: 16 of 1280 neurons")
    box.reset()
    assert box.process(FRAMES[0]).guess == first.guess


def test_guesses_are_the_names_of_the_classes_that_are_surest() -> None:
    box = LayersModel()
    box.open()
    guess = box.process(FRAMES[0]).guess
    assert guess is not None
    shares = [float(one.rsplit(" ", 1)[1].rstrip("%")) for one in guess.split("%, ")]
    assert shares == sorted(shares, reverse=True)
    assert 1 < sum(shares) <= 100
    assert len(box._names) == 1000
    assert box._names[0] == "tench"
    assert box._names[999] == "toilet paper"


def test_a_network_without_layers_is_refused() -> None:
    with pytest.raises(ModelError, match='"multistyle26" is for style, not for see'):
        LayersModel(model="multistyle26").open()


class Dancer(Tape):
    """Send pictures of the dancer, ten a second."""

    OUT: ClassVar[Mapping[str, type]] = {"frame": Frame}

    def events(self) -> Iterator[tuple[Ns, str, Message]]:
        for number, frame in enumerate(FRAMES[:4]):
            yield ns(0.05 + number / 10), "frame", frame


PATCH = """
[camera]
use = "dancer"
[layers]
use = "layers"
from = "camera"
size = 64
[wide]
use = "scale"
from = "layers.see.3"
to = [0, 100]
[out]
use = "osc_out"
to = "127.0.0.1:9"
[out.send]
"/see/{name}" = "layers.see"
"/all" = "layers.see"
"/third" = "wide"
"/layer" = "layers.caption"
"""


def test_numbers_leave_one_by_one_together_and_by_cable() -> None:
    show = play(PATCH, boxes={"dancer": Dancer})
    assert show.errors == []
    sent: dict[str, list[Any]] = {}
    for one in show.sent("out"):
        sent.setdefault(one.address, []).append(one.args)
    assert [f"/see/{number}" in sent for number in range(1, 17)] == [True] * 16
    assert "/see/17" not in sent
    assert [args[2] for args in sent["/all"]] == [args[0] for args in sent["/see/3"]]
    assert sent["/third"][-1][0] == pytest.approx(100 * sent["/see/3"][-1][0], rel=1e-5)
    assert len(sent["/layer"]) == 1


def test_a_hole_that_nothing_fills_is_refused_with_the_line() -> None:
    with pytest.raises(PatchError, match=r"nothing fills \{number\} here, which takes \{name\}"):
        play(PATCH.replace("{name}", "{number}"), boxes={"dancer": Dancer})
