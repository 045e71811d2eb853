"""Reads packets as messages: what arrives is checked, never trusted.

All types of OSC 1.0 and 1.1 are read: ``i f h d`` as numbers, ``T F`` as switches, ``s S c`` as
texts, ``N`` as None, ``I`` as IMPULSE, ``b`` as bytes, ``[ ]`` as a list, ``r m t`` as below.

What cannot be read is left out by itself: the others of its bundle are heard. Where the length of a
part is wrong, nobody can say where the next begins; then what came before it is heard.

Why python-osc does not do it: it does not know ``I c S``, loses its place at a type that it does
not know, pads a truncated float with zeros, and loops for ever where a length is negative.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from enum import Enum
from typing import Any, Final, NamedTuple

_BUNDLE: Final = b"#bundle\0"
DEEPEST: Final = 16
"""How deep bundles may lie in bundles, and lists in lists."""

MOST: Final = 1024
"""How many messages a packet may hold."""

WIDEST: Final = 4096
"""How many arguments a message may have; a face of 468 points has 1873."""

NAMED: Final = 255
"""How many bytes of an address are told."""


class Colour(NamedTuple):
    """A colour (``r``), 0 to 255 each."""

    red: int
    green: int
    blue: int
    alpha: int


class MidiMessage(NamedTuple):
    """A MIDI message (``m``): the number of its port, and three bytes, 0 to 255 each."""

    port: int
    status: int
    first: int
    second: int


class TimeTag(NamedTuple):
    """A moment (``t``) as NTP has it: seconds since 1900, and 2^-32 s."""

    seconds: int
    fraction: int


class Impulse(Enum):
    """The argument ``I``: a bang in OSC 1.1, "infinitum" in OSC 1.0."""

    IMPULSE = "I"


IMPULSE: Final = Impulse.IMPULSE

Spoken = tuple[str, list[Any]]
"""A message as (address, arguments)."""


class Malformed(ValueError):
    """Bytes that are not OSC, or are truncated."""


def packet(datagram: bytes) -> list[Spoken]:
    """Return the messages of a packet in their order. Raise Malformed where one cannot be read."""
    messages, faults = read(datagram)
    if faults:
        raise Malformed(faults[0])
    return messages


def read(datagram: bytes) -> tuple[list[Spoken], list[str]]:
    """Return the messages of a packet in their order, and why others cannot be read.

    Time tags of bundles are ignored: a sender whose clock is wrong would never be heard
    (python-osc, issue 110).
    """
    messages: list[Spoken] = []
    faults: list[str] = []
    for number, one in enumerate(_elements(datagram, 0)):
        if number == MOST:
            faults.append(f"more than {MOST} messages in one packet; the rest is left out")
            break
        try:
            messages.append(_message(one))
        except Malformed as error:
            faults.append(str(error))
    return messages, faults


def addressed(datagram: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the address and the bytes of each message of a packet that we have made ourselves."""
    for one in _elements(datagram, 0):
        if not isinstance(one, Malformed):
            yield one[: one.index(0)].decode(), one


def flat(arguments: list[Any]) -> Iterator[Any]:
    """Yield the arguments one by one, those in lists too."""
    for one in arguments:
        if isinstance(one, list):
            yield from flat(one)
        else:
            yield one


def describe(argument: Any) -> str:
    """Return an argument in words, at most some 40 characters."""
    for kind, words in _WORDS.items():
        if isinstance(argument, kind):
            return words
    return f"{str(argument)[:40]!r}"


_WORDS: Final[dict[type, str]] = {
    type(None): "nothing",
    Impulse: "a bang",
    Colour: "a colour",
    MidiMessage: "a MIDI message",
    TimeTag: "a time tag",
    bytes: "a blob",
    list: "a list",
}


def _elements(data: bytes, depth: int) -> Iterator[bytes | Malformed]:
    """Yield the messages of a packet as bytes, and a Malformed for what is none."""
    if not data.startswith(_BUNDLE):
        odd = len(data) % 4
        yield Malformed(f"its length, {len(data)} bytes, is no multiple of 4") if odd else data
        return
    if depth > DEEPEST:
        yield Malformed("bundles in bundles without an end")
        return
    start = 16
    if len(data) < start:
        yield Malformed("a bundle without its time tag")
    while start < len(data):
        size = int.from_bytes(data[start : start + 4], "big", signed=True)
        start += 4
        if not 0 < size <= len(data) - start:
            yield Malformed(f"a part of a bundle with a length of {size} bytes; the rest is lost")
            return
        yield from _elements(data[start : start + size], depth + 1)
        start += size


