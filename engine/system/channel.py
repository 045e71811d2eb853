"""The channel between a lane and the process of its box: frames of plain data through a socket.

Large arrays lie in the shared buffer of the side that sends them; the frame tells where.
"""

from __future__ import annotations

import select
import socket
import struct
from collections import deque
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.core.codec import encode_numpy
from engine.system.framing import RawFrame, Unframer, pack_frame
from engine.system.shared_memory import SharedBuffer

MAKE: Final = b"m"
"""Make a box: its name, its module, its class, its parameters; and its surroundings: ``sys.path``,
the working folder, the level from which on it logs."""
OPEN: Final = b"o"
"""Open the box: its name, the patch's folder, the folders or the files of its state."""
SET: Final = b"s"
"""Set a parameter: its name, its value."""
RESET: Final = b"r"
CALL: Final = b"c"
"""Call the box: arguments, the moment in ns, the inlet, whether pictures may leave."""
CANCEL: Final = b"x"
"""Call off the rest of the answer at hand."""
CLOSE: Final = b"q"
"""Close the box: nothing is asked of it any more."""

EVENT: Final = b"e"
"""One message that the box answers, behind the ns that the box has worked on the call so far."""
DONE: Final = b"d"
"""All is done; the ns that the box worked on it, where it was called."""
FAILED: Final = b"f"
"""What the box raised, as text, behind the ns that it worked until then."""
REPORTED: Final = b"n"
"""What a performer should know, as text."""
SAVED: Final = b"v"
"""A file of the box's state was kept: its name, its content."""
LOGGED: Final = b"l"
"""A level, the name of a logger, a text."""

_PLACE: Final = struct.Struct("<QQ")
_SHARED: Final = 1
"""The msgpack extension of an array in shared memory: its offset and its size in bytes."""
_SMALL: Final = 4096
"""Bytes: a smaller array goes with the frame."""
_LONGEST: Final = (1 << 32) - 1
"""Bytes: no limit of ours, for the state of a box may be large."""
_PIECE: Final = 65536


class Channel:
    """One end: sends and receives frames; each end writes into a shared buffer of its own."""

    def __init__(
        self, connection: socket.socket, outgoing: SharedBuffer, incoming: SharedBuffer
    ) -> None:
        self._socket = connection
        self._outgoing = outgoing
        self._incoming = incoming
        self._unframer = Unframer(longest=_LONGEST)
        self._received: deque[RawFrame] = deque()
        self._encode = msgspec.msgpack.Encoder(enc_hook=self._share).encode
        self._decode = msgspec.msgpack.Decoder(ext_hook=self._shared).decode

    def send(self, kind: bytes, content: Any = None) -> None:
        """Send a frame.

        Raise OSError where the other end is closed, TypeError for what is no plain data, ValueError
        for what is too long.
        """
        self._socket.sendall(pack_frame(kind, self._encode(content)))

    def receive(self) -> tuple[bytes, Any] | None:
        """Wait for the next frame; return None when the other end is closed."""
        while not self._received:
            try:
                piece = self._socket.recv(_PIECE)
            except ConnectionError:
                return None
            if not piece:
                return None
            self._received.extend(self._unframer.feed(piece))
        kind, payload = self._received.popleft()
        self._outgoing.clear()  # whoever answers, or asks again, has read what was sent
        return kind, self._decode(payload)

    def has_more(self) -> bool:
        """Return whether a frame, or a part of one, has come and was not received yet."""
        if self._received or self._unframer.unfinished:
            return True
        return bool(select.select([self._socket], [], [], 0)[0])

    def close(self) -> None:
        """Close the socket and both buffers."""
        self._socket.close()
        self._outgoing.close()
        self._incoming.close()

    def _share(self, value: object) -> object:
        if not isinstance(value, np.ndarray) or value.nbytes < _SMALL:
            return encode_numpy(value)
        place = _PLACE.pack(self._outgoing.write(value), value.nbytes)
        return msgspec.msgpack.Ext(_SHARED, place)

    def _shared(self, _: int, place: memoryview) -> NDArray[np.uint8]:
        return self._incoming.read(*_PLACE.unpack(place))
