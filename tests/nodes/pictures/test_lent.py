"""What picture boxes make lies where other processes see it, and is not used again while shown."""

from __future__ import annotations

import os
from collections.abc import Callable

import numpy as np
import pytest

from engine.core.clock import ns
from engine.core.messages import Block, Frame
from engine.nodes.crop import Crop
from engine.nodes.draw_pose import DrawPose
from engine.nodes.draw_text import DrawText
from engine.nodes.draw_wave import DrawWave
from engine.nodes.feedback import FeedbackNode
from engine.nodes.grade import Grade
from engine.nodes.mix import Mix
from engine.nodes.resize import Resize
from engine.system.frame_pool import find_place

from .chain import noise

SOUND = Block(np.sin(np.arange(4800) / 9).astype(np.float32), 48000, 0)
OTHER = Frame(noise(9, 40, 30))
Make = Callable[[Frame, int], Frame]


def wave() -> Make:
    box = DrawWave()
    box.on_sound(SOUND)
    return lambda frame, number: box.process(frame)


def of(box: object, **more: object) -> Callable[[], Make]:
    return lambda: lambda frame, number: box.process(frame, **more)  # type: ignore[attr-defined]


def echo() -> Make:
    box = FeedbackNode(zoom=1.5, turn=30.0)
    box.process(OTHER, ns(0))
    return lambda frame, number: box.process(frame, ns(1 + number / 30))


BOXES: dict[str, Callable[[], Make]] = {
    "crop": of(Crop()),
    "resize": of(Resize(width=33)),
    "grade": of(Grade(hue=0.2, gamma=2.0)),
    "mix": of(Mix(), other=OTHER, mask=OTHER),
    "feedback": echo,
    "draw_pose": of(DrawPose(ground="black")),
    "draw_text": of(DrawText(text="text")),
    "draw_wave": wave,
}


@pytest.mark.skipif(os.name != "posix", reason="elsewhere pictures are copied")
@pytest.mark.parametrize("name", BOXES)
def test_what_it_makes_is_lent_to_other_processes(name: str) -> None:
    make = BOXES[name]()
    for number in range(3):
        assert find_place(make(Frame(noise(number, 40, 30)), number).image) is not None


@pytest.mark.parametrize("name", BOXES)
def test_what_it_has_given_stays_as_it_is(name: str) -> None:
    """Also where more is kept than there is shared memory for."""
    make = BOXES[name]()
    given = [make(Frame(noise(number, 40, 30)), number) for number in range(40)]
    copies = [frame.image.copy() for frame in given[:20]]
    for number in range(40, 60):
        make(Frame(noise(number, 40, 30)), number)
    assert all(np.array_equal(f.image, copy) for f, copy in zip(given, copies, strict=False))
