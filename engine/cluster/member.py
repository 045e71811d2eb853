"""One machine in the room, as bytes in and bytes out: its conversations, and the door.

It says hello to everybody, and talks to all who say hello; one that is ``shy`` talks only to those
who talk to it, and whom it seeks or sends to. So a machine that joined home costs the same however
many others did. What comes in is counted at the door, and refused where it is no packet, too much,
or of another version.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import msgspec

from engine.cluster.conversation import Conversation, Event, SelfCard, Told
from engine.cluster.link import Machine, RoomChange, Unsendable, check_sendable
from engine.cluster.packets import (
    LONGEST_CARD,
    Datagram,
    Hello,
    OtherProtocol,
    Rubbish,
    decode_hello,
    decode_packet,
    encode,
    is_name,
)
from engine.core.clock import MILLISECOND, SECOND
from engine.core.kinds import Kind
from engine.core.messages import Ns

MOST_MACHINES: Final = 64
MOST_PACKETS: Final = 20_000
"""Packets a second that are heard of one machine."""
_HELLO: Final = 500 * MILLISECOND
_RARE_HELLO: Final = 3 * SECOND
"""For a shy machine that has whom it seeks."""
_AWAKE: Final = 250 * MILLISECOND
"""A longer pause between two ticks: this program was not run meanwhile."""
_ASLEEP_COUNTS: Final = 100 * MILLISECOND
"""So much of such a pause counts nevertheless, or a program that is always late would never see
that a machine is gone."""

EVERYBODY: Final = ""
"""To whom a hello goes."""


class Member:
    """One machine in the room; ``life`` differs with each start of its program, and is above 0."""

    def __init__(self, name: str, version: str, life: int, *, shy: bool = False) -> None:
        self.name = name
        self._shy = shy
        self._sought: set[str] = set()
        self._life = life
        self._card = SelfCard(1, version, b"{}")
        self._talks: dict[str, Conversation] = {}
        self._heard: dict[str, int] = {}
        self._heard_since = Ns(0)
        self._next_hello = Ns(-(1 << 60))
        self._ticked: Ns | None = None
        self._counts = dict.fromkeys(("rubbish", "too_much", "other_version", "twins", "slept"), 0)
        self._told_other: set[str] = set()

    def describe(self, has: Mapping[str, Any]) -> None:
        """Describe what this machine has; raise Unsendable for what is too long, or not JSON's."""
        try:
            said = msgspec.json.encode(has)
        except TypeError as error:
            raise Unsendable(f"what a machine has must be plain data: {error}") from None
        if len(said) > LONGEST_CARD:
            raise Unsendable(f"what a machine has takes {len(said)} bytes, of {LONGEST_CARD}")
        if said != self._card.has:
            self._card = SelfCard(self._card.number + 1, self._card.version, said)
            for talk in self._talks.values():
                talk.card = self._card

    def seek(self, name: str) -> None:
        """Talk to a machine as soon as it is there, shy or not."""
        if len(self._sought) < MOST_MACHINES:
            self._sought.add(name)

    def machines(self, now: Ns) -> dict[str, Machine]:
        """Return the other machines, by name."""
        return {name: talk.known(now) for name, talk in self._talks.items()}

    def counts(self) -> dict[str, int]:
        """Return what happened at the door."""
        return dict(self._counts)

    @property
    def misses_one(self) -> bool:
        """Whether a machine that it seeks is not here though another one is.

        Only of a shy one: the others say at the start where those are that they look for.
        """
        if not self._shy:
            return False
        here = {name for name, talk in self._talks.items() if talk.is_here}
        return bool(here) and not self._sought <= here

    def meets_one(self, now: Ns) -> bool:
        """Whether a machine is about to be here: then each packet brings the next one forward."""
        return any(talk.is_coming(now) for talk in self._talks.values())

    def is_here(self, name: str) -> bool:
        """Whether another machine can be heard and sent to."""
        talk = self._talks.get(name)
        return talk is not None and talk.is_here

    def post(
        self, to: str, topic: str, content: bytes, keep: Kind, at: Ns | None, *, now: Ns
    ) -> list[Event]:
        """Let a message wait to be sent; raise Unsendable for what is too long."""
        check_sendable(topic, content)
        if not is_name(to):
            raise Unsendable(f'no machine can be called "{to[:80]}"')
        self.seek(to)
        talk = self._talk(to)
        return talk.post(topic, bytes(content), keep, at, now) if talk else []

    def take(self, of: str, data: bytes, hello: bool, now: Ns, shown: Ns) -> list[Event]:
        """Take bytes that came from a machine, a hello or a packet; return what came of them."""
        if not is_name(of) or self._is_too_much(of, now):
            self._counts["too_much"] += is_name(of)
            return []
        if of == self.name:
            return self._name_taken()
        try:
            if hello:
                return self._take_hello(of, decode_hello(data), now)
            return self._take_packet(of, decode_packet(data), len(data), now, shown)
        except OtherProtocol:
            return self._other_version(of)
        except Rubbish:
            self._counts["rubbish"] += 1
            return []

    def tick(self, now: Ns) -> list[Event]:
        """Return what became of the machines by the passing of time; call it when ``due``."""
        if self._ticked is not None and (lost := now - self._ticked) > _AWAKE:
            self._counts["slept"] += 1
            for talk in self._talks.values():
                talk.asleep(Ns(lost - _ASLEEP_COUNTS))
        self._ticked = now
        return [event for talk in self._talks.values() for event in talk.tick(now)]

    def leaving(self, now: Ns, shown: Ns, may: Callable[[], bool]) -> Iterator[tuple[str, bytes]]:
        """Yield what leaves now, and to whom, while it ``may``."""
        if now >= self._next_hello and may():
            self._next_hello = Ns(now + (_RARE_HELLO if self._has_all() else _HELLO))
            yield EVERYBODY, encode(Hello(self._life))
        busy = list(self._talks.items())
        while busy:
            still = []
            for name, talk in busy:
                if not may():
                    return
                if (data := talk.next(now, shown)) is not None:
                    still.append((name, talk))
                    yield name, data
            busy = still

    def byes(self, shown: Ns) -> list[tuple[str, bytes]]:
        """Return what to say to everybody who is here, at the end."""
        here = [(name, talk) for name, talk in self._talks.items() if talk.is_here]
        return [(name, talk.bye(shown)) for name, talk in here]

    def due(self, now: Ns) -> Ns:
        """Return when to call ``tick`` and ``leaving`` again; at most 100 ms from now."""
        if not self._has_all():
            self._next_hello = min(self._next_hello, Ns(now + _HELLO))
        moments = [talk.due(now) for talk in self._talks.values()]
        soon = min([*moments, self._next_hello, Ns(now + _AWAKE * 2 // 5)])
        return max(soon, now)

    def _take_hello(self, of: str, hello: Hello, now: Ns) -> list[Event]:
        if self._shy and of not in self._sought and of not in self._talks:
            return []
        talk = self._talk(of)
        return talk.met(hello.life, now) if talk else []

    def _take_packet(self, of: str, packet: Datagram, size: int, now: Ns, shown: Ns) -> list[Event]:
        talk = self._talk(of)
        return talk.take(packet, size, now, shown) if talk else []

    def _has_all(self) -> bool:
        """Whether it is shy, and all that it ever talked to are here."""
        return (
            self._shy and bool(self._talks) and all(talk.is_here for talk in self._talks.values())
        )

    def _talk(self, name: str) -> Conversation | None:
        talk = self._talks.get(name)
        if talk is None and len(self._talks) < MOST_MACHINES:
            talk = self._talks[name] = Conversation(name, self._life)
            talk.card = self._card
        return talk

    def _is_too_much(self, of: str, now: Ns) -> bool:
        """Count a packet of a machine; return whether it had enough of this second."""
        if now - self._heard_since >= SECOND:
            self._heard.clear()
            self._heard_since = now
        if of not in self._heard and len(self._heard) >= MOST_MACHINES:
            return True
        self._heard[of] = self._heard.get(of, 0) + 1
        return self._heard[of] > MOST_PACKETS

    def _name_taken(self) -> list[Event]:
        """Report once that another machine is called like this one."""
        self._counts["twins"] += 1
        if self._counts["twins"] != 2:  # one may be of this program's last start
            return []
        words = f"another machine is called {self.name} too: give one of them another name"
        return [Told(self.name, RoomChange.TWIN, words)]

    def _other_version(self, of: str) -> list[Event]:
        self._counts["other_version"] += 1
        if of in self._told_other or len(self._told_other) >= MOST_MACHINES:
            return []
        self._told_other.add(of)
        words = f"{of} runs a version of Sensorium that this one cannot talk to: install the same"
        return [Told(of, RoomChange.OTHER_VERSION, words)]
