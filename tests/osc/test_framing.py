"""Packets in a stream: whoever reads it as the standard says finds them all."""

from hypothesis import given
from hypothesis import strategies as st
from pythonosc import slip

from engine.osc.framing import FRAME

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
