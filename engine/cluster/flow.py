"""How many bytes may be under way to a machine before it has said that some arrived.

A link that is slower than what is sent into it would fill every buffer on the way, and a note
would wait behind all of that. So no more is under way than twice what the link was seen to carry in
its shortest way there and back and a little (after BBR, Cardwell et al. 2016), and the rest waits
here, where newer messages replace older ones.
"""

from __future__ import annotations

from collections import deque
from typing import Final, NamedTuple

from engine.core.clock import MILLISECOND, SECOND
from engine.core.messages import Ns

LEAST: Final = 1 << 16
"""Bytes: at 10 Mbit/s, 52 ms."""
MOST: Final = 600_000
"""Bytes: as many as zenoh's own queue holds (``carrier_process``)."""
_SLACK: Final = 8 * MILLISECOND
"""Added to the shortest way: on a busy machine whoever answers is late, though the link is not."""
_STUCK: Final = 500 * MILLISECOND
_MEMORY: Final = 3 * SECOND


class _Sent(NamedTuple):
    number: int
    size: int
    at: Ns
    delivered: int


class FlowControl:
    """What is under way to one machine."""

    def __init__(self) -> None:
        self._sent: deque[_Sent] = deque()
        self._bytes = 0
        self._delivered = 0
        self._progress = Ns(0)
        self._rates: deque[tuple[Ns, float]] = deque()
        """What was carried, and when: the fastest first, and behind it what was slower later."""
        self._shortest = _MEMORY
        self._way = 20 * MILLISECOND

    def sent(self, number: int, size: int, now: Ns) -> None:
        """Learn that a packet with messages left."""
        if not self._sent:
            self._progress = now
        self._sent.append(_Sent(number, size, now, self._delivered))
        self._bytes += size

    def seen(self, number: int, now: Ns) -> None:
        """Learn which packet, and so all before it, arrived or never will."""
        while self._sent and self._sent[0].number <= number:
            one = self._sent.popleft()
            self._bytes -= one.size
            self._delivered += one.size
            self._progress = now
            took = max(now - one.at, 1)
            self._shortest = min(self._shortest, took)
            self._way += (took - self._way) // 8
            rate = (self._delivered - one.delivered) / took
            while self._rates and self._rates[-1][1] <= rate:
                self._rates.pop()
            self._rates.append((now, rate))
        while self._rates and now - self._rates[0][0] > _MEMORY:
            self._rates.popleft()

    def room(self, now: Ns) -> int:
        """Return how many bytes may leave now; less than 1 for none.

        Where nothing has arrived for half a second, what was under way counts as lost.
        """
        if self._sent and now - self._progress > _STUCK:
            self._sent.clear()
            self._bytes = 0
        rate = self._rates[0][1] if self._rates else 0.0
        window = min(max(LEAST, int(2 * rate * (self._shortest + _SLACK))), MOST)
        return window - self._bytes

    @property
    def stuck_at(self) -> Ns | None:
        """When what is under way will count as lost; None when nothing is."""
        return Ns(self._progress + _STUCK + 1) if self._sent else None

    @property
    def patience(self) -> Ns:
        """How long to wait for a sign that a message arrived before it is sent again."""
        return Ns(min(max(4 * self._way, 250 * MILLISECOND), 2 * SECOND))

    def clear(self) -> None:
        """Forget what is under way: the link was cut."""
        self._sent.clear()
        self._bytes = 0
