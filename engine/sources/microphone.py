"""A microphone, or whatever else brings sound into the machine.

Why a block is stamped when its callback begins: that is the first moment at which it is known here.
The times that drivers give for their samples are nonsense too often to be relied on.

Why the list of devices is made anew each time: PortAudio makes it once, and what was plugged in
since is not on it; what was pulled out has left its number to another.
"""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Annotated, Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.core.clock import SECOND, SystemClock
from engine.core.commands import Command, Lost, Notice
from engine.core.errors import DeviceError, nearest
from engine.core.messages import Block, Ns
from engine.core.node import Emit, Source
from engine.core.parameter import Fixed, Param

RECORDING = re.compile(r"\.(wav|flac|ogg|opus|mp3|aiff?|au|caf|w64|rf64)$", re.I)
# The quickest way in first, where one device is listed once for each.
WAYS = ("ASIO", "JACK Audio Connection Kit", "Core Audio", "Windows WASAPI", "ALSA")
MISSING = {
    "linux": "run sudo apt install libportaudio2 (Debian, Ubuntu), or your system's package of it",
    "darwin": "run brew install portaudio",
}
PRIVACY = {
    "darwin": " See System Settings > Privacy & Security > Microphone.",
    "win32": " See Settings > Privacy & security > Microphone.",
}

LOOK_S = 0.1
STOPPED = SECOND
"""How long a device may give nothing before it counts as lost."""
FIRST = 5 * SECOND
"""How long its first block may take: wireless ones are slow to wake."""
SILENT = 2 * SECOND
END_S = 3.0

_streams = 0
_guard = threading.Lock()


class Microphone(Source):
    """Hear with a microphone, an interface, a virtual cable or another program.

    ``device`` takes its name (a part of it will do), its number, or a sound file, which is played
    in its place. "auto" takes the one that the system uses; on a machine without any the stand-in
    sings. ``channel`` counts from 1. A device that is unplugged is looked for by its name until it
    is back. Its rate stays as it is. A smaller ``block`` is heard sooner, and costs more.

    Sound that the machine was too busy to take is a gap in the count of samples, and told.

    Raises DeviceError when the device is not there, lacks the channel or may not be used, and when
    PortAudio is missing, which brings the sound in.
    """

    OUT: ClassVar[Mapping[str, type]] = {"sound": Block}

    device: Fixed[Annotated[str | int, Param('"auto", a name, a number, or a sound file')]] = "auto"
    channel: Fixed[Annotated[int, Param("which input of the device, from 1", 1, 256)]] = 1
    block: Fixed[Annotated[int, Param("how much at a time", 64, 2048, unit="samples")]] = 256

    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def instead(self, live: bool) -> tuple[str, dict[str, Any]] | None:
        """Name what plays in its place: a file is a sound file, no device at all the stand-in."""
        if isinstance(self.device, str) and _is_recording(self.device):
            same = {"channel": self.channel, "block": self.block}
            return "audio_file", {"file": self.device, **same}
        if self.device == "auto" and not (live and _anything()):
            return "stand_in", {"dances": False, "block": self.block}
        return None

    def open(self, emit: Emit) -> None:
        """Open the device and begin to listen; may take a second.

        Raises DeviceError when there is nothing to be heard.
        """
        self.close()
        self._stop = stop = threading.Event()
        library = _library()
        _look_again(library)
        tried = meant(self.device, find())
        reasons = []
        for each in tried:
            ear = Ear(each.name, each.rate, self.channel, emit, SystemClock().now())
            try:
                work = (self._start(library, each, ear), ear, stop)
            except (DeviceError, library.PortAudioError) as error:
                reasons.append(f"{each.name}: {error}")
                continue
            self._thread = threading.Thread(target=_watch, args=work, name="mic", daemon=True)
            self._thread.start()
            return
        raise DeviceError(reasons[0] + PRIVACY.get(sys.platform, ""))

    def close(self) -> None:
        """Stop listening."""
        self._stop.set()
        thread, self._thread = self._thread, None
        if thread and thread is not threading.current_thread():
            thread.join(END_S)

    def _start(self, library: Any, device: Found, ear: Ear) -> Any:
        if self.channel > device.channels:
            raise DeviceError(f"it has {device.channels} inputs, so there is no {self.channel}")
        stream = library.InputStream(
            device=device.number,
            channels=self.channel,
            blocksize=self.block,
            dtype="float32",
            latency="low",
            callback=ear.hear,
            finished_callback=ear.over.set,
        )
        ear.rate = round(stream.samplerate)
        try:
            stream.start()
        except library.PortAudioError:
            stream.close()
            raise
        _count(1)
        return stream


