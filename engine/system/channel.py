"""What a lane and the process of its box say to each other: frames of a kind and some plain data.

Large arrays lie in the room of whoever says them; the frame tells where.
"""

from __future__ import annotations

import select
import socket
import struct
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.core.codec import encode_numpy
from engine.system.shared_memory import SharedBuffer

MAKE: Final = b"m"
"""Make a box: its name, its module, its class, its parameters; and the surroundings: where modules
lie, where we are, from which level on it is logged."""
OPEN: Final = b"o"
"""Open it: the name of the box, the folder of the patch, the places of its state."""
SET: Final = b"s"
"""Set a parameter: its name, its value."""
RESET: Final = b"r"
CALL: Final = b"c"
"""Call it: arguments, the moment, the inlet, whether pictures may leave."""

CANCEL: Final = b"x"
"""Call off the rest of the answer at hand."""
CLOSE: Final = b"q"
"""Close the box: nothing is asked of it any more."""

EVENT: Final = b"e"
DONE: Final = b"d"
FAILED: Final = b"f"
"""What it raised, in words."""
REPORTED: Final = b"n"
"""What a performer should know, in words."""
SAVED: Final = b"v"
"""A file of the box's state was kept: its name, its content."""
LOGGED: Final = b"l"
"""A level, the name of a logger, a text."""

_HEADER: Final = struct.Struct("<cI")
_PLACE: Final = struct.Struct("<QQ")
_IN_ROOM: Final = 1
_SMALL: Final = 4096
"""Bytes: an array of less goes with the frame."""


class Channel:
    """One end: says and hears through a socket, and through a room each."""

    def __init__(self, connection: socket.socket, tells: SharedBuffer, told: SharedBuffer) -> None:
        self._socket = connection
        self._stream = connection.makefile("rb")
        self._tells = tells
        self._told = told
        self._encode = msgspec.msgpack.Encoder(enc_hook=self._put).encode
        self._decode = msgspec.msgpack.Decoder(ext_hook=self._get).decode

    def say(self, kind: bytes, content: Any = None) -> None:
        """Say a frame; raises OSError where nobody hears, TypeError for what is no plain data."""
        data = self._encode(content)
        self._socket.sendall(_HEADER.pack(kind, len(data)) + data)

    def has_more(self) -> bool:
        """Whether a frame, or a part of one, has come and was not taken yet."""
        return bool(select.select([self._socket], [], [], 0)[0])

    def close(self) -> None:
        """Give everything back."""
        self._stream.close()
        self._socket.close()
        self._tells.close()
        self._told.close()

    def hear(self) -> tuple[bytes, Any] | None:
        """Wait for the next frame; None when nobody is there any more."""
        head = self._read(_HEADER.size)
        if len(head) < _HEADER.size:
            return None
        kind, size = _HEADER.unpack(head)
        data = self._read(size)
        if len(data) < size:
            return None
        self._tells.clear()  # whoever answers, or asks again, has read what was told
        return kind, self._decode(data)

    def _read(self, size: int) -> bytes:
        """Read so many bytes, or fewer when nobody is there any more."""
        try:
            return self._stream.read(size)
        except ConnectionError:
            return b""

    def _put(self, value: object) -> object:
        if not isinstance(value, np.ndarray) or value.nbytes < _SMALL:
            return encode_numpy(value)
        place = _PLACE.pack(self._tells.write(value), value.nbytes)
        return msgspec.msgpack.Ext(_IN_ROOM, place)

    def _get(self, _: int, place: memoryview) -> NDArray[np.uint8]:
        return self._told.read(*_PLACE.unpack(place))
