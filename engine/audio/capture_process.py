"""The process that captures from one device.

Run: ``python -m engine.audio.capture_process DEVICE CHANNEL BLOCK``.

It writes frames to its standard output, and ends when its standard input is closed or nobody reads
it any more. Without arguments it lists the devices and ends.

Why a process: PortAudio lists devices once a process, so that what is plugged in later needs a new
one; and where a sound server dies, PortAudio hangs when it is closed and then aborts all it lives
in (seen with JACK). Here that hurts nobody. It is left by ``os._exit``, so nothing is closed.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
from itertools import count
from typing import Any, Final

from engine.audio.capture import CaptureStream
from engine.audio.devices import (
    JACK,
    PRIVACY,
    SoundDevice,
    describe_refusal,
    find,
    library,
    match_inputs,
)
from engine.audio.frame_clock import FrameClock
from engine.audio.frames import pack_opened
from engine.core.clock import SystemClock
from engine.core.errors import DeviceError
from engine.system.device_process import ALIVE, FAILED, LISTED
from engine.system.framing import pack_frame
from engine.system.jack import ServerWatch, watch_server
from engine.system.liveness import BEAT, exit_with_parent, wake_with_parent
from engine.system.pipe_writer import PipeWriter
from engine.system.priority import set_realtime_priority

LOOK: Final = 0.1
"""Seconds between two looks at the device."""
_BEAT: Final = round(BEAT / LOOK)
_LOOKED_AT: Final = 2
"""How many inputs of a device are looked at, whichever is taken."""
_STDIN: Final = 0
_STDOUT: Final = 1
_SWITCH_INTERVAL: Final = 0.0005


def capture(device: str, channel: int, block: int) -> None:
    """Write what a device yields until it is gone; raise DeviceError where it does not open."""
    portaudio = library()
    reasons = []
    for each in match_inputs(device, find(portaudio)):
        writer = PipeWriter(_STDOUT)
        stream = CaptureStream(each.name, channel - 1, SystemClock(), writer.write)
        try:
            # Before it sounds: what takes its time now would keep the device waiting then.
            jack = watch_server() if each.way == JACK else None
            stream.server = FrameClock(jack.frames, jack.cycle) if jack else None
            opened = _start(portaudio, each, stream, channel, block)
        except (ConnectionError, DeviceError, portaudio.PortAudioError) as error:
            reasons.append(f"{each.name}: {describe_refusal(error)}")
            continue
        writer.start(pack_opened(each.name, round(opened.samplerate)))
        _look_after(stream, writer, each.name, jack)
        return
    raise DeviceError(reasons[0] + PRIVACY.get(sys.platform, ""))


def _look_after(
    stream: CaptureStream, writer: PipeWriter, name: str, jack: ServerWatch | None
) -> None:
    """Report what is wrong until the device is gone, which JACK does not say itself.

    The heartbeat is this thread's: each thread more keeps the device's waiting now and then.
    """
    looks = count()
    while not stream.gone:
        stream.over.wait(LOOK)
        if next(looks) % _BEAT == 0:
            writer.write(pack_frame(ALIVE))
        for frame in stream.check():
            writer.write(frame)
        writer.flush()
        if jack and (jack.gone or not jack.has_output(name)):
            stream.over.set()
    writer.drain()


def _start(
    portaudio: Any, device: SoundDevice, stream: CaptureStream, channel: int, block: int
) -> Any:
    if channel > device.channels:
        raise DeviceError(f"it has {device.channels} inputs, so there is no {channel}")
    opened = portaudio.InputStream(
        device=device.number,
        # One more where there is one, or a microphone on the other side would never be noticed.
        channels=max(channel, min(_LOOKED_AT, device.channels)),
        blocksize=block,
        dtype="float32",
        latency="low",
        callback=stream.on_block,
        finished_callback=stream.over.set,
    )
    gc.collect()
    gc.freeze()  # what is loaded by now stays; to look through it again would take milliseconds
    opened.start()
    return opened


def main() -> None:
    """Capture, or list."""
    wake_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the show, which then ends this
    sys.setswitchinterval(_SWITCH_INTERVAL)
    # Or the device calls while this waits for a core and holds the interpreter's lock.
    set_realtime_priority(inherited=True)
    exit_with_parent(_STDIN)
    try:
        if len(sys.argv) == 1:
            PipeWriter(_STDOUT).write_only(pack_frame(LISTED, json.dumps(find(library())).encode()))
        else:
            device, channel, block = sys.argv[1:]
            capture(device, int(channel), int(block))
    except DeviceError as error:
        PipeWriter(_STDOUT).write_only(pack_frame(FAILED, str(error).encode()))


if __name__ == "__main__":
    try:
        main()
    finally:
        os._exit(0)
