"""Numbers the frames of the surfaces that one receiver is sent (see ``foreign.tuio``)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from engine.core.clock import SECOND
from engine.core.messages import Ns

LARGEST: Final = 0x7FFFFFFF
"""The largest number of a frame; the next one is 1."""
_STEP: Final = SECOND // 100


class Frames:
    """The frames of all surfaces of a receiver.

    Clients keep one number for all that a sender tells, whatever the address, and leave out what
    counts lower than they have seen. So it rises from cable to cable, and with the time of the
    pictures: an output that is made anew goes on above where the one before it ended.
    """

    def __init__(self) -> None:
        self._last = 0
        self._alive: dict[str, Sequence[int]] = {}

    def following(self, at: Ns) -> int:
        """Return the number of a frame of the moment ``at``: higher than the last one."""
        self._last = max(self._last % LARGEST + 1, at // _STEP % LARGEST)
        return self._last

    def alive(self, address: str, sessions: Sequence[int]) -> list[int]:
        """Keep who is alive at an address; return who is alive at any, each once."""
        self._alive[address] = sessions
        return [*dict.fromkeys(one for each in self._alive.values() for one in each)]
