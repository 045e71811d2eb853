"""Follows MIDI Time Code: quarter frames while a player runs, full frames when it jumps.

Eight quarter frames, 0 to 7, spell the time of the frame at which the first came; they come four to
a frame, and backwards, 7 to 0, while a tape is wound back (MIDI Time Code, RP-004/008). So each
moves the time by a quarter of a frame, once eight in a row have said what it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from engine.core.messages import Ns

STOPPED: Final = 100_000_000
"""After so many ns without a quarter frame the player stands; they come every 10 ms."""
PIECES: Final = 8
FULL: Final = bytes((0x01, 0x01))
"""The sub-IDs of a full frame: F0 7F, device, these, hours, minutes, seconds, frames (F7)."""
FULL_LENGTH: Final = 9
RATES: Final = (24.0, 25.0, 30000 / 1001, 30.0)
"""Frames a second, by the two bits that say so."""
COUNTED: Final = (24, 25, 30, 30)
"""What a second's frames are counted to."""
_DROPS: Final = 2
"""The rate that leaves out numbers 0 and 1 at each minute but every tenth."""


class TimecodeFollower:
    """Where a player is, how fast, and by which frames: events by name."""

    def __init__(self) -> None:
        self._pieces = [0] * PIECES
        self._last: int | None = None
        self._in_row = 0
        self._way = 0
        self._quarters: int | None = None
        self._moment = Ns(0)
        self._speed = 0.0
        self._rate = -1

    @property
    def runs(self) -> bool:
        """Whether the player runs."""
        return self._speed != 0

    def quarter_frame(self, data: int, at: Ns) -> Iterator[tuple[str, float]]:
        """Take one quarter frame."""
        piece, self._moment = data >> 4 & 7, at
        way = 0 if self._last is None else _way(self._last, piece)
        if way == 0 or way != self._way:
            self._in_row, self._quarters = abs(way), None
        self._last, self._way = piece, way
        self._pieces[piece] = data & 0x0F
        self._in_row += 1
        if self._quarters is not None:
            self._quarters += way
        if self._in_row >= PIECES and piece == (PIECES - 1 if way > 0 else 0):
            yield from self._spelled(at_piece=piece)
        if self._quarters is not None:
            yield "timecode", max(self._quarters, 0) / 4 / RATES[self._rate]
            yield from self._runs(float(way))

    def full_frame(self, message: bytes) -> Iterator[tuple[str, float]]:
        """Take system exclusive data, without its end; what is no full frame says nothing."""
        if len(message) != FULL_LENGTH or message[1] != 0x7F or message[3:5] != FULL:
            return
        hours, minutes, seconds, frames = message[5:]
        count = _count(hours >> 5 & 3, hours & 0x1F, minutes, seconds, frames)
        if count is None:
            return
        self._last = self._quarters = None
        yield from self._counted_in(hours >> 5 & 3)
        yield "timecode", count / RATES[self._rate]
        yield from self._runs(0.0)

    def settle(self, at: Ns) -> Iterator[tuple[str, float]]:
        """Yield that the player stands, once nothing has come for a while."""
        if self._speed and at - self._moment >= STOPPED:
            yield from self.stop()

    def stop(self) -> Iterator[tuple[str, float]]:
        """Yield that the player stands; the next time is read anew."""
        self._last = self._quarters = None
        yield from self._runs(0.0)

    def _spelled(self, at_piece: int) -> Iterator[tuple[str, float]]:
        low, high = self._pieces[::2], self._pieces[1::2]
        frames, seconds, minutes, hours = (b << 4 | a for a, b in zip(low, high, strict=True))
        count = _count(hours >> 5 & 3, hours & 0x1F, minutes & 0x3F, seconds & 0x3F, frames & 0x1F)
        self._quarters = None if count is None else 4 * count + at_piece
        if count is not None:
            yield from self._counted_in(hours >> 5 & 3)

    def _counted_in(self, rate: int) -> Iterator[tuple[str, float]]:
        if rate != self._rate:
            self._rate = rate
            yield "timecode_rate", RATES[rate]

    def _runs(self, speed: float) -> Iterator[tuple[str, float]]:
        if speed != self._speed:
            self._speed = speed
            yield "timecode_speed", speed


def _way(before: int, piece: int) -> int:
    """Return 1 for the next piece, -1 for the one before, 0 for any other."""
    step = (piece - before) % PIECES
    return 1 if step == 1 else -1 if step == PIECES - 1 else 0


def _count(rate: int, hours: int, minutes: int, seconds: int, frames: int) -> int | None:
    """Return which frame since midnight a time is; None for what is no time."""
    if hours > 23 or minutes > 59 or seconds > 59 or frames >= COUNTED[rate]:
        return None
    whole = 60 * hours + minutes
    count = (60 * whole + seconds) * COUNTED[rate] + frames
    return count - 2 * (whole - whole // 10) if rate == _DROPS else count
