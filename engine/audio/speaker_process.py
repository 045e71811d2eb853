"""The process that owns one loudspeaker.

Run: ``python -m engine.audio.speaker_process DEVICE CHANNEL HOLD LONGEST``, the last two in
seconds; with no arguments it lists the loudspeakers and ends.

It reads frames (``speaker_frames``) from its standard input and writes frames to its standard
output. When the input is closed, because the show closed it or died, it fades out within 20 ms,
leaves the device and ends.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import threading
from functools import partial
from typing import Final

from engine.audio.mixer import SoundMixer
from engine.audio.outputs import SoundOutput, list_outputs, open_output
from engine.audio.speaker_frames import (
    LEVELS,
    NOTICE,
    PLAY,
    SILENCE,
    pack_open,
    unpack_levels,
    unpack_play,
    unpack_silence,
)
from engine.core.errors import DeviceError
from engine.system.device_main import end_with, leave_signals_to_show
from engine.system.device_process import ALIVE, FAILED, GONE, LISTED
from engine.system.framing import Unframer, pack_frame
from engine.system.liveness import BEAT, exit_when_stuck
from engine.system.pipe_writer import PipeWriter
from engine.system.priority import set_realtime_priority

LOOK: Final = 0.1
"""Seconds between two looks at the device."""
LAST: Final = 0.3
"""Seconds that the last fade may take: longer only where the device has stopped."""
STUCK: Final = 15.0
"""Seconds without a look after which this process ends, whatever holds it."""
_BEAT: Final = round(BEAT / LOOK)
_STDIN: Final = 0
_STDOUT: Final = 1
_PIECE: Final = 1 << 16
_SWITCH_INTERVAL: Final = 0.0005


class _Lookout:
    """Looks at the device again and again, and says what is wrong."""

    def __init__(self, output: SoundOutput, writer: PipeWriter) -> None:
        self._output = output
        self._writer = writer
        self._late = 0
        self._full = False

    def run(self) -> None:
        pause = threading.Event()
        looks = 0
        while not self._output.gone():
            exit_when_stuck(STUCK)
            if looks % _BEAT == 0:
                self._writer.write(pack_frame(ALIVE))
                self._tell()
            looks += 1
            pause.wait(LOOK)
        self._writer.write(pack_frame(GONE, f'"{self._output.name}" went away'.encode()))

    def _tell(self) -> None:
        mixer = self._output.mixer
        if (late := mixer.late) > self._late:
            self._late = late
            self._notice(
                f"sound came too late and was torn, {late} times so far;"
                f" it is held for {1000 * mixer.hold:.0f} ms more now"
            )
        if mixer.refused and not self._full:
            self._full = True
            self._notice("more waits to be played than may; what comes beyond that is left out")

    def _notice(self, text: str) -> None:
        self._writer.write(pack_frame(NOTICE, text.encode()))


def play(output: SoundOutput) -> None:
    """Play what the show writes, until it closes the pipe; then fade out and leave."""
    mixer = output.mixer
    unframer = Unframer()
    try:
        while piece := os.read(_STDIN, _PIECE):
            for kind, payload in unframer.feed(piece):
                take(mixer, kind, payload)
    finally:
        mixer.end()
        mixer.ended.wait(LAST)
        output.close()


def take(mixer: SoundMixer, kind: bytes, payload: bytes) -> None:
    """Do what a frame says."""
    if kind == PLAY:
        block = unpack_play(payload)
        mixer.play(block.cable, block.samples, block.rate, block.start, block.at)
    elif kind == LEVELS:
        mixer.set_levels(*unpack_levels(payload))
    elif kind == SILENCE:
        mixer.silence(unpack_silence(payload))


def _terminate(*_: object) -> None:
    raise SystemExit(0)


def main() -> int:
    """Own one loudspeaker, or list all; return the exit status."""
    leave_signals_to_show()
    signal.signal(signal.SIGTERM, _terminate)
    sys.setswitchinterval(_SWITCH_INTERVAL)
    # Or the device calls while this waits for a core and holds the interpreter's lock.
    set_realtime_priority(inherited=True)
    writer = PipeWriter(_STDOUT)
    try:
        if len(sys.argv) == 1:
            writer.write_only(pack_frame(LISTED, json.dumps(list_outputs()).encode()))
            return 0
        device, channel, hold, longest = sys.argv[1:]
        make = partial(SoundMixer, hold=float(hold), longest=float(longest))
        output = open_output(device, int(channel), make)
    except DeviceError as error:
        writer.write_only(pack_frame(FAILED, str(error).encode()))
        return 1
    gc.collect()
    gc.freeze()  # what is loaded by now stays; to look through it again would take milliseconds
    writer.start(pack_open(output.name, output.rate, output.latency))
    threading.Thread(target=_Lookout(output, writer).run, daemon=True).start()
    play(output)
    return 0


if __name__ == "__main__":
    end_with(main)
