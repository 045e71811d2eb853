"""What one machine and one other say to each other, as bytes in and bytes out: no socket, no clock.

Both send a packet at least every 100 ms; who is not heard for 0.9 s is gone. Who is gone for one is
gone for the other too: they come back once each has seen a packet of after that. A machine is here
once it knows which start of our program we are, both clocks were compared often enough, and it said
what it has. A packet of an earlier start of its program is never heard again after one of a later.

Every packet that comes is answered for: what of it arrived (``traffic``), and when it came
(``clock_comparison``).
"""

from __future__ import annotations

from collections import deque
from typing import Any, Final, NamedTuple

import msgspec

from engine.cluster.clock_comparison import ClockComparison
from engine.cluster.link import Arrived, Attendance, Machine, RoomChange
from engine.cluster.packets import KEEPS, Datagram, Parcel, encode
from engine.cluster.peer_traffic import BEAT, NOTHING, PacketContents, PeerTraffic
from engine.core.clock import MILLISECOND, SECOND
from engine.core.kinds import Kind
from engine.core.messages import Ns

SILENCE: Final = 900 * MILLISECOND
"""After which a machine is gone."""
_TALK: Final = 3 * SECOND
"""For how long a machine that was not heard is still spoken to."""
_TWIN: Final = SILENCE // 2
_TWIN_TOLD: Final = 2 * SECOND
"""A program that begins again at once looks like a second one until the first is silent."""
_LIVES: Final = 16
_MOST_HELD: Final = 4096


class Told(NamedTuple):
    """What became of a machine."""

    name: str
    change: RoomChange
    words: str


class SelfCard(NamedTuple):
    """What a machine says of itself: how often it said something else before, and as JSON."""

    number: int
    version: str
    has: bytes


Event = Arrived | Told
NO_CARD: Final = SelfCard(0, "", b"{}")


