"""Our end of the process of a window."""

from __future__ import annotations

from typing import Final

import msgspec

from engine.system.device_process import ask_process
from engine.system.picture_process import OnFrame, PictureProcess
from engine.window.displays import Display
from engine.window.frames import Opened, Opening

MODULE: Final = "engine.window.window_process"
_SILENT: Final = "the graphics driver does not answer"
_ENDED: Final = "the graphics driver ended the process that asked for displays"
_WHAT: Final = "the window (or its display)"
_GRACE: Final = 2.0
_OPENED: Final = msgspec.json.Decoder(Opened)
_DISPLAYS: Final = msgspec.json.Decoder(list[Display])


class WindowProcess(PictureProcess):
    """One window. Raise DeviceError where it cannot be opened."""

    def __init__(self, opening: Opening, on_frame: OnFrame) -> None:
        wanted = msgspec.json.encode(opening).decode()
        super().__init__(MODULE, "open", wanted, "{memory}", what=_WHAT, on_frame=on_frame)
        self.window: Final = _OPENED.decode(self.opened)


def list_displays() -> list[Display]:
    """Return the displays of this machine. Raise DeviceError where there are none, or no window."""
    listed = ask_process(MODULE, "list", silent=_SILENT, ended=_ENDED, grace=_GRACE)
    return _DISPLAYS.decode(listed)
