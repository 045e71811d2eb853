"""MIDI Polyphonic Expression: a lower zone, in which every note has a channel of its own.

MIDI Association, RP-053, MPE 1.0 (2018). Channel 1 is the zone's manager, the member channels
follow it. What goes to a note's channel bends, brightens and presses that note alone.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from engine.midi.voices import Key, begins, ends

Dimension = Literal["bend", "brightness", "pressure"]
"""What moves a note while it sounds: the wheel, controller 74, and channel pressure."""

MANAGER: Final = 1
"""The channel that speaks to all notes of the zone."""
MEMBERS: Final = 15
BEND_RANGE: Final = 48.0
"""Semitones of a full bend of a note, unless another number is sent."""
MANAGER_BEND_RANGE: Final = 2.0
REST: Final[Mapping[Dimension, int]] = {"bend": 8192, "brightness": 64, "pressure": 0}
"""How a note begins that nothing moves."""
Expression = dict[Dimension, int]
"""Where the notes of a cable are moved to, in MIDI's own units; shared with what moves them."""

_SENSITIVITY: Final = 0
_CONFIGURATION: Final = 6
_NULL: Final = 127 << 7 | 127


def parameter(channel: int, number: int, coarse: int, fine: int = 0) -> list[bytes]:
    """Return the controllers that set a registered parameter; ``channel`` 1 to 16."""
    status = 0xB0 | channel - 1
    halves = ((101, number >> 7), (100, number & 0x7F), (6, coarse), (38, fine))
    return [bytes((status, controller, half)) for controller, half in halves]


def bend_sensitivity(channel: int, semitones: float) -> list[bytes]:
    """Return what tells a receiver how far a full bend goes: semitones, and hundredths of one."""
    coarse, fine = divmod(round(semitones * 100), 100)
    return parameter(channel, _SENSITIVITY, coarse, fine)


def no_parameter(channel: int) -> list[bytes]:
    """Return what takes a parameter back (MIDI 1.0, RPN null): then controller 6 sets none."""
    return parameter(channel, _NULL, 0)[:2]


@dataclass(slots=True)
class _Member:
    """A channel: the note that sounds there, whose it is, what moves it; its last turn."""

    channel: int
    owner: Hashable = None
    key: Key | None = None
    expression: Expression | None = None
    count: int = 0
    sent: dict[Dimension, int] = field(default_factory=dict)


class MpeZone:
    """The member channels of a zone, 1 to 15, and the notes that sound on them."""

    def __init__(self, members: int = MEMBERS, bend_range: float = BEND_RANGE) -> None:
        self.bend_range = bend_range
        self._members = [_Member(MANAGER + place) for place in range(1, members + 1)]
        self._count = 0

    @property
    def sounds(self) -> bool:
        """Whether a note sounds."""
        return any(member.key is not None for member in self._members)

    def belongs(self, channel: int) -> bool:
        """Return whether a channel is one of a note's own."""
        return MANAGER < channel <= MANAGER + len(self._members)

    def configure(self) -> list[bytes]:
        """Return what makes a zone of a receiver, and tells it the ranges of the bends.

        Every member is told, though one would do: a receiver that knows no zones follows as well.
        """
        zone = parameter(MANAGER, _CONFIGURATION, len(self._members))[:3]
        ranges = [(MANAGER, MANAGER_BEND_RANGE)]
        ranges += [(member.channel, self.bend_range) for member in self._members]
        told = (one for each in ranges for one in bend_sensitivity(*each))
        return [*zone, *told, *no_parameter(MANAGER)]

    def begin(
        self, owner: Hashable, key: Key, velocity: int, expression: Expression
    ) -> list[bytes]:
        """Return what begins a note, which ``expression`` moves; where that is now goes before it.

        It takes the channel that has been free for longest, or else that of the oldest note, which
        ends first, as does a note of the same owner and key.
        """
        again = self.end(owner, key)
        member = min(self._members, key=lambda one: (one.key is not None, one.count))
        before = self._end(member)
        member.owner, member.key, member.expression = owner, key, expression
        self._tick(member)
        initial = [self._moved(member, each, value) for each, value in expression.items()]
        return [*again, *before, *initial, begins(Key(member.channel, key.note), velocity)]

    def end(self, owner: Hashable, key: Key) -> list[bytes]:
        """Return what ends a note, where it still sounds."""
        return [
            one
            for member in self._members
            if member.key == key and member.owner == owner
            for one in self._end(member)
        ]

    def end_all(self, owner: Hashable) -> list[bytes]:
        """Return what ends every note of an owner."""
        return [one for each in self._members if each.owner == owner for one in self._end(each)]

    def move(self, expression: Expression, dimension: Dimension) -> list[bytes]:
        """Return what brings the notes that it moves to where they are not yet."""
        value = expression[dimension]
        return [
            self._moved(member, dimension, value)
            for member in self._members
            if member.expression is expression and member.sent.get(dimension) != value
        ]

    def _end(self, member: _Member) -> list[bytes]:
        if member.key is None:
            return []
        ended = ends(Key(member.channel, member.key.note))
        member.owner = member.key = member.expression = None
        self._tick(member)
        return [ended]

    def _moved(self, member: _Member, dimension: Dimension, value: int) -> bytes:
        member.sent[dimension] = value
        place = member.channel - 1
        match dimension:
            case "bend":
                return bytes((0xE0 | place, value & 0x7F, value >> 7))
            case "brightness":
                return bytes((0xB0 | place, 74, value))
            case "pressure":
                return bytes((0xD0 | place, value))

    def _tick(self, member: _Member) -> None:
        self._count += 1
        member.count = self._count
