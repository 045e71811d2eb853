"""MIDI input from keyboards, knobs, pads, pedals and other programs."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, ClassVar, Final, Literal

import msgspec

from engine.core.commands import Command, Lost, PlayPatch, SetParameter
from engine.core.errors import ParameterError, UnknownName
from engine.core.messages import Message, Note, Ns, Trigger
from engine.core.parameter import Fixed, Param
from engine.core.source import Emit, Source
from engine.midi.client import PortProcess
from engine.midi.decode import MidiDecoder, MidiEvent
from engine.midi.frames import EXCLUSIVE, MOMENT, RECEIVED
from engine.midi.names import MessageName, check_port_name, read_name
from engine.midi.own_ports import OWN_PORTS
from engine.system.device_process import GONE
from engine.system.framing import pack_frame

OF_A_CHANNEL: Final = ("notes", "program", "bend", "pressure", "key_pressure")
MAPPABLE: Final = ("bend", "pressure", "key_pressure")
"""Those of them that can be mapped to a parameter."""
TIMECODE: Final = ("timecode", "timecode_speed", "timecode_rate")
CABLED: Final = ("key_pressure", *TIMECODE)
"""The outlets without a number that say something only where a cable takes it: numbers."""
NUMBERED: Final = {
    "note": Trigger,
    "cc": float,
    "key_pressure": float,
    "rpn": float,
    "nrpn": float,
}

_log = logging.getLogger("sensorium")


class KnobMapping(msgspec.Struct, forbid_unknown_fields=True):
    """A mapping target: a parameter as "box.parameter", over its range or within ``to``."""

    parameter: str
    to: tuple[float, float] | None = None

    @property
    def target(self) -> tuple[str, str]:
        """The box and its parameter."""
        box, _, parameter = self.parameter.partition(".")
        return box, parameter

    def command(self, position: float) -> SetParameter:
        """Return the command for a control position, 0 to 1."""
        if self.to is None:
            return SetParameter(*self.target, position, of_range=True)
        return SetParameter(*self.target, self.to[0] + position * (self.to[1] - self.to[0]))


class MidiIn(Source):
    """Listen to a MIDI port: what is played there can be cabled, and can set parameters.

    Each cable names what it listens to, on a channel if it says one (``desk.10/cc16``):

    - ``knobs.cc16``: a controller, 0 to 1; ``knobs.cc1:14`` one with 14 bits (controllers 1 and
      33);
    - ``keys.notes``: notes with their velocity; a cable that names nothing takes these;
    - ``pads.note36``: a trigger when that note begins, with its velocity, 0 to 1;
    - ``keys.bend``: the bend wheel, -1 to 1; ``keys.pressure``: on all keys, 0 to 1;
      ``keys.key_pressure``: on the key that it last came from; ``keys.key_pressure36`` on one key;
    - ``desk.nrpn1:2``: a parameter by its number (NRPN, here 1 and 2, which is ``nrpn130``), 0 to
      1; ``desk.rpn0`` a registered one;
    - ``desk.program``: the number of a program change, 0 the first;
    - ``box.tempo``: beats a minute of a MIDI clock, at each beat; ``box.beat`` and ``box.clock``:
      triggers at each beat and at each of its 24 pulses; ``box.start`` and ``box.stop``;
    - ``tape.timecode``: where a player is by MIDI Time Code, in seconds; ``tape.timecode_speed``:
      1 while it runs, -1 backwards, 0 when it stands; ``tape.timecode_rate``: 24, 25, 29.97 or 30.

    A number of 14 bits is told once both halves of it came, the coarse one first or last. A coarse
    half alone is a number too; the fine half is then 0.

    All notes off, all sound off, the other channel mode messages and a system reset end the notes
    of their channels, as if each key was released. Reset all controllers brings ``bend``,
    ``pressure``, ``key_pressure``, the modulation wheel (``cc1``) and the pedals (``cc64`` to
    ``cc67``) back to 0, and ``cc11`` to 1.

    ``port = "auto"`` never takes a port of this show itself.

    ``map`` lets knobs set parameters of other boxes, as a hand does. The whole way of the knob is
    the whole range of the parameter, its choices or its two states, or what ``to`` says; a number
    without a range is set to 0 to 1. Pads (``note36``) set the high end while they are down.

        [knobs.map]
        cc21 = "reach/smooth.smooth"
        cc22 = "reach.on"
        cc23 = { parameter = "hit.above", to = [0.5, 0.9] }

    With ``patches`` a program change goes to that patch of the set: program 0 to the first.

    A port that is missing is tried again, and found by its name when it is back. Running status,
    system exclusive data of any length and bytes that belong to nothing do no harm.
    """

    OUT: ClassVar[Mapping[str, type]] = {
        "notes": Note,
        "program": int,
        "bend": float,
        "pressure": float,
        "tempo": float,
        "beat": Trigger,
        "clock": Trigger,
        "start": Trigger,
        "stop": Trigger,
    }

    alone: ClassVar[bool] = True

    port: Fixed[
        Annotated[
            str | None,
            Param(
                'a part of the name of a port, or "auto" for the first where somebody plays; '
                'without one, a virtual port "Sensorium" is made for other programs'
            ),
        ]
    ] = None
    name: Fixed[Annotated[str, Param("what a virtual port is called")]] = "Sensorium"
    channel: Annotated[int | None, Param("hear only this channel", 1, 16)] = None
    patches: Annotated[bool, Param("let program changes choose the patch of a set")] = False
    map_: Fixed[
        Annotated[
            dict[str, str | dict[str, str | list[float]]] | None,
            Param('parameters for knobs: cc21 = "smooth.smooth"'),
        ]
    ] = None
    system: Fixed[
        Annotated[Literal["auto", "alsa", "core", "windows", "jack"], Param("by which MIDI system")]
    ] = "auto"

    def __post_init__(self) -> None:
        check_port_name(self.name)
        self._outlets: dict[MessageName, list[str]] = {
            MessageName(kind): [kind] for kind in self.OUT
        }
        self._mappings = {
            key: _read_mapping(key, entry) for key, entry in (self.map_ or {}).items()
        }
        self._knobs: dict[MessageName, list[KnobMapping]] = {}
        for key, mapping in self._mappings.items():
            name = _read(key, MAPPABLE, f"map.{key}: ")
            self._knobs.setdefault(name, []).append(mapping)
        self._fine = {name.number for name in self._knobs if name.fine}
        self._decoder = MidiDecoder(self._fine)
        self._sounding: set[tuple[int | None, int | None]] = set()
        self._helper: PortProcess | None = None
        self._emit: Emit | None = None
        self._at = Ns(0)

    @property
    def malformed(self) -> int:
        """How many bytes belonged to no message."""
        return self._decoder.strays

    def outlet(self, name: str) -> type:
        """Return the type of an outlet and subscribe to it. Raise UnknownName or ParameterError."""
        read = _read(name, (*self.OUT, *CABLED))
        outlets = self._outlets.setdefault(read, [])
        if name not in outlets:
            outlets.append(name)
        if read.fine:
            self._fine.add(read.number)
        if read.kind in TIMECODE and self._helper is not None:
            self._helper.write([pack_frame(EXCLUSIVE)])
        return NUMBERED.get(read.kind) or self.OUT.get(read.kind, float)

    def sets(self) -> Mapping[tuple[str, ...], tuple[str, str]]:
        """Return the parameters that ``map`` sets."""
        return {("map", key): mapping.target for key, mapping in self._mappings.items()}

    def open(self, emit: Emit) -> None:
        """Open the port. Raise DeviceError when it is missing or its name is ambiguous."""
        self._emit = emit
        self._decoder = MidiDecoder(self._fine)
        self._sounding.clear()
        self._helper = PortProcess("in", self.system, self.port, self.name, self._heard)
        if any(name.kind in TIMECODE for name in self._outlets):
            self._helper.write([pack_frame(EXCLUSIVE)])
        if self.port is not None:
            _log.info("MIDI comes from %s", self._helper.name)
            if OWN_PORTS.hears(self._helper.name):
                _log.warning("what this show sends comes back to it by %s", self._helper.name)

    def close(self) -> None:
        """Close the port."""
        if self._helper is not None:
            self._helper.stop()
            self._helper = None

    def hear(self, piece: bytes, at: Ns) -> Iterator[tuple[str, Message | Command]]:
        """Decode MIDI bytes received at a moment; yield messages by outlet, and commands.

        Without bytes what has waited until that moment.
        """
        yield from self._tell(self._decoder.decode(piece, at))

    def _tell(self, events: Iterable[MidiEvent]) -> Iterator[tuple[str, Message | Command]]:
        for event in events:
            if self._passes(event):
                yield from self._dispatch(event)

    def _passes(self, event: MidiEvent) -> bool:
        """Return whether an event is heard: of any channel the end of what was heard to begin."""
        name, key = event.name, (event.name.channel, event.name.number)
        heard = self.channel is None or name.channel is None or name.channel == self.channel
        if name.kind == "notes":
            note = event.message
            return heard or (not note.velocity and (note.channel, note.note) in self._sounding)
        if name.kind == "note" and event.message is None:
            heard = heard or key in self._sounding
            self._sounding.discard(key)
        elif name.kind == "note" and heard:
            self._sounding.add(key)
        return heard

    def _dispatch(self, event: MidiEvent) -> Iterator[tuple[str, Message | Command]]:
        for name in _with_and_without_channel(event.name):
            if event.message is not None:
                yield from ((outlet, event.message) for outlet in self._outlets.get(name, ()))
            if event.position is not None:
                for mapping in self._knobs.get(name, ()):
                    yield "", mapping.command(event.position)
        if self.patches and event.name.kind == "program":
            yield "", PlayPatch(event.message + 1)

    def _heard(self, kind: bytes, content: bytes) -> None:
        if self._emit is None:
            return
        if kind == RECEIVED and len(content) >= MOMENT.size:
            (moment,) = MOMENT.unpack_from(content)
            self._at = Ns(moment)
            self._emit_all(self.hear(content[MOMENT.size :], self._at), self._emit)
        elif kind == GONE:
            # Pads that are down set parameters, which a loss does not reach.
            self._emit_all(self._tell(self._decoder.end_notes(self._at)), self._emit)
            self._emit("", Lost(f"{content.decode('utf-8', 'replace')} went away"), Ns(0))

    def _emit_all(self, said: Iterable[tuple[str, Message | Command]], emit: Emit) -> None:
        for outlet, each in said:
            emit(outlet, each, self._at)


def _with_and_without_channel(name: MessageName) -> tuple[MessageName, ...]:
    # Why not ``replace``: that alone took a quarter of the time that a message takes.
    return (
        (name,) if name.channel is None else (name, MessageName(name.kind, name.number, name.fine))
    )


def _read(text: str, plain: Any, where: str = "") -> MessageName:
    try:
        return read_name(text, plain, OF_A_CHANNEL, tuple(NUMBERED))
    except UnknownName as error:
        if not where:
            raise
        raise ParameterError(f"{where}{error}") from None


def _read_mapping(key: str, entry: str | Mapping[str, Any]) -> KnobMapping:
    try:
        mapping = msgspec.convert(
            {"parameter": entry} if isinstance(entry, str) else entry, KnobMapping
        )
    except msgspec.ValidationError as error:
        raise ParameterError(f"map.{key}: {error}") from None
    if not all(mapping.target):
        raise ParameterError(
            f'map.{key}: expected a parameter as "box.parameter", got "{mapping.parameter}"'
        )
    return mapping
