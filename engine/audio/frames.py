"""What the process that listens says to the show: frames of a header and some bytes."""

from __future__ import annotations

import struct
from typing import Final, NamedTuple

SOUND: Final = b"s"
"""float32 samples; ``at`` is when the device gave them, ``number`` the first one's."""
OPENED: Final = b"o"
"""The name of the device; ``number`` is its rate."""
REFUSED: Final = b"r"
"""Why nothing can be heard."""
NOTICE: Final = b"n"
GONE: Final = b"g"
"""Why nothing more will be heard."""
LISTED: Final = b"l"

LONGEST: Final = 1 << 24
"""How many bytes a frame may have: more than any device gives at once."""

_HEADER: Final = struct.Struct("<cqqI")


class CaptureFrame(NamedTuple):
    """One frame."""

    kind: bytes
    at: int
    number: int
    content: bytes

    @property
    def text(self) -> str:
        """The content as a text."""
        return self.content.decode("utf-8", "replace")


def frame(kind: bytes, content: bytes, at: int = 0, number: int = 0) -> bytes:
    """Pack one frame."""
    return _HEADER.pack(kind, at, number, len(content)) + content


class CaptureUnframer:
    """Takes a stream of bytes apart into frames, however it was cut into pieces."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, piece: bytes) -> list[CaptureFrame]:
        """Give all frames that are complete by now.

        Raises ValueError where the next one is too long: whatever that is, where another begins is
        lost.
        """
        data = self._rest + piece if self._rest else piece
        said: list[CaptureFrame] = []
        start = 0
        while (inside := start + _HEADER.size) <= len(data):
            kind, at, number, size = _HEADER.unpack_from(data, start)
            if size > LONGEST and not said:
                raise ValueError(f"a frame of {size} bytes")
            end = inside + size
            if size > LONGEST or end > len(data):
                break
            said.append(CaptureFrame(kind, at, number, data[inside:end]))
            start = end
        self._rest = data[start:]
        return said
