"""The style box in a patch: its cables, its hands, its morph, played offline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar

import numpy as np
import pytest

from engine.core.clock import ns
from engine.core.commands import SetParameter
from engine.core.errors import PatchError
from engine.core.messages import Frame, Message, Ns
from engine.core.parameter import Param
from engine.core.source import Tape
from engine.models.style import StyleModel
from engine.testing import Played, Script, play

IMAGE = np.random.default_rng(5).integers(0, 256, (36, 64, 3), np.uint8)
IMAGE.flags.writeable = False


class Still(Tape):
    """Send the same picture ten times a second, the first after 50 ms."""

    OUT: ClassVar[Mapping[str, type]] = {"frame": Frame}

    def events(self) -> Iterator[tuple[Ns, str, Message]]:
        for number in range(8):
            yield ns(0.05 + number / 10), "frame", Frame(IMAGE, mirrored=True)


class Fader(Tape):
    """Send numbers, ten a second."""

    OUT: ClassVar[Mapping[str, type]] = {"number": float}

    values: list[float]
    start: Annotated[float, Param(unit="s")] = 0.0

    def events(self) -> Iterator[tuple[Ns, str, Message]]:
        for number, value in enumerate(self.values):
            yield ns(self.start + number / 10), "number", value


def played(lines: str, script: Script = (), **more: Any) -> Played:
    patch = f"""
[camera]
use = "still"
[up]
use = "fader"
values = [0.0, 0.5, 1.0]
[down]
use = "fader"
values = [1.0, 0.5, 0.0]
[style]
use = "style"
from = "camera"
size = 64
{lines}
[c]
use = "collector"
from = "style"
"""
    return play(patch, script, boxes={"still": Still, "fader": Fader}, **more)


def frames(show: Played) -> list[Frame]:
    messages: list[Frame] = show.box("c").of("in")
    return messages


def still(**parameters: Any) -> np.ndarray:
    box = StyleModel(size=64, **parameters)
    box.open()
    return box.process(Frame(IMAGE), at=ns(0)).image


def same(frame: Frame, image: np.ndarray) -> bool:
    return bool(np.abs(frame.image.astype(int) - image).max() <= 1)


def test_faders_mix_looks() -> None:
    show = played('look.ink = { from = "up" }\nlook.wave = { from = "down" }')
    assert show.errors == []
    first, second, third, *_ = frames(show)
    assert same(first, still(look="wave"))
    assert same(second, still(look={"ink": 0.5, "wave": 0.5}))
    assert same(third, still(look="ink"))
    assert all(frame.mirrored for frame in frames(show))


def test_faders_at_0_show_the_picture_and_fade_in() -> None:
    first, second, third, *_ = frames(played('look.oil = { from = "up" }'))
    assert first.image is IMAGE
    assert same(second, still(look="oil", strength=0.5))
    assert same(third, still(look="oil"))


def test_a_number_chooses_and_the_look_glides() -> None:
    chosen = '{ from = "up", to = [0, 2], choose = ["ink", "mosaic", "starry"] }'
    quick = frames(played(f"look = {chosen}"))
    for frame, look in zip(quick, ("ink", "mosaic", "starry"), strict=False):
        assert same(frame, still(look=look))
    slow = frames(played(f'look = {chosen}\nmorph = "400 ms"'))
    assert same(slow[0], still(look="ink"))
    assert not same(slow[2], still(look="starry"))
    assert same(slow[7], still(look="starry"))


def test_every_parameter_is_played_by_cables_and_hands() -> None:
    script = [
        (0.20, SetParameter("style/look", "ember", 1)),
        (0.30, SetParameter("style", "look", "frost")),
        (0.40, SetParameter("style", "strength", 0.5)),
        (0.50, SetParameter("style", "keep_colour", 1)),
        (0.60, SetParameter("style", "size", 128.0)),
    ]
    show = played('look = "ink"\nmorph = { from = "up", to = [0, 0] }', script)
    assert show.errors == []
    images = frames(show)
    assert same(images[1], still(look="ink"))
    assert same(images[2], still(look={"ink": 1, "ember": 1}))
    assert same(images[3], still(look="frost"))
    assert same(images[4], still(look="frost", strength=0.5))
    assert same(images[5], still(look="frost", strength=0.5, keep_colour=1))
    assert not same(images[6], images[5].image)
    assert {frame.image.shape for frame in images} == {IMAGE.shape}


def test_a_network_that_falls_behind_drops_pictures() -> None:
    show = played('look = "ink"', costs={"style": 250})
    assert len(frames(show)) < 8
    assert show.stats["lanes"]["style"]["dropped"] > 0


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ('look = "inc"', 'Did you mean "ink"?'),
        ("look.ink = -1", "ink: expected a number from 0 to 1, got -1"),
        ('look = { from = "up" }', 'takes a text, but "up" gives a number'),
        ('look.starry_night = { from = "up" }', '"look" has no "starry_night"'),
        ("threads = 0", "expected a whole number from 1 to 64, got 0"),
        ('model = { from = "up" }', "cannot be changed while playing, so takes no cable"),
    ],
)
def test_what_does_not_fit_is_said(lines: str, reason: str) -> None:
    with pytest.raises(PatchError, match="style") as raised:
        played(lines)
    assert reason in str(raised.value)
