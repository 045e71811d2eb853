"""What a desk is sent, when it is not, and what of it that comes back is no input."""

from __future__ import annotations

import pytest

from engine.core.clock import MILLISECOND
from engine.core.messages import Ns
from engine.core.set_target import Shown
from engine.midi.active_notes import ActiveNotes
from engine.midi.desk_map import DeskMap
from engine.midi.lights import ECHO, HAND, Colours, Lights

LIT, DARK = Shown(lit=True), Shown(lit=False)
PADS = {
    "note40": {"parameter": "a.b", "to": "x"},
    "10/note41": {"parameter": "a.b", "to": "y", "colour": 21},
    "note42": "panic",
    "cc50": {"parameter": "a.b", "to": "z"},
    "program3": "panic",
}
KNOBS = {"cc21": "a.c", "cc1:14": "a.d", "bend": "a.e", "pressure": "a.f"}


def at(ms: float) -> Ns:
    return Ns(round(ms * MILLISECOND))


def lights(written=PADS, colours=Colours(), channel=None):  # noqa: B008
    return Lights(DeskMap(written).controls, colours, channel)


def told(desk, shown, ms=0.0):
    return [message.hex(" ") for message in desk.update(shown, at(ms))]


def hear(desk, text, ms=0.0):
    return desk.heard(bytes.fromhex(text), at(ms))


def test_all_that_a_desk_can_show_is_sent_once_and_then_what_changes():
    desk = lights()
    assert told(desk, {"note40": LIT, "cc50": LIT}) == [
        "90 28 7f",
        "99 29 00",
        "90 2a 00",
        "b0 32 7f",
    ]
    assert told(desk, {"note40": LIT, "cc50": LIT}) == []
    assert told(desk, {"10/note41": LIT}) == ["90 28 00", "99 29 15", "b0 32 00"]
    desk.forget()
    assert len(told(desk, {})) == 4


def test_colours_are_velocities_and_a_channel_is_that_of_the_desk():
    desk = lights(colours=Colours(5, 1), channel=3)
    assert told(desk, {"note40": LIT}) == ["92 28 05", "99 29 01", "92 2a 01", "b2 32 01"]


def test_a_control_without_a_channel_is_shown_where_it_was_heard():
    desk = lights({"note40": {"parameter": "a.b", "to": "x"}})
    assert told(desk, {}) == ["90 28 00"]
    assert not hear(desk, "94 28 7f", 1000)
    assert told(desk, {"note40": LIT}, 1001) == ["94 28 7f"]


def test_knobs_are_told_where_they_stand_by_their_own_message():
    desk = lights(KNOBS)
    shown = {key: Shown(lit=True, position=0.5) for key in KNOBS}
    assert told(desk, shown) == ["b0 15 40", "b0 01 40", "b0 21 00", "e0 00 40"]
    ends = {key: Shown(lit=True, position=1.0) for key in KNOBS}
    assert told(desk, ends) == ["b0 15 7f", "b0 01 7f", "b0 21 7f", "e0 7f 7f"]
    assert told(desk, dict.fromkeys(KNOBS, DARK)) == []  # it has no place


@pytest.mark.parametrize(
    ("key", "messages", "position"),
    [
        ("cc21", ["b0 15 40"], 64 / 127),
        ("cc1:14", ["b0 01 40", "b0 21 05"], (64 * 128 + 5) / 16383),
        ("bend", ["e0 05 40"], (64 * 128 + 5) / 16383),
    ],
)
def test_a_knob_that_stands_there_is_left_alone(key, messages, position):
    desk = lights({key: "a.c"})
    for message in messages:
        assert not hear(desk, message)
    later = HAND / MILLISECOND + 1
    assert told(desk, {key: Shown(lit=True, position=position)}, later) == []
    assert told(desk, {key: Shown(lit=True, position=position - 0.1)}, later) != []


def test_a_hand_on_a_knob_is_not_fought():
    desk = lights({"cc21": "a.c"})
    behind = {"cc21": Shown(lit=True, position=0.2)}
    for step in range(10):
        assert not hear(desk, f"b0 15 {40 + step:02x}", step * 50)
        assert told(desk, behind, step * 50 + 20) == []
    assert told(desk, behind, 450 + HAND / MILLISECOND + 1) == ["b0 15 19"]


def test_a_knob_within_its_choice_is_left_there():
    desk = lights({"cc21": {"parameter": "a.b", "to": ["x", "y", "z"]}})
    middle = {"cc21": Shown(lit=True, position=0.5, reach=1 / 6)}
    assert not hear(desk, "b0 15 50")  # 80 of 127
    assert told(desk, middle, 1000) == []
    assert told(desk, {"cc21": Shown(lit=True, position=1 / 6, reach=1 / 6)}, 1000) == ["b0 15 15"]


@pytest.mark.parametrize("release", ["80 28 40", "90 28 00"])
def test_a_pad_that_put_itself_out_is_lit_again(release):
    desk = lights({"note40": {"parameter": "a.b", "to": "x"}})
    assert told(desk, {"note40": LIT}) == ["90 28 7f"]
    assert not hear(desk, "90 28 40", 1000)
    assert told(desk, {"note40": LIT}, 1001) == []
    assert not hear(desk, release, 1100)
    assert told(desk, {"note40": LIT}, 1101) == ["90 28 7f"]


