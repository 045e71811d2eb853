"""Messages that must arrive: each once, in order, whatever the way between loses or doubles.

The sender numbers them and keeps each until the receiver has said how many it had; what is not said
to have arrived in time is sent again. A value that is held replaces the one of its topic that has
not been sent yet, in its place, unless something else that must never be lost was put between them:
as in every mailbox (``engine.core.mailbox``).

What piles up beyond all bounds is dropped at once, and a new epoch begins: the receiver then knows
that something is missing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

import msgspec

from engine.cluster.link import LONGEST
from engine.cluster.packets import KEEPS, Parcel
from engine.cluster.wire import PIECE
from engine.core.clock import MILLISECOND
from engine.core.kinds import Kind
from engine.core.messages import Ns

MOST: Final = 4096
"""Messages that wait for one machine."""
MOST_BYTES: Final = 1 << 25
UNDERWAY: Final = 512
"""Messages sent and not yet said to have arrived."""
_AGAIN: Final = 250 * MILLISECOND
_HELD: Final = KEEPS.index(Kind.HELD)


@dataclass(slots=True)
class _Underway:
    said: Parcel
    sent: Ns


class ReliableSender:
    """Towards one start of another machine's program."""

    def __init__(self) -> None:
        self.epoch = 0
        self.sent_again = 0
        self._waiting: deque[Parcel] = deque()
        self._held: dict[str, int] = {}
        self._taken = 0
        self._last_lossless = -1
        self._underway: deque[_Underway] = deque()
        self._first = 0
        self._bytes = 0

    @property
    def count(self) -> int:
        """How many messages have not arrived yet, as far as is known."""
        return len(self._waiting) + len(self._underway)

    def post(self, said: Parcel) -> int:
        """Let a message wait to be sent; return how many had to be dropped for it: 0, or all."""
        if len(said.content) > PIECE:
            return self._post_parts(said)
        if said.keep == _HELD:
            before = self._held.get(said.topic, -1)
            place = before - self._taken
            if place >= 0 and before > self._last_lossless:
                self._bytes += len(said.content) - len(self._waiting[place].content)
                self._waiting[place] = said
                return 0
            self._held[said.topic] = self._taken + len(self._waiting)
        else:
            self._last_lossless = self._taken + len(self._waiting)
        return self._post(said)

    def _post_parts(self, said: Parcel) -> int:
        content = said.content
        self._held.pop(said.topic, None)
        self._last_lossless = self._taken + len(self._waiting)
        for start in range(0, len(content), PIECE):
            more = start + PIECE < len(content)
            part = msgspec.structs.replace(said, content=content[start : start + PIECE], more=more)
            if dropped := self._post(part):
                return dropped
        return 0

    def _post(self, said: Parcel) -> int:
        self._waiting.append(said)
        self._bytes += len(said.content)
        if self.count <= MOST and self._bytes <= MOST_BYTES:
            return 0
        return self.drop()

    def drop(self) -> int:
        """Drop all that has not arrived, and begin a new epoch; return how many it was."""
        dropped = self.count
        self._waiting.clear()
        self._underway.clear()
        self._held.clear()
        self._taken = self._first = self._bytes = 0
        self._last_lossless = -1
        self.epoch += 1
        return dropped

    def drop_unheld(self) -> int:
        """Drop all, for there is nobody for it any more; return how many were no held values."""
        waiting = sum(one.keep != _HELD for one in self._waiting)
        underway = sum(one.said.keep != _HELD for one in self._underway)
        self.drop()
        return waiting + underway

    def take(self, now: Ns, patience: Ns, most: int) -> tuple[int, tuple[Parcel, ...]]:
        """Return what is to be sent now, and the number of the first; at most ``most`` bytes.

        First what was sent longer than ``patience`` ago, from the oldest on, then what waits. At
        least one message is returned where there is any, so that no length of it stops all.
        """
        if self._underway and now - self._underway[0].sent >= max(patience, _AGAIN):
            late = list(
                islice(self._underway, _fitting((one.said for one in self._underway), most))
            )
            for one in late:
                one.sent = now
            self.sent_again += len(late)
            return self._first, tuple(one.said for one in late)
        room = UNDERWAY - len(self._underway)
        count = min(_fitting(iter(self._waiting), most), room)
        first = self._first + len(self._underway)
        taken = tuple(self._waiting.popleft() for _ in range(count))
        for said in taken:
            if said.keep == _HELD and self._held.get(said.topic) == self._taken:
                del self._held[said.topic]
            self._taken += 1
        self._underway.extend(_Underway(said, now) for said in taken)
        return first, taken

    def due(self, patience: Ns) -> Ns | None:
        """Return when something is to be sent: 0 for now, None for nothing at all."""
        if self._waiting and len(self._underway) < UNDERWAY:
            return Ns(0)
        if not self._underway:
            return None
        return Ns(self._underway[0].sent + max(patience, _AGAIN))

    def arrived(self, epoch: int, count: int) -> None:
        """Learn how many messages of an epoch the receiver had, all in all."""
        if epoch != self.epoch or count > self._first + len(self._underway):
            return
        while self._first < count:
            self._bytes -= len(self._underway.popleft().said.content)
            self._first += 1

    def hurry(self) -> None:
        """Send all again that may not have arrived: the link is back."""
        self._underway = deque(replace(one, sent=Ns(-(1 << 60))) for one in self._underway)


class ReliableReceiver:
    """From one start of another machine's program."""

    def __init__(self) -> None:
        self.epoch = 0
        self.count = 0
        self.doubles = 0
        self._begun: list[bytes] = []

    def begin(self, epoch: int) -> bool:
        """Learn of which epoch the sender is; return whether that is a new one: some are lost."""
        if epoch <= self.epoch:
            return False
        self.epoch, self.count = epoch, 0
        self._begun.clear()
        return True

    def take(self, epoch: int, first: int, said: tuple[Parcel, ...]) -> list[Parcel]:
        """Return the messages that are new and whole, in order.

        What comes too early is dropped: it is sent again.
        """
        if epoch != self.epoch or first > self.count:
            return []
        new = said[self.count - first :]
        self.doubles += len(said) - len(new)
        self.count += len(new)
        return [whole for one in new if (whole := self._whole(one)) is not None]

    def _whole(self, one: Parcel) -> Parcel | None:
        if not (one.more or self._begun):
            return one
        self._begun.append(one.content)
        if sum(map(len, self._begun)) > LONGEST:
            self._begun.clear()
        if one.more:
            return None
        content, self._begun = b"".join(self._begun), []
        return msgspec.structs.replace(one, content=content, more=False)


def _fitting(said: Iterable[Parcel], most: int) -> int:
    """Return how many of the first messages have at most so many bytes; at least one."""
    total = count = 0
    for one in said:
        total += len(one.content) + len(one.topic) + 16
        if total > most and count:
            break
        count += 1
    return count
