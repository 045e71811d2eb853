"""A microphone, or any other audio input.

A subprocess captures the device (see ``engine.audio.capture_process``): its blocks arrive through a
pipe, stamped where they were captured.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Annotated, Any, ClassVar

from engine.audio.client import CaptureProcess, list_devices
from engine.audio.frames import NOTICE, SOUND, unpack_sound
from engine.core.clock import SystemClock
from engine.core.commands import Lost, Notice
from engine.core.device_choice import is_number
from engine.core.errors import DeviceError
from engine.core.files import beside, why_unreadable
from engine.core.messages import Block
from engine.core.parameter import NAME_OR_FILE, Fixed, Param
from engine.core.source import AddReader, Emit, Source
from engine.system.device_process import GONE
from engine.system.priority import set_realtime_priority

RECORDING = re.compile(
    r"\.(wav|flac|og[ag]|opus|mp3|aif[cf]?|au|caf|w64|rf64|m4a|aac|wma|mka|amr|wv|ape|ac3)$", re.I
)
END_S = 3.0


class Microphone(Source):
    """Hear with a microphone, an interface, a virtual cable or another program.

    ``device`` takes its name (a part of it will do), its number, or a sound file, which is played
    in its place. "auto" takes the one that the system uses; on a machine without any the stand-in
    sings. ``channel`` counts from 1. A device that is unplugged is looked for by its name until it
    is back, also where it was given by its number. Its rate stays as it is. A smaller ``block`` is
    heard sooner, and costs more.

    Sound that the machine was too busy to take is a gap in the count of samples, and told; so is a
    device that gives nothing but zeros for two seconds, as one does that may not be used. Of a JACK
    server it is told whether sound is missing or only late; there longer cycles of the server help
    and not a larger ``block``.

    Raises DeviceError when the device is not there, lacks the channel or may not be used, and when
    PortAudio is missing, which brings the sound in.
    """

    OUT: ClassVar[Mapping[str, type]] = {"sound": Block}
    steady: ClassVar[bool] = True

    device: Fixed[
        Annotated[str | int, Param('"auto", a name, a number, or a sound file', unit=NAME_OR_FILE)]
    ] = "auto"
    channel: Fixed[Annotated[int, Param("which input of the device, from 1", 1, 256)]] = 1
    block: Fixed[Annotated[int, Param("how much at a time", 32, 2048, unit="samples")]] = 256

    _stop: threading.Event = field(default_factory=threading.Event)
    _watch: AddReader | None = None
    _listener: CaptureProcess | None = None
    _name: str = ""
    _thread: threading.Thread | None = None

    def fallback(self, live: bool) -> tuple[str, dict[str, Any]] | None:
        """Return its fallback: audio_file for a file, stand_in when there is no input."""
        if isinstance(self.device, str) and _is_recording(self.device):
            same = {"channel": self.channel, "block": self.block}
            return "audio_file", {"file": self.device, **same}
        if self.device == "auto" and not (live and _has_input()):
            return "stand_in", {"dances": False, "block": self.block}
        return None

    def doubts(self, folder: Path | None) -> Mapping[str, str]:
        """Return that the sound file that it is to play is not there."""
        if not (isinstance(self.device, str) and _is_recording(self.device)):
            return {}
        file = beside(folder or Path(), self.device, surely=True)
        why = why_unreadable(file, "a sound file")
        return {"device": why} if why else {}

    def attach(self, watch: AddReader) -> None:
        """Have the loop read the capture pipe."""
        self._watch = watch

    def open(self, emit: Emit) -> None:
        """Open the device and start capturing; may take a second.

        Raise DeviceError when no sound can be had.
        """
        self.close()
        self._stop = stop = threading.Event()
        # A device plugged in again may have another number, but keeps its name.
        device = self._name or str(self.device)
        listener = CaptureProcess(device, self.channel, self.block)
        self._listener = listener
        if is_number(self.device):
            self._name = listener.name
        forwarder = _Forwarder(listener, emit, stop)
        if not (self._watch and forwarder.attach(self._watch)):
            self._thread = threading.Thread(target=forwarder.run, name="microphone", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Stop capturing."""
        self._stop.set()
        listener, self._listener = self._listener, None
        thread, self._thread = self._thread, None
        if listener:
            listener.end()
        if thread and thread is not threading.current_thread():
            thread.join(END_S)


class _Forwarder:
    """Forwards what the capture process sends until it ends, and reports why it ended."""

    def __init__(self, listener: CaptureProcess, emit: Emit, stop: threading.Event) -> None:
        self._listener = listener
        self._emit = emit
        self._stop = stop
        self._now = SystemClock().now
        self._reason = f'"{listener.name}" stopped'

    def attach(self, watch: AddReader) -> bool:
        """Have the loop call back when there is data; return whether it can."""
        return watch(self._listener.pipe, self._hand_over)

    def run(self) -> None:
        """Forward on this thread until the end."""
        set_realtime_priority()
        while self._hand_over():
            pass

    def _hand_over(self) -> bool:
        """Forward what has arrived; return whether there may be more."""
        frames = self._listener.read()
        if frames is None or self._stop.is_set():
            self._end()
            return False
        for kind, payload in frames:
            if kind == SOUND:
                samples, at, start = unpack_sound(payload)
                self._emit("sound", Block(samples, self._listener.rate, start), at)
            elif kind == NOTICE:
                self._emit("", Notice(payload.decode("utf-8", "replace")), self._now())
            elif kind == GONE:
                self._reason = payload.decode("utf-8", "replace")
        return True

    def _end(self) -> None:
        self._listener.release()
        if not self._stop.is_set():
            self._emit("", Lost(self._reason), self._now())


def list_microphones() -> list[str]:
    """Return the audio inputs; each name or number works as ``device``."""
    return [f"{each.name} (number {each.number}, {each.way})" for each in list_devices()]


def _has_input() -> bool:
    """Whether there is an input; True without PortAudio, so that ``open`` reports its absence."""
    try:
        return bool(list_devices())
    except DeviceError:
        return True


def _is_recording(device: str) -> bool:
    return RECORDING.search(device) is not None or Path(device).expanduser().is_file()