# -- echoes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "comes"),
    [
        ({"note40": LIT}, "90 28 7f"),
        ({}, "90 28 00"),
        ({}, "80 28 40"),
        ({"10/note41": LIT}, "99 29 15"),
        ({"cc50": LIT}, "b0 32 7f"),
    ],
)
def test_what_comes_back_is_no_input(sent, comes):
    desk = lights()
    told(desk, sent)
    assert hear(desk, comes, 20)
    assert not hear(desk, comes, 21)  # once


def test_fourteen_bits_and_the_wheel_come_back_as_well():
    desk = lights(KNOBS)
    sent = told(desk, {key: Shown(lit=True, position=0.3) for key in KNOBS})
    assert [hear(desk, message, 20) for message in sent] == [True] * 4


def test_two_changes_come_back_in_their_order():
    desk = lights()
    told(desk, {"note40": LIT})
    told(desk, {}, 10)
    assert hear(desk, "90 28 7f", 20)
    assert hear(desk, "90 28 00", 30)


@pytest.mark.parametrize("comes", ["90 28 7e", "91 28 7f", "b0 28 7f", "90 2b 7f", "f8", "c0 28"])
def test_what_is_another_message_is_input(comes):
    desk = lights()
    told(desk, {"note40": LIT})
    assert not hear(desk, comes, 20)


def test_what_comes_late_is_input():
    desk = lights()
    told(desk, {"note40": LIT})
    assert not hear(desk, "90 28 7f", ECHO / MILLISECOND + 1)


def test_a_pad_that_always_strikes_as_hard_as_it_is_lit_is_heard_at_each_press():
    """Twice within the time of an echo: the release between them says that it is a hand."""
    desk = lights({"note40": {"parameter": "a.b", "toggle": True}})
    told(desk, {})
    now, lit = 1000.0, False
    for _ in range(10):
        assert not hear(desk, "90 28 7f", now)
        lit = not lit
        told(desk, {"note40": Shown(lit)}, now + 1)
        assert not hear(desk, "90 28 00", now + 40)
        now += 80


def test_a_desk_that_does_not_send_back_is_heard_while_its_lamp_flashes():
    """A lamp that a sound drives: a press must not be taken for an echo of it."""
    desk = lights({"note40": {"parameter": "a.on", "toggle": True}})
    now = 0.0
    for flash in range(6):  # by now it is known to be silent
        told(desk, {"note40": Shown(lit=flash % 2 == 0)}, now)
        now += 300
    told(desk, {"note40": LIT}, now)
    assert not hear(desk, "90 28 7f", now + 5)


def test_a_desk_that_sends_back_does_so_for_ever_and_none_is_taken_for_a_hand():
    desk = lights()
    now = 0.0
    for round_ in range(100):
        shown = {key: Shown(lit=(round_ + place) % 3 == 0) for place, key in enumerate(PADS)}
        for message in told(desk, shown, now):
            assert hear(desk, message, now + 15)
        now += 40


def test_a_desk_that_answers_too_late_presses_no_pad_for_ever():
    """Its echo is a press, whose lamp comes back as a press: that ends by itself."""
    written = {
        "note40": {"parameter": "a.b", "to": "x"},
        "note41": {"parameter": "a.c", "to": ["x", "y"]},
        "note42": {"parameter": "a.d", "toggle": True},
        "cc50": {"parameter": "a.d", "toggle": True},
    }
    desk_map = DeskMap(written)
    desk = Lights(desk_map.controls, Colours())
    state = dict.fromkeys(written, False)
    state["note40"] = True
    on_the_way: list[tuple[float, str]] = []
    sent = 0
    for tick in range(2000):
        now = tick * 40.0
        arrived = [message for due, message in on_the_way if due <= now]
        on_the_way = [each for each in on_the_way if each[0] > now]
        for message in arrived:
            assert not hear(desk, message, now)
            status, number, value = bytes.fromhex(message)
            key = f"cc{number}" if status == 0xB0 else f"note{number}"
            if value and key in ("note42", "cc50"):
                state[key] = not state[key]
            elif value and key == "note41":
                state[key] = True
        for message in told(desk, {key: Shown(on) for key, on in state.items()}, now):
            on_the_way.append((now + 500, message))
            sent = tick
    assert sent < 200


# -- the end ---------------------------------------------------------------------------------------


def test_everything_is_put_out_at_the_end():
    """Lamps of notes end as notes do, also those that are dim while they are not lit."""
    desk, active = lights(colours=Colours(127, 1)), ActiveNotes()
    for message in desk.update({"note40": LIT, "cc50": LIT}, at(0)):
        active.track(message)
    ends = [*active.end_all(), *desk.last()]
    assert [each.hex(" ") for each in ends] == ["80 28 00", "89 29 00", "80 2a 00", "b0 32 00"]
    assert lights(KNOBS).last() == []  # knobs stay where they stand
