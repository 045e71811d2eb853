"""What one machine sees of the others: between what plays a patch and what carries it.

    link.open(heard, changed)
    link.send("left", "pose.out", encoded, Kind.LATEST, at)

What may be lost on the way belongs to the kind, as everywhere:

- LATEST: one message a topic waits in front of a slow link, the newest.
- HELD: the same; and the last one of a topic is said again to a machine that comes or comes back.
- CONTIGUOUS: all arrive in their order; of what waits, the oldest beyond a second is dropped.
- LOSSLESS: each arrives once, in the order it was sent, after a cut of the link too. What waited
  for a machine whose program ended is dropped and told (``FORGOTTEN``); what piles up beyond all
  bounds likewise, on both sides (``OVERRUN``): whoever hears that does a panic.

Moments are of the sender's clock when they are sent, and of the receiver's when they arrive.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final, Protocol

from engine.core.kinds import Kind
from engine.core.messages import Ns

LONGEST: Final = 1 << 23
"""Bytes of the longest content that is sent: a raw picture of 1920 x 1080 has 6.2 million."""
LONGEST_TOPIC: Final = 400
"""Bytes of the longest topic, as UTF-8."""
LONGEST_NAME: Final = 64
"""Characters of the longest name of a machine."""
NONE: Final = Ns(0)


class Attendance(Enum):
    """Whether a machine is in the room."""

    HERE = "here"
    GONE = "gone"


class RoomChange(Enum):
    """What became of a machine; see ``Changed``."""

    CAME = "came"
    """It can be heard and sent to, and its clock is known. What it has is known too."""
    WENT = "went"
    """Nothing was heard of it for a second, or it left."""
    SAID = "said"
    """What it says of itself is different now."""
    CLOCK_JUMPED = "clock jumped"
    """Its clock, or ours, was changed; moments are right again by the time this is said."""
    FORGOTTEN = "forgotten"
    """LOSSLESS messages for it were dropped: its program ended before they arrived."""
    OVERRUN = "overrun"
    """LOSSLESS messages to it, or from it, piled up beyond all bounds and were dropped."""
    TWIN = "twin"
    """Two machines have this name; the one that came first counts. It may be this one's own."""
    OTHER_VERSION = "other version"
    """It speaks another version of this protocol, and stays outside."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message of another machine."""

    of: str
    """The machine that sent it."""
    topic: str
    content: bytes
    keep: Kind
    at: Ns | None = None
    """The moment it describes, in the time of this machine; None when it was sent without."""
    uncertainty: Ns = NONE
    """How far ``at`` may be off, in ns, however different the two ways of the network are."""


@dataclass(frozen=True, slots=True)
class Machine:
    """What is known of another machine."""

    name: str
    standing: Attendance = Attendance.GONE
    version: str = ""
    """The version of Sensorium it runs."""
    has: Mapping[str, Any] = field(default_factory=dict)
    """What it says of itself: whatever it gave to ``describe``."""
    life: int = 0
    """Differs each time its program begins."""
    address: str = ""
    """Where it was reached; empty when it came by itself."""
    delay: Ns = NONE
    """Half of the shortest recent way there and back, in ns."""
    offset: Ns = NONE
    """Its clock minus ours, in ns."""
    uncertainty: Ns = NONE
    """How far ``offset`` may be off, in ns, however different the two ways of the network are."""
    drift: float = 0.0
    """How much faster its clock runs, as a share: 50e-6 is 50 ppm."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """What was sent, received, dropped, sent again, refused ... since the room was opened."""


Heard = Callable[[Arrived], None]
"""Called with each message, on any one thread; must not block, nor call the link's ``close``."""
Changed = Callable[[str, RoomChange, str], None]
"""Called with a machine, what became of it, and a sentence about it; on the thread of ``Heard``."""


class Unsendable(ValueError):
    """A content, topic or name longer than may be sent."""


class MachineLink(Protocol):
    """What one machine sees of the room. Every method may be called on any thread, none blocks."""

    @property
    def name(self) -> str:
        """What the other machines call this one."""
        ...

    def open(self, heard: Heard, changed: Changed) -> None:
        """Enter the room; raise ClusterError when it cannot be opened at all."""
        ...

    def reach(self, addresses: Sequence[str], *, find: bool) -> None:
        """Look for other machines at these addresses from now on, and with ``find`` by their names.

        Raise ClusterError for what is no address.
        """
        ...

    def describe(self, has: Mapping[str, Any]) -> None:
        """Describe what this machine has, in types of JSON; again whenever that changes."""
        ...

    def send(self, to: str, topic: str, content: bytes, keep: Kind, at: Ns | None = None) -> None:
        """Send to one machine; to one that is not here, what ``keep`` allows waits or is dropped.

        ``at`` is in the time of this machine. Raise Unsendable for what is too long.
        """
        ...

    def seek(self, name: str) -> None:
        """Talk to a machine as soon as it is there, though this one is shy."""
        ...

    def machines(self) -> Mapping[str, Machine]:
        """Return the other machines that were ever here, by name."""
        ...

    def counts(self) -> Mapping[str, int]:
        """Return what happened at the door of the room: ``refused``, ``rubbish`` ..."""
        ...

    def close(self) -> None:
        """Leave the room; the others are told at once. Returns within a second."""
        ...


def check_sendable(topic: str, content: bytes) -> None:
    """Raise Unsendable for a topic or content that is too long, or for a topic without letters."""
    if not topic or len(topic.encode()) > LONGEST_TOPIC:
        raise Unsendable(f"expected a topic of 1 to {LONGEST_TOPIC} bytes, got {len(topic)}")
    if len(content) > LONGEST:
        raise Unsendable(f"{topic}: expected at most {LONGEST} bytes, got {len(content)}")
