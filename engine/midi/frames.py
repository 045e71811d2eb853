"""What goes through the pipe between the show and the helper: small frames, each with its kind.

A frame is its length (two bytes, big-endian), its kind (one byte) and its content.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

# To the helper.
MIDI: Final = b"m"
"""One whole MIDI message to be sent."""
TEMPO: Final = b"t"
"""Beats a minute of the clock to be sent, as a double; 0 for none."""

# From the helper.
OPENED: Final = b"o"
"""The port is open; its name."""
FAILED: Final = b"f"
"""The port cannot be opened, and why; the helper ends."""
GONE: Final = b"g"
"""The port went away; its name."""
HEARD: Final = b"h"
"""The moment in ns (eight bytes) at which MIDI bytes came, and they."""
ALIVE: Final = b"a"
"""The port is open and takes what is sent; said again and again."""
LISTED: Final = b"l"
"""The names of all ports, in JSON."""

_HEAD: Final = struct.Struct(">Hc")
BPM: Final = struct.Struct(">d")
MOMENT: Final = struct.Struct(">Q")
LONGEST: Final = 0xFFFF


def frame(kind: bytes, content: bytes = b"") -> bytes:
    """Make a frame; what is longer than 65535 bytes is cut off."""
    content = content[:LONGEST]
    return _HEAD.pack(len(content), kind) + content


class Unframer:
    """Takes a stream of bytes apart into frames, however it was cut into pieces."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, piece: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Give the kind and content of every frame that is complete by now."""
        self._rest += piece
        while len(self._rest) >= _HEAD.size:
            length, kind = _HEAD.unpack_from(self._rest)
            end = _HEAD.size + length
            if len(self._rest) < end:
                return
            content, self._rest = self._rest[_HEAD.size : end], self._rest[end:]
            yield kind, content
