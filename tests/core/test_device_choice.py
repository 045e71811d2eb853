"""Which device a patch means by "auto", a number, a name or a part of one."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from engine.core.device_choice import is_number, match_devices
from engine.core.errors import DeviceError


class Lamp(NamedTuple):
    number: int
    name: str


LAMPS = [Lamp(3, "Desk Lamp"), Lamp(0, "Desk"), Lamp(8, "Floor Lamp"), Lamp(9, "Floor Lamp")]


@pytest.mark.parametrize(
    ("device", "numbers"),
    [
        ("auto", [3, 0, 8, 9]),
        (8, [8]),
        ("8", [8]),
        ("desk", [0]),  # the exact name wins over a part of another
        ("FLOOR", [8, 9]),
        ("lamp", [3, 8, 9]),
    ],
)
def test_a_device_is_named_in_many_ways_and_order_is_kept(device, numbers):
    assert [lamp.number for lamp in match_devices(device, LAMPS, "lamp")] == numbers


@pytest.mark.parametrize(
    ("device", "said"),
    [
        ("Flor Lamp", 'there is no lamp "Flor Lamp". Did you mean "Floor Lamp"?'),
        ("candle", 'there is no lamp "candle". There is: Desk Lamp, Desk, Floor Lamp.'),
        (7, 'there is no lamp "7". There is: Desk Lamp, Desk, Floor Lamp.'),
    ],
)
def test_what_is_not_there_is_answered_with_the_nearest_or_all(device, said):
    with pytest.raises(DeviceError) as error:
        match_devices(device, LAMPS, "lamp")
    assert str(error.value) == said


def test_without_any_device_the_hint_says_what_to_do():
    with pytest.raises(DeviceError) as error:
        match_devices("auto", [], "lamp", hint=" Is it night?")
    assert str(error.value) == "no lamp was found; is one plugged in? Is it night?"
    with pytest.raises(DeviceError, match="There is none at all"):
        match_devices("desk", [], "lamp")


@pytest.mark.parametrize(
    ("device", "number"), [(0, True), ("12", True), ("12a", False), ("auto", False), ("", False)]
)
def test_a_number_may_be_written_as_a_text(device, number):
    assert is_number(device) is number
