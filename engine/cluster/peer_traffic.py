"""The messages to and from one start of another machine's program, and what was lost of them.

Both ways: what must arrive (``reliable``), what may be dropped (``outgoing``), how much may be
under way at once (``flow``), and when the receiver has to answer that something arrived.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from engine.cluster.flow import FlowControl
from engine.cluster.outgoing import QuickReceiver, QuickSender
from engine.cluster.packets import Datagram, Parcel, Piece
from engine.cluster.reliable import ReliableReceiver, ReliableSender
from engine.cluster.wire import PIECE
from engine.core.clock import MILLISECOND
from engine.core.messages import Ns

BEAT: Final = 100 * MILLISECOND
"""The longest pause between two packets; while clocks are compared at first it is shorter."""
_ACK: Final = 20 * MILLISECOND
_ACK_BYTES: Final = 16_000


class PacketContents(NamedTuple):
    """The messages of one packet; ``first`` is the number of the first that must arrive."""

    first: int = 0
    sure: tuple[Parcel, ...] = ()
    quick: tuple[Parcel, ...] = ()
    piece: Piece | None = None


NOTHING: Final = PacketContents()


class PeerTraffic:
    """With one start of another machine's program."""

    def __init__(self) -> None:
        self._flow = FlowControl()
        self._sure = ReliableSender()
        self._from_sure = ReliableReceiver()
        self._quick = QuickSender()
        self._from_quick = QuickReceiver()
        self._ack_at: Ns | None = None
        self._unacked = 0

    # What leaves.

    @property
    def epoch(self) -> int:
        """How often messages that must arrive had to be dropped here."""
        return self._sure.epoch

    def post_quick(self, parcel: Parcel, now: Ns) -> None:
        """Let a message wait to be sent that may be dropped."""
        self._quick.post(parcel, now)

    def post_sure(self, parcel: Parcel) -> int:
        """Let a message wait that must arrive; return how many had to be dropped: 0, or all."""
        return self._sure.post(parcel)

    def contents(self, now: Ns) -> PacketContents:
        """Return what the next packet holds; NOTHING while nothing waits, or may leave."""
        room = min(self._flow.room(now), PIECE)
        if room <= 0:
            return NOTHING
        due = self._sure.due(self._flow.patience)
        if due is not None and due <= now:
            first, sure = self._sure.take(now, self._flow.patience, room)
            if sure:
                return PacketContents(first, sure)
        if not self._quick.waits:
            return NOTHING
        quick, piece = self._quick.take(now, room)
        return PacketContents(quick=quick, piece=piece) if quick or piece else NOTHING

    def sent(self, number: int, size: int, now: Ns, contents: PacketContents) -> None:
        """Learn that a packet left, which answers for all that arrived so far."""
        if contents is not NOTHING:
            self._flow.sent(number, size, now)
        self._ack_at = None
        self._unacked = 0

    def due(self, now: Ns) -> Ns | None:
        """Return when the next packet may leave; None while nothing waits."""
        if self._flow.room(now) <= 0:
            return self._flow.stuck_at
        return now if self._quick.waits else self._sure.due(self._flow.patience)

    def arrived(self, packet: Datagram, now: Ns) -> None:
        """Learn which of our messages arrived there."""
        self._flow.seen(packet.seen, now)
        self._sure.arrived(packet.had_epoch, packet.had)

    # What arrives.

    @property
    def had(self) -> tuple[int, int]:
        """The other's epoch, and how many messages of it that must arrive have."""
        return self._from_sure.epoch, self._from_sure.count

    @property
    def ack_at(self) -> Ns | None:
        """When to answer for what arrived, at the latest."""
        return self._ack_at

    def begin(self, epoch: int) -> bool:
        """Learn of which epoch the other is; return whether messages were lost there."""
        return self._from_sure.begin(epoch)

    def take(self, packet: Datagram, size: int, now: Ns) -> list[Parcel]:
        """Return the messages of a packet that are new."""
        if not (packet.sure or packet.quick or packet.piece):
            return []
        parcels = self._from_sure.take(packet.epoch, packet.first, packet.sure)
        parcels += self._from_quick.take(packet.quick)
        if packet.piece is not None:
            parcels += self._from_quick.take_piece(packet.piece)
        self._unacked += size
        soon = now if self._unacked > _ACK_BYTES else Ns(now + (_ACK if packet.sure else BEAT))
        self._ack_at = soon if self._ack_at is None else min(self._ack_at, soon)
        return parcels

    # The way.

    def cut(self) -> None:
        """Drop what may be lost: the other is gone."""
        self._quick.clear()
        self._from_quick.clear()
        self._flow.clear()

    def mended(self) -> None:
        """Send all again that may not have arrived: the other is back."""
        self._sure.hurry()

    def forget(self) -> int:
        """Drop all; return how many messages were lost that hold no value."""
        return self._sure.drop_unheld()

    def counts(self) -> dict[str, int]:
        """Return how much was dropped, late, sent again, and had twice."""
        return {
            "dropped": self._quick.dropped,
            "late": self._from_quick.dropped,
            "sent_again": self._sure.sent_again,
            "doubles": self._from_sure.doubles,
        }
