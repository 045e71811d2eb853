"""The two boxes by which a part of a patch meets the parts on other machines.

Where a cable leaves for another machine it ends in a ``Leaving``, a port for each outlet that is
wanted there; where it arrives it begins in an ``Arriving``, one for each machine, with an outlet
for each of the same names. No patch uses them: ``parts`` puts them in. What carries the messages is
given to them before they play; without it nothing leaves and nothing arrives.

Why one source for a machine and not one for a box: what its boxes say then waits in one mailbox, so
that a control change stays before its note, and a machine that goes is one loss, told once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Protocol

from engine.core.context import Context
from engine.core.kinds import Carried, members, message_type, named, summary_of
from engine.core.messages import Message, Ns
from engine.core.parameter import Fixed, Param
from engine.core.sink import Sink
from engine.core.source import Emit, Source

ANYTHING = "anything"
"""Stands for a type that is not known."""


class MessageCarrier(Protocol):
    """Carries messages from machine to machine; every method may be called on any thread."""

    def arrives(self, box: Arriving, emit: Emit | None) -> None:
        """Emit what arrives from the machine of a box from now on; None ends that."""
        ...

    def leaves(self, box: Leaving, port: str, message: Message, at: Ns) -> None:
        """Send a message to the machine of a box."""
        ...

    def opened(self, box: Leaving, is_open: bool) -> None:
        """Note that a box plays, or no longer does."""
        ...

    def broken(self, box: Leaving, port: str | None) -> None:
        """Announce to the machine of a box that what came from a port, or from all, is over."""
        ...


class Arriving(Source):
    """What arrives from the boxes of another machine."""

    of: Fixed[Annotated[str, Param("the machine that it comes from")]]
    gives: Annotated[dict[str, list[str]], Param("the types of what comes, by its name")]

    _carrier: MessageCarrier | None = None

    def connect(self, carrier: MessageCarrier) -> None:
        """Take what carries the messages, before it is opened."""
        self._carrier = carrier

    def outlets(self) -> Mapping[str, Any]:
        """Return the types of what arrives, by the names of the outlets there."""
        return {name: type_of(kinds) for name, kinds in self.gives.items()}

    def open(self, emit: Emit) -> None:
        """Listen to the machine; it need not be there."""
        if self._carrier is not None:
            self._carrier.arrives(self, emit)

    def close(self) -> None:
        """Listen no more."""
        if self._carrier is not None:
            self._carrier.arrives(self, None)


class Leaving(Sink):
    """What leaves for the boxes of another machine; pictures on a thread of its own."""

    to: Fixed[Annotated[str, Param("the machine that it goes to")]]
    pictures: Fixed[Annotated[str, Param('how pictures go: "jpeg", "raw"; "" without any')]] = ""

    _carrier: MessageCarrier | None = None

    def connect(self, carrier: MessageCarrier) -> None:
        """Take what carries the messages, before it is opened."""
        self._carrier = carrier

    @property
    def destination(self) -> str:
        """The machine."""
        return self.to

    @property
    def lane(self) -> bool:
        """Whether it has a thread of its own: packing a picture takes milliseconds."""
        return bool(self.pictures)

    def accepts(self, port: str) -> tuple[type, ...]:
        """Return what a port takes: whatever its outlet gives."""
        return (object,)

    def open(self) -> None:
        """Begin to send; the machine need not be there."""
        if self._carrier is not None:
            self._carrier.opened(self, True)

    def open_muted(self, context: Context | None = None) -> None:
        """Open where nothing leaves."""

    def close(self) -> None:
        """Send no more."""
        if self._carrier is not None:
            self._carrier.opened(self, False)

    def send(self, port: str, message: Message, at: Ns) -> None:
        """Send a message to the boxes there."""
        if self._tap is not None:
            self.note_sent(port, {"to": self.to, "value": summary_of(message)})
        if self._carrier is not None:
            self._carrier.leaves(self, port, message, at)

    def silence(self, port: str | None = None) -> None:
        """Announce to the machine that what came from a port, or from all, is over."""
        if self._carrier is not None:
            self._carrier.broken(self, port)


def names_of(carried: Carried) -> list[str]:
    """Return the names of the kinds that a cable may carry."""
    found = [message_type(one) for one in members(carried)]
    return [ANYTHING if each is None else each.name for each in found]


def type_of(kinds: list[str]) -> Carried:
    """Return the type that carries any of these kinds; raise UnknownKind for one not known here."""
    if ANYTHING in kinds or not kinds:
        return object
    carried: Any = named(kinds[0]).cls
    for name in kinds[1:]:
        carried = carried | named(name).cls
    return carried
