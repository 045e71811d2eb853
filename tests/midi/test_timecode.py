"""MIDI Time Code: where a player is, by quarter frames and full frames."""

import mido
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.midi.timecode import RATES, STOPPED, TimecodeFollower

QUARTER = 10_000_000


def pieces(hours, minutes, seconds, frames, rate):
    """Spell a time as its eight quarter frames."""
    values = (frames, seconds, minutes, hours | rate << 5)
    return [
        (2 * place + half) << 4 | (value >> 4 * half & 15)
        for place, value in enumerate(values)
        for half in (0, 1)
    ]


def follow(follower, data, start=0):
    return [
        each
        for count, piece in enumerate(data)
        for each in follower.quarter_frame(piece, start + count * QUARTER)
    ]


def times(events):
    return [value for name, value in events if name == "timecode"]


@pytest.mark.parametrize("rate", range(4))
def test_eight_in_a_row_say_where_a_player_is_that_runs(rate):
    follower = TimecodeFollower()
    assert follow(follower, pieces(1, 2, 3, 4, rate)[:7]) == []
    events = follow(follower, pieces(1, 2, 3, 4, rate)[7:], 7 * QUARTER)
    frames = {2: (3723 * 30 + 4 - 2 * (62 - 6)), 3: 3723 * 30 + 4}.get(
        rate, 3723 * (24, 25)[rate % 2] + 4
    )
    assert events == [
        ("timecode_rate", RATES[rate]),
        ("timecode", pytest.approx((frames + 7 / 4) / RATES[rate])),
        ("timecode_speed", 1.0),
    ]


@pytest.mark.parametrize(("rate", "count"), [(0, 24), (1, 25), (3, 30)])
def test_time_runs_evenly_a_quarter_of_a_frame_each(rate, count):
    data = [p for frame in range(0, 20, 2) for p in pieces(0, 0, 59, frame, rate)]
    heard = times(follow(TimecodeFollower(), data))
    assert heard == pytest.approx([59 + (7 + n) / 4 / count for n in range(len(heard))])
    assert len(heard) == len(data) - 7


def test_a_tape_that_is_wound_back_runs_backwards():
    data = [p for frame in range(20, 0, -2) for p in reversed(pieces(0, 1, 0, frame, 1))]
    events = follow(TimecodeFollower(), data)
    heard = times(events)
    assert heard[0] == pytest.approx(60 + 20 / 25)
    assert heard == pytest.approx([heard[0] - n / 100 for n in range(len(heard))])
    assert ("timecode_speed", -1.0) in events


def test_a_player_that_stops_is_told_and_one_that_goes_on_is_read_anew():
    follower = TimecodeFollower()
    follow(follower, pieces(0, 0, 1, 0, 1))
    last = 7 * QUARTER
    assert list(follower.settle(last + STOPPED - 1)) == []
    assert list(follower.settle(last + STOPPED)) == [("timecode_speed", 0.0)]
    assert list(follower.settle(last + 2 * STOPPED)) == []
    again = follow(follower, pieces(0, 0, 9, 0, 1), last + 3 * STOPPED)
    assert again == [("timecode", pytest.approx(9 + 0.07)), ("timecode_speed", 1.0)]


def test_a_piece_that_is_missing_says_no_wrong_time():
    data = pieces(0, 0, 1, 0, 1) * 2
    del data[9]
    assert len(times(follow(TimecodeFollower(), data))) == 2
    data = pieces(0, 0, 1, 0, 1)[3:] + pieces(0, 0, 1, 2, 1)
    assert times(follow(TimecodeFollower(), data)) == [pytest.approx(1.15)]


@pytest.mark.parametrize("wrong", [(24, 0, 0, 0), (0, 60, 0, 0), (0, 0, 60, 0), (0, 0, 0, 25)])
def test_what_is_no_time_is_not_told(wrong):
    assert follow(TimecodeFollower(), pieces(*wrong, 1)) == []
    assert list(TimecodeFollower().full_frame(full(*wrong, 1))) == []


def full(hours, minutes, seconds, frames, rate, *, device=0x7F):
    data = (0x7F, device, 1, 1, hours | rate << 5, minutes, seconds, frames)
    return bytes(mido.Message("sysex", data=data).bin())[:-1]


def test_a_full_frame_says_where_a_player_stands():
    follower = TimecodeFollower()
    assert list(follower.full_frame(full(0, 1, 0, 5, 1, device=3))) == [
        ("timecode_rate", 25.0),
        ("timecode", pytest.approx(60.2)),
    ]
    follow(follower, pieces(0, 0, 1, 0, 1))
    assert list(follower.full_frame(full(0, 2, 0, 0, 1))) == [
        ("timecode", 120.0),
        ("timecode_speed", 0.0),
    ]


@pytest.mark.parametrize("data", [b"\xf0", b"\xf0\x7f\x7f\x01\x01", b"\xf0\x7e\x7f\x09\x01"])
def test_other_exclusive_data_says_nothing(data):
    assert list(TimecodeFollower().full_frame(data)) == []


def test_numbers_that_are_left_out_take_no_time():
    """At 29.97 frames a second an hour by its numbers lasts an hour, within 4 ms."""
    [_, (_, hour)] = TimecodeFollower().full_frame(full(1, 0, 0, 0, 2))
    assert hour == pytest.approx(3600, abs=0.004)


@given(st.lists(st.tuples(st.integers(0, 127), st.integers(0, 2 * STOPPED))))
def test_nothing_makes_it_stumble(data):
    follower, at = TimecodeFollower(), 0
    for piece, pause in data:
        at += pause
        for name, value in [*follower.settle(at), *follower.quarter_frame(piece, at)]:
            assert name.startswith("timecode")
            assert value == -1 or 0 <= value < 86401
