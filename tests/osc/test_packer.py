"""Our bytes are those of python-osc's builder, and its parser reads them back."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message_builder import OscMessageBuilder

from engine.osc.bundle import LIMIT, bundles, longest, messages
from engine.osc.packer import Packer
from engine.osc.parse import packet

VALUES = {
    "i": st.integers(-(2**31), 2**31 - 1),
    "h": st.integers(-(2**63), 2**63 - 1),
    "f": st.floats(width=32, allow_nan=False, allow_infinity=False),
    "d": st.floats(allow_nan=False, allow_infinity=False),
    "s": st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40),
    "T": st.just(True),
    "F": st.just(False),
    "N": st.none(),
}
ARGUMENTS = st.lists(
    st.sampled_from(sorted(VALUES)).flatmap(lambda tag: st.tuples(st.just(tag), VALUES[tag])),
    max_size=12,
)
ADDRESSES = st.from_regex(r"(/[a-z0-9_]{1,9}){1,4}", fullmatch=True)


def build(address, arguments):
    builder = OscMessageBuilder(address)
    for tag, value in arguments:
        builder.add_arg(value, tag)
    return builder.build()


def piece(address, arguments):
    packer = Packer(address, "".join(tag for tag, _ in arguments))
    return packer.pack(*[value for tag, value in arguments if tag not in "TFN"])


def test_golden():
    assert Packer("/filter/cutoff", "fi").pack(0.5, -1) == (
        b"\0\0\0\x1c/filter/cutoff\0\0,fi\0\x3f\0\0\0\xff\xff\xff\xff"
    )


@given(ADDRESSES, ARGUMENTS)
def test_a_message_is_the_bytes_that_python_osc_builds(address, arguments):
    (message,) = messages(piece(address, arguments))
    assert message == build(address, arguments).dgram


@given(ADDRESSES, ARGUMENTS)
def test_a_message_comes_back_as_it_was(address, arguments):
    (message,) = messages(piece(address, arguments))
    assert packet(message) == [(address, [value for _, value in arguments])]


@given(st.lists(st.tuples(ADDRESSES, ARGUMENTS), min_size=2, max_size=6))
def test_a_bundle_is_the_bytes_that_python_osc_builds(several):
    builder = OscBundleBuilder(IMMEDIATELY)
    for address, arguments in several:
        builder.add_content(build(address, arguments))
    whole = builder.build().dgram
    made = bundles([piece(*one) for one in several])
    if len(whole) <= LIMIT:
        assert made == [whole]
    assert [one for datagram in made for one in packet(datagram)] == [
        (address, [value for _, value in arguments]) for address, arguments in several
    ]


@given(
    st.lists(
        st.lists(st.integers(0, 1600), min_size=1, max_size=8).map(
            lambda sizes: b"".join(Packer("/t", "s").pack("x" * size) for size in sizes)
        ),
        max_size=6,
    )
)
def test_bundles_keep_below_what_a_network_carries_and_lose_nothing(pieces):
    sent = [message for each in pieces for message in messages(each)]
    datagrams = bundles(pieces)
    for datagram in datagrams:
        assert len(datagram) <= LIMIT or datagram in sent
    assert [one for datagram in datagrams for one in packet(datagram)] == [
        packet(message)[0] for message in sent
    ]


def test_a_message_that_is_alone_is_no_bundle():
    alone = Packer("/x", "f").pack(0.5)
    assert bundles([alone]) == list(messages(alone))
    assert bundles([]) == []


def test_the_longest_message_is_found():
    both = Packer("/a", "").pack() + Packer("/b", "fff").pack(1, 2, 3)
    assert longest(both) == 4 + 8 + 12
    assert longest(b"") == 0


@pytest.mark.parametrize(("tag", "value"), [("i", 2**31), ("i", 0.5), ("f", 1e39), ("f", "x")])
def test_what_does_not_fit_is_refused(tag, value):
    with pytest.raises((struct.error, OverflowError)):
        Packer("/x", tag).pack(value)
