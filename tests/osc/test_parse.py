"""Whatever arrives is taken apart or refused; nothing in it can stop us."""

import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pythonosc.osc_message_builder import build_msg

from engine.osc.parse import IMPULSE, MOST, Colour, Malformed, MidiMessage, TimeTag, packet, read

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
        (b"/a\0\0,Q\0\0abc\0", '/a: an argument of type "Q"'),
        (b"/a\0\0,ib\0\0\0\0\1\0\0\0\5abcd", "/a: it is cut off"),
        (b"/a\0\0,c\0\0\0\0\0\xe9", "/a: a character that is not ASCII"),
        (b"/a\0\0,]\0\0", "/a: a bracket is closed for nothing"),
        (b"/a\0\0," + b"[" * 17 + b"]" * 17 + bytes(1), "/a: lists in lists without an end"),
        (b"/a\0\0,[i\0\0\0\0\1", "bracket"),
        (b"/\xff\xfe\0,\0\0\0", r"/\\xff\\xfe: a text that is not UTF-8"),
        (b"/a\0\0,s\0\0\xff\xff\0\0", "/a: a text that is not UTF-8"),
        (b"/a\0\0,\xff\0\0", "/a: an argument of type"),
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


@pytest.mark.parametrize(
    ("tag", "data", "value"),
    [
        ("I", b"", IMPULSE),
        ("N", b"", None),
        ("T", b"", True),
        ("F", b"", False),
        ("c", b"\0\0\0q", "q"),
        ("S", b"abc\0", "abc"),
        ("s", "é\0\0".encode(), "é"),
        ("r", b"\xff\0\x80\1", Colour(255, 0, 128, 1)),
        ("m", b"\0\x90\x3c\x64", MidiMessage(0, 0x90, 60, 100)),
        ("t", b"\0\0\0\2\x80\0\0\0", TimeTag(2, 1 << 31)),
        ("h", b"\xff" * 8, -1),
        ("d", struct.pack(">d", 0.1), 0.1),
        ("b", b"\0\0\0\3abc\0", b"abc"),
        ("b", bytes(4), b""),
        ("[iI[]]", b"\0\0\0\1", [1, IMPULSE, []]),
    ],
)
def test_every_type_is_read_and_what_follows_it(tag, data, value):
    tags = f",{tag}i".encode()
    around = b"/x\0\0" + tags + bytes(4 - len(tags) % 4) + data + b"\0\0\0\7"
    assert packet(around) == [("/x", [value, 7])]


UNREADABLE = {
    "an address in Latin-1": (b"/gr\xf6\xdfe\0\0,f\0\0" + bytes(4), r"/gr\xf6\xdfe: a text that"),
    "a text in Latin-1": (b"/n\0\0,s\0\0Gr\xfc\0", "/n: a text that is not UTF-8"),
    "an unknown type": (b"/x/bang\0,Q\0\0", '/x/bang: an argument of type "Q"'),
    "a truncated number": (b"/n\0\0,d\0\0" + bytes(4), "/n: it is cut off"),
    "no address": (b"abc\0,f\0\0" + bytes(4), 'an OSC address begins with "/"'),
    "an odd length": (b"/n\0\0,f\0\0" + bytes(5), "its length, 13 bytes"),
    "a broken bundle": (b"#bundle\0" + bytes(8) + b"\0\0\1\0", "with a length of 256 bytes"),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_what_cannot_be_read_is_left_out_by_itself(case):
    broken, why = UNREADABLE[case]
    messages, faults = read(bundle(ONE, broken, bundle(broken, ONE), ONE))
    assert messages == [("/x", [1.0])] * 3
    assert len(faults) == 2
    assert why in faults[0]


@pytest.mark.parametrize("size", [0, -4, 1 << 20])
def test_behind_a_wrong_length_nothing_is_heard_and_before_it_all(size):
    messages, faults = read(bundle(ONE, ONE) + struct.pack(">i", size) + ONE)
    assert messages == [("/x", [1.0])] * 2
    assert faults == [f"a part of a bundle with a length of {size} bytes; the rest is lost"]


def test_no_more_messages_than_a_packet_may_hold():
    messages, faults = read(bundle(*[b"/x\0\0"] * (MOST + 5)))
    assert len(messages) == MOST
    assert len(faults) == 1


TYPED = st.one_of(
    st.integers(-(2**31), 2**31 - 1),
    st.floats(width=32, allow_nan=False),
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20),
    st.binary(min_size=1, max_size=20),
    st.booleans(),
    st.none(),
)


@given(st.lists(TYPED | st.lists(TYPED, max_size=4), max_size=8))
def test_what_python_osc_builds_is_read_as_it_was(arguments):
    assert packet(build_msg("/x", arguments).dgram) == [("/x", arguments)]


@given(st.binary(max_size=200))
def test_any_bytes_at_all(data):
    for start in (b"", b"/x\0\0,", b"#bundle\0" + FUTURE):
        with contextlib.suppress(Malformed):
            packet(start + data)
