"""The messages that travel on cables: small immutable types, each with its Kind.

Numbers, switches and text travel as plain ``float``, ``int``, ``bool`` and ``str``; everything that
has a shape is one of the classes below, or another that is registered (see ``kinds``). Bodies,
hands and faces are in ``landmarks``, what is said in ``spoken``; all are found here too. A cable
may also name a *part* of a message (``pose.count``): any public field or property that is itself a
number, switch or text.

Why plain numbers: a node that scales a number has ``def process(self, value: float) -> float``, as
a performer who writes one expects, and nothing in Python is faster.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Generic, NewType, TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.core.kinds import LONGEST, Image, Kind, kind
from engine.core.landmarks import JOINTS, Instance, Landmarks, Person, Pose
from engine.core.skeletons import Skeleton
from engine.core.spoken import Keyword, Mouth, Text, Word

__all__ = [
    "JOINTS",
    "After",
    "Beat",
    "Block",
    "Chord",
    "Detection",
    "Detections",
    "Features",
    "Frame",
    "Instance",
    "Keyword",
    "Landmarks",
    "Later",
    "Mask",
    "Message",
    "Mouth",
    "Note",
    "Ns",
    "OscMessage",
    "Person",
    "Pitch",
    "Pose",
    "Skeleton",
    "Text",
    "Trigger",
    "Word",
]

M = TypeVar("M")

Ns = NewType("Ns", int)
"""A moment on the monotonic clock, in nanoseconds."""

Message = Any
"""Any value whose type is registered."""

_QUIET = 1e-5


def _size(picture: NDArray[Any]) -> list[int]:
    """Return the width and height of a picture."""
    height, width = picture.shape[:2]
    return [width, height]


@kind(
    Kind.LATEST,
    words="a picture",
    picture=lambda frame: frame.image,
    summary=lambda frame: {"picture": _size(frame.image)},
    example=lambda: Frame(np.full((36, 64, 3), 90, np.uint8)),
)
@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A picture: ``image`` is uint8, shape (height, width, 3), blue-green-red, and read-only.

    ``mirrored``: whether left and right are swapped, as in a mirror; the names of left and right
    joints must not be swapped with them.
    """

    image: NDArray[np.uint8]
    mirrored: bool = False


def _decibels(block: Block) -> float:
    """Return the level of a block of sound, in dB of full scale."""
    if not len(block.samples):
        return -100.0
    mean = float(np.sqrt(np.mean(np.square(block.samples, dtype=np.float64))))
    return round(20 * math.log10(max(mean, _QUIET)), 1) if math.isfinite(mean) else -100.0


@kind(
    Kind.CONTIGUOUS,
    words="sound",
    summary=lambda block: {"db": _decibels(block)},
    example=lambda: Block(np.zeros(480, np.float32), 48000, 0),
)
@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """A stretch of sound: ``samples`` float32 -1 to 1, shape (n,), at ``rate`` Hz.

    ``start`` counts samples since the source opened: an unexpected start is a gap.
    """

    samples: NDArray[np.float32]
    rate: int
    start: int


def _shaded(mask: Mask) -> Image:
    """Return a mask as a grey picture: black for 0, white for 1."""
    grey = (np.nan_to_num(mask.alpha).clip(0.0, 1.0) * 255.0 + 0.5).astype(np.uint8)
    return np.repeat(grey[:, :, np.newaxis], 3, axis=2)


@kind(
    Kind.LATEST,
    picture=_shaded,
    summary=lambda mask: {"mask": _size(mask.alpha)},
    example=lambda: Mask(np.full((36, 64), 0.5, np.float32)),
)
@dataclass(frozen=True, slots=True, eq=False)
class Mask:
    """Where something is: ``alpha`` float32 0 to 1, shape (height, width)."""

    alpha: NDArray[np.float32]


