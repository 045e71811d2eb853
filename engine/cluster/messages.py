"""What machines tell each other beside the messages of boxes: plain data, checked as it is read."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from msgspec import Struct

OPENS: Final = "opens"
PLAYS: Final = "plays"
REFUSED: Final = "refused"
BUSY: Final = "busy"
"""It plays for another home."""
ENDED: Final = "ended"


class Announcement(Struct, frozen=True, tag=True):
    """The base class of all of it."""


class PartOffer(Announcement, frozen=True):
    """Home has a part to be played: its text, and the SHA-256 of the patch's own boxes in it.

    ``show`` differs for each show, ``version`` counts the plans of one. ``kinds`` are own boxes
    that have to be loaded for the kinds of messages that they register.
    """

    show: int
    version: int
    title: str
    text: str
    boxes: dict[str, str]
    kinds: list[str] = []
    program: str = ""


class ShowOver(Announcement, frozen=True):
    """The show is over, or this machine plays no part in it any more."""

    show: int


class BoxesWanted(Announcement, frozen=True):
    """A machine that trusts home needs the texts of these own boxes."""

    boxes: list[str]


class BoxesSent(Announcement, frozen=True):
    """The texts of own boxes, by name."""

    texts: dict[str, bytes]


class PartState(Announcement, frozen=True):
    """How the part of a machine stands: OPENS, PLAYS, REFUSED, BUSY or ENDED, and why.

    ``problems`` are (message, box, key); of one that plays, they say why an edit does not.
    """

    show: int
    version: int
    state: str
    problems: list[tuple[str, str, str]] = []


class PassedCommand(Announcement, frozen=True):
    """A command that another machine can execute, as a recording writes it."""

    entry: bytes


class FaultTold(Announcement, frozen=True):
    """A fault of a box that plays on a machine; "" is the machine itself."""

    box: str
    text: str


class PartStatus(Announcement, frozen=True):
    """A summary of a part that plays, once a second.

    ``states`` are those of its boxes, ``behind_ms`` the delay by route, ``dropped`` and ``errors``
    are counts. ``heard`` and ``unheard`` are messages of other machines that were played, and that
    came too late or did not fit.
    """

    show: int
    states: dict[str, str]
    behind_ms: dict[str, float]
    delay_ms: float
    dropped: int
    errors: int
    heard: int = 0
    unheard: int = 0


class Lamp(Struct, frozen=True, array_like=True):
    """What a lamp of a desk shows: how a parameter of a box stands; see ``SetTarget``.

    Without a box it shows whether a ``patch`` of the set plays, by its number or name.
    """

    box: str = ""
    parameter: str = ""
    values: list[Any] = []
    span: tuple[float, float] | None = None
    rest: list[Any] = []
    releases: bool = False
    patch: int | str = ""


class LampsWanted(Announcement, frozen=True):
    """All that a machine wants to know for the lamps of its desk, in place of what it asked before.

    ``number`` counts these requests.
    """

    number: int
    lamps: list[Lamp]


class LampsShown(Announcement, frozen=True):
    """What the lamps of a request show, in its order: lit, position and reach, as ``Shown``."""

    number: int
    shown: list[tuple[bool, float | None, float]]


_ALL = (
    PartOffer
    | ShowOver
    | BoxesWanted
    | BoxesSent
    | PartState
    | PassedCommand
    | FaultTold
    | PartStatus
    | LampsWanted
    | LampsShown
)
TELL: Final = "tell"
"""The topic of what must arrive."""
STATUS: Final = "status"
"""The topic of a summary, of which the newest counts."""
LAMPS: Final = "lamps"
"""The topic of what lamps show, of which the newest counts."""

encode_told = msgspec.msgpack.Encoder().encode
_decoder: msgspec.msgpack.Decoder[Any] = msgspec.msgpack.Decoder(_ALL)


def decode_told(data: bytes) -> Announcement:
    """Return what was told. Raise ValueError for what is none of it."""
    try:
        told: Announcement = _decoder.decode(data)
    except RecursionError:
        raise ValueError("lists lie too deep in one another") from None
    return told
