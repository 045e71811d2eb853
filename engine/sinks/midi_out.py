"""MIDI output to instruments, programs and desks.

Why a subprocess owns the port: see ``engine.midi``.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import Annotated, Any, ClassVar, Final, Literal

from engine.core.clock import ns
from engine.core.commands import Lost
from engine.core.finding import Finding
from engine.core.messages import Message, Note, Ns
from engine.core.parameter import Fixed, Param
from engine.core.sink import Sink
from engine.midi.active_notes import NOTE_ON
from engine.midi.client import PortProcess
from engine.midi.encode import MidiEncoder
from engine.midi.examine import examine_port
from engine.midi.frames import BEAT, MIDI
from engine.midi.names import check_port_name
from engine.midi.options import MidiOptions
from engine.midi.own_ports import OWN_PORTS
from engine.midi.routing import Routing, accepted_types, port_name
from engine.system.device_process import GONE
from engine.system.framing import Unframer, pack_frame

_REFUSED: Final = (ValueError, TypeError)
_SONG_POSITION: Final = b"\xf2"
_HEADER: Final = len(pack_frame(MIDI))
_log = logging.getLogger("sensorium")


class MidiOut(Sink):
    """Send notes, controllers, clock and cues to a MIDI port.

    Each key of ``send`` is a MIDI message, on a channel if it begins with one ("10/note36"):

    - ``notes``: what a box plays;
    - ``note36``: one note, struck at every trigger for ``length`` and with ``velocity`` (100);
    - ``cc74``: a controller; ``cc1:14`` is one with 14 bits (controllers 1 and 33 together);
    - ``bend``: the bend wheel; ``pressure``: on all keys; ``program``: which sound, from 0;
    - ``clock``: a MIDI clock: of the beats of a box ``tempo`` or ``beat``, 24 pulses from each to
      the next; or of so many beats a minute, in even time, where 0 ends it;
    - ``start``, ``stop``, ``continue``: a sequencer, by triggers; ``position``: where in the song
      it continues, in beats;
    - ``show_control``: a cue for a desk or player, by triggers (MIDI Show Control 1.0).

    Numbers are 0 to 1 and become the whole range of their message; for ``bend`` -1 to 1. They are
    in MIDI's own units (0 to 127, with 14 bits 0 to 16383, ``bend`` in semitones) where the ``to``
    of their cable reaches beyond that, as in ``cc2 = { from = "level", to = [0, 127] }``, and where
    they are whole numbers, such as counts. What is out of range goes to its nearest end. A
    controller is sent when it becomes another number.

    Without ``port`` a virtual port is made that other programs can listen to; Windows has none and
    needs loopMIDI. A port that is missing is tried again, and found by its name when it is back.

    Every note is ended by a note-off of its own: when what plays it is lost, at panic, at the end,
    when the port is back, and when the show dies, even by ``kill -9``.
    """

    alone: ClassVar[bool] = True
    sends_bytes: ClassVar[bool] = True

    port: Fixed[
        Annotated[
            str | None,
            Param('a part of the name of a port; without one, a virtual port "Sensorium" is made'),
        ]
    ] = None
    name: Fixed[Annotated[str, Param("what a virtual port is called")]] = "Sensorium"
    channel: Fixed[
        Annotated[int | None, Param("the channel of what names none; notes keep theirs", 1, 16)]
    ] = None
    bend_range: Fixed[
        Annotated[float, Param("how far a full bend goes at the receiver", 1, 96, "semitones")]
    ] = 2.0
    system: Fixed[
        Annotated[Literal["auto", "alsa", "core", "windows", "jack"], Param("by which MIDI system")]
    ] = "auto"

    def __post_init__(self) -> None:
        check_port_name(self.name)
        self._routing = Routing(self.channel, self.bend_range)
        self._encoders: dict[str, MidiEncoder] = {}
        self._lengths: dict[str, Ns] = {}
        self._offs: dict[tuple[str, int, int], Ns] = {}
        self._triggered: list[tuple[str, int, int]] = []
        self._frames: list[bytes] = []
        self._begun: dict[bytes, None] = {}
        self._helper: PortProcess | None = None
        self._plays = False
        self._offline = False
        self._refusals = 0
        self._warned: set[str] = set()
        self._now = Ns(0)

    @property
    def destination(self) -> str:
        """Its MIDI port, or the virtual one that it makes."""
        if self.port is None:
            return f'a virtual MIDI port "{self.name}"'
        return f'the MIDI port "{self.port}"'

    @property
    def dropped(self) -> int:
        """How many messages could not be encoded as MIDI."""
        return self._refusals

    @property
    def helper(self) -> int:
        """The process id of the port's owner; 0 while closed."""
        return self._helper.pid if self._helper else 0

    def examine(self) -> Iterable[Finding]:
        """Return whether its port is there."""
        return [examine_port("out", self.system, self.port, self.name)]

    def options(self) -> type[Any]:
        """Return the class of a cable's options."""
        return MidiOptions

    def accepts(self, port: str) -> tuple[type, ...]:
        """Return the types that a port takes. Raise UnknownName or ParameterError."""
        return accepted_types(port_name(port))

    def plug(self, port: str, carries: type, options: Any) -> None:
        """Create the encoder of a cable. Raise ParameterError when its options do not fit."""
        chosen = options or MidiOptions()
        self._encoders[port] = self._routing.encoder(port_name(port), carries, chosen)
        self._lengths[port] = ns(chosen.length)

    def unplug(self, port: str) -> None:
        """Remove a cable."""
        self._encoders.pop(port, None)
        self._lengths.pop(port, None)
        self._offs = {off: due for off, due in self._offs.items() if off[0] != port}

    def open(self) -> None:
        """Open the port. Raise DeviceError when it is missing or its name is ambiguous."""
        self._offline = False
        if self.port is not None:
            OWN_PORTS.send_to(self.port)
        helper = PortProcess("out", self.system, self.port, self.name, self._heard)
        self._helper = helper
        helper.write(self._restore())
        self._plays = True
        if self.port is not None:
            _log.info("MIDI goes to %s", helper.name)

    def open_offline(self) -> None:
        """Send nothing, since no instrument plays faster than real time; only report it."""
        self._offline = True

    def close(self) -> None:
        """Close the port; its process ends what sounds."""
        if self._plays:
            self._begun.clear()
        self._plays = False
        if self._helper is not None:
            self._helper.stop()
            self._helper = None

    def send(self, port: str, message: Message, at: Ns) -> None:
        """Queue a message until the end of the tick."""
        encoder = self._encoders[port]
        try:
            frames = encoder.encode(message)
        except _REFUSED as error:
            self._refuse(port, error)
            return
        self._collect(port, frames)
        if key := encoder.timed_note(message):
            off = (port, key.channel, key.note)
            self._triggered.append(off)
            self._offs[off] = Ns(at + self._lengths[port])

    def flush(self, now: Ns) -> None:
        """Send what is queued."""
        self._now = now
        for off in self._triggered:
            # Counted from now, not from the moment described: a late note is not shorter.
            self._offs[off] = Ns(now + self._lengths[off[0]])
        self._triggered.clear()
        frames, self._frames = sorted(self._frames, key=_rank), []
        if frames and not self._write(frames) and self._plays:
            self._port_lost("the MIDI helper does not take what is sent")

    def wake(self) -> Ns | None:
        """Return when the next triggered note ends."""
        return min(self._offs.values()) if self._offs else None

    def on_wake(self, at: Ns) -> None:
        """End the triggered notes that are due."""
        self._release([off for off, due in self._offs.items() if due <= at])
        self.flush(max(at, self._now))

    def silence(self, port: str | None = None) -> None:
        """End what sounds, each note by its own note-off."""
        self._offs = {off: due for off, due in self._offs.items() if port not in (None, off[0])}
        self._triggered.clear()
        for name, encoder in self._encoders.items():
            if port in (None, name):
                self._collect(name, encoder.end())
        self.flush(self._now)

    def _restore(self) -> list[bytes]:
        """Return the messages that bring a reopened receiver up to date.

        Notes begun before the port went away may have been sounding there until now: they end
        first.
        """
        ends, self._begun = self._begun, {}
        return [*ends, *(each for encoder in self._encoders.values() for each in encoder.restore())]

    def _collect(self, port: str, frames: Sequence[bytes]) -> None:
        self._frames += frames
        for kind, content in Unframer().feed(b"".join(frames)):
            if kind == MIDI and content[0] & 0xF0 == NOTE_ON:
                self._begun[pack_frame(MIDI, bytes((content[0] ^ 0x10, content[1], 0)))] = None
            if kind == MIDI and (self._plays or self._offline):
                self._report(port, content)

    def _report(self, port: str, content: bytes) -> None:
        if self._wire is not None:
            self._wire("midi", content)
        if self._tap is not None:
            self._tap(port, {"midi": list(content)})

    def _write(self, frames: Iterable[bytes]) -> bool:
        return self._plays and self._helper is not None and self._helper.write(frames)

    def _release(self, offs: Iterable[tuple[str, int, int]]) -> None:
        for off in offs:
            port, channel, note = off
            del self._offs[off]
            self._collect(port, self._encoders[port].encode(Note(note, 0, channel)))

    def _heard(self, kind: bytes, content: bytes) -> None:
        if kind == GONE:
            self._port_lost(f"{content.decode()} went away")

    def _port_lost(self, reason: str) -> None:
        """Report that the port is gone: it is closed, and reopened when it is back."""
        self._plays = False
        self._report_condition(Lost(reason))

    def _refuse(self, port: str, error: Exception) -> None:
        self._refusals += 1
        if port not in self._warned:
            self._warned.add(port)
            _log.warning("%s: not sent, for %s", port, error)


def _rank(frame: bytes) -> int:
    """Return what is sent first of one moment: a song position, and a beat's own pulse last."""
    if frame.startswith(BEAT):
        return 2
    return 0 if frame.startswith(_SONG_POSITION, _HEADER) and frame.startswith(MIDI) else 1
