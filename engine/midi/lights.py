"""What a desk shows of a show: lamps of pads and buttons, rings and motors of knobs and faders.

A lamp is lit by the velocity of a note, or the value of a controller; 0 puts it out. A knob is told
its position by its own message.

Why nothing of this comes back as input: some desks and programs send back what they get. What comes
again within ``ECHO`` is left out, as long as the desk does so with most of what it is sent; else a
hand that presses hard in that moment would not be heard.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from engine.core.clock import MILLISECOND
from engine.core.messages import Ns
from engine.core.set_target import Shown
from engine.midi.active_notes import CONTROL, HALF, NOTE_ON
from engine.midi.desk_map import Mapped
from engine.midi.names import MessageName

ECHO: Final = 200 * MILLISECOND
"""ns within which an echo comes back."""
HAND: Final = 300 * MILLISECOND
"""ns for which a knob that is turned is left to the hand: its motor would fight."""
_BEND: Final = 0xE0
_SEVEN: Final = 127
_FOURTEEN: Final = 16383
_FINE: Final = 32

Address = tuple[int, int]
"""A status byte with its channel, and a number; 0 for the bend wheel."""


@dataclass(frozen=True)
class Colours:
    """The velocity of a lit pad that has no colour of its own, and of one that is not lit."""

    on: int = 127
    off: int = 0


@dataclass
class _Light:
    """One control, and what the desk shows on it: a value of its message, None where unknown."""

    name: MessageName
    is_knob: bool
    on: int
    channel: int
    shown: int | None = None
    touched: Ns | None = None

    @property
    def highest(self) -> int:
        return _FOURTEEN if self.name.fine or self.name.kind == "bend" else _SEVEN


@dataclass
class _Echoes:
    """What was sent of late and may come back, and whether this desk is one that does so."""

    _waiting: dict[Address, deque[tuple[int, Ns]]] = field(default_factory=dict)
    _came: int = 0
    _missed: int = 0

    def sent(self, address: Address, value: int, now: Ns) -> None:
        """Note what was sent."""
        self._expire(address, now)
        self._waiting.setdefault(address, deque()).append((value, now))

    def is_echo(self, address: Address, value: int, at: Ns) -> bool:
        """Whether what came is what was sent."""
        self._expire(address, at)
        waiting = self._waiting.get(address)
        if not waiting:
            return False
        places = [place for place, (sent, _) in enumerate(waiting) if sent == value]
        if not places or self._came < self._missed:
            self._missed += len(waiting)
            waiting.clear()  # a hand was faster than any echo
            return False
        for _ in range(places[0] + 1):
            waiting.popleft()
        self._came += 1
        return True

    def _expire(self, address: Address, now: Ns) -> None:
        waiting = self._waiting.get(address)
        while waiting and now - waiting[0][1] > ECHO:
            waiting.popleft()
            self._missed += 1


class Lights:
    """The lights of one desk. Called on the loop, and on the thread that hears the desk."""

    def __init__(
        self, controls: Mapping[str, Mapped], colours: Colours, channel: int | None = None
    ) -> None:
        """``channel`` (1 to 16) is that of controls without one, until they are heard."""
        self._colours = colours
        self._lock = threading.Lock()
        self._echoes = _Echoes()
        self._lights = {
            key: _Light(
                mapped.name,
                mapped.is_knob,
                mapped.entry.colour or colours.on,
                mapped.name.channel or channel or 1,
            )
            for key, mapped in controls.items()
            if mapped.name.kind in ("note", "cc", "bend")
        }

    def forget(self) -> None:
        """Take it that the desk shows nothing that we know of: it is sent everything anew."""
        with self._lock:
            self._echoes = _Echoes()
            for light in self._lights.values():
                light.shown = None

    def update(self, present: Mapping[str, Shown], now: Ns) -> list[bytes]:
        """Return the messages that bring the desk up to date."""
        with self._lock:
            return [
                message
                for key, light in self._lights.items()
                if (value := self._wanted(light, present.get(key, Shown(lit=False)), now))
                is not None
                for message in self._send(light, value, now)
            ]

    def heard(self, message: bytes, at: Ns) -> bool:
        """Note what a control of the desk says; return whether that is an echo of ours."""
        found = _address(message)
        if found is None:
            return False
        address, value = found
        with self._lock:
            if self._echoes.is_echo(address, value, at):
                return True
            for light in self._lights.values():
                self._note(light, address, value, at)
            return False

    def last(self) -> list[bytes]:
        """Return the messages that put the lamps of buttons out; those of notes end as notes do."""
        return [
            message
            for light in self._lights.values()
            if light.name.kind == "cc" and not light.is_knob
            for message in _messages(light, 0)
        ]

    def _wanted(self, light: _Light, shown: Shown, now: Ns) -> int | None:
        """Return what the desk shall show now; None where it does."""
        if not light.is_knob:
            value = light.on if shown.lit else self._colours.off
            return value if value != light.shown else None
        turning = light.touched is not None and now - light.touched < HAND
        if shown.position is None or turning:
            return None
        if light.shown is not None:
            apart = abs(light.shown / light.highest - shown.position)
            if apart <= max(shown.reach, 0.5 / light.highest):
                return None
        return round(shown.position * light.highest)

    def _send(self, light: _Light, value: int, now: Ns) -> list[bytes]:
        light.shown = value
        messages = _messages(light, value)
        for message in messages:
            if found := _address(message):
                self._echoes.sent(*found, now)
        return messages

    def _note(self, light: _Light, address: Address, value: int, at: Ns) -> None:
        """Note what a desk shows by itself when a control of it is used.

        A pad that is let go may put its own lamp out. A knob stands where it says.
        """
        status, number = address
        name, channel = light.name, (status & 0x0F) + 1
        if name.channel not in (None, channel):
            return
        if name.kind == "bend":
            if status & 0xF0 == _BEND:
                light.shown, light.touched, light.channel = value, at, channel
            return
        kind = {NOTE_ON: "note", CONTROL: "cc"}.get(status & 0xF0)
        fine = name.fine and number == (name.number or 0) + _FINE
        if kind != name.kind or not (number == name.number or fine):
            return
        light.channel = channel
        if not light.is_knob:
            let_go = value == 0 if kind == "note" else value < HALF
            if let_go and light.shown:
                light.shown = None
            return
        light.touched = at
        before = light.shown or 0
        if fine:
            value |= before & ~_SEVEN
        elif name.fine:
            value <<= 7
        light.shown = value


def _messages(light: _Light, value: int) -> list[bytes]:
    """Return what shows a value, in the range of the control's own message."""
    name, channel = light.name, light.channel - 1
    number = name.number or 0
    if name.kind == "bend":
        return [bytes((_BEND | channel, value & _SEVEN, value >> 7))]
    if name.kind == "note":
        return [bytes((NOTE_ON | channel, number, value))]
    if name.fine:
        fine = bytes((CONTROL | channel, number + _FINE, value & _SEVEN))
        return [bytes((CONTROL | channel, number, value >> 7)), fine]
    return [bytes((CONTROL | channel, number, value))]


def _address(message: bytes) -> tuple[Address, int] | None:
    """Return what a message is about, and its value: the end of a note is one of velocity 0."""
    if len(message) != 3:
        return None
    status, first, second = message
    match status & 0xF0:
        case 0x80:  # NOTE_OFF
            return (NOTE_ON | status & 0x0F, first), 0
        case 0x90 | 0xB0:
            return (status, first), second
        case 0xE0:
            return (status, 0), second << 7 | first
    return None
