"""Receives pictures of other programs of a Windows machine by Spout, by the package SpoutGL."""

from __future__ import annotations

import cv2
import numpy as np

from engine.core.errors import DeviceError
from engine.video.receivers import SILENT, Image, wanted
from engine.video.senders import needing
from engine.video.senders.spout import RGBA


class SpoutReceiver:
    """Receives from the sender whose name contains ``name``. Raise DeviceError without one."""

    def __init__(self, name: str) -> None:
        with needing("spout"):
            import SpoutGL

        self._receiver = SpoutGL.SpoutReceiver()
        self.name = wanted(name, list(self._receiver.getSenderList()), "Spout")
        self._receiver.setReceiverName(self.name)
        self._pixels: Image | None = None
        self._missed = 0

    def receive(self) -> Image | None:
        """Return the newest picture, None where none has come."""
        flat = None if self._pixels is None else self._pixels.ravel()
        taken = self._receiver.receiveImage(flat, RGBA, False, 0)
        if self._receiver.isUpdated():
            height, width = self._receiver.getSenderHeight(), self._receiver.getSenderWidth()
            self._pixels = np.zeros((height, width, 4), np.uint8)
            return None
        self._missed = 0 if taken else self._missed + 1
        if self._missed > SILENT:
            raise DeviceError(f"{self.name} sends no more")
        if not taken or self._pixels is None or not self._receiver.isFrameNew():
            return None
        return np.asarray(cv2.cvtColor(self._pixels, cv2.COLOR_RGBA2BGR), np.uint8)

    def close(self) -> None:
        """Disconnect."""
        self._receiver.releaseReceiver()
