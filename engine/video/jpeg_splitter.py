"""Finds the JPEG pictures in a stream of bytes, whatever stands between them.

Why the pictures themselves are followed, and not the parts of multipart/x-mixed-replace around them
(RFC 2046): cameras write wrong lengths, none at all, boundaries that differ from the one announced,
and empty parts. A JPEG says where it ends (ITU-T T.81, B.1.1), so a picture is complete with its
last byte, and what is broken costs that picture only.
"""

from __future__ import annotations

import re
from typing import Final

MOST_BYTES: Final = 1 << 24
"""The most bytes of one picture; what is longer is left out."""
_BEGIN: Final = b"\xff\xd8\xff"
_MARK: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.S)
"""A marker among compressed data: not a stuffed byte, nor one of those that restart it."""


class JpegSplitter:
    """Takes bytes as they come, and returns the pictures that are complete."""

    def __init__(self) -> None:
        self.broken = 0
        """How many pictures were left out: cut off, damaged, or too large."""
        self._data = bytearray()
        self._at = 0
        self._last = 0
        self._inside = False
        self._scanning = False

    def feed(self, data: bytes) -> list[bytes]:
        """Take more bytes; return the pictures that end in them, in order."""
        self._data += data
        found: list[bytes] = []
        while self._step(found):
            pass
        if self._inside and len(self._data) > MOST_BYTES:
            self._give_up(len(self._data) - 2)
        return found

    def _step(self, found: list[bytes]) -> bool:
        """Go on by one marker or to the next picture; return whether there may be more."""
        if not self._inside:
            return self._find_begin()
        if self._scanning:
            mark = _MARK.search(self._data, self._at)
            if mark is None:
                # The last byte may be the first half of a marker.
                self._at = max(self._at, len(self._data) - 1)
                return False
            self._at, self._scanning = mark.start(), False
        return self._follow(found)

    def _find_begin(self) -> bool:
        begin = self._data.find(_BEGIN)
        if begin < 0:
            del self._data[: max(0, len(self._data) - 2)]
            return False
        del self._data[:begin]
        self._at, self._last, self._inside, self._scanning = 2, 0, True, False
        return True

    def _follow(self, found: list[bytes]) -> bool:
        """Follow the marker at the present place: to the end of its segment, or of the picture."""
        data, at = self._data, self._at
        if len(data) < at + 2:
            return False
        code = data[at + 1]
        if code == 0xFF == data[at]:  # a fill byte
            self._at += 1
        elif data[at] != 0xFF or code == 0xD8 or (code < 0xC0 and code != 0x01):
            self._give_up(at)
        elif code == 0xD9:
            found.append(bytes(data[: at + 2]))
            self._leave(at + 2)
        elif code == 0x01 or 0xD0 <= code <= 0xD7:
            self._at += 2
        elif len(data) < at + 4:
            return False
        else:
            length = int.from_bytes(data[at + 2 : at + 4], "big")
            if length < 2:
                self._give_up(at)
            else:
                self._last, self._at = at, at + 2 + length
                self._scanning = code == 0xDA
        return True

    def _give_up(self, at: int) -> None:
        """Leave a picture out; the next may begin in its last segment, whose length may be wrong.

        Not before: a photograph may hold a small one of itself.
        """
        self.broken += 1
        begin = self._data.find(_BEGIN, self._last + 2)
        self._leave(begin if begin >= 0 else max(at - 2, 2))

    def _leave(self, at: int) -> None:
        del self._data[:at]
        self._at, self._inside, self._scanning = 0, False, False
