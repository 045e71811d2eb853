"""Receives pictures by NDI; see ``engine.video.senders.ndi`` on its licence."""

from __future__ import annotations

import threading
from typing import Any, Final

from engine.core.errors import DeviceError
from engine.video.receivers import SILENT, Image, fitting, wanted
from engine.video.senders import needing

LOOK_S: Final = 3.0
"""Seconds in which whoever sends in the network is found."""


class NdiReceiver:
    """Receives from the source whose name contains ``name``. Raise DeviceError without one."""

    def __init__(self, name: str) -> None:
        with needing("ndi"):
            from cyndilib.finder import Finder
            from cyndilib.receiver import Receiver
            from cyndilib.video_frame import VideoFrameSync
            from cyndilib.wrapper.ndi_recv import RecvBandwidth, RecvColorFormat

        # It stays open: a source that begins anew, as for another size, is found by it.
        self._finder = Finder()
        self._finder.open()
        try:
            self.name: Final = self._find(self._finder, name)
        except DeviceError:
            self._finder.close()
            raise
        self._receiver = Receiver(
            color_format=RecvColorFormat.BGRX_BGRA, bandwidth=RecvBandwidth.highest
        )
        self._frame = VideoFrameSync()
        self._receiver.frame_sync.set_video_frame(self._frame)
        self._receiver.set_source(self._finder.get_source(self.name))
        self._last = 0.0
        self._alone = 0

    def receive(self) -> Image | None:
        """Return the newest picture, None where it is the last one."""
        self._alone = 0 if self._receiver.is_connected() else self._alone + 1
        if self._alone > SILENT:
            raise DeviceError(f"{self.name} sends no more")
        self._receiver.frame_sync.capture_video()
        width, height = self._frame.get_resolution()
        moment = self._frame.get_timestamp_posix()
        if not width or not height or moment == self._last:
            return None
        self._last = moment
        picture: Image = self._frame.get_array().reshape(height, -1)[:, : width * 4]
        return picture.reshape(height, width, 4)

    def close(self) -> None:
        """Disconnect."""
        self._receiver.disconnect()
        self._finder.close()

    @staticmethod
    def _find(finder: Any, name: str) -> str:
        pause = threading.Event()
        for _ in range(round(LOOK_S / 0.1)):
            if fitting(name, finder.get_source_names()):
                break
            pause.wait(0.1)
        return wanted(name, finder.get_source_names(), "NDI")
