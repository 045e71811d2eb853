"""Show what is on a display, or on a part of it, in place of a camera."""

from __future__ import annotations

import os
import sys
from typing import Annotated, Any

import numpy as np

from engine.core.errors import DeviceError
from engine.core.parameter import Fixed, Param
from engine.video.receiver_source import ReceiverSource
from engine.video.receivers import Image, PictureReceiver

_WAYLAND = "under Wayland no program may look at the screen; log in to a session of X11"
_REFUSED = "the screen may not be seen: allow it in System Settings, Privacy, Screen Recording"


class ScreenSource(ReceiverSource):
    """Show what is on a display, or on a part of it, in place of a camera.

    ``display`` is its number from 1; 0 is all of them together. ``crop`` keeps a part. A mouse
    pointer is not seen. On a Mac the system asks whether the terminal may record the screen; under
    Wayland no program may. Whatever window lies there is seen: mind what else is open.

    Raises DeviceError when there is no such display, or it may not be seen.
    """

    display: Fixed[Annotated[int, Param("the number of a display; 0 is all together", 0, 64)]] = 1

    def receiver(self) -> PictureReceiver:
        """Return what looks at the display. Raise DeviceError where that is not possible."""
        return _Grabber(self.display)


class _Grabber:
    """Looks at one display."""

    def __init__(self, display: int) -> None:
        import mss

        if sys.platform == "linux" and not os.environ.get("DISPLAY"):
            wayland = os.environ.get("WAYLAND_DISPLAY")
            raise DeviceError(_WAYLAND if wayland else "there is no display: DISPLAY is not set")
        try:
            self._library: Any = mss.MSS()
            found = self._library.monitors
        except Exception as error:  # each system has classes of its own
            raise DeviceError("the display does not answer") from error
        if display >= len(found):
            raise DeviceError(f"there is no display {display}; there are {len(found) - 1}")
        self._area = found[display]

    def receive(self) -> Image:
        """Return what is to be seen now."""
        try:
            seen = self._library.grab(self._area)
        except Exception as error:
            gone = "the display went away, or may not be seen"
            raise DeviceError(_REFUSED if sys.platform == "darwin" else gone) from error
        return np.frombuffer(seen.raw, np.uint8).reshape(seen.height, seen.width, 4)

    def close(self) -> None:
        """Let go of the display."""
        try:
            self._library.close()
        except Exception:
            return  # it is gone
