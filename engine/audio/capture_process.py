"""The process that listens to one device.

Run: ``python -m engine.audio.capture_process DEVICE CHANNEL BLOCK``.

It writes frames to its standard output, and goes when nobody reads them any more. Without arguments
it lists the devices and goes.

Why a process: PortAudio lists devices once a process, so that what is plugged in later needs a new
one; and where a sound server dies, PortAudio hangs when it is closed and then aborts all it lives
in (seen with JACK). Here that hurts nobody. A helper is left by ``os._exit``, so nothing is closed.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
from typing import Any, Final

from engine.audio.capture import CaptureStream
from engine.audio.devices import JACK, PRIVACY, SoundDevice, find, library, match_inputs
from engine.audio.frames import LISTED, OPENED, REFUSED, frame
from engine.core.clock import SystemClock
from engine.core.errors import DeviceError
from engine.system.jack import ServerWatch, watch_server
from engine.system.pipe_writer import PipeWriter
from engine.system.priority import set_realtime_priority

LOOK: Final = 0.1
"""Every how many seconds it looks after a device that says nothing."""
_STDOUT: Final = 1
_SWITCH_INTERVAL: Final = 0.0005


def listen(device: str, channel: int, block: int) -> None:
    """Tell what a device gives until it is gone; raises DeviceError where it does not open."""
    portaudio = library()
    reasons = []
    for each in match_inputs(device, find(portaudio)):
        mouth = PipeWriter(_STDOUT)
        ear = CaptureStream(each.name, channel - 1, SystemClock(), mouth.say)
        try:
            # Before it sounds: what takes its time now would keep the device waiting then.
            lookout = watch_server() if each.way == JACK else None
            stream = _start(portaudio, each, ear, channel, block)
        except (ConnectionError, DeviceError, portaudio.PortAudioError) as error:
            reasons.append(f"{each.name}: {error}")
            continue
        mouth.begin(frame(OPENED, each.name.encode(), number=round(stream.samplerate)))
        _look_after(ear, mouth, each.name, lookout)
        return
    raise DeviceError(reasons[0] + PRIVACY.get(sys.platform, ""))


def _look_after(
    ear: CaptureStream, mouth: PipeWriter, name: str, lookout: ServerWatch | None
) -> None:
    """Tell what is wrong until there is nothing more, which only JACK does not say itself."""
    while not ear.gone:
        ear.over.wait(LOOK)
        for message in ear.look():
            mouth.say(message)
        mouth.flush()
        if lookout and (lookout.gone or not lookout.plays(name)):
            ear.over.set()
    mouth.end()


def _tell(message: bytes) -> None:
    """Tell all there is to tell; raises OSError where nobody reads."""
    mouth = PipeWriter(_STDOUT)
    mouth.begin(message)
    mouth.end()


def _start(
    portaudio: Any, device: SoundDevice, ear: CaptureStream, channel: int, block: int
) -> Any:
    if channel > device.channels:
        raise DeviceError(f"it has {device.channels} inputs, so there is no {channel}")
    stream = portaudio.InputStream(
        device=device.number,
        channels=channel,
        blocksize=block,
        dtype="float32",
        latency="low",
        callback=ear.hear,
        finished_callback=ear.over.set,
    )
    gc.collect()
    gc.freeze()  # what is loaded by now stays; to look through it again would take milliseconds
    stream.start()
    return stream


def main() -> None:
    """Listen, or list."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the show, which then closes this
    sys.setswitchinterval(_SWITCH_INTERVAL)
    # Or the device calls while this waits for a core and holds the interpreter's lock.
    set_realtime_priority(with_all_begun=True)
    try:
        if len(sys.argv) == 1:
            _tell(frame(LISTED, json.dumps(find(library())).encode()))
        else:
            device, channel, block = sys.argv[1:]
            listen(device, int(channel), int(block))
    except DeviceError as error:
        _tell(frame(REFUSED, str(error).encode()))


if __name__ == "__main__":
    try:
        main()
    finally:
        os._exit(0)
