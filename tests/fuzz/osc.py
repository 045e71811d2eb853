"""OSC packets and streams: taken apart, and sent to a show that is controlled by them."""

from __future__ import annotations

import struct

from hypothesis import strategies as st

from engine.net.listener import LARGEST
from engine.osc.framing import FRAME, Framing, deframer
from engine.osc.parse import DEEPEST, MOST, Malformed, read
from engine.osc.pattern import LONGEST, AddressSpace, PatternError

from .mutation import mutated
from .show import show

ADDRESSES = ["/soft/smooth", "/soft/on", "/soft/smooth/release", "/panic", "/sensorium/patch"]
ADDRESSES += ["/desk/port", "/table/look/ink", "/fader", "/words", "/go", "/nobody/at/all", "/", ""]
ADDRESSES += ["/*", "/*/smooth", "/{soft,table}/*", "/*/release", "/soft/[a-z]*", "/wor*"]
ADDRESSES += ["/millumin/layer:My Layer/opacity", "/a[1", "/{a,b", "/[z-a]", "/" + "*a" * 120]
SPACE = AddressSpace([one for one in ADDRESSES if not set("*?[{") & set(one)])
SAMPLES = {
    "i": st.integers(-(2**31), 2**31 - 1).map(lambda n: struct.pack(">i", n)),
    "f": st.floats(width=32).map(lambda x: struct.pack(">f", x)),
    "d": st.floats().map(lambda x: struct.pack(">d", x)),
    "h": st.integers(-(2**63), 2**63 - 1).map(lambda n: struct.pack(">q", n)),
    "t": st.binary(min_size=8, max_size=8),
    "r": st.binary(min_size=4, max_size=4),
    "m": st.binary(min_size=4, max_size=4),
    **dict.fromkeys("sS", st.text(max_size=40).map(lambda text: _padded(_encoded(text)))),
    "c": st.integers(0, 300).map(lambda n: struct.pack(">I", n)),
    "b": st.binary(max_size=20).map(
        lambda data: struct.pack(">i", len(data)) + data + bytes(-len(data) % 4)
    ),
    **dict.fromkeys("TFNI[]", st.just(b"")),
}
PATTERNS = st.text("/ab*?[]{}-!,", max_size=60).map(lambda text: "/" + text)


def _encoded(text: str) -> bytes:
    """Encode a text as others do: in UTF-8, or in Latin-1."""
    return text.encode("latin-1" if len(text) % 3 == 0 else "utf-8", "replace")


def _padded(data: bytes) -> bytes:
    data = data.replace(b"\0", b"")
    return data + bytes(4 - len(data) % 4)


@st.composite
def messages(draw: st.DrawFn) -> bytes:
    """Draw a message that is right, or wrong in what it means only."""
    texts = st.text(max_size=300).map(lambda text: "/" + text)
    address = draw(st.sampled_from(ADDRESSES) | texts | PATTERNS)
    tags = draw(st.text("ifdhtrmcsSbTFNI[]", max_size=12))
    arguments = b"".join(draw(SAMPLES[tag]) for tag in tags)
    return _padded(_encoded(address)) + _padded(b"," + tags.encode()) + arguments


def _bundle(parts: list[bytes]) -> bytes:
    return b"#bundle\0" + bytes(8) + b"".join(struct.pack(">i", len(one)) + one for one in parts)


packets = st.recursive(messages(), lambda inner: st.lists(inner, max_size=4).map(_bundle))
packet_cases = mutated(packets) | packets | st.binary(max_size=100)


def _stream(framing: Framing, sent: list[bytes]) -> bytes:
    return b"".join(map(FRAME[framing], sent))


framings: st.SearchStrategy[Framing] = st.sampled_from(["length", "slip"])
streams = st.builds(_stream, framings, st.lists(packets, max_size=4))
stream_cases = mutated(streams) | streams
cases = packet_cases | stream_cases


def take(data: bytes) -> None:
    """Take bytes apart as a packet and as a stream, and seek what its patterns mean."""
    _take_packet(data)
    if not data:
        return
    stream = deframer(data[0], LARGEST)
    for start in range(0, len(data), 100):
        for found in stream.feed(data[start : start + 100]):
            if not isinstance(found, Malformed):
                _take_packet(found)


def _take_packet(datagram: bytes) -> None:
    spoken, faults = read(datagram)
    assert len(spoken) <= MOST
    assert len(faults) <= MOST + 1
    for address, arguments in spoken:
        assert address.startswith("/")
        assert _depth(arguments) <= DEEPEST + 1
        try:
            found = SPACE.find(address, lambda count: None)
        except PatternError:
            continue
        assert len(address) <= LONGEST
        assert address not in SPACE or address in found


def _depth(value: object) -> int:
    return 1 + max(map(_depth, value), default=0) if isinstance(value, list) else 0


live_cases = st.lists(packet_cases, max_size=8) | st.lists(stream_cases, max_size=2)


def take_live(sent: list[bytes]) -> None:
    """Send packets and streams to a playing show: it stays there, and makes no mistake itself."""
    playing = show()
    for data in sent:
        playing.say(playing.control, data)
        playing.say(playing.desk, data)
        playing.stream(data)
    playing.still_there()
