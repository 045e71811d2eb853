"""Messages of which the newest count, in front of a link that may be slow.

One a topic waits, the newest; sound waits for a second. Long contents leave in pieces, so that a
note never waits for a whole picture. The other side puts the pieces together again, and takes
nothing that is older than what it has.
"""

from __future__ import annotations

from collections import deque
from typing import Final

import msgspec

from engine.cluster.packets import KEEPS, Parcel, Piece
from engine.cluster.wire import PIECE
from engine.core.clock import SECOND
from engine.core.kinds import Kind
from engine.core.messages import Ns

RING: Final = SECOND
"""How long sound waits for a link."""
RING_BYTES: Final = 1 << 22
MOST_TOPICS: Final = 4096
"""Topics of one machine: a message of one more is dropped."""
_CONTIGUOUS: Final = KEEPS.index(Kind.CONTIGUOUS)


class QuickSender:
    """What waits for one machine, and may be dropped; counts what was."""

    def __init__(self) -> None:
        self.dropped = 0
        self._order = 0
        self._newest: dict[str, Parcel] = {}
        self._ring: deque[tuple[Ns, Parcel]] = deque()
        self._ring_bytes = 0
        self._underway: Parcel | None = None
        self._offset = 0

    @property
    def waits(self) -> bool:
        """Whether anything waits."""
        return bool(self._newest or self._ring or self._underway)

    def post(self, parcel: Parcel, now: Ns) -> None:
        """Let a message wait to be sent."""
        if parcel.keep == _CONTIGUOUS:
            self._ring.append((now, parcel))
            self._ring_bytes += len(parcel.content)
            while self._ring_bytes > RING_BYTES or (self._ring and now - self._ring[0][0] > RING):
                self._drop_oldest()
        elif parcel.topic in self._newest:
            self._newest[parcel.topic] = parcel
            self.dropped += 1
        elif len(self._newest) < MOST_TOPICS:
            self._newest[parcel.topic] = parcel
        else:
            self.dropped += 1

    def clear(self) -> None:
        """Drop all."""
        self.dropped += len(self._newest) + len(self._ring) + (self._underway is not None)
        self._newest.clear()
        self._ring.clear()
        self._ring_bytes = 0
        self._underway = None

    def take(self, now: Ns, most: int) -> tuple[tuple[Parcel, ...], Piece | None]:
        """Return what to send now: whole messages of at most ``most`` bytes, and a piece.

        At least one of them where anything waits: topics in turn, sound before the others.
        """
        while self._ring and now - self._ring[0][0] > RING:
            self._drop_oldest()
        whole: list[Parcel] = []
        left = most
        while self._ring and (size := len(self._ring[0][1].content)) <= max(left, PIECE):
            if whole and size > left:
                break
            _, parcel = self._ring.popleft()
            self._ring_bytes -= size
            left -= size
            whole.append(self._numbered(parcel))
        for topic in list(self._newest):
            size = len(self._newest[topic].content)
            if size > PIECE or (whole and size > left):
                continue
            left -= size
            whole.append(self._numbered(self._newest.pop(topic)))
        return tuple(whole), None if whole else self._piece()

    def _piece(self) -> Piece | None:
        if self._underway is None:
            if not self._newest and not self._ring:
                return None
            if self._ring:
                _, parcel = self._ring.popleft()
                self._ring_bytes -= len(parcel.content)
            else:
                parcel = self._newest.pop(next(iter(self._newest)))
            self._underway, self._offset = self._numbered(parcel), 0
        of, offset = self._underway, self._offset
        part = msgspec.structs.replace(of, content=of.content[offset : offset + PIECE])
        self._offset += PIECE
        if self._offset >= len(of.content):
            self._underway = None
        return Piece(part, offset, len(of.content))

    def _numbered(self, parcel: Parcel) -> Parcel:
        self._order += 1
        return msgspec.structs.replace(parcel, order=self._order)

    def _drop_oldest(self) -> None:
        _, parcel = self._ring.popleft()
        self._ring_bytes -= len(parcel.content)
        self.dropped += 1


class QuickReceiver:
    """From one start of another machine's program: whole messages, no older after a newer one."""

    def __init__(self) -> None:
        self.dropped = 0
        self._newest: dict[str, int] = {}
        self._parts: list[bytes] = []
        self._begun: tuple[int, int] = (0, 0)

    def take(self, parcels: tuple[Parcel, ...]) -> list[Parcel]:
        """Return those that are newer than what there was of their topic."""
        return [one for one in parcels if self._is_newer(one)]

    def take_piece(self, piece: Piece) -> list[Parcel]:
        """Return the message that is whole with this piece, if it is."""
        of = piece.parcel
        if piece.offset == 0:
            self._drop_begun()
            self._begun = (of.order, 0)
        if self._begun != (of.order, piece.offset):
            self._drop_begun()
            return []
        self._parts.append(of.content)
        offset = piece.offset + len(of.content)
        self._begun = (of.order, offset)
        if offset < piece.size:
            return []
        whole = msgspec.structs.replace(of, content=b"".join(self._parts))
        self._parts, self._begun = [], (0, 0)
        return self.take((whole,))

    def clear(self) -> None:
        """Drop what is not whole: the link is cut."""
        self._drop_begun()

    def _drop_begun(self) -> None:
        self.dropped += bool(self._parts)
        self._parts, self._begun = [], (0, 0)

    def _is_newer(self, one: Parcel) -> bool:
        if len(self._newest) >= MOST_TOPICS and one.topic not in self._newest:
            self.dropped += 1
            return False
        newer = one.order > self._newest.get(one.topic, 0)
        if newer:
            self._newest[one.topic] = one.order
        else:
            self.dropped += 1
        return newer
