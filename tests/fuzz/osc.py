"""OSC packets: taken apart, and sent to a show that plays and is controlled by them."""

from __future__ import annotations

import struct

from hypothesis import strategies as st

from engine.osc.parse import DEEPEST, MOST, Malformed, packet

from .mutation import mutated
from .show import show

ADDRESSES = ["/soft/smooth", "/soft/on", "/soft/smooth/release", "/panic", "/sensorium/patch"]
ADDRESSES += ["/desk/port", "/table/look/ink", "/fader", "/words", "/go", "/nobody/at/all", "/", ""]
SAMPLES = {
    "i": st.integers(-(2**31), 2**31 - 1).map(lambda n: struct.pack(">i", n)),
    "f": st.floats(width=32).map(lambda x: struct.pack(">f", x)),
    "d": st.floats().map(lambda x: struct.pack(">d", x)),
    "h": st.integers(-(2**63), 2**63 - 1).map(lambda n: struct.pack(">q", n)),
    "t": st.binary(min_size=8, max_size=8),
    "r": st.binary(min_size=4, max_size=4),
    "m": st.binary(min_size=4, max_size=4),
    "s": st.text(max_size=40).map(lambda text: _padded(text.encode("utf-8", "replace"))),
    "b": st.binary(max_size=20).map(
        lambda data: struct.pack(">i", len(data)) + data + bytes(-len(data) % 4)
    ),
    **dict.fromkeys("TFNI[]S", st.just(b"")),
}


def _padded(data: bytes) -> bytes:
    data = data.replace(b"\0", b"")
    return data + bytes(4 - len(data) % 4)


@st.composite
def messages(draw: st.DrawFn) -> bytes:
    """Draw a message that is right, or wrong in what it means only."""
    address = draw(st.sampled_from(ADDRESSES) | st.text(max_size=300).map(lambda text: "/" + text))
    tags = draw(st.text("ifdhtrmsbTFN[]", max_size=12))
    arguments = b"".join(draw(SAMPLES[tag]) for tag in tags)
    return _padded(address.encode("utf-8", "replace")) + _padded(b"," + tags.encode()) + arguments


def _bundle(parts: list[bytes]) -> bytes:
    return b"#bundle\0" + bytes(8) + b"".join(struct.pack(">i", len(one)) + one for one in parts)


packets = st.recursive(messages(), lambda inner: st.lists(inner, max_size=4).map(_bundle))
cases = mutated(packets) | packets | st.binary(max_size=100)


def take(datagram: bytes) -> None:
    """Take a packet apart; what is right goes back into the same bytes."""
    try:
        spoken = packet(datagram)
    except Malformed:
        return
    assert len(spoken) <= MOST
    for address, arguments in spoken:
        assert address.startswith("/")
        assert _depth(arguments) <= DEEPEST + 1


def _depth(value: object) -> int:
    return 1 + max(map(_depth, value), default=0) if isinstance(value, list) else 0


live_cases = st.lists(cases, max_size=8)


def take_live(datagrams: list[bytes]) -> None:
    """Send packets to a playing show: it stays there, and makes no mistake of its own."""
    playing = show()
    for port in (playing.control, playing.desk):
        for datagram in datagrams:
            playing.say(port, datagram)
    playing.still_there()