def _message(data: bytes | Malformed) -> Spoken:
    if isinstance(data, Malformed):
        raise data
    if not data.startswith(b"/"):
        raise Malformed('an OSC address begins with "/"')
    zero = data.find(b"\0")
    if zero < 0:
        raise Malformed("a text without an end")
    try:
        address, start = _text(data, 0)
        return address, _arguments(data, start)
    except Malformed as error:
        shown = data[: min(zero, NAMED)].decode("utf-8", "backslashreplace")
        raise Malformed(f"{shown}: {error}") from None


def _arguments(data: bytes, start: int) -> list[Any]:
    if start >= len(data):
        return []  # an old sender, whose messages without arguments say no types
    if data[start : start + 1] != b",":
        raise Malformed("its types do not begin with a comma")
    tags, start = _string(data, start)
    if len(tags) > WIDEST:
        raise Malformed(f"more than {WIDEST} arguments")
    # Lists that are not closed yet, the outermost first.
    lists: list[list[Any]] = [[]]
    for tag in tags[1:].decode("latin-1"):
        if tag == "[":
            if len(lists) > DEEPEST:
                raise Malformed("lists in lists without an end")
            lists.append([])
            continue
        if tag == "]":
            value: Any = lists.pop()
            if not lists:
                raise Malformed("a bracket is closed for nothing")
        elif tag in _CONSTANTS:
            value = _CONSTANTS[tag]
        elif tag in _READERS:
            value, start = _READERS[tag](data, start)
        else:
            raise Malformed(f'an argument of type "{tag}", which is not known')
        lists[-1].append(value)
    if len(lists) > 1:
        raise Malformed("a bracket is not closed")
    return lists[0]


_CONSTANTS: Final[dict[str, Any]] = {"T": True, "F": False, "N": None, "I": IMPULSE}

_Reader = Callable[[bytes, int], tuple[Any, int]]
"""Takes a message and where an argument begins; returns it, and where the next begins."""


def _fixed(layout: str, make: Callable[..., Any]) -> _Reader:
    """Return the reader of arguments of one length; ``layout`` is as in ``struct``."""
    form = struct.Struct(layout)

    def read_fixed(data: bytes, start: int) -> tuple[Any, int]:
        end = start + form.size
        if end > len(data):
            raise Malformed("it is cut off")
        return make(*form.unpack_from(data, start)), end

    return read_fixed


def _char(code: int) -> str:
    if not 0 < code < 128:
        raise Malformed(f"a character that is not ASCII ({code})")
    return chr(code)


def _string(data: bytes, start: int) -> tuple[bytes, int]:
    zero = data.find(b"\0", start)
    if zero < 0:
        raise Malformed("it is cut off" if start >= len(data) else "a text without an end")
    return data[start:zero], zero + 4 - zero % 4


def _text(data: bytes, start: int) -> tuple[str, int]:
    found, end = _string(data, start)
    try:
        return found.decode(), end
    except UnicodeDecodeError:
        raise Malformed("a text that is not UTF-8") from None


def _blob(data: bytes, start: int) -> tuple[bytes, int]:
    size, start = _READERS["i"](data, start)
    if size < 0:
        raise Malformed(f"a blob of {size} bytes")
    if start + size > len(data):
        raise Malformed("it is cut off")
    return data[start : start + size], start + size + -size % 4


_READERS: Final[dict[str, _Reader]] = {
    "i": _fixed(">i", int),
    "h": _fixed(">q", int),
    "f": _fixed(">f", float),
    "d": _fixed(">d", float),
    "c": _fixed(">I", _char),
    "r": _fixed(">4B", Colour),
    "m": _fixed(">4B", MidiMessage),
    "t": _fixed(">2I", TimeTag),
    "s": _text,
    "S": _text,
    "b": _blob,
}
