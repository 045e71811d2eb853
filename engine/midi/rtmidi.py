"""RtMidi, by the library supriya-midi: the only file that knows it. It runs in the helper process.

Why this library: it is RtMidi, whose names of ports and of programs performers know, with a wheel
for every Python from 3.11 on. rtmidi2 has none for ARM Linux, gives a port it opens a name of its
own and ends the process where a port cannot be opened; pylibremidi takes no name of a program and
must be asked, again and again, what came.
"""

from __future__ import annotations

import contextlib
import ctypes
import sys
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from supriya_midi import RtMidiErrorType

SYSTEMS: Final = {
    "alsa": "LINUX_ALSA",
    "core": "MACOSX_CORE",
    "windows": "WINDOWS_MM",
    "jack": "UNIX_JACK",
}
"""RtMidi's name of each MIDI system that a patch may name."""

JACK_READS: Final = 0.2
"""Seconds that a port of JACK stays after the last message: more than two of the longest cycles.

RtMidi closes it in the very cycle in which the message is laid into its buffer. Whoever listens may
read that later in the cycle, and of a port that is gone he reads nothing: a note would sound on.
"""

Hear = Callable[[Sequence[int]], None]


class Device:
    """A program among those of a MIDI system: lists its ports and opens one, to send or to hear.

    Every call raises OSError for what RtMidi cannot do.
    """

    def __init__(self, direction: str, system: str, client: str) -> None:
        """Join a system as ``client``; ``direction`` is "in" or "out". Raises ImportError, too."""
        rtmidi = _library()
        self._reads = JACK_READS if system == "jack" and direction == "out" else 0.0
        self._told = _Told((rtmidi.RtMidiErrorType.WARNING, rtmidi.RtMidiErrorType.DEBUG_WARNING))
        make = rtmidi.MidiOut if direction == "out" else rtmidi.MidiIn
        api = rtmidi.RtMidiAPI[SYSTEMS[system]]
        if api not in rtmidi.get_compiled_apis():
            raise OSError(f"no {system} in this library")
        try:
            self._port: Any = make(api, client)
        except RuntimeError as error:
            raise OSError(str(error)) from None
        self._port.set_error_callback(self._told)
        self._ask(self._port.get_port_count)
        if self._told.warned:  # that no JACK server runs is no more than a warning
            raise OSError(self._told.warned)

    def get_ports(self) -> list[str]:
        """List the ports that can be opened."""
        count: int = self._ask(self._port.get_port_count)
        return [self._name(index) for index in range(count)]

    def open_port(self, index: int, name: str) -> None:
        """Open a port of the list; ours, which is joined to it, is called ``name``."""
        self._ask(self._port.open_port, index, name)

    def open_virtual_port(self, name: str) -> None:
        """Open a port that others may open."""
        self._ask(self._port.open_virtual_port, name)

    def close_port(self) -> None:
        """Close the port of an output, once all is heard, and go; the device is of no more use."""
        time.sleep(self._reads)
        self._ask(self._port.close_port)
        self._port = None

    def send_message(self, message: Sequence[int]) -> None:
        """Send one whole message."""
        self._ask(self._port.send_message, message)

    def listen(self, hear: Hear) -> None:
        """Call a function with each message that comes, on a thread of RtMidi, until the end.

        Said before a port is opened: else RtMidi keeps what comes meanwhile, and for ever. System
        exclusive data ends here, for RtMidi keeps a flood of it as a whole.
        """
        self._port.ignore_types(sysex=True, timing=False, active_sense=True)
        self._port.set_callback(lambda message, _delta, _data: hear(message))

    def hear_exclusive(self) -> None:
        """Hear system exclusive data, too."""
        self._port.ignore_types(sysex=False, timing=False, active_sense=True)

    def _name(self, index: int) -> str:
        try:
            name: str = self._ask(self._port.get_port_name, index)
        except UnicodeDecodeError as error:
            return error.object.decode(errors="ignore")
        return name

    def _ask(self, call: Callable[..., Any], *given: object) -> Any:
        self._told.wrong = ""
        answer = call(*given)
        if self._told.wrong:
            raise OSError(self._told.wrong)
        return answer


class _Told:
    """What RtMidi last told of: ``wrong`` for the call that caused it, and ``warned``.

    Why they are not raised here: RtMidi tells some on threads of its own, where that would end the
    process; and after one that was raised it tells no other. And it keeps what it tells for ever,
    so that this must not hold the device.
    """

    def __init__(self, harmless: Sequence[RtMidiErrorType]) -> None:
        self._harmless = harmless
        self.warned = self.wrong = ""

    def __call__(self, kind: RtMidiErrorType, text: str, _: object) -> None:
        if kind in self._harmless:
            self.warned = text
        else:
            self.wrong = text


def _library() -> Any:
    """Import the library, with the machine's own JACK under it.

    The one that its wheel carries is older than the servers of today and cannot talk to them. What
    is loaded for everybody goes before it.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError):  # where it is not, no server is either
            ctypes.CDLL("libjack.so.0", mode=ctypes.RTLD_GLOBAL)
    import supriya_midi  # noqa: PLC0415

    return supriya_midi
