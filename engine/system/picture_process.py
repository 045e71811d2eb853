"""A child process that is given pictures through shared memory: a window, a sender to programs.

One picture is under way at a time. Whoever gives it waits until the process has done with it, so
that nothing queues between them, and the memory holds one picture only.
"""

from __future__ import annotations

import os
import struct
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.system.device_process import ALIVE, GONE, DeviceProcess
from engine.system.framing import RawFrame, Unframer, pack_frame
from engine.system.shared_memory import SharedBuffer

Image = NDArray[np.uint8]

PICTURE: Final = b"p"
"""To the process: show this one; a HEADER, and the pixels where they are in no shared memory."""
BYE: Final = b"q"
"""To the process: end."""
SHOWN: Final = b"s"
"""From the process: it has done with a picture; its NUMBER."""

HEADER: Final = struct.Struct("<QIIQ")
"""The number of a picture, its width and height, and where it lies in the shared memory."""
NUMBER: Final = struct.Struct("<Q")

_GRACE: Final = 2.0
_PATIENCE: Final = 1.0
"""Seconds until a picture counts as taken that was not shown: nobody may see the window."""
_STDIN: Final = 0
_PIECE: Final = 1 << 20
_LONGEST: Final = 1 << 28

OnFrame = Callable[[bytes, bytes], None]
"""Called with every frame of the process but for those on pictures, on a thread of its own.

GONE comes once when the device or the process went away, and nothing after it.
"""


class PictureProcess(DeviceProcess):
    """One process that shows pictures. ``{memory}`` in an argument becomes its descriptor, or -1.

    ``what`` names it in errors: "the window". Raise DeviceError where it cannot be begun.
    """

    def __init__(self, module: str, *arguments: str, what: str, on_frame: OnFrame) -> None:
        self._memory = SharedBuffer() if os.name == "posix" else None
        descriptors = [self._memory.descriptor] if self._memory else []
        memory = str(descriptors[0] if descriptors else -1)
        super().__init__(
            module,
            *(each.replace("{memory}", memory) for each in arguments),
            silent=f"{what} does not answer; its driver may hang",
            ended=f"the process of {what} ended: its device, or its driver, cannot be used",
            descriptors=descriptors,
        )
        self._what = what
        self._on_frame = on_frame
        self._stopped = False
        self._number = 0
        self._free = threading.Event()
        self._free.set()
        self._turn = threading.Lock()
        self._thread = threading.Thread(target=self._run, name=what, daemon=True)
        self._thread.start()
        self.watch()

    def show(self, picture: Image) -> bool:
        """Have a picture shown, and wait until it is; return whether it was taken.

        ``picture``: uint8, (height, width, 3), BGR. One that comes while the last one is still on
        its way is not taken.
        """
        if not self._free.is_set():
            return False
        self._free.clear()
        self._number += 1
        height, width = picture.shape[:2]
        if self._memory is None:
            header = HEADER.pack(self._number, width, height, 0)
            taken = self.tell(PICTURE, header, picture.tobytes())
        else:
            self._memory.clear()
            place = self._memory.write(picture)
            taken = self.tell(PICTURE, HEADER.pack(self._number, width, height, place))
        if not taken:
            self._free.set()
        return taken and self._free.wait(_PATIENCE)

    def tell(self, kind: bytes, *payload: bytes) -> bool:
        """Write one frame; may be called on any thread. Return whether it was taken."""
        with self._turn:
            return not self._stopped and self.write([pack_frame(kind, *payload)])

    def stop(self) -> None:
        """End it. May be called twice."""
        self.tell(BYE)
        self._stopped = True
        self.end(_GRACE)
        if self._thread is not threading.current_thread():
            self._thread.join()
        self.release()
        if self._memory is not None:
            self._memory.close()
            self._memory = None

    def _run(self) -> None:
        while (frames := self.read()) is not None:
            for kind, payload in frames:
                if kind == SHOWN and NUMBER.unpack(payload)[0] == self._number:
                    self._free.set()
                elif kind not in (SHOWN, ALIVE) and not self._stopped:
                    self._on_frame(kind, payload)
        self._free.set()
        if not self._stopped:
            why = "hung and was ended" if self.hung else "ended, with its device or by itself"
            self._on_frame(GONE, f"the process of {self._what} {why}".encode())


class Inbox:
    """In the process: what the show has said, and the loop has not yet handled.

    ``memory`` is the descriptor of the shared memory, -1 without one; ``wake`` is called whenever
    something has come; ``is_over`` says that the show has gone.
    """

    def __init__(self, memory: int, wake: Callable[[], object]) -> None:
        self._frames: deque[RawFrame] = deque()
        self._memory = SharedBuffer(memory) if memory >= 0 else None
        self._wake = wake
        self.is_over = False

    def begin(self) -> None:
        """Read from now on, on a thread."""
        threading.Thread(target=self._read, name="show", daemon=True).start()

    def take(self) -> list[RawFrame]:
        """Return what has come since."""
        return [self._frames.popleft() for _ in range(len(self._frames))]

    def picture(self, payload: bytes) -> tuple[int, Image]:
        """Return the number and the pixels of a picture: read-only, until it is SHOWN."""
        number, width, height, place = HEADER.unpack_from(payload)
        size = width * height * 3
        flat: Any
        if self._memory is not None:
            flat = self._memory.view(place, size)
        else:
            flat = np.frombuffer(payload, np.uint8, size, HEADER.size)
        return number, flat.reshape(height, width, 3)

    def _read(self) -> None:
        unframer = Unframer(longest=_LONGEST)
        with suppress(OSError, ValueError):
            while piece := os.read(_STDIN, _PIECE):
                self._frames.extend(unframer.feed(piece))
                self._wake()
        self.is_over = True
        self._wake()
