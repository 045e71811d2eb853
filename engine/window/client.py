"""Our end of the process of a window: gives it pictures, and hears what becomes of them."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.system.device_process import ALIVE, GONE, DeviceProcess
from engine.system.framing import pack_frame
from engine.system.shared_memory import SharedBuffer
from engine.window.displays import Display
from engine.window.frames import BYE, HEADER, NUMBER, PICTURE, SHOWN, Opened, Opening

MODULE: Final = "engine.window.window_process"
_SILENT: Final = "the graphics driver does not answer"
_ENDED: Final = "the process of the window ended: its display, or its driver, cannot be used"
_GRACE: Final = 2.0
_PATIENCE: Final = 1.0
"""Seconds until a picture counts as taken that was not shown: nobody may see the window."""

OnFrame = Callable[[bytes, bytes], None]
"""Called with every frame of the window but for those on pictures, on a thread of its own."""


class WindowProcess(DeviceProcess):
    """One window. Raise DeviceError where it cannot be opened."""

    def __init__(self, opening: Opening, on_frame: OnFrame) -> None:
        self._memory = SharedBuffer() if os.name == "posix" else None
        descriptors = [self._memory.descriptor] if self._memory else []
        opening = msgspec.structs.replace(opening, memory=descriptors[0] if descriptors else -1)
        super().__init__(
            MODULE,
            "open",
            msgspec.json.encode(opening).decode(),
            silent=_SILENT,
            ended=_ENDED,
            descriptors=descriptors,
        )
        self.window: Final = msgspec.json.decode(self.opened, type=Opened)
        self._on_frame = on_frame
        self._stopped = False
        self._number = 0
        self._free = threading.Event()
        self._free.set()
        self._turn = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="window", daemon=True)
        self._thread.start()
        self.watch()

    def show(self, picture: NDArray[np.uint8]) -> bool:
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
        """Close the window. May be called twice."""
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
            why = "hung and was ended" if self.hung else "ended, with its display or by itself"
            self._on_frame(GONE, f"the process of the window {why}".encode())


def list_displays() -> list[Display]:
    """Return the displays of this machine. Raise DeviceError where there are none, or no window."""
    process = DeviceProcess(MODULE, "list", silent=_SILENT, ended=_ENDED)
    process.end(_GRACE)
    process.release()
    return msgspec.json.decode(process.opened, type=list[Display])
