"""MIDI input from keyboards, knobs, pads, pedals and other programs."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, ClassVar, Final, Literal

from engine.core.commands import Command, Lost, Notice, PlayPatch
from engine.core.finding import Finding
from engine.core.messages import Message, Note, Ns, Trigger
from engine.core.parameter import Fixed, Param
from engine.core.set_target import SetTarget, Shown, Watched
from engine.core.source import Emit, Source
from engine.core.traffic import Heard, OnHeard
from engine.midi.client import PortProcess
from engine.midi.decode import MidiDecoder, MidiEvent
from engine.midi.desk_map import DeskMap, with_and_without_channel
from engine.midi.examine import examine_port
from engine.midi.feedback import DeskFeedback
from engine.midi.feedback_options import read_options
from engine.midi.frames import EXCLUSIVE, MOMENT, RECEIVED
from engine.midi.lights import Lights
from engine.midi.names import MessageName, check_port_name, read_name
from engine.midi.own_ports import OWN_PORTS
from engine.midi.stream import StreamParser
from engine.midi.words import SENSING, describe_message, is_meant, name_message
from engine.system.device_process import GONE
from engine.system.framing import pack_frame

OF_A_CHANNEL: Final = ("notes", "program", "bend", "pressure", "key_pressure")
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

PROGRAM_CHANGE: Final = 0xC0

Value = bool | int | float | str
"""What a control may set."""

_log = logging.getLogger("sensorium")


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
      triggers at each beat and at each of its 24 pulses; ``box.start``, ``box.continue`` and
      ``box.stop``; ``box.position``: where in the song it goes on, in beats. A box ``tempo`` makes
      one grid of beats of them;
    - ``tape.timecode``: where a player is by MIDI Time Code, in seconds; ``tape.timecode_speed``:
      1 while it runs, -1 backwards, 0 when it stands; ``tape.timecode_rate``: 24, 25, 29.97 or 30.

    A number of 14 bits is told once both halves of it came, the coarse one first or last. A coarse
    half alone is a number too; the fine half is then 0.

    All notes off, all sound off, the other channel mode messages and a system reset end the notes
    of their channels, as if each key was released. Reset all controllers brings ``bend``,
    ``pressure``, ``key_pressure``, the modulation wheel (``cc1``) and the pedals (``cc64`` to
    ``cc67``) back to 0, and ``cc11`` to 1.

    ``port = "auto"`` never takes a port of this show itself.

    In its table ``map`` knobs set parameters of other boxes, as a hand does, and pads do more:

    - ``cc21 = "reach.smooth"``: the whole way of the knob is the whole range of the parameter, its
      choices or its two states; a number without a range is set to 0 to 1;
    - ``cc22 = { parameter = "hit.above", to = [0.5, 0.9] }``: a part of the range;
    - ``cc23 = { parameter = "painting.look", to = ["starry", "wave", "ink"] }``: one of these;
    - ``note36 = "reach.on"``: a pad sets the high end while it is down;
    - ``note37 = { parameter = "reach.on", toggle = true }``: it stays (latch) until the next press;
    - ``note38 = { parameter = "painting.look", to = "starry" }``: a press picks a choice, a number
      or a text. With ``else = "ink"`` it is that again when the pad is let go, or with
      ``toggle = true`` at the next press. A list in ``to`` goes to the next one at each press;
    - ``note39 = { release = "painting.look" }``: gives it back to its cable;
    - ``note40 = { patch = "next" }``: another patch of the set: "previous", a number from 1, a file
      or a title;
    - ``note41 = "panic"``: ends everything that sounds;
    - ``note42 = "blackout"``: the picture that leaves is black while the pad is down, with
      ``{ do = "blackout", toggle = true }`` until the next press; ``"freeze"`` holds it;
    - ``cc7 = "master"``: the brightness of the picture that leaves.

    What a pad does, a program may (``program3``), and a controller: a pedal or a button, pressed
    above half. With ``patches`` a program change goes to that patch of the set, 0 to the first.

    With ``feedback = true`` the desk shows what is so, whoever has changed it: a pad is lit while
    what it picks is set, its switch is on, its patch plays, or a hand holds what it releases; knobs
    and faders with a ring or a motor are told where they stand. It goes to the output of the same
    device, and the lamps go out at the end. Many desks take the velocity of a pad for its colour:
    ``feedback = { on = 127, off = 0 }``, and ``colour = 21`` in ``map`` for one. ``port`` is a part
    of the name of another output.

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
        "continue": Trigger,
        "stop": Trigger,
        "position": float,
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
            dict[str, str | dict[str, Value | list[Value]]] | None,
            Param('what knobs and pads do: cc21 = "smooth.smooth"'),
        ]
    ] = None
    feedback: Fixed[
        Annotated[
            bool | dict[str, int | str],
            Param("show on the desk what is so: true, or a table with on, off and port"),
        ]
    ] = False
    system: Fixed[
        Annotated[Literal["auto", "alsa", "core", "windows", "jack"], Param("by which MIDI system")]
    ] = "auto"

    def __post_init__(self) -> None:
        check_port_name(self.name)
        self._outlets: dict[MessageName, list[str]] = {
            MessageName(kind): [kind] for kind in self.OUT
        }
        self._map = DeskMap(self.map_ or {})
        self._feedback = self._make_feedback()
        self._fine = self._map.fine()
        self._decoder = MidiDecoder(self._fine)
        self._spelled = StreamParser()
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
        read = read_name(name, (*self.OUT, *CABLED), OF_A_CHANNEL, tuple(NUMBERED))
        outlets = self._outlets.setdefault(read, [])
        if name not in outlets:
            outlets.append(name)
        if read.fine:
            self._fine.add(read.number)
        if read.kind in TIMECODE and self._helper is not None:
            self._helper.write([pack_frame(EXCLUSIVE)])
        return NUMBERED.get(read.kind) or self.OUT.get(read.kind, float)

    def sets(self) -> Mapping[tuple[str, ...], SetTarget]:
        """Return the parameters that ``map`` sets."""
        return {("map", key): target for key, target in self._map.targets().items()}

    @property
    def acts(self) -> bool:
        """Whether its knobs and pads do something, or its program changes choose patches."""
        return bool(self.map_) or self.patches

    def shows(self) -> Mapping[str, Watched]:
        """Return what the desk shows, by the keys of ``map``; nothing without ``feedback``."""
        return self._map.shown() if self._feedback else {}

    def show(self, now: Mapping[str, Shown]) -> None:
        """Bring the desk up to date."""
        if self._feedback is not None:
            self._feedback.show(now)

    def examine(self) -> Iterable[Finding]:
        """Return whether its port is there, and the one that lights the desk."""
        yield examine_port("in", self.system, self.port, self.name)
        options = read_options(self.feedback)
        if options is not None and options.port is not None:
            yield examine_port("out", self.system, options.port, self.name)

    def listens_to(self) -> Iterable[str]:
        """Return the messages that cables and ``map`` name."""
        named = (outlet for found in [*self._outlets.values()] for outlet in found)
        return (*(each for each in named if each not in self.OUT), *self._map.controls)

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
        if self._feedback is not None:
            port = self._helper.name if self.port is not None else None
            self._feedback.open(port, self.name)

    def close(self) -> None:
        """Close the port, and put out what the desk shows."""
        if self._feedback is not None:
            self._feedback.close()
        if self._helper is not None:
            self._helper.stop()
            self._helper = None

    def hear(self, piece: bytes, at: Ns) -> Iterator[tuple[str, Message | Command]]:
        """Decode MIDI bytes received at a moment; yield messages by outlet, and commands.

        Without bytes what has waited until that moment.
        """
        yield from self._hear(self._decoder.decode(piece, at))

    def _hear(self, events: Iterable[MidiEvent]) -> Iterator[tuple[str, Message | Command]]:
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
        names = with_and_without_channel(event.name)
        for name in names:
            if event.message is not None:
                yield from ((outlet, event.message) for outlet in self._outlets.get(name, ()))
        yield from (("", command) for command in self._map.commands(event, names))
        if self.patches and event.name.kind == "program":
            yield "", PlayPatch(event.message + 1)

    def _heard(self, kind: bytes, content: bytes) -> None:
        if self._emit is None:
            return
        if kind == RECEIVED and len(content) >= MOMENT.size:
            (moment,) = MOMENT.unpack_from(content)
            at, piece = Ns(moment), content[MOMENT.size :]
            if self._feedback is not None and self._feedback.is_echo(piece, at):
                return
            self._at = at
            if self._overheard is not None:
                self._overhear(self._overheard, piece, at)
            self._emit_all(self.hear(piece, at), self._emit)
        elif kind == GONE:
            # What is held down sets parameters, which a loss does not reach.
            self._emit_all(self._hear(self._decoder.end_notes(self._at)), self._emit)
            self._emit_all((("", command) for command in self._map.let_go()), self._emit)
            self._emit("", Lost(f"{content.decode('utf-8', 'replace')} went away"), Ns(0))

    def _overhear(self, heard: OnHeard, piece: bytes, at: Ns) -> None:
        sender = self._helper.name if self._helper and self.port is not None else self.name
        for message in self._spelled.feed(piece):
            if message[0] != SENSING:
                outlets, does = self._goes_to(message)
                name, said = name_message(message), describe_message(message)
                heard(Heard(name, said, sender, at, outlets, does))

    def _goes_to(self, message: bytes) -> tuple[list[str], str]:
        """Return the outlets that a message goes to, and what else it does."""
        if self.channel is not None and message[0] < 0xF0 and self.channel != message[0] % 16 + 1:
            return [], ""
        every = [*self._outlets.items()]
        outlets = [each for name, found in every if is_meant(name, message) for each in found]
        controls = self._map.controls.items()
        does = [f"map.{key}" for key, mapped in controls if is_meant(mapped.name, message)]
        if self.patches and message[0] & 0xF0 == PROGRAM_CHANGE:
            does.append("chooses a patch")
        return outlets, ", ".join(does)

    def _emit_all(self, heard: Iterable[tuple[str, Message | Command]], emit: Emit) -> None:
        for outlet, each in heard:
            emit(outlet, each, self._at)

    def _make_feedback(self) -> DeskFeedback | None:
        options = read_options(self.feedback)
        if options is None:
            return None
        lights = Lights(self._map.controls, options.colours, self.channel)
        return DeskFeedback(lights, self.system, options.port, self._tell)

    def _tell(self, text: str) -> None:
        if self._emit is not None:
            self._emit("", Notice(text), Ns(0))
