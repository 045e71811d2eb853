"""The channel between a lane and the process of its box: frames of plain data through a socket.

Large arrays lie in the shared buffer of the side that sends them; the frame tells where. A picture
that lies in a pool stays where it is: it is lent, and the box sees it without a copy. The sender
holds what is lent until the box says, with the end of a call, that it shows it no more. A box that
keeps a picture longer than its call gets copies from then on, so that the pool does not run dry.
"""

from __future__ import annotations

import select
import socket
import struct
import weakref
from collections import deque
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.core.codec import encode_numpy
from engine.system.frame_pool import Place, ReadOnlyPool, find_place
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
"""All is done: the ns that the box worked on it, and which pictures it has back (``returned``)."""
FAILED: Final = b"f"
"""As DONE, and then what the box raised, as text."""
REPORTED: Final = b"n"
"""What a performer should know, as text."""
SAVED: Final = b"v"
"""A file of the box's state was kept: its name, its content."""
LOGGED: Final = b"l"
"""A level, the name of a logger, a text."""

_FORGET: Final = b"p"
"""Let go of pools, by their numbers: they are no more. Sent by the channel itself."""

_PLACE: Final = struct.Struct("<QQ")
_SHARED: Final = 1
"""The msgpack extension of an array in shared memory: its offset and its size in bytes."""
_LOAN: Final = struct.Struct("<QQQQ")
_LENT: Final = 2
"""The msgpack extension of an array in a pool: the number of the loan, that of the pool, its offset
and its size in bytes. The descriptor of a pool goes with the first picture of it."""
_DESCRIPTORS: Final = 8
"""How many new pools a frame may need."""
_SMALL: Final = 4096
"""Bytes: a smaller array goes with the frame."""
_LONGEST: Final = (1 << 32) - 1
"""Bytes: no limit of ours, for the state of a box may be large."""
_PIECE: Final = 65536


Returned = tuple[int, list[int]]
"""The number of the last loan that was received, and those up to there that are still shown."""


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
        self._lender = _Lender()
        self._borrower = _Borrower() if borrows else None
        self._socket = connection
        self._outgoing = outgoing
        self._incoming = incoming
        self._unframer = Unframer(longest=_LONGEST)
        self._received: deque[RawFrame] = deque()
        self._encode = msgspec.msgpack.Encoder(enc_hook=self._share).encode
        self._decode = msgspec.msgpack.Decoder(ext_hook=self._found).decode

    def send(self, kind: bytes, content: Any = None) -> None:
        """Send a frame.

        Raise OSError where the other end is closed, TypeError for what is no plain data, ValueError
        for what is too long.
        """
        data = pack_frame(kind, self._encode(content))
        if gone := self._lender.gone():
            data = pack_frame(_FORGET, self._encode(gone)) + data
        if descriptors := self._lender.descriptors():
            sent = socket.send_fds(self._socket, [data], descriptors)
            data = data[sent:]
        self._socket.sendall(data)

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
        if kind == _FORGET:
            assert self._borrower is not None, "nobody else is lent anything"
            self._borrower.forget(content)
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
        self._lender = _Lender()
        self._outgoing.close()
        self._incoming.close()

    def _share(self, value: object) -> object:
        if not isinstance(value, np.ndarray) or value.nbytes < _SMALL:
            return encode_numpy(value)
        place = find_place(value)
        if place is not None and (loan := self._lender.lend(value, place)):
            self._handed_over.lent += 1
            return msgspec.msgpack.Ext(_LENT, loan)
        self._handed_over.copied += 1
        copied = _PLACE.pack(self._outgoing.write(value), value.nbytes)
        return msgspec.msgpack.Ext(_SHARED, copied)

    def _found(self, how: int, place: memoryview) -> NDArray[np.uint8]:
        if how == _SHARED:
            return self._incoming.read(*_PLACE.unpack(place))
        assert self._borrower is not None, "nobody else is lent anything"
        return self._borrower.borrow(*_LOAN.unpack(place))

    def _read(self) -> bytes:
        if self._borrower is None:
            return self._socket.recv(_PIECE)
        piece, descriptors, *_ = socket.recv_fds(self._socket, _PIECE, _DESCRIPTORS)
        self._borrower.take(descriptors)
        return piece


class _Lender:
    """What one end has lent: it holds each picture until the other end shows it no more."""

    def __init__(self) -> None:
        self._last = 0
        self._lent: dict[int, NDArray[Any]] = {}
        self._known: set[int] = set()
        self._new: list[int] = []
        self._gone: deque[int] = deque()

    def lend(self, array: NDArray[Any], place: Place) -> bytes:
        """Return what tells the other end where an array lies; empty where it cannot be lent."""
        pool = place.pool
        if pool.number not in self._known:
            if len(self._new) == _DESCRIPTORS:
                return b""
            self._known.add(pool.number)
            self._new.append(pool.descriptor)
            weakref.finalize(pool, self._gone.append, pool.number).atexit = False
        self._last += 1
        self._lent[self._last] = array
        return _LOAN.pack(self._last, pool.number, place.offset, array.nbytes)

    def descriptors(self) -> list[int]:
        """Return, once, the descriptors of pools that the other end does not know yet."""
        if not self._new:
            return self._new
        new, self._new = self._new, []
        return new

    def gone(self) -> list[int]:
        """Return, once, the numbers of pools that the other end knows and that are no more."""
        return [self._gone.popleft() for _ in range(len(self._gone))]

    def take_back(self, last: int, shown: list[int]) -> None:
        """Hold what was lent no more, but for what is ``shown`` there, and what came after."""
        if self._lent:
            still = {number: each for number, each in self._lent.items() if number > last}
            self._lent = {each: self._lent[each] for each in shown if each in self._lent} | still


class _Borrower:
    """What one end was lent."""

    def __init__(self) -> None:
        self._pools: dict[int, ReadOnlyPool] = {}
        self._descriptors: deque[int] = deque()
        self._last = 0
        self._shown: dict[int, weakref.ref[Any]] = {}
        self._keeps = False

    def take(self, descriptors: list[int]) -> None:
        """Take the descriptors of pools, in the order in which pictures in them come."""
        self._descriptors.extend(descriptors)

    def borrow(self, number: int, pool: int, offset: int, size: int) -> NDArray[np.uint8]:
        """Return what was lent, shape (size,), read-only; a copy where the box keeps pictures."""
        if pool not in self._pools:
            self._pools[pool] = ReadOnlyPool(self._descriptors.popleft())
        self._last = number
        lent = self._pools[pool].read(offset, size)
        if self._keeps:
            copy = lent.copy()
            copy.flags.writeable = False
            return copy
        self._shown[number] = weakref.ref(lent.base)  # which all views of it keep
        return lent

    def returned(self) -> Returned:
        """Return the last loan, and those that are still shown; from then on copies are made."""
        self._shown = {each: view for each, view in self._shown.items() if view() is not None}
        self._keeps = self._keeps or bool(self._shown)
        return self._last, list(self._shown)

    def forget(self, pools: list[int]) -> None:
        """Let go of pools that are no more; what is still shown of them stays."""
        for number in pools:
            self._pools.pop(number, None)
