"""Frames come out of a pipe as they went in, however it cut them."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.system.framing import AT_ONCE, LONGEST, Unframer, batched, pack_frame

KINDS = st.binary(min_size=1, max_size=1)
FRAMES = st.lists(st.tuples(KINDS, st.binary(max_size=300)))


@given(FRAMES, st.integers(1, 50))
def test_frames_survive_being_cut_anywhere(frames, cut):
    stream = b"".join(pack_frame(*each) for each in frames)
    unframer = Unframer()
    pieces = [stream[start : start + cut] for start in range(0, len(stream), cut)]
    assert [found for piece in pieces for found in unframer.feed(piece)] == frames


@pytest.mark.parametrize("cut", [0, 1, 4, 5, 12])
def test_a_frame_is_whole_once_its_last_byte_has_come(cut):
    whole = pack_frame(b"s", b"1234", b"5678")
    unframer = Unframer()
    assert unframer.feed(whole[:cut]) == []
    assert unframer.feed(whole[cut:] + whole) == [(b"s", b"12345678")] * 2


@pytest.mark.parametrize("cut", [1, 3, 7, 100])
def test_a_long_frame_may_come_in_many_pieces(cut):
    frames = [(b"a", bytes(range(256)) * 40), (b"b", b"")]
    stream = b"".join(pack_frame(*each) for each in frames)
    unframer = Unframer(longest=256 * 40)
    found = []
    for start in range(0, len(stream), cut):
        found += unframer.feed(stream[start : start + cut])
        assert unframer.unfinished == (start + cut not in (10245, 10250) and len(found) < 2)
    assert found == frames


def test_behind_a_frame_that_is_too_long_there_is_nothing_to_read():
    unframer = Unframer()
    too_long = struct.pack("<cI", b"s", LONGEST + 1)
    assert unframer.feed(pack_frame(b"s", b"1234") + too_long) == [(b"s", b"1234")]
    with pytest.raises(ValueError, match="bytes"):
        unframer.feed(b"more")


@given(st.lists(st.binary(min_size=1, max_size=2 * AT_ONCE), max_size=20))
def test_a_pipe_takes_each_piece_whole_and_no_frame_is_cut(frames):
    pieces = list(batched(frames))
    assert b"".join(pieces) == b"".join(frames)
    starts = {sum(map(len, frames[:count])) for count in range(len(frames) + 1)}
    cuts = [sum(map(len, pieces[:count])) for count in range(len(pieces) + 1)]
    assert set(cuts) <= starts
    assert all(len(piece) <= AT_ONCE or piece in frames for piece in pieces)
