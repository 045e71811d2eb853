"""Shows pictures to other programs of a Windows machine by Spout, by the package SpoutGL."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from engine.core.errors import DeviceError
from engine.video.senders import Image, needing

RGBA: Final = 0x1908
"""GL_RGBA."""


class SpoutSender:
    """A Spout sender of a name."""

    repeats = False

    def __init__(self, name: str) -> None:
        with needing("spout"):
            import SpoutGL

        self._sender = SpoutGL.SpoutSender()
        self._sender.setSenderName(name)
        self._canvas = np.zeros((0, 0, 4), np.uint8)

    def send(self, image: Image) -> None:
        """Share a picture."""
        height, width = image.shape[:2]
        if self._canvas.shape[:2] != (height, width):
            self._canvas = np.zeros((height, width, 4), np.uint8)
        cv2.cvtColor(image, cv2.COLOR_BGR2RGBA, dst=self._canvas)
        if not self._sender.sendImage(self._canvas.ravel(), width, height, RGBA, False, 0):
            raise DeviceError("Spout takes no picture: it needs a graphics card with DirectX 11")

    def close(self) -> None:
        """End the sender."""
        self._sender.releaseSender()
