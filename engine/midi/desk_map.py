"""The ``map`` of a MIDI input: which control of the desk does what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from engine.core.commands import Command
from engine.core.errors import ParameterError, UnknownName
from engine.core.set_target import SetTarget, Watched
from engine.midi.controls import Control, is_knob, make_control, shown, target
from engine.midi.decode import MidiEvent
from engine.midi.map_entry import MapEntry, read_entry
from engine.midi.names import MessageName, read_name

PLAIN: Final = ("bend", "pressure", "key_pressure")
"""The messages without a number that can be mapped."""
WITH_NUMBER: Final = ("note", "cc", "program", "key_pressure", "rpn", "nrpn")
"""Those with one."""


@dataclass(frozen=True)
class Mapped:
    """One control: its message, the entry of the map, and what it does."""

    name: MessageName
    entry: MapEntry
    control: Control

    @property
    def is_knob(self) -> bool:
        """Whether it has a position to show, rather than a lamp."""
        return is_knob(self.name.kind, self.entry)


class DeskMap:
    """The controls of a map, by their keys."""

    def __init__(self, written: Mapping[str, object]) -> None:
        """Raise ParameterError, which begins with the key, for an entry that cannot be."""
        self.controls = {key: _read(key, entry) for key, entry in written.items()}
        self._by_name: dict[MessageName, list[Control]] = {}
        for mapped in self.controls.values():
            self._by_name.setdefault(mapped.name, []).append(mapped.control)

    def targets(self) -> Mapping[str, SetTarget]:
        """Return the parameters that it sets or releases, by key."""
        found = {key: target(mapped.entry) for key, mapped in self.controls.items()}
        return {key: one for key, one in found.items() if one is not None}

    def fine(self) -> set[int | None]:
        """Return the numbers of the controllers that it takes with 14 bits."""
        return {name.number for name in self._by_name if name.fine}

    def shown(self) -> Mapping[str, Watched]:
        """Return what the desk can show, by key."""
        found = {key: shown(mapped.entry) for key, mapped in self.controls.items()}
        return {key: one for key, one in found.items() if one is not None}

    def commands(self, event: MidiEvent, names: Iterable[MessageName]) -> Iterator[Command]:
        """Yield the commands of one event; ``names`` are those that a patch may have for it."""
        position = event.position
        if event.name.kind == "program":
            names, position = (replace(name, number=event.message) for name in names), 1.0
        if position is None:
            return
        for name in names:
            for control in self._by_name.get(name, ()):
                command = control.move(position)
                if command is not None:
                    yield command

    def let_go(self) -> Iterator[Command]:
        """Yield the commands that let go of what is held, when the desk went away."""
        for mapped in self.controls.values():
            command = mapped.control.let_go()
            if command is not None:
                yield command


def with_and_without_channel(name: MessageName) -> tuple[MessageName, ...]:
    """Return the names that a patch may have for a message that came on a channel."""
    if name.channel is None:
        return (name,)
    # Why not ``replace``: that alone took a quarter of the time that a message takes.
    return (name, MessageName(name.kind, name.number, name.fine))


def _read(key: str, written: object) -> Mapped:
    try:
        name = read_name(key, PLAIN, PLAIN, WITH_NUMBER)
        entry = read_entry(written)
        return Mapped(name, entry, make_control(name.kind, entry))
    except (ParameterError, UnknownName) as error:
        raise ParameterError(f"map.{key}: {error}") from None
