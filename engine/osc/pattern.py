"""Finds the addresses that an address pattern of OSC 1.0 means.

    /1/fader?            any one character
    /*/level             any characters, none too; not across "/"
    /1/fader[1-3]        one of these; [!1-3] one that is not
    /{left,right}/pan    one of these texts

A part of a pattern means a part of an address: "//", which crosses parts in OSC 1.1, does not here.

Why bits: all places in an address that a pattern may have got to are one whole number, in which
each character of the pattern is one step (Baeza-Yates and Gonnet, "A New Approach to Text
Searching", 1992). Whatever the pattern, it takes as many steps as it is long; a search that goes
back and tries again would take exponentially many for "*a*a*a*b".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

LONGEST: Final = 255
"""Characters that a pattern may have."""

REMEMBERED: Final = 256
"""Patterns whose addresses are remembered."""

STEPS: Final = 64
"""How many characters may be compared for what a message costs."""

_MAGIC: Final = frozenset("*?[{")

Pay = Callable[[int], None]
"""Pays for so many messages; raises where that is more than is due."""


class PatternError(ValueError):
    """A pattern that OSC 1.0 does not have."""


def is_pattern(address: str) -> bool:
    """Whether an address has characters of a pattern."""
    return not _MAGIC.isdisjoint(address)


class AddressSpace:
    """The addresses of a receiver, and which of them a pattern means."""

    def __init__(self, addresses: Iterable[str] = ()) -> None:
        self._addresses = tuple(addresses)
        self._known = frozenset(self._addresses)
        self._texts: tuple[_Text, ...] | None = None
        self._found: dict[str, tuple[str, ...]] = {}

    def __iter__(self) -> Iterator[str]:
        return iter(self._addresses)

    def __contains__(self, address: str) -> bool:
        return address in self._known

    def find(self, pattern: str, pay: Pay) -> tuple[str, ...]:
        """Return the addresses that a pattern means, in their order.

        ``pay`` is asked before the work: one message for each address that is found, and one for
        STEPS comparisons where the pattern is new. Raise PatternError.
        """
        found = self._found.get(pattern)
        if found is None:
            if len(pattern) > LONGEST:
                raise PatternError(f"a pattern has {LONGEST} characters at most")
            pay(len(pattern) * len(self._addresses) // STEPS)
            found = self._search(compile_pattern(pattern))
            if len(self._found) >= REMEMBERED:
                del self._found[next(iter(self._found))]
            self._found[pattern] = found
        pay(max(0, len(found) - 1))
        return found

    def _search(self, steps: list[Step]) -> tuple[str, ...]:
        if self._texts is None:  # not before: most senders never send a pattern
            self._texts = tuple(map(_Text, self._addresses))
        both = zip(self._addresses, self._texts, strict=True)
        return tuple(address for address, text in both if _means(steps, text))


class _Text:
    """An address as bits: bit n of a mask stands for its character n."""

    __slots__ = ("end", "inside", "masks", "slashes")

    def __init__(self, text: str) -> None:
        self.masks: dict[str, int] = {}
        for place, char in enumerate(text):
            self.masks[char] = self.masks.get(char, 0) | 1 << place
        self.end = 1 << len(text)
        self.slashes = self.masks.get("/", 0)
        self.inside = (self.end - 1) & ~self.slashes


Step = Callable[[int, _Text], int]
"""Takes the places that a pattern may have got to, bit n after n characters, and returns the next.

All of them lie in the same part of the address, since only "/" itself steps over a "/".
"""


def compile_pattern(pattern: str) -> list[Step]:
    """Return the steps of a pattern. Raise PatternError where it is malformed."""
    steps: list[Step] = []
    place = 0
    while place < len(pattern):
        char = pattern[place]
        place += 1
        if char == "*":
            steps.append(_any)
        elif char == "?":
            steps.append(_one)
        elif char in "[{":
            inside, place = _until(pattern, place, char)
            steps.append(_one_of(inside) if char == "[" else _either(inside))
        elif char in "]}":
            raise PatternError(f'"{char}" closes nothing')
        else:
            steps.append(_this(char))
    return steps


def _means(steps: list[Step], text: _Text) -> bool:
    places = 1
    for step in steps:
        places = step(places, text)
        if not places:
            return False
    return bool(places & text.end)


def _until(pattern: str, start: int, opening: str) -> tuple[str, int]:
    closing = {"[": "]", "{": "}"}[opening]
    end = pattern.find(closing, start)
    if end < 0:
        raise PatternError(f'"{opening}" is not closed')
    inside = pattern[start:end]
    if "/" in inside:
        raise PatternError(f'"/" stands between "{opening}" and "{closing}"')
    return inside, end + 1


def _any(places: int, text: _Text) -> int:
    first = places & -places
    slash = text.slashes & -first
    last = slash & -slash or text.end
    return (last << 1) - first


def _one(places: int, text: _Text) -> int:
    return (places & text.inside) << 1


def _this(char: str) -> Step:
    return lambda places, text: (places & text.masks.get(char, 0)) << 1


def _one_of(inside: str) -> Step:
    negated = inside.startswith("!")
    singles, ranges = _members(inside[negated:])

    def step(places: int, text: _Text) -> int:
        mask = 0
        for char in singles:
            mask |= text.masks.get(char, 0)
        for low, high in ranges:
            for char, where in text.masks.items():
                if low <= char <= high:
                    mask |= where
        return (places & text.inside & (~mask if negated else mask)) << 1

    return step


def _members(inside: str) -> tuple[set[str], set[tuple[str, str]]]:
    """Return the characters and the ranges between "[" and "]"."""
    if not inside:
        raise PatternError("nothing stands between [ and ]")
    singles, ranges, place = set(), set(), 0
    while place < len(inside):
        low, dash, high = (
            inside[place],
            inside[place + 1 : place + 2],
            inside[place + 2 : place + 3],
        )
        if dash == "-" and high:
            if low > high:
                raise PatternError(f'"{low}-{high}" runs backwards')
            ranges.add((low, high))
            place += 3
        else:
            singles.add(low)
            place += 1
    return singles, ranges


def _either(inside: str) -> Step:
    if any(char in "[{*?" for char in inside):
        raise PatternError("between { and } stand texts alone")
    words = inside.split(",")

    def step(places: int, text: _Text) -> int:
        reached = 0
        for word in words:
            after = places
            for char in word:
                after = (after & text.masks.get(char, 0)) << 1
            reached |= after
        return reached

    return step