@kind(
    Kind.CONTIGUOUS,
    summary=lambda pitch: {
        "hz": pitch.hz,
        "note": pitch.note,
        "on": pitch.on,
        "sure": pitch.sure,
        "step": pitch.step,
    },
    example=lambda: Pitch(220.0, 57.0, 1.0, on=True),
)
@dataclass(frozen=True, slots=True)
class Pitch:
    """What a voice sings now: ``hz`` (held while off), ``note`` (69.0 is A4), levels 0 to 1.

    ``on`` says whether there is a pitch; ``confidence`` how much of the sound repeats, and
    ``level`` how loud it is, pitch or not: 0 at -60 dB of full scale and below, 1 at 0 dB.
    ``bright`` is how bright the voice is, 0 as a dark "oo" to 1 as a hiss (held while off).
    ``sure`` is False while what is told is a first guess that may yet be taken back. ``step`` is
    how many cents lie between the two keys that ``note`` is of: 100 in equal temperament.
    """

    hz: float
    note: float
    confidence: float
    on: bool
    level: float = 0.0
    bright: float = 0.0
    sure: bool = True
    step: float = 100.0

    @property
    def cents(self) -> float:
        """How far it is from the nearest note, above 0 too high: half a step at most, mostly 50."""
        return self.step * (self.note - round(self.note))

    @property
    def db(self) -> float:
        """How loud the sound is in dB of full scale: -60, which stands for all below, to 0."""
        return 60.0 * (self.level - 1.0)


@kind(
    Kind.LATEST,
    summary=lambda chord: chord.name[:LONGEST] or "no chord",
    example=lambda: Chord("Am7/G", 9, 7, "min7", 0.9),
)
@dataclass(frozen=True, slots=True)
class Chord:
    """A chord that sounds: ``name`` as on a lead sheet ("Am7/G"), "" while there is none.

    ``root`` and ``bass`` are 0 (C) to 11 (B), -1 for none. ``quality`` is what is above the root,
    in the words of Harte 2005: "maj", "min7", "sus4", ... ``confidence`` is 0 to 1.
    """

    name: str
    root: int
    bass: int
    quality: str
    confidence: float

    @property
    def on(self) -> bool:
        """Whether there is a chord."""
        return self.root >= 0

    @property
    def minor(self) -> bool:
        """Whether its third is a minor one."""
        return self.quality.startswith(("min", "dim", "hdim"))

    @property
    def fifths(self) -> int:
        """The place of the root on the circle of fifths: 0 for C, 1 for G, to 11; -1 for none."""
        return self.root * 7 % 12 if self.on else -1


@kind(
    Kind.LOSSLESS,
    summary=lambda note: {"played": note.note, "velocity": note.velocity},
    example=lambda: Note(60, 100),
)
@dataclass(frozen=True, slots=True)
class Note:
    """A note, 0 to 127, begins, or ends when ``velocity`` (to 127) is 0; ``channel`` 1 to 16."""

    note: int
    velocity: int
    channel: int = 1


@kind(
    Kind.LOSSLESS,
    summary=lambda trigger: {"trigger": trigger.value},
    example=lambda: Trigger(1.0),
)
@dataclass(frozen=True, slots=True)
class Trigger:
    """Something happened; ``value`` is for receivers that want a number with it."""

    value: float = 1.0


@kind(
    Kind.LOSSLESS,
    summary=lambda beat: {"beat": beat.beat, "bpm": beat.bpm},
    example=lambda: Beat(1, 4, 120.0, 1.0),
)
@dataclass(frozen=True, slots=True)
class Beat:
    """A beat of music, now: ``beat`` is its place in the bar, 1 the first; 0 where none is known.

    ``beats`` is how many a bar has, 0 where that is not known; ``bpm`` how fast they come, in beats
    a minute; ``confidence`` how sure all this is, 0 to 1.
    """

    beat: int
    beats: int
    bpm: float
    confidence: float

    @property
    def downbeat(self) -> bool:
        """Whether it is known to be the first of a bar."""
        return self.beat == 1


