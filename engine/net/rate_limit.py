"""How much each of many senders may send: a token bucket for each (RFC 2697 uses one).

Why full buckets are forgotten: they hold no news, so that forgetting them gives nobody more than
their due. Where more senders than that come, they share one bucket; who takes a new address for
each packet gains nothing. Where an address cannot be forged, as that of a connection, whoever has
been silent for longest is forgotten instead: nobody can use up what is another's due.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from engine.core.clock import SECOND
from engine.core.messages import Ns

_OTHERS: Final = ""


@dataclass(slots=True)
class _Bucket:
    level: float
    at: Ns


class RateLimiter:
    """``rate`` per second for each sender, and ``burst`` at once; ``most`` are told apart.

    Beyond ``most`` they share one bucket, or with ``forgets`` the one silent longest is forgotten.
    """

    def __init__(self, rate: float, burst: float, most: int = 64, *, forgets: bool = False) -> None:
        self.rate = rate
        self.burst = burst
        self._most = most
        self._forgets = forgets
        self._buckets: dict[str, _Bucket] = {}

    @property
    def senders(self) -> int:
        """How many senders are told apart now."""
        return len(self._buckets)

    def has(self, who: str, at: Ns, count: int = 1) -> bool:
        """Return whether a sender has ``count`` tokens."""
        return self._level(self._bucket(who, at), at) >= count

    def take(self, who: str, at: Ns, count: int = 1) -> bool:
        """Take ``count`` tokens of a sender; return whether it had them. ``at`` is now, in ns."""
        bucket = self._bucket(who, at)
        bucket.level = self._level(bucket, at)
        bucket.at = at
        if bucket.level < count:
            return False
        bucket.level -= count
        return True

    def _bucket(self, who: str, at: Ns) -> _Bucket:
        if who not in self._buckets and len(self._buckets) >= self._most:
            self._forget(at)
            if len(self._buckets) >= self._most:
                if self._forgets:
                    del self._buckets[next(iter(self._buckets))]
                else:
                    who = _OTHERS
        # Put at the end: the first is the one silent for longest.
        bucket = self._buckets.pop(who, None) or _Bucket(self.burst, at)
        self._buckets[who] = bucket
        return bucket

    def _forget(self, at: Ns) -> None:
        self._buckets = {
            who: bucket
            for who, bucket in self._buckets.items()
            if self._level(bucket, at) < self.burst
        }

    def _level(self, bucket: _Bucket, at: Ns) -> float:
        return min(self.burst, bucket.level + (at - bucket.at) * self.rate / SECOND)
