"""Play sound by a loudspeaker.

Why a subprocess owns it: it fades out where the show dies, and its device waits for nothing else
that the show does. See ``engine.audio.speaker_process``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Annotated, Any, Final

import numpy as np

from engine.audio.speaker_client import SpeakerProcess, list_speakers
from engine.audio.speaker_frames import (
    NOTICE,
    PlayedBlock,
    pack_levels,
    pack_play,
    pack_silence,
)
from engine.core.commands import Lost, Notice
from engine.core.context import Context
from engine.core.device_choice import is_number
from engine.core.errors import DeviceError
from engine.core.finding import Finding
from engine.core.messages import Block, Message, Ns
from engine.core.parameter import Fixed, Param
from engine.core.sink import Sink
from engine.system.device_process import GONE

_SLOWEST: Final = 1_000
_FASTEST: Final = 768_000
"""Samples a second of sound that is played."""
_LEVELS: Final = ("volume", "pan", "fade")
_OFFLINE: Final = "%s is silent: offline nobody listens"


class Speaker(Sink):
    """Play sound by a loudspeaker, a headphone, or another program of a JACK server.

    Several cables are summed: ``from = ["voice", "choir"]``, or one a name in ``send``. ``device``
    takes a name, a part of one or a number; "auto" is what the system uses, and where a JACK server
    runs what that plays by. ``channel`` is the first of the two outputs that it uses. A change of
    ``volume`` or ``pan`` takes ``fade`` for its whole way, so that nothing clicks.

    Sound of any rate is brought to the device's. It is held for ``hold``, so that what comes a
    little late is not torn; where it is torn all the same, it fades out and in again, that is told,
    and it is held for twice as long until it has come in time for a while. Clocks that differ are
    followed by playing a little faster or slower, up to 0.2 %. What is handed out faster than it
    sounds, as speech is, waits its turn, up to ``longest``; a stretch whose count of samples does
    not follow the last one takes the place of all that waits.

    A loudspeaker that goes away is looked for until it is back. However the show ends, even by
    ``kill -9``, sound fades out within 50 ms. Offline it is silent.

    Raises DeviceError when there is no loudspeaker.
    """

    device: Fixed[Annotated[str | int, Param('"auto", a name, or a number')]] = "auto"
    channel: Fixed[Annotated[int, Param("the first output of the device, from 1", 1, 256)]] = 1
    hold: Fixed[
        Annotated[float, Param("how long sound is held, for what comes late", 0.003, 0.2, unit="s")]
    ] = 0.004
    longest: Fixed[Annotated[float, Param("how much may wait", 0.2, 3600, unit="s")]] = 120.0
    volume: Annotated[float, Param("how loud, as a part of what comes", 0, 1)] = 1.0
    pan: Annotated[float, Param("-1 is left, 1 is right", -1, 1)] = 0.0
    fade: Annotated[
        float, Param("how long the whole way of the volume takes", 0.002, 60, unit="s")
    ] = 0.02

    _helper: SpeakerProcess | None = None

    def __setattr__(self, name: str, value: object) -> None:
        """Set an attribute; what changes the level is passed on at once, with sound or without."""
        super().__setattr__(name, value)
        if name in _LEVELS and self._helper is not None:
            self._follow_levels()

    def __post_init__(self) -> None:
        self._cables: dict[str, int] = {}
        self._frames: list[bytes] = []
        self._levels: tuple[float, float, float] | None = None
        self._context = Context()
        self._name = ""
        self._unplayable: set[str] = set()

    @property
    def destination(self) -> str:
        """Its loudspeaker."""
        return "the loudspeaker" if self.device == "auto" else f'the loudspeaker "{self.device}"'

    @property
    def helper(self) -> int:
        """The process id of the loudspeaker's owner; 0 while closed."""
        return self._helper.pid if self._helper else 0

    def examine(self) -> Iterable[Finding]:
        """Return whether there is a loudspeaker; nothing is opened."""
        try:
            there = [name for name, _ in list_speakers()]
        except DeviceError as error:
            said, colon, line = str(error).partition(": run ")
            yield Finding("", "missing", said, line if colon else "plug one in, or start JACK")
            return
        word = str(self.device).casefold()
        if not there:
            yield Finding("", "missing", "no loudspeaker was found", "plug one in, or start JACK")
        elif self.device == "auto" or is_number(self.device):
            yield Finding("", "ok", f"plays by {there[0]}")
        elif any(word in each.casefold() for each in there):
            yield Finding("", "ok", f'the loudspeaker "{self.device}" is there')
        else:
            said = f'there is no loudspeaker "{self.device}"'
            yield Finding("", "missing", said, f"name another one: {', '.join(there)}")

    def accepts(self, port: str) -> tuple[type, ...]:
        """Return sound, whatever the port is called."""
        return (Block,)

    def plug(self, port: str, carries: type, options: Any) -> None:
        """Take a cable: its sound is summed with that of the others."""
        free = (number for number in range(1 << 15) if number not in self._cables.values())
        self._cables[port] = next(free)

    def unplug(self, port: str) -> None:
        """Forget a cable; what sounds of it has been silenced."""
        self._cables.pop(port, None)

    def open(self, context: Context) -> None:
        """Open the loudspeaker. Raise DeviceError where there is none."""
        self.close()
        self._context = context
        # A device plugged in again may have another number, but keeps its name.
        device = self._name or str(self.device)
        helper = SpeakerProcess(device, self.channel, self.hold, self.longest, self._heard)
        self._helper = helper
        if is_number(self.device):
            self._name = helper.name
        self._levels = None
        self._follow_levels()
        late = 1000 * (self.hold + helper.latency)
        told = f"sound goes to {helper.name}, {helper.rate} Hz, {late:.0f} ms behind"
        context.log.info("%s: %s", context.name, told)

    def open_offline(self, context: Context) -> None:
        """Play nothing, for virtual time is not heard; tell so."""
        self._context = context
        context.log.info(_OFFLINE, context.name)

    def open_muted(self, context: Context) -> None:
        """Play nothing: nobody listens to a replay."""
        self._context = context

    def close(self) -> None:
        """Close the loudspeaker; its process fades out."""
        helper, self._helper = self._helper, None
        self._frames.clear()
        if helper is not None:
            helper.stop()

    def send(self, port: str, message: Message, at: Ns) -> None:
        """Take a block, to be passed on at the end of the tick."""
        block: Block = message
        if not _SLOWEST <= block.rate <= _FASTEST:
            self._refuse(port, block.rate)
            return
        if self._helper is not None:
            samples = np.asarray(block.samples, np.float32)
            played = PlayedBlock(self._cables[port], block.rate, block.start, at, samples)
            self._frames += pack_play(played)
        if self._tap is not None:
            seconds = round(len(block.samples) / block.rate, 6)
            self.note_sent(port, {"sound": {"seconds": seconds, "db": _decibels(block)}})

    def flush(self, now: Ns) -> None:
        """Pass on what came in this tick."""
        if self._frames and self._helper is not None:
            frames, self._frames = self._frames, []
            self._helper.play(frames)

    def silence(self, port: str | None = None) -> None:
        """Break off what sounds and what waits, in a short fade."""
        if self._helper is not None:
            self._frames.clear()
            self._helper.play([pack_silence(-1 if port is None else self._cables.get(port, -1))])

    def _follow_levels(self) -> None:
        """Pass on volume, place and fade where they have changed."""
        levels = (self.volume, self.pan, self.fade)
        if self._helper is not None and levels != self._levels:
            self._levels = levels
            self._helper.play([pack_levels(*levels)])

    def _heard(self, kind: bytes, content: bytes) -> None:
        text = content.decode("utf-8", "replace")
        if kind == GONE:
            self.report(Lost(text if "went away" in text else f"{text} went away"))
        elif kind == NOTICE:
            self.report(Notice(text))

    def _refuse(self, port: str, rate: int) -> None:
        if port not in self._unplayable:
            self._unplayable.add(port)
            self._context.log.warning("%s: sound of %s Hz is not played", port, rate)


def _decibels(block: Block) -> float:
    """Return how loud a block is in dB of full scale, -100 at least."""
    mean = float(np.mean(np.square(block.samples, dtype=np.float64))) if len(block.samples) else 0.0
    return round(10 * math.log10(max(mean, 1e-10)), 1) if math.isfinite(mean) else -100.0
