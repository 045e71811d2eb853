"""A child process that owns a device: a MIDI port, a microphone.

It first writes OPENED or FAILED to its standard output, then frames of its own kinds, ALIVE again
and again (``engine.system.liveness``), and GONE where the device went away. It ends when its
standard input is closed.
"""

from __future__ import annotations

import os
import select
import threading
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Final

from engine.core.errors import DeviceError
from engine.system.framing import RawFrame, Unframer, batched
from engine.system.liveness import hangs
from engine.system.processes import SpawnedProcess

OPENED: Final = b"o"
"""The device is open; what it is."""
LISTED: Final = b"l"
"""The devices that there are, in JSON; the process ends."""
FAILED: Final = b"f"
"""Why the device cannot be opened; the process ends."""
GONE: Final = b"g"
"""The device went away; the process ends or is ended."""
ALIVE: Final = b"a"
"""The process works, and its device takes or yields data."""

PATIENCE: Final = 30.0
"""Seconds that a device may take to open: its process alone may take ten on a busy machine."""
_PIECE: Final = 65536


class DeviceProcess:
    """One process of ``python -m module arguments``; ``opened`` is what it answered first.

    ``pipe`` is the descriptor by which it says what it does, ``input`` the one by which it is told;
    ``hung`` whether it was killed because it hung. ``descriptors`` stay open in it (POSIX only).
    Raise DeviceError where it refuses, ends (``ended``), or is silent (``silent``).
    """

    def __init__(
        self,
        module: str,
        *arguments: str,
        silent: str,
        ended: str,
        descriptors: Sequence[int] = (),
    ) -> None:
        self._process = SpawnedProcess(module, arguments, pipes=True, descriptors=descriptors)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._input = self._process.stdin
        self._output = self._process.stdout
        self.pid: Final = self._process.pid
        self.pipe: Final = self._output.fileno()
        self.input: Final = self._input.fileno()
        self.hung = False
        self._unframer = Unframer()
        self._early: list[RawFrame] = []
        self._over = threading.Event()
        self._spoke = False
        with suppress(OSError, AttributeError):  # pipes of Windows before Python 3.12
            os.set_blocking(self._input.fileno(), False)
        try:
            self.opened = self._first(silent, ended)
        except DeviceError:
            self.end()
            self.release()
            raise

    def watch(self) -> None:
        """Kill it once it hangs, in its driver or anywhere, so that another can take its place."""
        threading.Thread(target=self._watch, name="device watch", daemon=True).start()

    def read(self) -> list[RawFrame] | None:
        """Return what it has written since, [] where no frame is complete; None when it is over.

        Wait where there is nothing to be read, unless ``pipe`` was set not to block.
        """
        if self._early:
            early, self._early = self._early, []
            return early
        try:
            piece = os.read(self.pipe, _PIECE)
            frames = self._unframer.feed(piece) if piece else None
        except BlockingIOError:
            return []
        except (OSError, ValueError):
            frames = None
        self._spoke = True
        if frames is None:
            self._over.set()
        return frames

    def write(self, frames: Iterable[bytes]) -> bool:
        """Write frames without waiting; return whether it took them all."""
        try:
            return all(
                os.write(self._input.fileno(), each) == len(each) for each in batched(frames)
            )
        except (OSError, ValueError):
            return False

    def end(self, grace: float = 0.0) -> None:
        """Close its input and wait ``grace`` seconds for its end; then kill it.

        May be called on another thread than the one that reads.
        """
        with suppress(OSError):
            self._input.close()
        if not self._process.wait(grace):
            self._process.kill()
            self._process.wait(PATIENCE)
        self._over.set()

    def release(self) -> None:
        """Close ``pipe``, on the thread that reads, once it is over."""
        self._output.close()

    def _first(self, silent: str, ended: str) -> bytes:
        late = threading.Event()

        def give_up() -> None:
            late.set()
            self._process.kill()

        alarm = threading.Timer(PATIENCE, give_up)
        alarm.start()
        try:
            while not (frames := self.read()):
                if frames is None:
                    raise DeviceError(silent if late.is_set() else ended)
        finally:
            alarm.cancel()
        (kind, payload), *self._early = frames
        if kind == FAILED:
            raise DeviceError(payload.decode("utf-8", "replace"))
        return payload

    def _watch(self) -> None:
        if hangs(self._shows_life, self._over):
            self.hung = True
            self._process.kill()

    def _shows_life(self) -> bool:
        """Return whether it has written since: what we have not read yet counts, where it shows."""
        spoke, self._spoke = self._spoke, False
        return spoke or _has_data(self.pipe)


def ask_process(module: str, *arguments: str, silent: str, ended: str, grace: float = 0.0) -> bytes:
    """Return the one answer of a process, as that which devices there are, and end it.

    Raise DeviceError as a DeviceProcess does.
    """
    process = DeviceProcess(module, *arguments, silent=silent, ended=ended)
    process.end(grace)
    process.release()
    return process.opened


def _has_data(pipe: int) -> bool:
    if not hasattr(select, "poll"):  # no pipe of Windows can be polled
        return False
    poll = select.poll()
    poll.register(pipe, select.POLLIN)
    return bool(poll.poll(0))
