"""Packets in a stream: whoever reads it as the standard says finds them all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pythonosc import slip

from engine.osc.framing import FRAME, deframer
from engine.osc.parse import Malformed

# Bytes that mean something in SLIP, and one that means nothing.
SPECIAL = st.lists(st.sampled_from([0xC0, 0xDB, 0xDC, 0xDD, 0x61]), min_size=1).map(bytes)
packets = st.lists(st.binary(min_size=1) | SPECIAL)


@given(packets)
def test_slip_is_what_others_take_apart(sent):
    stream = b"".join(map(FRAME["slip"], sent))
    between = [one for one in stream.split(slip.END) if one]
    assert [slip.decode(slip.END + one + slip.END) for one in between] == sent


@given(packets)
def test_each_stands_behind_its_length(sent):
    stream = b"".join(map(FRAME["length"], sent))
    heard = []
    while stream:
        size = int.from_bytes(stream[:4], "big")
        heard.append(stream[4 : 4 + size])
        stream = stream[4 + size :]
    assert heard == sent


def taken(stream, largest=1000, cut=7):
    """Take a stream apart that comes in pieces of ``cut`` bytes."""
    reader = deframer(stream[0], largest)
    found = [
        one
        for start in range(0, len(stream), cut)
        for one in reader.feed(stream[start : start + cut])
    ]
    return [str(one) if isinstance(one, Malformed) else one for one in found if one], reader


@pytest.mark.parametrize("framing", ["slip", "length"])
@given(sent=packets.filter(bool), cut=st.integers(1, 40))
def test_a_stream_is_taken_apart_however_it_is_cut(framing, sent, cut):
    assert taken(b"".join(map(FRAME[framing], sent)), cut=cut)[0] == sent


@pytest.mark.parametrize(
    ("stream", "found"),
    [
        (b"/a\xc0/b\xc0", [b"/a", b"/b"]),  # a sender with one END, as RFC 1055 had it
        (b"\xc0\xc0\xc0/a\xc0\xc0\xc0", [b"/a"]),
        (b"\xc0\xdb\xdc\xdb\xdd\xdc\xc0", [b"\xc0\xdb\xdc"]),
        (b"\xc0/a\xdbx\xc0/b\xc0", ["a byte after ESC that SLIP does not have", b"/b"]),
        (b"\xc0/a\xdb\xc0/b\xc0", ["a byte after ESC that SLIP does not have", b"/b"]),
        (b"\xc0" + b"x" * 9000 + b"\xc0/b\xc0", ["more than 2000 bytes without an END", b"/b"]),
        (b"garbage\xc0/b\xc0", [b"garbage", b"/b"]),
        (b"\xc0/a", []),
        (b"\0\0\0\2/a\0\0\0\0\0\0\0\2/b", [b"/a", b"/b"]),
        (b"\0\0\0\2/", []),
        (b"\0\1\0\0/a", ["a packet of 65536 bytes; what follows cannot be understood"]),
    ],
)
def test_what_a_stream_may_bring(stream, found):
    heard, reader = taken(stream)
    assert heard == found
    assert reader.lost == (stream[:2] == b"\0\1")


@pytest.mark.parametrize("first", [b"\xc0", b"\0\0\3\xe8", b"/"])
def test_nothing_piles_up(first):
    _, reader = taken(first + b"x" * 100_000)
    assert len(reader._rest) <= 2000
