"""Numbers of 14 bits that come as two halves of 7, in either order, and never jump between them.

By MIDI 1.0 (page 11) the coarse half is a value by itself and clears the fine one; a fine half that
follows completes it, and a fine half alone moves the last value a little. Senders differ: most say
both halves each time, the coarse one first; some the fine one first; many the coarse one alone. A
half whose other half is expected, because this sender has said it so before, waits for it, 10 ms at
most. So a value is told once it is whole, a sender of one half is told at once, and of the whole
range only the first pair shows a step, of its fine half.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from engine.core.messages import Ns

WAIT: Final = 10_000_000
"""How long a half waits for the other one, in ns. By a cable it comes within 1 or 2 ms."""
LARGEST: Final = 16383
MOST: Final = 4096
"""How many numbers are remembered: nobody has so many knobs, and a flood fills no memory."""

K = TypeVar("K", bound=Hashable)


@dataclass(slots=True)
class _Halves:
    """What came of one number. ``waiting`` is "coarse" or "fine", or "" for neither."""

    coarse: int | None = None
    fine: int = 0
    last: str = ""
    moment: int = 0
    waiting: str = ""
    pairs: bool = False
    fine_first: bool = False

    @property
    def value(self) -> int:
        return (self.coarse or 0) << 7 | self.fine


class FourteenBits(Generic[K]):
    """The numbers of one port, each under a key of its own."""

    def __init__(self) -> None:
        self._halves: dict[K, _Halves] = {}
        self._waiting: dict[K, _Halves] = {}

    @property
    def waits(self) -> bool:
        """Whether a number waits."""
        return bool(self._waiting)

    def coarse(self, key: K, half: int, at: Ns) -> int | None:
        """Take a coarse half; return the number, None where it waits for its fine half."""
        known = self._known(key)
        before, known.coarse = known.waiting, half
        known.fine_first = before == "fine"
        if not known.fine_first:
            known.fine = 0
            known.pairs = known.pairs and before != "coarse"  # twice without a fine half
        waits = known.pairs and not known.fine_first
        return self._told(key, known, "coarse", at, waits=waits)

    def fine(self, key: K, half: int, at: Ns) -> int | None:
        """Take a fine half; return the number, None where it waits for its coarse half."""
        known = self._known(key)
        rested = at - known.moment > WAIT
        known.fine = half
        known.fine_first = known.fine_first and known.waiting != "fine"  # twice without a coarse
        if known.last == "coarse" and not rested and not known.fine_first:
            known.pairs = True
            waits = False
        else:
            waits = known.waiting != "fine" and (rested or known.fine_first)
        return self._told(key, known, "fine", at, waits=waits or known.coarse is None)

    def set(self, key: K, value: int) -> int:
        """Set a number as a whole; return it."""
        known = self._known(key)
        known.coarse, known.fine, known.waiting = value >> 7, value & 0x7F, ""
        self._waiting.pop(key, None)
        return value

    def get(self, key: K) -> int | None:
        """Return a number as it came so far; None where nothing of it did."""
        known = self._halves.get(key)
        return None if known is None or known.coarse is None else known.value

    def settle(self, at: Ns) -> Iterator[tuple[K, int]]:
        """Yield the numbers that have waited long enough, by key."""
        for key, known in list(self._waiting.items()):
            if at - known.moment >= WAIT:
                del self._waiting[key]
                known.waiting, known.fine_first = "", False
                if known.coarse is not None:
                    yield key, known.value

    def _known(self, key: K) -> _Halves:
        if key not in self._halves and len(self._halves) >= MOST:
            oldest = next(iter(self._halves))
            del self._halves[oldest]
            self._waiting.pop(oldest, None)
        return self._halves.setdefault(key, _Halves())

    def _told(self, key: K, known: _Halves, half: str, at: Ns, *, waits: bool) -> int | None:
        known.last, known.moment, known.waiting = half, at, half if waits else ""
        if waits:
            self._waiting[key] = known
            return None
        self._waiting.pop(key, None)
        return known.value
