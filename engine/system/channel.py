"""The channel between a lane and the process of its box: frames of plain data through a socket.

Large arrays lie in the shared buffer of the side that sends them; the frame tells where. A picture
that lies in a pool stays where it is: it is lent, and the box sees it without a copy. See
``loans``.
"""

from __future__ import annotations

import math
import select
import socket
import struct
from collections import deque
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.core.codec import encode_numpy
from engine.system.frame_pool import FramePool, find_place
from engine.system.framing import RawFrame, Unframer, pack_frame
from engine.system.loans import DESCRIPTORS, Borrower, Lender, Returned
from engine.system.shared_memory import SharedBuffer

MAKE: Final = b"m"
"""Make a box: its name, its module, its class, its parameters; and its surroundings: ``sys.path``,
the working folder, the level from which on it logs."""
OPEN: Final = b"o"
"""Open the box: its name, the patch's folder, the folders or the files of its state."""
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
"""All is done: the ns that the box worked on it, and which pictures it has back (``returned``)."""
FAILED: Final = b"f"
"""As DONE, and then what the box raised, as text."""
REPORTED: Final = b"n"
"""What a performer should know, as text."""
SAVED: Final = b"v"
"""A file of the box's state was kept: its name, its content."""
LOGGED: Final = b"l"
"""A level, the name of a logger, a text."""
CAPTION: Final = b"t"
"""What the box says of itself on the page, where that has changed."""

_POOLS: Final = b"p"
"""Pools that pictures lie in: the numbers of new ones, whose descriptors come with this frame, and
of those that are no more. Sent by the channel itself, before a frame."""

_PLACE: Final = struct.Struct("<QQ")
_SHARED: Final = 1
"""The msgpack extension of an array in shared memory: its offset and its size in bytes."""
_LENT: Final = 2
"""The msgpack extension of an array in a pool: the loan."""
_SMALL: Final = 4096
"""Bytes: a smaller array goes with the frame."""
_LONGEST: Final = (1 << 32) - 1
"""Bytes: no limit of ours, for the state of a box may be large."""
_PIECE: Final = 65536


class TooLarge(Exception):
    """An array would have to be copied that is larger than what may be copied here."""


@dataclass
class HandOvers:
    """How many large arrays were handed over where they lay, and how many were copied for it."""

    lent: int = 0
    copied: int = 0


