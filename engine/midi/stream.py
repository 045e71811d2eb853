"""Splits a stream of MIDI bytes into whole messages.

Tolerates what a cable may bring (MIDI 1.0 detailed specification, page 5 and appendix 2): running
status, clock bytes in the middle of anything, system exclusive data of any length, which is left
out where it is long, and bytes that belong to nothing, which are counted in ``strays``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

DATA: Final = {0x80: 2, 0x90: 2, 0xA0: 2, 0xB0: 2, 0xC0: 1, 0xD0: 1, 0xE0: 2}
"""How many data bytes follow the status of each channel message."""
COMMON: Final = {0xF1: 1, 0xF2: 2, 0xF3: 1, 0xF6: 0}
"""The same for system common messages."""
EXCLUSIVE: Final = 0xF0
END: Final = 0xF7
LONGEST: Final = 32
"""Exclusive data with more bytes than that holds nothing for us."""
REALTIME: Final = 0xF8


class StreamParser:
    """The parser of one port. Running status lasts from one piece to the next."""

    def __init__(self) -> None:
        self.strays = 0
        self._status = 0
        self._data = bytearray()
        self._wanted = 0
        self._exclusive = False

    def feed(self, piece: Iterable[int]) -> Iterator[bytes]:
        """Yield every message that is complete by now; exclusive data without its end, F7."""
        for byte in piece:
            if byte >= REALTIME:
                yield bytes((byte,))
            elif byte >= 0x80:
                yield from self._begin(byte)
            elif self._status:
                self._data.append(byte)
                if len(self._data) == self._wanted:
                    yield self._whole()
            elif self._exclusive:
                if len(self._data) < LONGEST:
                    self._data.append(byte)
            else:
                self.strays += 1

    def _begin(self, status: int) -> Iterator[bytes]:
        if status == END and self._exclusive and len(self._data) < LONGEST:
            yield bytes((EXCLUSIVE, *self._data))
        self._data.clear()
        self._exclusive = status == EXCLUSIVE
        self._status = 0
        if status & 0xF0 in DATA:
            self._status, self._wanted = status, DATA[status & 0xF0]
        elif COMMON.get(status) == 0:
            yield bytes((status,))
        elif status in COMMON:
            self._status, self._wanted = status, COMMON[status]

    def _whole(self) -> bytes:
        message = bytes((self._status, *self._data))
        self._data.clear()
        if self._status >= EXCLUSIVE:
            self._status = 0  # only channel messages have running status
        return message
