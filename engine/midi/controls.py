"""What the controls of a desk do: knobs turn a parameter, buttons do one thing at each press.

A pad (a note) and a program are buttons. A controller is a knob where it sets a range or one of
several choices, and a button where it does one thing: pressed above half, as pedals are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, Protocol

from engine.core.commands import (
    BlackOut,
    Command,
    CycleParameter,
    Freeze,
    Panic,
    PlayPatch,
    Release,
    SetMaster,
    SetParameter,
)
from engine.core.errors import ParameterError
from engine.core.set_target import SetTarget, Watched
from engine.midi.map_entry import LATCHES, MapEntry

PRESSED: Final = 0.5
RELEASED: Final = 0.4
"""A controller that is a button is down above PRESSED, and up again below RELEASED.

Why not one border: a knob that rests on it would press again and again.
"""
PADS: Final = ("note", "program")
BESIDE: Final = ("next", "previous")
_MASTERS: Final[Mapping[object, Watched]] = {
    "blackout": BlackOut(),
    "freeze": Freeze(),
    "master": SetMaster(1.0),
}
"""What is shown of what a control does to the whole show."""


class Control(Protocol):
    """A control that has been mapped."""

    def move(self, position: float) -> Command | None:
        """Return what to do when it is moved to a position, 0 to 1."""
        ...

    def let_go(self) -> Command | None:
        """Return what to do when it cannot be heard any more, which is as if nobody held it."""
        ...


class KnobControl:
    """Sets a parameter over its range, over a part of it, or to one of several choices."""

    def __init__(self, entry: MapEntry) -> None:
        self._entry = entry

    def move(self, position: float) -> Command:
        """Return the command for its position."""
        entry = self._entry
        if entry.span is not None:
            low, high = entry.span
            return SetParameter(*entry.name, low + position * (high - low))
        return SetParameter(*entry.name, position, of_range=True, choices=entry.values)

    def let_go(self) -> None:
        """Do nothing: it stays where it is."""


class MasterControl:
    """Sets the master of the pictures: its whole way is from dark to as they are."""

    def move(self, position: float) -> Command:
        """Return the command for its position."""
        return SetMaster(position)

    def let_go(self) -> None:
        """Do nothing: it stays where it is."""


class ButtonControl:
    """Does something when it is pressed, and perhaps something else when it is let go."""

    def __init__(self, down: Command, up: Command | None, *, pad: bool) -> None:
        """Each message of a ``pad`` above 0 is a press; else only the first one above half is."""
        self._down = down
        self._up = up
        self._pad = pad
        self._is_down = False

    def move(self, position: float) -> Command | None:
        """Return the command where this presses it or lets it go."""
        before = self._is_down
        if self._pad:
            self._is_down = position > 0
        else:
            self._is_down = position >= RELEASED if before else position > PRESSED
            if self._is_down == before:
                return None
        return self._down if self._is_down else self._up

    def let_go(self) -> Command | None:
        """Return the command that lets it go, where it is down."""
        was_down, self._is_down = self._is_down, False
        return self._up if was_down else None


def make_control(kind: str, entry: MapEntry) -> Control:
    """Return the control of a kind of message. Raise ParameterError where it cannot do this."""
    if kind in PADS and (entry.what, entry.which) == ("do", "master"):
        raise ParameterError('"master" is for knobs and faders; a pad has "blackout"')
    if kind == "program" and entry.what == "do" and entry.which in LATCHES and not entry.toggle:
        raise ParameterError(
            f'{entry.which}: a program is never let go; write {{ do = "{entry.which}", '
            "toggle = true }"
        )
    if kind == "program" and entry.rest and not entry.toggle:
        raise ParameterError('else: a program is never let go; with "toggle" the next one does it')
    if is_knob(kind, entry):
        if entry.colour is not None:
            raise ParameterError("colour: lights pads and buttons; a knob shows where it stands")
        return MasterControl() if entry.what == "do" else KnobControl(entry)
    down, up = _presses(entry)
    return ButtonControl(down, up if kind != "program" else None, pad=kind in PADS)


def is_knob(kind: str, entry: MapEntry) -> bool:
    """Whether a control of a kind of message turns what an entry says."""
    if entry.what == "do":
        return entry.which == "master"
    turns = entry.what == "parameter" and not entry.toggle and len(entry.values) != 1
    return turns and kind not in PADS


def target(entry: MapEntry) -> SetTarget | None:
    """Return the parameter that an entry sets or releases; None where it is another thing."""
    if entry.what not in ("parameter", "release"):
        return None
    return SetTarget(
        *entry.name, entry.values, entry.span, entry.rest, releases=entry.what == "release"
    )


def shown(entry: MapEntry) -> Watched | None:
    """Return what decides whether a lamp is lit; None where nothing does, as for a panic."""
    if entry.what == "patch" and entry.which not in BESIDE:
        return PlayPatch(entry.which)
    if entry.what == "do":
        return _MASTERS.get(entry.which)
    return target(entry)


def _presses(entry: MapEntry) -> tuple[Command, Command | None]:
    """Return what a button does when it is pressed, and when it is let go."""
    if entry.what == "patch":
        return PlayPatch(entry.which), None
    if entry.what == "do":
        return _of_the_show(entry)
    if entry.what == "release":
        return Release(*entry.name), None
    return _settings(entry)


def _of_the_show(entry: MapEntry) -> tuple[Command, Command | None]:
    """Return what a button does to the whole show, pressed and let go."""
    if entry.which not in LATCHES:
        return Panic(), None
    make = BlackOut if entry.which == "blackout" else Freeze
    return (make(), None) if entry.toggle else (make(on=True), make(on=False))


def _settings(entry: MapEntry) -> tuple[Command, Command | None]:
    """Return what a button sets when it is pressed, and when it is let go."""
    if entry.toggle:
        return _alternate(entry), None
    if len(entry.values) > 1:
        return CycleParameter(*entry.name, entry.values), None
    if entry.values:
        up = SetParameter(*entry.name, entry.rest[0]) if entry.rest else None
        return SetParameter(*entry.name, entry.values[0], while_held=up is not None), up
    knob = KnobControl(entry)
    down = knob.move(1.0)
    if isinstance(down, SetParameter):
        down = replace(down, while_held=True)
    return down, knob.move(0.0)


def _alternate(entry: MapEntry) -> Command:
    """Return the command of a toggle: between two values, or the ends of the range."""
    if entry.values:
        return CycleParameter(*entry.name, (*entry.values, *entry.rest))
    if entry.span is not None:
        return CycleParameter(*entry.name, entry.span[::-1])
    return CycleParameter(*entry.name, (1.0, 0.0), of_range=True)