class Channel:
    """One end: sends and receives frames; each end writes into a shared buffer of its own.

    ``borrows`` says that the other end lends pictures in pools; ``handed_over`` counts what is
    sent.
    """

    def __init__(
        self,
        connection: socket.socket,
        outgoing: SharedBuffer,
        incoming: SharedBuffer,
        *,
        borrows: bool = False,
        handed_over: HandOvers | None = None,
    ) -> None:
        self._handed_over = handed_over or HandOvers()
        self._unsent = b""
        self._unsent_pools: list[FramePool] = []
        self._most: float = math.inf
        self._lender = Lender()
        self._borrower = Borrower() if borrows else None
        self._socket = connection
        self._outgoing = outgoing
        self._incoming = incoming
        self._unframer = Unframer(longest=_LONGEST)
        self._received: deque[RawFrame] = deque()
        self._encode = msgspec.msgpack.Encoder(enc_hook=self._share).encode
        self._decode = msgspec.msgpack.Decoder(ext_hook=self._found).decode

    def pack(self, kind: bytes, content: Any) -> bytes:
        """Return a frame that is to go before another. Raise as ``send`` does."""
        data, _ = self._packed(kind, content)
        return data

    def send(self, kind: bytes, content: Any = None, *, before: bytes = b"") -> None:
        """Send a frame, and what was packed to go ``before`` it.

        Raise OSError where the other end is closed, TypeError for what is no plain data, ValueError
        for what is too long.
        """
        data, pools = self._packed(kind, content)
        if pools:
            data = data[self._send_with(pools, data) :]
        self._socket.sendall(before + data)

    # Without waiting, on the loop.

    @property
    def descriptor(self) -> int:
        """That of the socket."""
        return self._socket.fileno()

    @property
    def has_unsent(self) -> bool:
        """Whether a part of what was posted could not be sent yet."""
        return bool(self._unsent)

    def set_blocking(self, blocking: bool) -> None:
        """Have ``send`` and ``receive`` wait, or be used no more: then ``post`` and ``take``."""
        self._socket.setblocking(blocking)

    def post(
        self, kind: bytes, content: Any = None, *, most: float = math.inf, over: bool = False
    ) -> bool:
        """Send a frame without waiting; return whether it has left whole, else ``flush`` the rest.

        ``over`` says that all that was sent before has been read. Raise TooLarge, and send nothing,
        where an array of more than ``most`` bytes would have to be copied; else as ``send``.
        """
        if over:
            self._outgoing.clear()
        self._most = most
        try:
            self._unsent, self._unsent_pools = self._packed(kind, content)
        finally:
            self._most = math.inf
        return self.flush()

    def flush(self) -> bool:
        """Send what is left of a frame; return whether it has left whole.

        Raise EOFError where the other end is closed.
        """
        try:
            if self._unsent_pools:
                sent = self._send_with(self._unsent_pools, self._unsent)
                self._unsent, self._unsent_pools = self._unsent[sent:], []
            while self._unsent:
                self._unsent = self._unsent[self._socket.send(self._unsent) :]
        except BlockingIOError:
            return False
        except OSError:
            raise EOFError from None
        return True

    def take(self) -> list[tuple[bytes, Any]]:
        """Return the frames that are here, without waiting. Raise EOFError once nobody sends."""
        try:
            piece = self._read()
        except BlockingIOError:
            return []
        except ConnectionError:
            piece = b""
        if not piece:
            raise EOFError
        self._received.extend(self._unframer.feed(piece))
        received, self._received = self._received, deque()
        return [(kind, self._decode(payload)) for kind, payload in received]

    # Waiting.

    def receive(self) -> tuple[bytes, Any] | None:
        """Wait for the next frame; return None when the other end is closed."""
        while not self._received:
            try:
                piece = self._read()
            except ConnectionError:
                return None
            if not piece:
                return None
            self._received.extend(self._unframer.feed(piece))
        kind, payload = self._received.popleft()
        self._outgoing.clear()  # whoever answers, or asks again, has read what was sent
        content = self._decode(payload)
        if kind == _POOLS:
            assert self._borrower is not None, "nobody else is lent anything"
            self._borrower.learn(*content)
            return self.receive()
        return kind, content

    def returned(self) -> Returned:
        """Return which pictures that were lent to this end are shown here no more."""
        return self._borrower.returned() if self._borrower else (0, [])

    def take_back(self, returned: Returned) -> None:
        """Hold pictures no more that the other end has ``returned``."""
        self._lender.take_back(*returned)

    def has_more(self) -> bool:
        """Return whether a frame, or a part of one, has come and was not received yet."""
        if self._received or self._unframer.unfinished:
            return True
        return bool(select.select([self._socket], [], [], 0)[0])

    def close(self) -> None:
        """Close the socket and both buffers; nothing that was lent is held any more."""
        self._socket.close()
        self._lender = Lender()
        self._outgoing.close()
        self._incoming.close()

    def _send_with(self, pools: list[FramePool], data: bytes) -> int:
        """Send data with the descriptors of pools; return how many bytes have left."""
        return socket.send_fds(self._socket, [data], [pool.descriptor for pool in pools])

    def _packed(self, kind: bytes, content: Any) -> tuple[bytes, list[FramePool]]:
        """Return a frame, behind what must be known before it, and the pools that go with it."""
        data = pack_frame(kind, self._encode(content))
        if (news := self._lender.news()) is None:
            return data, []
        new, gone = news
        known = pack_frame(_POOLS, self._encode([[pool.number for pool in new], gone]))
        return known + data, new

    def _share(self, value: object) -> object:
        if not isinstance(value, np.ndarray) or value.nbytes < _SMALL:
            return encode_numpy(value)
        # Only the show lends: what a box makes in its process is copied to whoever may keep it.
        place = find_place(value) if self._borrower is None else None
        if place is not None and (loan := self._lender.lend(value, place)):
            self._handed_over.lent += 1
            return msgspec.msgpack.Ext(_LENT, loan)
        if value.nbytes > self._most:
            raise TooLarge
        self._handed_over.copied += 1
        copied = _PLACE.pack(self._outgoing.write(value), value.nbytes)
        return msgspec.msgpack.Ext(_SHARED, copied)

    def _found(self, how: int, place: memoryview) -> NDArray[np.uint8]:
        if how == _SHARED:
            return self._incoming.read(*_PLACE.unpack(place))
        assert self._borrower is not None, "nobody else is lent anything"
        return self._borrower.borrow(place)

    def _read(self) -> bytes:
        if self._borrower is None:
            return self._socket.recv(_PIECE)
        piece, descriptors, *_ = socket.recv_fds(self._socket, _PIECE, DESCRIPTORS)
        self._borrower.take(descriptors)
        return piece
