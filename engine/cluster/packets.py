"""What two machines say to each other: one type of packet, as msgpack behind one byte.

Every packet carries what keeps the talk going: whose it is and for whom, what was received so far,
the stamps by which the clocks are compared. The rest of it is optional: messages that must arrive
(``sure``), messages of which the newest count (``quick``), a piece of a long one, and what the
machine says of itself.
"""

from __future__ import annotations

from typing import Final, TypeVar

import msgspec

from engine.cluster.link import LONGEST, LONGEST_NAME, LONGEST_TOPIC
from engine.cluster.wire import LONGEST_PACKET
from engine.core.kinds import Kind

T = TypeVar("T")

PROTOCOL: Final = 1
"""The first byte of every packet. Other bytes are of another version of this protocol."""
LONGEST_CARD: Final = 1 << 15
"""Bytes of what a machine says of itself, as JSON."""

KEEPS: Final = (Kind.LATEST, Kind.HELD, Kind.CONTIGUOUS, Kind.LOSSLESS)
"""The kinds by their number on the wire."""


class Parcel(msgspec.Struct, array_like=True, frozen=True):
    """A message: its topic, the number of its kind, when (of the sender's clock), its bytes."""

    topic: str
    keep: int
    at: int | None
    content: bytes
    order: int = 0
    """Of a quick one: grows with each message of its sender."""
    more: bool = False
    """Of one that must arrive: its content goes on in the next one."""


class Piece(msgspec.Struct, array_like=True, frozen=True):
    """A part of a long quick content; ``parcel.content`` is that part."""

    parcel: Parcel
    offset: int
    size: int


class Datagram(msgspec.Struct, array_like=True, frozen=True):
    """All that goes from one machine to another."""

    life: int
    """Which start of the sender's program this is."""
    to_life: int
    """Which start of the receiver's the sender knows; 0 for none."""
    number: int
    """Counts the packets of this talk."""
    seen: int
    """The highest number that the sender had from the receiver."""
    ready: bool
    """Whether the sender can take messages."""
    epoch: int
    """Grows each time the sender had to drop messages that must arrive."""
    had_epoch: int
    had: int
    """How many messages that must arrive the sender had, in that epoch of the receiver."""
    sent: int
    """When it was sent, by the sender's clock."""
    echo_sent: int
    """When the receiver sent the last packet that the sender had from it, by the receiver's."""
    echo_had: int
    """When that arrived, by the sender's clock; 0 when there is nothing new."""
    card_had: int
    """Which card of the receiver the sender knows."""
    bye: bool = False
    card: tuple[int, str, bytes] | None = None
    """Its number, the version of Sensorium, and what the sender has, as JSON."""
    first: int = 0
    sure: tuple[Parcel, ...] = ()
    """Messages that must arrive; ``first`` is the number of the first one in this epoch."""
    quick: tuple[Parcel, ...] = ()
    piece: Piece | None = None


class Hello(msgspec.Struct, array_like=True, frozen=True):
    """What is said to everybody: a start of the sender's program."""

    life: int


class Rubbish(ValueError):
    """Bytes that are no packet."""


class OtherProtocol(Rubbish):
    """A packet of another version of this protocol."""


_encoder: Final = msgspec.msgpack.Encoder()
_packets: Final = msgspec.msgpack.Decoder(Datagram)
_hellos: Final = msgspec.msgpack.Decoder(Hello)
_HEAD: Final = bytes([PROTOCOL])


def encode(said: Datagram | Hello) -> bytes:
    """Return the bytes of a packet or hello."""
    return _HEAD + _encoder.encode(said)


def decode_hello(data: bytes) -> Hello:
    """Return the hello of its bytes; raise Rubbish for what is none."""
    hello = _decoded(_hellos, data)
    if hello.life <= 0:
        raise Rubbish("a hello that may not be")
    return hello


def decode_packet(data: bytes) -> Datagram:
    """Return the packet of its bytes; raise Rubbish for what is none, or holds what may not be."""
    packet = _decoded(_packets, data)
    piece = packet.piece
    if packet.life <= 0:
        raise Rubbish("a packet that may not be")
    parcels = (*packet.sure, *packet.quick, *((piece.parcel,) if piece else ()))
    if not all(map(_is_proper, parcels)):
        raise Rubbish("a message that may not be")
    fits = not piece or 0 < len(piece.parcel.content) <= piece.size - piece.offset <= LONGEST
    if not fits or (piece and piece.offset < 0):
        raise Rubbish("a piece that may not be")
    if packet.card and len(packet.card[2]) > LONGEST_CARD:
        raise Rubbish("a card that is too long")
    return packet


def is_name(name: str) -> bool:
    """Whether a machine may be called so: letters, digits, "-", "_" and "."; the first a letter."""
    letters = name.replace("-", "").replace("_", "").replace(".", "")
    fits = 0 < len(name) <= LONGEST_NAME and name[0].isalpha()
    return fits and name.isascii() and letters.isalnum()


def _is_proper(parcel: Parcel) -> bool:
    return 0 <= parcel.keep < len(KEEPS) and 0 < len(parcel.topic.encode()) <= LONGEST_TOPIC


def _decoded(decoder: msgspec.msgpack.Decoder[T], data: bytes) -> T:
    if not data or len(data) > LONGEST_PACKET:
        raise Rubbish(f"{len(data)} bytes")
    if data[0] != PROTOCOL:
        raise OtherProtocol(f"protocol {data[0]}")
    try:
        return decoder.decode(memoryview(data)[1:])
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise Rubbish(str(error)) from None
