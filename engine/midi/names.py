"""Names of MIDI messages, as keys of ``send`` and as outlets: "notes", "cc74", "10/note36".

notes             every note          note36      one note, as a trigger
cc74              controller 74       cc1:14      controllers 1 and 33 together, 14 bits
rpn0              parameter 0         nrpn1:2     parameter 130, by its halves 1 and 2
bend  pressure  program               10/...      on channel 10 only
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from engine.core.errors import ParameterError, UnknownName, as_written

NUMBERED: Final = ("note", "cc")
"""The kinds that have a number wherever MIDI goes."""
PARAMETERS: Final = ("rpn", "nrpn")
"""The kinds whose number has 14 bits, and may be written as its two halves."""
LONGEST_NAME: Final = 63
_EXAMPLES: Final = {
    "note": "note36",
    "cc": "cc74",
    "program": "program3",
    "key_pressure": "key_pressure36",
    "rpn": "rpn0",
    "nrpn": "nrpn1:2",
}
_COUNTED: Final = {
    "note": "notes",
    "program": "programs",
    "key_pressure": "keys",
    "cc": "controllers",
}
_NAME: Final = re.compile(r"(?:([1-9]\d*)/)?([a-z_]+?)(\d+)?(?::(\d+))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class MessageName:
    """A kind of message, and which one: ``fine`` means 14 bits, ``channel`` None any channel."""

    kind: str
    number: int | None = None
    fine: bool = False
    channel: int | None = None


def read_name(
    text: str,
    plain: Collection[str],
    channels: Collection[str] = (),
    numbered: Collection[str] = NUMBERED,
) -> MessageName:
    """Return the name that ``text`` spells; ``plain`` are the kinds without a number known here.

    ``channels`` are those of them that belong to a channel, ``numbered`` the kinds with a number.
    Raise UnknownName, and ParameterError for a channel outside 1 to 16 or a number outside 0 to 127
    (0 to 31 for 14 bits, 0 to 16383 for parameters).
    """
    match = _NAME.fullmatch(text)
    if match is None:
        raise _unknown(text, plain, numbered)
    channel, kind, number, after = match.groups()
    halved = after is not None and kind in PARAMETERS
    fine = after == "14" and kind == "cc"
    if kind not in (numbered if number else plain) or (after and not (fine or halved)):
        raise _unknown(text, plain, numbered)
    if channel and not 1 <= int(channel) <= 16:
        raise ParameterError(f'"{text}": channels count from 1 to 16')
    if channel and not number and kind not in channels:
        raise ParameterError(f'"{text}": {kind} belongs to no channel')
    value = None
    if number:
        value = _number(text, kind, int(number), int(after) if halved else None, fine=fine)
    return MessageName(kind, value, fine, int(channel) if channel else None)


def _number(text: str, kind: str, number: int, half: int | None, *, fine: bool) -> int:
    if half is not None:
        if max(number, half) > 127:
            raise ParameterError(f'"{text}": both halves of a parameter count from 0 to 127')
        return number << 7 | half
    last = 16383 if kind in PARAMETERS else 31 if fine else 127
    if number > last:
        what = "14-bit controllers" if fine else _COUNTED.get(kind, "parameters")
        raise ParameterError(f'"{text}": {what} count from 0 to {last}')
    return number


def check_port_name(name: str) -> None:
    """Raise ParameterError for a name that no port can have: ALSA and JACK take 1 to 63 bytes."""
    if not 0 < len(name.encode()) <= LONGEST_NAME or "\0" in name:
        raise ParameterError(
            f"name: a port is called by 1 to {LONGEST_NAME} letters, got {as_written(name)}"
        )


def _unknown(text: str, plain: Collection[str], numbered: Collection[str]) -> UnknownName:
    channel, slash, _ = text.partition("/")
    before = f"{channel}/" if slash and channel.isdigit() else ""
    every = [*plain, *(f"{kind}{number}" for kind in numbered for number in range(128))]
    examples = [_EXAMPLES[kind] for kind in numbered]
    listed = f"There is: {', '.join((*plain, *examples, 'cc1:14', '10/note36'))}."
    return UnknownName("MIDI message", text, [before + one for one in every], listed)
