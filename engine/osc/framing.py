"""Tells packets apart in a stream: each behind its length (OSC 1.0), or by SLIP (OSC 1.1).

In SLIP (RFC 1055) the byte END stands before and after each packet, and is spelled by two others
within. So who joins late or has lost his place finds it again at the next END; with lengths he
never does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final, Literal, Protocol

from engine.osc.parse import Malformed

Framing = Literal["length", "slip"]

_END: Final = b"\xc0"
_ESC: Final = b"\xdb"
_END_SPELLED: Final = b"\xdb\xdc"
_ESC_SPELLED: Final = b"\xdb\xdd"
_WRONG_ESC: Final = re.compile(rb"\xdb(?![\xdc\xdd])")


def _behind_length(packet: bytes) -> bytes:
    return len(packet).to_bytes(4, "big") + packet


def _between_ends(packet: bytes) -> bytes:
    return _END + packet.replace(_ESC, _ESC_SPELLED).replace(_END, _END_SPELLED) + _END


FRAME: Final[Mapping[Framing, Callable[[bytes], bytes]]] = {
    "length": _behind_length,
    "slip": _between_ends,
}
"""Turns a packet into what stands in the stream, by framing."""


class Deframer(Protocol):
    """Takes packets out of a stream, however that is cut."""

    lost: bool
    """Whether nothing more can be understood."""

    def feed(self, data: bytes) -> Iterator[bytes | Malformed]:
        """Yield the packets that end in ``data``, and a Malformed for each that is none."""
        ...


def deframer(first: int, largest: int) -> Deframer:
    """Return what reads a stream by its first byte; ``largest``: bytes of a packet, below 2^24.

    A length begins with 0, SLIP with END, or with "/" or "#" where a sender leaves out that END.
    """
    return _Lengths(largest) if first == 0 else _Slip(largest)


class _Lengths:
    def __init__(self, largest: int) -> None:
        self.lost = False
        self._largest = largest
        self._rest = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes | Malformed]:
        if not self.lost:
            self._rest += data
        while len(self._rest) >= 4:
            size = int.from_bytes(self._rest[:4], "big")
            if size > self._largest:
                self.lost = True
                self._rest.clear()
                yield Malformed(f"a packet of {size} bytes; what follows cannot be understood")
            elif len(self._rest) < 4 + size:
                return
            else:
                packet = bytes(self._rest[4 : 4 + size])
                del self._rest[: 4 + size]
                yield packet


class _Slip:
    lost = False

    def __init__(self, largest: int) -> None:
        self._room = 2 * largest  # as each byte may be spelled by two
        self._rest = bytearray()
        self._too_long = False

    def feed(self, data: bytes) -> Iterator[bytes | Malformed]:
        *ends, begun = data.split(_END)
        for end in ends:
            self._add(end)
            found = self._take()
            if found:
                yield found
        self._add(begun)

    def _add(self, piece: bytes) -> None:
        self._too_long = self._too_long or len(self._rest) + len(piece) > self._room
        if not self._too_long:
            self._rest += piece

    def _take(self) -> bytes | Malformed:
        packet, self._rest = bytes(self._rest), bytearray()
        if self._too_long:
            self._too_long = False
            return Malformed(f"more than {self._room} bytes without an END")
        if _WRONG_ESC.search(packet):
            return Malformed("a byte after ESC that SLIP does not have")
        return packet.replace(_END_SPELLED, _END).replace(_ESC_SPELLED, _ESC)
