"""Whatever arrives is taken apart or refused; nothing in it can stop us."""

import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pythonosc.osc_message_builder import build_msg

from engine.osc.parse import Malformed, packet

FUTURE = b"\xff" * 8
ONE = build_msg("/x", [1.0]).dgram


def bundle(*parts, tag=FUTURE):
    return b"#bundle\0" + tag + b"".join(struct.pack(">i", len(part)) + part for part in parts)


def nested(depth):
    inner = ONE
    for _ in range(depth):
        inner = bundle(inner)
    return inner


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"hello", "no multiple of 4"),
        (b"hell", 'begins with "/"'),
        (b"/abc", "without an end"),
        (b"/a\0\0,f\0", "no multiple of 4"),
        (b"/a\0\0,f\0\0", "cut off"),
        (b"/a\0\0,sf\0a\0\0\0", "cut off"),
        (b"/a\0\0,s\0\0abcd", "without an end"),
        (b"/a\0\0,b\0\0\0\0\0\x08\0\0\0\0", "cut off"),
        (b"/a\0\0,b\0\0\xff\xff\xff\xff", "blob of -1"),
        (b"/a\0\0f\0\0\0\0\0\0\0", "comma"),
        (b"/a\0\0,S\0\0abc\0", 'type "S"'),
        (b"/a\0\0,[i\0\0\0\0\1", "bracket"),
        (b"/\xff\xfe\0,\0\0\0", "utf-8"),
        (b"/a\0\0,s\0\0\xff\xff\0\0", "utf-8"),
        (b"/a\0\0,\xff\0\0", "utf-8"),
        (b"#bundle\0\0\0\0\0", "time tag"),
        (bundle(b""), "length of 0"),
        (b"#bundle\0" + FUTURE + b"\xff\xff\xff\xfc", "length of -4"),
        (b"#bundle\0" + FUTURE + struct.pack(">i", 400) + ONE, "length of 400"),
        (b"#bundle\0" + FUTURE + struct.pack(">i", 3) + b"abc\0", "no multiple of 4"),
        (nested(3000), "without an end"),
        (bytes(60_000), 'begins with "/"'),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_what_is_not_osc_is_refused(data, why):
    with pytest.raises(Malformed, match=why):
        packet(data)


def test_a_time_tag_in_the_future_delays_nothing():
    assert packet(bundle(ONE, ONE)) == [("/x", [1.0]), ("/x", [1.0])]


def test_messages_keep_their_order_whatever_their_time_tags():
    later, sooner = bundle(build_msg("/b", 1).dgram), bundle(ONE, tag=bytes(7) + b"\1")
    assert [address for address, _ in packet(bundle(later, sooner))] == ["/b", "/x"]


def test_arrays_blobs_and_old_senders_without_tags():
    assert packet(build_msg("/x", [[1, 2.0], b"ab", True, None]).dgram) == [
        ("/x", [[1, 2.0], b"ab", True, None])
    ]
    assert packet(b"/x\0\0") == [("/x", [])]


@given(st.binary(max_size=200))
def test_any_bytes_at_all(data):
    for start in (b"", b"/x\0\0,", b"#bundle\0" + FUTURE):
        with contextlib.suppress(Malformed):
            packet(start + data)
