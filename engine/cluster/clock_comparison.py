"""Compares the clocks of two machines by the stamps of their packets, and sees when one jumped."""

from __future__ import annotations

from typing import Final

from engine.cluster.offsets import ClockOffset
from engine.cluster.packets import Datagram
from engine.core.clock import MILLISECOND
from engine.core.messages import Ns

_CALM: Final = 300 * MILLISECOND


class ClockComparison:
    """With one start of another machine's program; ``offset`` is how far its clock is ahead."""

    def __init__(self) -> None:
        self.offset = ClockOffset()
        self._echo = (0, 0)
        self._jumps_told = 0
        self._jumped_at = Ns(0)

    @property
    def is_known(self) -> bool:
        """Whether the clocks were compared often enough."""
        return self.offset.is_known

    def took(self, packet: Datagram, now: Ns, shown: Ns) -> None:
        """Learn from a packet of the other that arrived, whomever it is meant for."""
        self._echo = (packet.sent, shown)
        self.offset.received(now, Ns(packet.sent), shown)

    def took_answer(self, packet: Datagram, now: Ns) -> None:
        """Learn from a packet when one of ours arrived there."""
        if packet.echo_had:
            self.offset.sent_and_stamped(now, Ns(packet.echo_sent), Ns(packet.echo_had))

    @property
    def echo(self) -> tuple[int, int]:
        """When the last packet was sent there and arrived here; (0, 0) where that was told."""
        return self._echo

    def told(self) -> None:
        """Note that the echo has been told."""
        self._echo = (0, 0)

    def begin(self) -> None:
        """Count jumps from now on."""
        self._jumps_told = self.offset.jumps

    def has_jumped(self, now: Ns) -> bool:
        """Whether a clock has jumped, and moments are right again: once for each."""
        if self.offset.jumps == self._jumps_told:
            self._jumped_at = now
            return False
        if not self.offset.is_known or now - self._jumped_at < _CALM:
            return False
        self._jumps_told = self.offset.jumps
        return True