class Ear:
    """What the device calls, on a thread of its own, and what can be told by watching it."""

    def __init__(self, name: str, rate: int, channel: int, emit: Emit, now: Ns) -> None:
        self.rate = rate
        self.emit = emit
        self.over = threading.Event()
        self._name = name
        self._channel = channel - 1
        self._now = SystemClock().now
        self._start = 0
        self._lost = 0
        self._told = 0
        self._heard: Ns | None = None
        self._opened = now
        self._newest: NDArray[np.float32] | None = None
        self._sounded = False

    def hear(self, samples: NDArray[np.float32], count: int, _: Any, status: Any) -> None:
        """Stamp, copy, hand over."""
        at = self._now()
        if status.input_overflow:  # nobody knows how much was lost: a block makes the gap
            self._start += count
            self._lost += 1
        mono = samples[:, self._channel].copy()
        mono.flags.writeable = False
        block = Block(mono, self.rate, self._start)
        self._start += count
        self._heard, self._newest = at, mono
        self.emit("sound", block, at)

    def look(self, now: Ns) -> Command | None:
        """Say what is wrong, if anything; Lost when it is over."""
        if self.over.is_set():
            return Lost(f'"{self._name}" stopped; was it unplugged?')
        since = now - (self._opened if self._heard is None else self._heard)
        if since > (FIRST if self._heard is None else STOPPED):
            return Lost(f'"{self._name}" gives no sound any more; was it unplugged?')
        if self._lost > self._told:
            self._told = self._lost
            return Notice(
                f'"{self._name}": the machine was too busy to take all sound; try a larger block'
            )
        return self._listen(now)

    def _listen(self, now: Ns) -> Command | None:
        """Tell of a device that gave nothing but zeros since it was opened: once."""
        if self._newest is not None and self._newest.any():
            self._sounded = True
        if self._sounded or self._newest is None or now - self._opened < SILENT:
            return None
        self._sounded = True
        return Notice(
            f'"{self._name}" gives only silence: a refused microphone permission, or muted?'
            + PRIVACY.get(sys.platform, "")
        )


def _watch(stream: Any, ear: Ear, stop: threading.Event) -> None:
    """Look after an open device until it is over; whatever ends it is said once it is free."""
    now = SystemClock().now
    told: Command | None = None
    while not (stop.wait(LOOK_S) or isinstance(told, Lost)):
        told = ear.look(now())
        if isinstance(told, Notice):
            ear.emit("", told, now())
    try:
        stream.close()
    finally:
        _count(-1)
        if isinstance(told, Lost) and not stop.is_set():
            ear.emit("", told, now())


class Found(NamedTuple):
    """A device that sound comes in by."""

    number: int
    name: str
    way: str
    channels: int
    rate: int


def find() -> list[Found]:
    """Find what sound can come in by, the system's own choice first; raises DeviceError."""
    library = _library()
    ways = library.query_hostapis()
    found = [
        Found(
            number,
            each["name"],
            ways[each["hostapi"]]["name"],
            each["max_input_channels"],
            round(each["default_samplerate"]),
        )
        for number, each in enumerate(library.query_devices())
        if each["max_input_channels"] > 0
    ]
    usual = library.default.device[0]
    return sorted(found, key=lambda each: each.number != usual)


def list_microphones() -> list[str]:
    """List what sound can come in by, by name and number; each may be given as ``device``."""
    return [f"{each.name} (number {each.number}, {each.way})" for each in find()]


def meant(device: str | int, found: list[Found]) -> list[Found]:
    """Choose the devices that ``device`` may mean, the likeliest first; raises DeviceError."""
    if not found:
        raise DeviceError("no microphone was found; is one plugged in?")
    if device == "auto":
        return found
    if isinstance(device, int) or device.isdigit():
        fits = [each for each in found if each.number == int(device)]
    else:
        word = device.casefold()
        exact = [each for each in found if each.name.casefold() == word]
        fits = exact or [each for each in found if word in each.name.casefold()]
    if not fits:
        names = list(dict.fromkeys(each.name for each in found))
        there = nearest(str(device), names) or f" There is: {', '.join(names)}."
        raise DeviceError(f'there is no microphone "{device}".{there}')
    return sorted(fits, key=lambda each: WAYS.index(each.way) if each.way in WAYS else len(WAYS))


def _library() -> Any:
    """Load sounddevice; raises DeviceError where PortAudio is missing."""
    try:
        import sounddevice  # type: ignore[import-untyped]  # noqa: PLC0415
    except OSError as error:
        how = MISSING.get(sys.platform, "install it")
        raise DeviceError(f"no sound without PortAudio: {how} ({error})") from None
    return sounddevice


def _look_again(library: Any) -> None:
    """Have PortAudio list the devices anew, unless that would end another one's sound."""
    with _guard:
        if not _streams:
            library._terminate()
            library._initialize()


def _count(change: int) -> None:
    global _streams  # noqa: PLW0603 - PortAudio is one for the whole process
    with _guard:
        _streams += change


def _anything() -> bool:
    """Tell whether there is a microphone, or no telling; without PortAudio ``open`` says so."""
    try:
        return bool(find())
    except DeviceError:
        return True


def _is_recording(device: str) -> bool:
    return RECORDING.search(device) is not None or Path(device).expanduser().is_file()
