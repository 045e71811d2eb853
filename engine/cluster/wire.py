"""What a show and the process that carries its packets say to each other, as frames.

Why nothing but the standard library is loaded here: that process begins again when it ends, and
until then the room hears nothing of us. With NumPy and msgspec that takes six times as long.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Final

from engine.system.framing import pack_frame

SEND: Final = b"s"
"""A packet to one machine: its name behind the length of that, the packet."""
HELLO: Final = b"h"
"""A hello, to or from everybody: whose it is (empty: ours), the hello."""
LOOK: Final = b"l"
"""Look for machines that this one lost though others are here."""
HEARD: Final = b"d"
"""A packet of one machine, as SEND."""
COUNTED: Final = b"r"
"""What happened at the door so far: how often a connection was refused, and links that are up."""

PIECE: Final = 48_000
"""Bytes of a longer content that go in one packet: zenoh sends such a one whole."""
LONGEST_PACKET: Final = 2 * PIECE + 4096
"""Bytes of the longest packet that is read."""
GROUP: Final = "224.0.0.224:9791"
"""The multicast group and port by which machines find each other by name."""


@dataclass(frozen=True)
class RoomSettings:
    """What the process is given to begin with. The key itself is only in its file."""

    name: str
    key: str
    listen: tuple[str, ...]
    """Addresses with ports: "0.0.0.0:9790"; empty for none."""
    connect: tuple[str, ...]
    find: bool
    """Whether to look for others in the network, and be found."""
    group: str = GROUP

    def encoded(self) -> str:
        """Return them as JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def decoded(cls, text: str) -> RoomSettings:
        """Return the settings of their JSON."""
        return cls(**json.loads(text))


def pack(kind: bytes, name: str, packet: bytes) -> bytes:
    """Return a frame with a name and a packet."""
    letters = name.encode()
    return pack_frame(kind, bytes([len(letters)]), letters, packet)


def unpack(payload: bytes) -> tuple[str, bytes]:
    """Return the name and the packet of a frame."""
    end = 1 + payload[0]
    return payload[1:end].decode(), payload[end:]
