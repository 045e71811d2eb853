"""MIDI output to instruments, programs and desks.

Why a subprocess owns the port: see ``engine.midi``.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import Annotated, Any, ClassVar, Final, Literal

from engine.core.clock import ns
from engine.core.commands import Lost
from engine.core.errors import ParameterError
from engine.core.finding import Finding
from engine.core.messages import Message, Note, Ns
from engine.core.parameter import Fixed, Param
from engine.core.sink import Sink
from engine.midi.active_notes import ending
from engine.midi.client import PortProcess
from engine.midi.encode import MidiEncoder
from engine.midi.examine import examine_port
from engine.midi.frames import BEAT, MIDI
from engine.midi.mpe import BEND_RANGE, MEMBERS, MpeZone
from engine.midi.names import check_port_name
from engine.midi.note_encoders import NoteEncoder
from engine.midi.options import MidiOptions
from engine.midi.own_ports import OWN_PORTS
from engine.midi.routing import BEND_RANGE as WHEEL_RANGE
from engine.midi.routing import Mode, Routing, accepted_types, port_name
from engine.system.device_process import GONE
from engine.system.framing import Unframer, pack_frame

_REFUSED: Final = (ValueError, TypeError)
_SONG_POSITION: Final = b"\xf2"
_HEADER: Final = len(pack_frame(MIDI))
QUIET: Final = Ns(5_000_000_000)
"""After so many ns without a note a receiver may be another one than before."""
_log = logging.getLogger("sensorium")


class MidiOut(Sink):
    """Send notes, controllers, clock and cues to a MIDI port.

    Each key of ``send`` is a MIDI message, on a channel if it begins with one ("10/note36"):

    - ``notes``: what a box plays;
    - ``note36``: one note, struck at every trigger for ``length`` and with ``velocity`` (100);
    - ``cc74``: a controller; ``cc1:14`` is one with 14 bits (controllers 1 and 33 together);
    - ``bend``: the bend wheel; ``pressure``: on all keys; ``brightness``: controller 74;
    - ``program``: which sound, from 0;
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

    ``mode`` is how notes move while they sound:

    - "notes": ``bend`` moves the wheel of its channel. What a box gives in semitones, such as
      ``melody.bend`` of ``notes``, is sent by ``bend_range``, which must be what the receiver is
      set to: no MIDI message can ask it. ``unit = "semitones"`` on the cable says it of others;
    - "bend": ``bend`` is in semitones always, and the receiver is told ``bend_range`` (RPN 0). One
      that does not know that message bends by what is set there;
    - "mpe": each note has a channel of its own (MIDI Polyphonic Expression, MPE 1.0: the lower
      zone, notes on the ``members`` channels from 2 on), so what moves one leaves the others.
      ``bend`` in semitones, ``brightness`` (0.5 is as it was made) and ``pressure`` move the notes
      of ``notes``, from their beginning: ``bend = "melody.bend"``. With several boxes,
      ``notes = ["melody", "chords"]``, the first bend goes with the first, and so on. All else,
      and what names channel 1, such as ``"1/bend"`` (2 semitones), goes to all notes. When more
      notes sound than there are channels, the oldest ends.

    The receiver is told the mode before the first message; by a virtual port also before a note
    after 5 s without any, since it may have been plugged in late. A bend that is wider than the
    range is held there and told once.

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
    mode: Fixed[Annotated[Mode, Param("how notes move while they sound: see above")]] = "notes"
    bend_range: Fixed[
        Annotated[
            float | None,
            Param('how far a full bend goes; 2, of "mpe" 48, if not said', 1, 96, "semitones"),
        ]
    ] = None
    members: Fixed[
        Annotated[int, Param('how many channels from 2 on are for the notes of "mpe"', 1, 15)]
    ] = MEMBERS
    system: Fixed[
        Annotated[Literal["auto", "alsa", "core", "windows", "jack"], Param("by which MIDI system")]
    ] = "auto"

    def __post_init__(self) -> None:
        check_port_name(self.name)
        if self.mode == "mpe" and self.channel is not None:
            raise ParameterError('channel: in the mode "mpe" each note takes its own')
        full = self.bend_range or (BEND_RANGE if self.mode == "mpe" else WHEEL_RANGE)
        zone = MpeZone(self.members, full) if self.mode == "mpe" else None
        self._routing = Routing(self.mode, self.channel, full, zone)
        self._introduced = False
        self._last_note = Ns(0)
        self._encoders: dict[str, MidiEncoder] = {}
        self._settling: list[tuple[str, MidiEncoder]] = []
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
        self._strained: set[str] = set()
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
        """Return whether its port is there, and what of its receiver cannot be known."""
        yield examine_port("out", self.system, self.port, self.name)
        if asked := self._asks_of_receiver():
            yield Finding("", "unsure", *asked)

    def _asks_of_receiver(self) -> tuple[str, str] | None:
        """Return what its receiver must be set to for the bends to be right, and what mends it."""
        full = f"{self._routing.bend_range:g} semitones"
        if self.mode == "mpe":
            said = f"whether its receiver plays MPE, with bends of {full}, cannot be asked"
            return said, "switch MPE on there; where it has a bend range, set it to the same"
        if self._routing.bends:
            said = f"a full bend is {full}; which range its receiver is set to cannot be asked"
            return said, f"set its bend range to {full}, or bend_range to what it has"
        return None

    def options(self) -> type[Any]:
        """Return the class of a cable's options."""
        return MidiOptions

    def accepts(self, port: str) -> tuple[type, ...]:
        """Return the types that a port takes. Raise UnknownName or ParameterError."""
        return accepted_types(port_name(port))

    def plug(self, port: str, carries: type, options: Any) -> None:
        """Create the encoder of a cable. Raise ParameterError when its options do not fit."""
        chosen = options or MidiOptions()
        self._encoders[port] = self._routing.encoder(port, carries, chosen)
        self._lengths[port] = ns(chosen.length)
        self._settle_in_order()

    def unplug(self, port: str) -> None:
        """Remove a cable."""
        self._encoders.pop(port, None)
        self._settle_in_order()
        self._lengths.pop(port, None)
        self._offs = {off: due for off, due in self._offs.items() if off[0] != port}

    def _settle_in_order(self) -> None:
        """Have notes settle before what moves them: what ends in a moment is moved no more."""
        self._settling = sorted(
            self._encoders.items(), key=lambda each: not isinstance(each[1], NoteEncoder)
        )

    def open(self) -> None:
        """Open the port. Raise DeviceError when it is missing or its name is ambiguous."""
        self._offline = False
        if self.port is not None:
            OWN_PORTS.send_to(self.port)
        helper = PortProcess("out", self.system, self.port, self.name, self._heard)
        self._helper = helper
        helper.write([*self._restore(), *self._at_end(), *self._told_at_open()])
        self._introduced = False
        self._plays = True
        if self.port is not None:
            _log.info("MIDI goes to %s", helper.name)

    def open_offline(self) -> None:
        """Send nothing, since no instrument plays faster than real time; only report it."""
        self._offline = True
        self._introduced = False

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
        if not self._introduced:
            self._introduce()
        try:
            frames = encoder.encode(message)
        except _REFUSED as error:
            self._refuse(port, error)
            return
        if port not in self._strained and (said := encoder.strain(message)):
            self._strained.add(port)
            _log.warning("%s: %s", port, said)
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
        sounded = self._routing.sounds
        settled = [(port, encoder.settle()) for port, encoder in self._settling]
        sounds = self._routing.sounds
        if sounds and not sounded and self.port is None and now - self._last_note > QUIET:
            self._introduce()
        for port, frames in settled:
            self._collect(port, frames)
        if sounds or sounded:
            self._last_note = now
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

        Notes begun before the port went away, and pedals that were down, may have been so there
        until now: they end first.
        """
        ends, self._begun = self._begun, {}
        return [*ends, *(each for encoder in self._encoders.values() for each in encoder.restore())]

    def _at_end(self) -> list[bytes]:
        return [each for encoder in self._encoders.values() for each in encoder.at_end()]

    def _told_at_open(self) -> list[bytes]:
        """Return what tells a device the mode, which a slow cable shall not do with the first note.

        Who listens to a virtual port may come later, and is told with the first note.
        """
        return [] if self.port is None else self._routing.configuration()

    def _introduce(self) -> None:
        """Have the receiver know the mode; a device was told when it opened, which is shown now."""
        waiting, self._frames = self._frames, []
        self._collect(next(iter(self._encoders)), self._routing.configuration())
        told = self._frames if self.port is None else []
        self._frames = [*waiting, *told]
        self._introduced = True

    def _collect(self, port: str, frames: Sequence[bytes]) -> None:
        self._frames += frames
        for kind, content in Unframer().feed(b"".join(frames)):
            if kind == MIDI and (end := ending(content)):
                self._begun[pack_frame(MIDI, end)] = None
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
