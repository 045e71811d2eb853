"""Pictures that are held and looped: by triggers, by a switch, at any speed, within memory."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.clock import ns
from engine.core.messages import Frame, Trigger
from engine.nodes.still import Still
from engine.video.picture_memory import PictureMemory

from .chain import noise, picture, played, seen, unchanged


class Desk:
    """Shows a box pictures 0, 1, 2 ... ten a second, and says which one it shows."""

    def __init__(self, box: Still) -> None:
        self.box = box
        self.now = 0

    def show(self, count: int = 1) -> list[int]:
        shown = []
        for _ in range(count):
            image = picture(self.now % 256)
            shown.append(int(unchanged(self.box, image, at=ns(self.now / 10)).max()))
            self.now += 1
        return shown

    def take(self) -> None:
        self.box.on_take(Trigger(), ns(self.now / 10 - 0.01))

    def live(self) -> None:
        self.box.on_live(Trigger())


def test_it_holds_what_was_seen_last_until_it_is_let_go() -> None:
    desk = Desk(Still())
    assert desk.show(3) == [0, 1, 2]
    desk.take()
    assert desk.show(3) == [2, 2, 2]
    desk.take()
    assert desk.show(2) == [5, 5], "again at every press"
    desk.live()
    assert desk.show(2) == [8, 9]


def test_a_switch_holds_while_it_is_on() -> None:
    desk = Desk(Still())
    desk.show(2)
    desk.box.hold = True
    assert desk.show(3) == [1, 1, 1]
    desk.take()
    assert desk.show(1) == [4]
    desk.box.hold = False
    assert desk.show(2) == [6, 7]


def test_a_switch_that_is_on_from_the_first_picture_holds_that() -> None:
    assert Desk(Still(hold=True)).show(3) == [0, 0, 0]


def test_a_press_before_there_is_a_picture_does_nothing() -> None:
    desk = Desk(Still())
    desk.take()
    assert desk.show(2) == [0, 1]


@pytest.mark.parametrize(
    ("knobs", "expected"),
    [
        ({}, [5, 6, 7, 8, 9, 5, 6, 7]),
        ({"speed": -1.0}, [9, 8, 7, 6, 5, 9, 8, 7]),
        ({"speed": 2.0}, [5, 7, 9, 6, 8, 5, 7, 9]),
        ({"speed": 0.5}, [5, 5, 6, 6, 7, 7, 8, 8]),
        ({"speed": 0.0}, [5, 5, 5, 5, 5, 5, 5, 5]),
        ({"there_and_back": True}, [5, 6, 7, 8, 9, 8, 7, 6]),
    ],
    ids=str,
)
def test_the_last_half_second_in_a_loop(knobs: dict[str, float], expected: list[int]) -> None:
    desk = Desk(Still(length=0.4, **knobs))
    desk.show(10)
    desk.take()
    assert desk.show(8) == expected
    desk.live()
    assert desk.show(1) == [18]


def test_the_speed_of_a_loop_may_be_played() -> None:
    desk = Desk(Still(length=0.4))
    desk.show(10)
    desk.take()
    assert desk.show(3) == [5, 6, 7]
    desk.box.speed = -1.0
    assert desk.show(3) == [6, 5, 9]
    desk.box.speed = 0.0
    assert desk.show(2) == [9, 9]


def test_less_than_the_length_is_looped_where_less_was_seen() -> None:
    desk = Desk(Still(length=5.0))
    desk.show(2)
    desk.take()
    assert desk.show(4) == [0, 1, 0, 1]


@given(
    speeds=st.lists(st.floats(-10, 10), min_size=1, max_size=20),
    length=st.floats(0, 1),
    there_and_back=st.booleans(),
)
def test_at_any_speed_only_what_was_taken_is_seen(
    speeds: list[float], length: float, there_and_back: bool
) -> None:
    desk = Desk(Still(length=length, there_and_back=there_and_back))
    desk.show(12)
    desk.take()
    for speed in speeds:
        desk.box.speed = speed
        (shown,) = desk.show()
        assert 11 - length * 10 - 1 <= shown <= 11


def test_a_single_still_copies_nothing_and_a_loop_keeps_copies() -> None:
    box = Still()
    frame = Frame(noise(1))
    assert box.process(frame, ns(0)) is frame
    box.on_take(Trigger(), ns(0))
    assert box.process(Frame(noise(2)), ns(0.1)).image is frame.image
    loop = Still(length=1.0)
    loop.process(frame, ns(0))
    loop.on_take(Trigger(), ns(0))
    held = loop.process(Frame(noise(2)), ns(0.1)).image
    assert np.array_equal(held, frame.image) and not np.shares_memory(held, frame.image)


def test_a_loop_that_does_not_fit_is_shorter_and_that_is_told_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    desk = Desk(Still(length=5.0))
    desk.box._past = PictureMemory(most=3 * picture(0).nbytes)
    for _ in range(2):
        desk.show(10)
        desk.take()
        assert len({*desk.show(6)}) == 3
        desk.live()
    (told,) = caplog.messages
    assert "length = 5 s" in told and "0.2 s" in told


def test_a_reset_lets_go_and_time_may_begin_anew() -> None:
    desk = Desk(Still(length=0.4))
    desk.show(5)
    desk.take()
    desk.box.reset()
    desk.now = 0
    assert desk.show(3) == [0, 1, 2]
    desk.take()
    assert desk.show(3) == [0, 1, 2]


def test_pads_take_and_let_go_in_a_patch() -> None:
    text = """
[a]
use = "shown"
which = "a"
[pad]
use = "pressed"
at = [0.25]
[other]
use = "pressed"
at = [0.55]
[still]
use = "still"
from = "a"
take = { from = "pad" }
live = { from = "other" }
[c]
use = "collector"
from = "still"
"""
    images = [picture(number) for number in range(8)]
    assert [int(each.max()) for each in seen(played(text, a=images))] == [0, 1, 2, 2, 2, 2, 6, 7]
