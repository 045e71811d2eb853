"""What a storm does to what a tape says, on the virtual clock."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from engine.core.clock import SECOND
from engine.core.contents import without_numbers
from engine.core.messages import Block, Message, Note, Ns
from engine.lab.stress import faults
from engine.lab.stress.faults import Injection

Event = tuple[Ns, str, Message]
TIMES: Final = 50
"""How many times a source that bursts says everything."""


class Jumps:
    """A clock that jumps: from the seconds that are played to those that pass, and back."""

    def __init__(self, at: Iterable[float], seconds: float) -> None:
        self._at = sorted(at)
        self._seconds = seconds

    def passed(self, played: float) -> float:
        """Give the second of the clock at which a played second is."""
        return played + self._seconds * bisect_left(self._at, played)

    def played(self, passed: float) -> float:
        """Give the played second at a second of the clock; during a jump, that of the jump."""
        for number, at in enumerate(self._at):
            if passed <= at + number * self._seconds:
                return passed - number * self._seconds
            if passed <= at + (number + 1) * self._seconds:
                return at
        return passed - len(self._at) * self._seconds


def weathered(
    events: Iterable[Event], strikes: Sequence[Injection], jumps: Jumps
) -> Iterator[Event]:
    """Give what a tape says, as a storm lets it through; ``strikes`` are those that hit it."""
    held: list[Event] = []
    until = 0.0
    for at, outlet, message in events:
        played = at / SECOND
        if held and played >= until:
            yield from ((_moment(jumps, until), *rest) for _, *rest in held)
            held.clear()
        strike = _over(strikes, played)
        moment = _moment(jumps, played)
        match strike.fault if strike else "":
            case faults.SOURCE_GONE.name:
                yield moment, "", None
            case faults.SOURCE_STALLS.name:
                assert strike is not None
                until = strike.at + strike.lasts
                held.append((at, outlet, message))
            case faults.SOURCE_NO_NUMBERS.name:
                yield moment, outlet, without_numbers(message)
            case faults.SOURCE_BURST.name:
                yield from [(moment, outlet, message)] * TIMES
            case _:
                yield moment, outlet, message


def looped(events: Iterable[Event], seconds: float) -> Iterator[Event]:
    """Say the first seconds of a tape over and over; sound goes on counting, notes are ended."""
    length = Ns(round(seconds * SECOND))
    first: list[Event] = []
    for event in events:
        if event[0] >= length:
            break
        first.append(event)
    first += [(length, outlet, end) for outlet, end in _ends(first)]
    samples = sum(len(m.samples) for _, _, m in first if isinstance(m, Block))
    turn = 0
    while first:
        for at, outlet, message in first:
            yield Ns(at + turn * length), outlet, _later(message, turn * samples)
        turn += 1


def _over(strikes: Sequence[Injection], played: float) -> Injection | None:
    """Find the strike that is going on."""
    going = (each for each in strikes if each.at <= played < each.at + each.lasts)
    return next(going, None)


def _moment(jumps: Jumps, played: float) -> Ns:
    return Ns(round(jumps.passed(played) * SECOND))


def _later(message: Message, samples: int) -> Message:
    if samples and isinstance(message, Block):
        return Block(message.samples, message.rate, message.start + samples)
    return message


def _ends(events: Iterable[Event]) -> list[tuple[str, Note]]:
    """Give what ends the notes that are not ended."""
    open_: dict[tuple[str, int, int], None] = {}
    for _, outlet, message in events:
        if isinstance(message, Note):
            key = outlet, message.note, message.channel
            open_.pop(key, None)
            if message.velocity:
                open_[key] = None
    return [(outlet, Note(note, 0, channel)) for outlet, note, channel in open_]
