"""What travels on a cable: one small immutable type a thing, each naming its Kind.

Numbers, switches and text travel as plain ``float``, ``int``, ``bool`` and ``str``; everything that
has a shape is one of the classes below. A cable may also name a *part* of a message
(``pose.count``): any public field or property that is itself a number, switch or text.

Why plain numbers: a node that scales a number reads ``def process(self, value: float) -> float``,
which is what a performer who writes one expects, and it is the fastest thing Python has.

Why there is a Kind at all: what may be lost when a receiver is slow belongs to the data, not to the
patch. A new camera frame makes the old one worthless; a note-off that is lost sounds for ever.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any, Generic, NewType, TypeVar

import numpy as np
from numpy.typing import NDArray

M = TypeVar("M")

Ns = NewType("Ns", int)
"""A moment on the monotonic clock, in nanoseconds."""


class Kind(Enum):
    """What happens when a message piles up in front of a busy receiver."""

    LATEST = "newest only"
    HELD = "keeps its value"
    CONTIGUOUS = "sound"
    LOSSLESS = "never lost"


JOINTS = (
    "nose",
    "left_eye",
    "right_eye",
    "left_ear",
    "right_ear",
    "left_shoulder",
    "right_shoulder",
    "left_elbow",
    "right_elbow",
    "left_wrist",
    "right_wrist",
    "left_hip",
    "right_hip",
    "left_knee",
    "right_knee",
    "left_ankle",
    "right_ankle",
)
"""The 17 joints in COCO order; left and right are the person's own."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A picture: ``image`` is uint8, shape (height, width, 3), blue-green-red, and read-only.

    ``mirrored`` says that left and right are swapped, as in a mirror: who names a body's left and
    right must name them as if they were not.
    """

    image: NDArray[np.uint8]
    mirrored: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """A stretch of sound: ``samples`` float32 -1 to 1, shape (n,), at ``rate`` Hz.

    ``start`` counts samples since the source opened: an unexpected start is a gap.
    """

    samples: NDArray[np.float32]
    rate: int
    start: int


@dataclass(frozen=True, slots=True, eq=False)
class Mask:
    """Where something is: ``alpha`` float32 0 to 1, shape (height, width)."""

    alpha: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """One body: ``joints`` float32, shape (17, 3): x, y, confidence, in the order of JOINTS.

    x: 0 left of the picture, 1 right. y: 0 bottom, 1 top. Confidence 0 to 1; a joint of
    confidence 0 is not known and its x and y mean nothing. ``slot`` counts from 1 and is reused;
    ``id`` is never reused within one run.
    """

    slot: int
    id: int
    joints: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Pose:
    """Everybody in a picture, by slot; ``aspect`` is the picture's width over its height."""

    people: tuple[Person, ...]
    aspect: float

    @property
    def count(self) -> int:
        """How many people there are."""
        return len(self.people)


@dataclass(frozen=True, slots=True)
class Pitch:
    """What a voice sings now: ``hz`` (held while off), ``note`` (69.0 is A4), levels 0 to 1.

    ``on`` says whether there is a pitch; ``confidence`` how sure that is, and ``level`` how loud
    the sound is, pitch or not: 0 at -60 dB of full scale and below, 1 at 0 dB. ``bright`` is how
    bright the voice is, 0 as a dark "oo" to 1 as a hiss (held while off).
    """

    hz: float
    note: float
    confidence: float
    on: bool
    level: float = 0.0
    bright: float = 0.0

    @property
    def cents(self) -> float:
        """How far it is from the nearest note: -50 to 50, above 0 too high."""
        return 100.0 * (self.note - round(self.note))

    @property
    def db(self) -> float:
        """How loud the sound is in dB of full scale: -60, which stands for all below, to 0."""
        return 60.0 * (self.level - 1.0)


@dataclass(frozen=True, slots=True)
class Note:
    """A note, 0 to 127, begins, or ends when ``velocity`` (to 127) is 0; ``channel`` 1 to 16."""

    note: int
    velocity: int
    channel: int = 1


@dataclass(frozen=True, slots=True)
class Trigger:
    """Something happened; ``value`` is for receivers that want a number with it."""

    value: float = 1.0


@dataclass(frozen=True, slots=True)
class Later(Generic[M]):
    """A message for a later moment: ``Later(at + ns(0.5), Note(60, 0))``.

    The engine keeps it and emits it at ``at``. A panic, a loss, a failure or an edit that takes the
    box away takes it back. It travels on no cable: what arrives there is the message.
    """

    at: Ns
    message: M


KINDS: dict[type, Kind] = {
    Frame: Kind.LATEST,
    Mask: Kind.LATEST,
    Pose: Kind.LATEST,
    Block: Kind.CONTIGUOUS,
    Pitch: Kind.CONTIGUOUS,
    float: Kind.HELD,
    int: Kind.HELD,
    bool: Kind.HELD,
    Note: Kind.LOSSLESS,
    Trigger: Kind.LOSSLESS,
    str: Kind.LOSSLESS,
}
"""The Kind of every type that may travel on a cable."""

PICTURES = frozenset({Frame, Mask})
"""What shows people: withheld from every output while a show is private."""

Message = Any
"""Any value whose type is in KINDS."""
