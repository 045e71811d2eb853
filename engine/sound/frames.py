"""What the process that listens says to the show: frames of a header and some bytes."""

from __future__ import annotations

import struct
from typing import IO, Final, NamedTuple

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


class Said(NamedTuple):
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


def read(pipe: IO[bytes]) -> Said | None:
    """Wait for the next frame; None at the end, also of one that broke off or is too long."""
    header = pipe.read(_HEADER.size)
    if len(header) < _HEADER.size:
        return None
    kind, at, number, size = _HEADER.unpack(header)
    if size > LONGEST:
        return None  # whatever this is, where the next frame begins is lost
    content = pipe.read(size)
    return Said(kind, at, number, content) if len(content) == size else None
