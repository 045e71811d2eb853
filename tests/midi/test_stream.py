"""Whole messages out of whatever a MIDI cable brings; mido, which is not ours, makes them."""

import mido
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.midi.stream import StreamParser

DATA = st.integers(0, 127)
CHANNELS = st.integers(0, 15)
MESSAGES = st.one_of(
    st.builds(mido.Message, st.just("note_on"), channel=CHANNELS, note=DATA, velocity=DATA),
    st.builds(mido.Message, st.just("note_off"), channel=CHANNELS, note=DATA, velocity=DATA),
    st.builds(mido.Message, st.just("control_change"), channel=CHANNELS, control=DATA, value=DATA),
    st.builds(mido.Message, st.just("program_change"), channel=CHANNELS, program=DATA),
    st.builds(mido.Message, st.just("aftertouch"), channel=CHANNELS, value=DATA),
    st.builds(
        mido.Message, st.just("pitchwheel"), channel=CHANNELS, pitch=st.integers(-8192, 8191)
    ),
    st.sampled_from([mido.Message(each) for each in ("clock", "start", "stop", "tune_request")]),
)


def whole(piece):
    return list(StreamParser().feed(piece))


@given(st.lists(MESSAGES))
def test_messages_come_out_as_mido_made_them(messages):
    sent = [bytes(each.bin()) for each in messages]
    assert whole(b"".join(sent)) == sent


@given(st.lists(st.tuples(DATA, DATA), min_size=1), st.integers(1, 7))
def test_running_status_runs_across_pieces(values, cut):
    """A knob that is turned says its status once."""
    line = bytes([0xB3]) + b"".join(bytes(pair) for pair in values)
    stream = StreamParser()
    pieces = [line[start : start + cut] for start in range(0, len(line), cut)]
    found = [message for piece in pieces for message in stream.feed(piece)]
    assert found == [bytes((0xB3, *pair)) for pair in values]
    assert stream.strays == 0


def test_a_clock_may_come_in_the_middle_of_anything():
    assert whole([0x90, 60, 0xF8, 100, 61, 0xFE, 0]) == [
        b"\xf8",
        bytes((0x90, 60, 100)),
        b"\xfe",
        bytes((0x90, 61, 0)),
    ]


def test_system_exclusive_data_of_any_length_is_left_out_and_ends_running_status():
    stream = StreamParser()
    flood = [0xF0, *[n % 128 for n in range(100_000)], 0xF8, 0xF7]
    assert list(stream.feed([0xB0, 1, 2])) == [bytes((0xB0, 1, 2))]
    assert list(stream.feed(flood)) == [b"\xf8"]
    assert stream.strays == 0
    assert list(stream.feed([1, 3, 0xB0, 1, 4])) == [bytes((0xB0, 1, 4))]
    assert stream.strays == 2


def test_an_exclusive_that_never_ends_is_ended_by_the_next_message():
    assert whole([0xF0, 1, 2, 3, 0x90, 60, 1]) == [bytes((0x90, 60, 1))]


@pytest.mark.parametrize("piece", [[0xF4, 1, 2], [0xF5], [0xF7, 3], [1, 2, 3]])
def test_what_belongs_to_nothing_is_passed_over(piece):
    assert whole([*piece, 0xC0, 5]) == [bytes((0xC0, 5))]


@given(st.binary())
def test_nonsense_never_raises(piece):
    for message in whole(piece):
        assert message[0] >= 0x80
        assert all(byte < 0x80 for byte in message[1:])
