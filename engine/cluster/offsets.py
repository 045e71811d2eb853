"""How far another machine's clock is ahead of ours, and how sure that is.

Every packet between two machines tells when it was sent by one clock, and is stamped by the other
as it arrives: the difference is the offset of the clocks and the time on the way, which is never
negative. So every packet there bounds the offset from above, and every packet back from below;
the shortest of either way are those that waited nowhere. Their middle is the offset (NTP, RFC 5905,
with the two ways filtered apart as in Moon, Skelly and Towsley 1999), and half of their distance
bounds its error, however different the two ways are.

How fast one clock runs against the other, up to some 100 ppm, is the median slope between the two
halves of two minutes (Theil 1950). A clock that jumps by more than the way there and back breaks a
bound, which nothing else can: then all that was known is forgotten.
"""

from __future__ import annotations

from collections import deque
from statistics import median
from typing import Final

from engine.core.clock import MILLISECOND, SECOND
from engine.core.messages import Ns

ENOUGH: Final = 6
"""Packets of either way after which an offset is told."""
SETTLED: Final = 100
"""Packets of either way after which a network that jitters has shown its shortest ways."""
RECENT: Final = 8
"""Seconds whose shortest ways bound the offset."""
RECENT_ALONG: Final = 20
"""The same, once the drift is known and they can be led along it."""
LONG: Final = 120
"""Seconds over which the drift is found."""
_SPAN: Final = 5
"""Seconds of which the shortest ways make one point of the line that is the drift."""
_FEWEST: Final = 8
"""Points below which no drift is told: it would be mostly noise."""
_MOST: Final = 500e-6
"""A faster drift is no quartz's."""
_MARGIN: Final = 2 * MILLISECOND
"""By which a bound must be broken: drift within ``RECENT`` seconds breaks them by a little."""


class _Way:
    """The shortest packets of one way, of each second: when, and clock difference plus way."""

    def __init__(self) -> None:
        self.seconds: deque[tuple[int, Ns, int]] = deque(maxlen=LONG)
        self.count = 0

    def add(self, now: Ns, value: int) -> None:
        self.count += 1
        second = now // SECOND
        if self.seconds and self.seconds[-1][0] == second:
            if value < self.seconds[-1][2]:
                self.seconds[-1] = (second, now, value)
        else:
            self.seconds.append((second, now, value))

    def points(self) -> dict[int, tuple[Ns, int]]:
        """Return the shortest packet of each span: when, and its value."""
        found: dict[int, tuple[Ns, int]] = {}
        for second, t, value in self.seconds:
            span = second // _SPAN
            if span not in found or value < found[span][1]:
                found[span] = (t, value)
        return found

    def shortest(self, now: Ns, slope: float) -> int | None:
        """Return the smallest of the recent values, each led along the drift to ``now``."""
        since = now - (RECENT_ALONG if slope else RECENT) * SECOND
        led = [round(v + slope * (now - t)) for _, t, v in self.seconds if t >= since]
        return min(led, default=None)


class ClockOffset:
    """The offset of one other clock.

    ``now`` is of a clock that never jumps; the stamps are of the two clocks that are compared.
    """

    def __init__(self) -> None:
        self._there = _Way()
        self._back = _Way()
        self._slope = 0.0
        self._slope_at = -1
        self.jumps = 0
        """How often a clock has jumped."""

    def sent_and_stamped(self, now: Ns, sent: Ns, stamped: Ns) -> None:
        """Learn that what we sent at ``sent`` arrived there at ``stamped`` of the other clock."""
        value = stamped - sent
        back = self._back.shortest(now, -self._slope)
        if back is not None and value + back < -_MARGIN:
            self._forget()
        self._there.add(now, value)

    def received(self, now: Ns, sent: Ns, had: Ns) -> None:
        """Learn that what was sent at ``sent`` of the other clock arrived at ``had`` of ours."""
        value = had - sent
        there = self._there.shortest(now, self._slope)
        if there is not None and value + there < -_MARGIN:
            self._forget()
        self._back.add(now, value)

    @property
    def is_known(self) -> bool:
        """Whether there were enough packets."""
        return min(self._there.count, self._back.count) >= ENOUGH

    @property
    def pause(self) -> Ns:
        """Return how soon the next packet should follow: quickly, until more would tell little."""
        if min(self._there.count, self._back.count) < SETTLED:
            return Ns(10 * MILLISECOND)
        return Ns((100 if self._drift() else 40) * MILLISECOND)

    def at(self, now: Ns) -> tuple[Ns, Ns, Ns]:
        """Return the offset (their clock minus ours), its uncertainty, and the way, all in ns.

        The way is half of the shortest one there and back. Of a clock that was not heard for
        a while it is the last that was known, led along the drift.
        """
        slope = self._drift()
        there, back = self._there.shortest(now, slope), self._back.shortest(now, -slope)
        if there is None or back is None:
            if not (self._there.seconds and self._back.seconds):
                return Ns(0), Ns(0), Ns(0)
            (_, t, f), (_, u, b) = self._there.seconds[-1], self._back.seconds[-1]
            there, back = round(f + slope * (now - t)), round(b - slope * (now - u))
        way = max((there + back) // 2, 0)
        return Ns((there - back) // 2), Ns(way), Ns(way)

    @property
    def drift(self) -> float:
        """How much faster their clock runs, as a share: 50e-6 is 50 ppm."""
        return self._drift()

    def _drift(self) -> float:
        """Return the slope of the offset, found anew each second."""
        if not self._there.seconds:
            return 0.0
        second = self._there.seconds[-1][0]
        if second != self._slope_at:
            self._slope_at = second
            back = self._back.points()
            both = [
                ((t + back[span][0]) / 2, (value - back[span][1]) / 2)
                for span, (t, value) in self._there.points().items()
                if span in back
            ]
            found = _slope(both)
            self._slope = self._slope if found is None else found
        return self._slope

    def _forget(self) -> None:
        self._there, self._back = _Way(), _Way()
        # What a clock shows has changed, not how fast it runs.
        self._slope_at = -1
        self.jumps += 1


def _slope(points: list[tuple[float, float]]) -> float | None:
    """Return the median slope between each point and the one half of all points later.

    None where there are too few, or they are no clock's.
    """
    half = len(points) // 2
    if len(points) < _FEWEST:
        return None
    pairs = zip(points[:half], points[-half:], strict=True)
    slope = median((v - u) / (t - s) for (s, u), (t, v) in pairs if t > s)
    return slope if abs(slope) <= _MOST else None