class Conversation:
    """With one other machine, by its name; ``life`` is that of our program."""

    def __init__(self, name: str, life: int) -> None:
        self.name = name
        self.card = NO_CARD
        """What we say of ourselves."""
        self._life = life
        self._held: dict[str, Parcel] = {}
        self._ended: deque[int] = deque(maxlen=_LIVES)
        self._counts = dict.fromkeys(
            ("sent", "sent_bytes", "received", "received_bytes", "twins", "forgotten", "unsent"), 0
        )
        self._begin(0)

    def _begin(self, their_life: int) -> None:
        """Begin to talk to another start of their program."""
        self._their_life = their_life
        self._knows_us = self._is_ready_there = False
        self._here = self._was_here = False
        self._number = self._seen = self._goes_from = 0
        self._heard = self._met = Ns(-(1 << 60))
        self._last_sent = Ns(-(1 << 60))
        self._twin_since: Ns | None = None
        self._twin_told = False
        self._their_card = NO_CARD
        self._card_had = -1
        self._traffic = PeerTraffic()
        self._clocks = ClockComparison()

    # What is asked of it.

    @property
    def is_here(self) -> bool:
        """Whether the machine can be heard and sent to."""
        return self._here

    def is_coming(self, now: Ns) -> bool:
        """Whether the machine is there, though it cannot be sent to yet."""
        return not self._here and now - self._met <= SILENCE

    def known(self, now: Ns) -> Machine:
        """Return what is known of the machine now."""
        offset, uncertainty, way = self._clocks.offset.at(now)
        has: dict[str, Any] = msgspec.json.decode(self._their_card.has)
        return Machine(
            self.name,
            Attendance.HERE if self._here else Attendance.GONE,
            self._their_card.version,
            has,
            self._their_life,
            delay=way,
            offset=offset,
            uncertainty=uncertainty,
            drift=self._clocks.offset.drift,
            counts=self._all_counts(),
        )

    def post(self, topic: str, content: bytes, keep: Kind, at: Ns | None, now: Ns) -> list[Event]:
        """Let a message wait to be sent, or drop it."""
        parcel = Parcel(topic, KEEPS.index(keep), at, content)
        if keep is Kind.HELD and (topic in self._held or len(self._held) < _MOST_HELD):
            self._held[topic] = parcel
        if keep in (Kind.LATEST, Kind.CONTIGUOUS):
            if self._here:
                self._traffic.post_quick(parcel, now)
            else:
                self._counts["unsent"] += 1
            return []
        if not self._was_here:
            self._counts["unsent"] += keep is Kind.LOSSLESS
            return []
        dropped = self._traffic.post_sure(parcel)
        if not dropped:
            return []
        self._counts["forgotten"] += dropped
        self._say_held()
        return [Told(self.name, RoomChange.OVERRUN, f"{dropped} messages for {self.name} piled up")]

    def met(self, life: int, now: Ns) -> list[Event]:
        """Take a hello; the machine is spoken to from now on."""
        events = self._adopt(life, now)
        if life == self._their_life:
            self._met = now
        return events

    def take(self, packet: Datagram, size: int, now: Ns, shown: Ns) -> list[Event]:
        """Take a packet; return what came of it, in order.

        ``now`` is of a clock that never jumps, ``shown`` of the one that moments are told by.
        """
        events = self._adopt(packet.life, now)
        if packet.life != self._their_life:
            return events
        self._heard = self._met = now
        self._counts["received"] += 1
        self._counts["received_bytes"] += size
        if packet.bye:
            self._ended.append(packet.life)
            events += [*self._went(f"{self.name} has left"), *self._forget()]
            self._reset()
            return events
        self._clocks.took(packet, now, shown)
        self._read_card(packet, events)
        if packet.to_life == self._life:
            # A machine that has seen nothing since it was gone here would not know that it was.
            self._knows_us = self._knows_us or packet.seen >= self._goes_from
            # Only now: what was meant for another start of our program is numbered otherwise.
            if packet.number > self._seen:
                self._seen = packet.number
                self._is_ready_there = packet.ready
            self._card_had = packet.card_had
            self._clocks.took_answer(packet, now)
            self._traffic.arrived(packet, now)
            events += self._look_for_change(now)
            events += self._messages(packet, size, now)
        return events

    def tick(self, now: Ns) -> list[Event]:
        """Return what became of the machine by the passing of time."""
        if self._here and now - self._heard > SILENCE:
            return self._went(f"nothing is heard of {self.name}")
        return self._jumped(now) if self._here else []

    def asleep(self, lost: Ns) -> None:
        """Do not count time in which this program itself was not run."""
        self._heard = Ns(self._heard + lost)
        self._met = Ns(self._met + lost)

    def next(self, now: Ns, shown: Ns) -> bytes | None:
        """Return the next packet that leaves now; None when there is none."""
        if now - self._met > _TALK:
            return None
        contents = self._traffic.contents(now) if self._here else NOTHING
        if contents is NOTHING and not self._beat_due(now):
            return None
        self._number += 1
        data = encode(self._packet(shown, contents))
        self._traffic.sent(self._number, len(data), now, contents)
        self._after(data, now)
        return data

    def bye(self, shown: Ns) -> bytes:
        """Return the packet that says that we leave."""
        self._number += 1
        return encode(self._packet(shown, bye=True))

    def due(self, now: Ns) -> Ns:
        """Return when to ask again for what leaves, or became of the machine."""
        if now - self._met > _TALK:
            return Ns(now + SECOND)
        moments = [self._last_sent + self._pause(now)]
        if (answer := self._traffic.ack_at) is not None:
            moments.append(answer)
        if self._here:
            moments.append(self._heard + SILENCE + 1)
            if (due := self._traffic.due(now)) is not None:
                moments.append(due)
        return Ns(max(min(moments), now))

    # How it goes on.

    def _adopt(self, life: int, now: Ns) -> list[Event]:
        """Turn to another start of their program, unless the one we know still talks."""
        if life == self._their_life or life in self._ended or not life:
            return []
        if self._here and now - self._heard < _TWIN:
            self._counts["twins"] += 1
            if self._twin_since is None:
                self._twin_since = now
            if self._twin_told or now - self._twin_since < _TWIN_TOLD:
                return []
            self._twin_told = True
            words = f"two machines are called {self.name}; the one that came first counts"
            return [Told(self.name, RoomChange.TWIN, words)]
        events: list[Event] = []
        if self._their_life:
            self._ended.append(self._their_life)
            events = [*self._went(f"{self.name} begins anew"), *self._forget()]
        self._reset()
        self._begin(life)
        self._met = now
        return events

    def _reset(self) -> None:
        self._counts = self._all_counts()
        self._begin(0)

    def _forget(self) -> list[Event]:
        count = self._traffic.forget()
        if not count:
            return []
        self._counts["forgotten"] += count
        words = f"{count} messages for {self.name} had not arrived when its program ended"
        return [Told(self.name, RoomChange.FORGOTTEN, words)]

    def _went(self, words: str) -> list[Event]:
        if not self._here:
            return []
        self._here = self._knows_us = self._is_ready_there = False
        self._goes_from = self._number + 1
        self._traffic.cut()
        return [Told(self.name, RoomChange.WENT, words)]

    def _look_for_change(self, now: Ns) -> list[Event]:
        if self._here and not self._is_ready_there:
            return self._went(f"{self.name} does not hear this machine")
        if self._here or not (self._ready and self._is_ready_there):
            return []
        self._here = True
        if self._was_here:
            self._traffic.mended()
        else:
            self._was_here = True
            self._say_held()
        self._clocks.begin()
        return [Told(self.name, RoomChange.CAME, f"{self.name} is here")]

    def _say_held(self) -> None:
        for parcel in self._held.values():
            self._traffic.post_sure(parcel)

    def _jumped(self, now: Ns) -> list[Event]:
        """Report a clock that has jumped once moments are right again."""
        if not self._clocks.has_jumped(now):
            return []
        offset = self._clocks.offset.at(now)[0] / SECOND
        words = f"the clock of {self.name} or of this machine jumped; now {offset:+.3f} s apart"
        return [Told(self.name, RoomChange.CLOCK_JUMPED, words)]

    @property
    def _ready(self) -> bool:
        return self._knows_us and self._clocks.is_known and self._their_card.number > 0

    def _read_card(self, packet: Datagram, events: list[Event]) -> None:
        if packet.card is None or packet.card[0] <= self._their_card.number:
            return
        try:
            is_table = isinstance(msgspec.json.decode(packet.card[2]), dict)
        except (msgspec.DecodeError, RecursionError):
            is_table = False
        if is_table:
            self._their_card = SelfCard(*packet.card)
            if self._here:
                events.append(Told(self.name, RoomChange.SAID, f"{self.name} has other things now"))

    def _messages(self, packet: Datagram, size: int, now: Ns) -> list[Event]:
        """Return the messages of a packet that are new."""
        events: list[Event] = []
        if self._traffic.begin(packet.epoch) and self._was_here:
            words = f"messages of {self.name} piled up, and were dropped"
            events.append(Told(self.name, RoomChange.OVERRUN, words))
        parcels = self._traffic.take(packet, size, now) if self._here else []
        if not parcels:
            return events
        offset, uncertainty, _ = self._clocks.offset.at(now)
        for one in parcels:
            at = None if one.at is None else Ns(one.at - offset)
            keep = KEEPS[one.keep]
            events.append(Arrived(self.name, one.topic, one.content, keep, at, uncertainty))
        return events

    def _packet(
        self, shown: Ns, contents: PacketContents = NOTHING, *, bye: bool = False
    ) -> Datagram:
        echo_sent, echo_had = self._clocks.echo
        had_epoch, had = self._traffic.had
        return Datagram(
            life=self._life,
            to_life=self._their_life,
            number=self._number,
            seen=self._seen,
            ready=self._here or self._ready,
            epoch=self._traffic.epoch,
            had_epoch=had_epoch,
            had=had,
            sent=shown,
            echo_sent=echo_sent,
            echo_had=echo_had,
            card_had=self._their_card.number,
            bye=bye,
            card=None if self._card_had == self.card.number else self.card,
            first=contents.first,
            sure=contents.sure,
            quick=contents.quick,
            piece=contents.piece,
        )

    def _after(self, data: bytes, now: Ns) -> None:
        self._counts["sent"] += 1
        self._counts["sent_bytes"] += len(data)
        self._last_sent = now
        self._clocks.told()

    def _pause(self, now: Ns) -> int:
        return self._clocks.offset.pause if now - self._heard < SILENCE else BEAT

    def _beat_due(self, now: Ns) -> bool:
        answer = self._traffic.ack_at
        return (answer is not None and now >= answer) or now - self._last_sent >= self._pause(now)

    def _all_counts(self) -> dict[str, int]:
        """Return all counts, with those of this start of their program."""
        counts = dict(self._counts)
        for what, count in self._traffic.counts().items():
            counts[what] = counts.get(what, 0) + count
        return counts
