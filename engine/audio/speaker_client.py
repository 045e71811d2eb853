"""Our end of the process that plays: sends sound without waiting, passes on what it says."""

from __future__ import annotations

import json
import select
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Final

from engine.audio.speaker_frames import unpack_open
from engine.system.device_process import ALIVE, GONE, DeviceProcess, ask_process
from engine.system.pipe_writer import PipeWriter
from engine.system.wakeup import Wakeup

OnFrame = Callable[[bytes, bytes], None]
"""Called with the kind and payload of what the process says, on a thread of its own.

GONE comes once when the loudspeaker or the process itself went away, and nothing after it.
"""

_MODULE: Final = "engine.audio.speaker_process"
_CLOSED: Final = "the loudspeaker does not open"
_GRACE: Final = 1.0
"""Seconds in which the process fades out and leaves its device, before it is killed."""
_AGAIN_S: Final = 0.05


class SpeakerProcess(DeviceProcess):
    """One process with one loudspeaker: its ``name``, ``rate`` in Hz and ``latency`` in seconds."""

    def __init__(
        self, device: str, channel: int, hold: float, longest: float, on_frame: OnFrame
    ) -> None:
        """Open it; raise DeviceError. Sound is held for ``hold`` seconds, ``longest`` may wait."""
        arguments = (device, str(channel), f"{hold:.6f}", f"{longest:.6f}")
        super().__init__(_MODULE, *arguments, silent=_CLOSED, ended=_CLOSED)
        self.name, self.rate, self.latency = unpack_open(self.opened)
        self._on_frame = on_frame
        self._stopped = False
        self._writer = PipeWriter(self._input.fileno())
        self._writer.start(b"")
        self._full = Wakeup()
        self._reader = threading.Thread(target=self._run, name="speaker", daemon=True)
        self._pump = threading.Thread(target=self._push, name="speaker pipe", daemon=True)
        self._reader.start()
        self._pump.start()
        self.watch()

    def play(self, frames: Iterable[bytes]) -> None:
        """Write frames; what the pipe does not take at once follows by itself."""
        if self._stopped:
            return
        for frame in frames:
            self._writer.write(frame)
        if self._writer.pending:
            self._full.set()

    def stop(self) -> None:
        """Have it fade out and leave; kill one that does not. May be called twice."""
        self._stopped = True
        self._full.set()
        if self._pump is not threading.current_thread():
            self._pump.join()
        self.end(_GRACE)
        if self._reader is not threading.current_thread():
            self._reader.join()
        self.release()

    def _run(self) -> None:
        while (frames := self.read()) is not None:
            for kind, payload in frames:
                self._pass_on(kind, payload)
        self._pass_on(GONE, b"the loudspeaker hung and" if self.hung else b"the loudspeaker")

    def _pass_on(self, kind: bytes, payload: bytes) -> None:
        if not self._stopped and kind != ALIVE:
            self._on_frame(kind, payload)

    def _push(self) -> None:
        """Write what the pipe was too full for, as soon as it takes more."""
        while not self._stopped:
            self._full.wait()
            with suppress(OSError, ValueError):  # who reads learns that it is over
                while self._writer.pending and not self._stopped:
                    self._wait_for_room()
                    self._writer.flush()

    def _wait_for_room(self) -> None:
        if hasattr(select, "poll"):
            poll = select.poll()
            poll.register(self._input.fileno(), select.POLLOUT)
            poll.poll(_AGAIN_S * 1000)


def list_speakers() -> list[tuple[str, str]]:
    """Return the loudspeakers of this machine, each with a note; raise DeviceError."""
    listed = ask_process(_MODULE, silent=_CLOSED, ended=_CLOSED)
    return [(str(name), str(note)) for name, note in json.loads(listed)]