@kind(
    Kind.LATEST,
    words="features",
    part=lambda name: float,
    summary=lambda features: f"{len(features.names)} numbers",
    example=lambda: Features(("low", "high"), np.array([0.25, 0.5], np.float32)),
)
@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """A vector with names, as learning boxes take it: ``values`` float32, shape (n,).

    A cable takes one by its name (``timbre.low``), as does an attribute.
    """

    names: tuple[str, ...]
    values: NDArray[np.float32]

    def __getattr__(self, name: str) -> float:
        """Return the value of a name; raise AttributeError for an unknown name."""
        if name.startswith("__") or name in ("names", "values"):
            raise AttributeError(name)  # it is being made
        try:
            return float(self.values[self.names.index(name)])
        except ValueError:
            known = ", ".join(self.names)
            raise AttributeError(f'there is no "{name}" in these features: {known}') from None


@dataclass(frozen=True, slots=True)
class Detection:
    """One detected object: its label, confidence (0 to 1), and place.

    ``box`` is x and y of the middle, width and height, 0 to 1 of the picture; y counts from the
    bottom. ``id`` stays with an object from picture to picture; 0 when objects are not tracked.
    """

    label: str
    confidence: float
    box: tuple[float, float, float, float]
    id: int = 0


@kind(
    Kind.LATEST,
    words="detections",
    nobody=lambda found: Detections(()) if found.seen else None,
    summary=lambda found: ", ".join(one.label for one in found.seen)[:LONGEST] or "nothing",
    example=lambda: Detections((Detection("cup", 0.9, (0.5, 0.5, 0.1, 0.2), 1),)),
)
@dataclass(frozen=True, slots=True)
class Detections:
    """All objects detected in a picture, by falling confidence."""

    seen: tuple[Detection, ...]

    @property
    def count(self) -> int:
        """The number of objects."""
        return len(self.seen)


def _kept_osc(message: OscMessage) -> Kind:
    """Return the policy: one that is not ``kept`` is replaced by the next."""
    return Kind.LOSSLESS if message.kept else Kind.LATEST


def _shown(argument: float | str | bool) -> str:
    return f"{argument:.3g}" if isinstance(argument, float) else str(argument)


@kind(
    Kind.LOSSLESS,
    name="osc",
    words="an OSC message",
    by_message=_kept_osc,
    summary=lambda message: " ".join([message.address, *map(_shown, message.arguments)])[:LONGEST],
    example=lambda: OscMessage("/wek/outputs", (0.5, 2, "up")),
)
@dataclass(frozen=True, slots=True)
class OscMessage:
    """A whole OSC message: its address, and its arguments in their order.

    ``kept`` is whether none may be lost, as of an order; of a stream of measurements only the
    newest counts.
    """

    address: str
    arguments: tuple[float | int | str | bool, ...] = ()
    kept: bool = True


@dataclass(frozen=True, slots=True)
class Later(Generic[M]):
    """A message for a later moment: ``Later(at + ns(0.5), Note(60, 0))``.

    The engine queues it and emits the message at ``at``. A panic, a loss, a failure, or an edit
    that removes the box cancels it. It never travels on a cable itself; the message does.
    """

    at: Ns
    message: M


@dataclass(frozen=True, slots=True)
class After(Generic[M]):
    """A message for a while after the last one of its box: ``After(ns(0.05), next_part)``.

    For what takes its time, such as speech, and was made on a thread that knows no moment: the
    first leaves ``pause`` ns after it was given, each later one ``pause`` after the one before,
    and of a box that goes on giving, what was given first is through before the next begins. What
    calls off a ``Later`` calls these off, and so does a newer input of a box that is
    ``interruptible``. Once it has been said its ``last_word`` is owed: where the box is called off
    before it says the very same by itself, that is said at once.
    """

    pause: Ns
    message: M
    last_word: M | None = None
