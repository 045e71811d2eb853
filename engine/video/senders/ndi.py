"""Sends pictures by NDI, into the network, by the package cyndilib and the library that it brings.

That library is not free software: it comes under the NDI SDK licence of Vizrt NDI AB, which whoever
installs it accepts. So it is an extra, and never part of what is shipped.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import cv2
import numpy as np

from engine.dsp.image.scaling import letterboxed
from engine.video.senders import Image, needing

_RATE = Fraction(30)
"""What receivers are told; a picture is sent when it comes."""


class NdiSender:
    """A source that receivers in the network see as "MACHINE (name)"."""

    repeats = False

    def __init__(self, name: str) -> None:
        with needing("ndi"):
            from cyndilib.sender import Sender

        self._make = Sender
        self._name = name
        self._size = (0, 0)
        self._sender: Any = None
        self._canvas = np.zeros((0, 0, 4), np.uint8)

    def send(self, image: Image) -> None:
        """Send a picture."""
        if self._sender is None:
            height, width = image.shape[:2]
            self._open(width, height)
        framed = letterboxed(image, self._size)
        cv2.cvtColor(framed, cv2.COLOR_BGR2BGRA, dst=self._canvas)
        self._sender.write_video(self._canvas.ravel())

    def close(self) -> None:
        """Leave the network."""
        if self._sender is not None:
            self._sender.close()
            self._sender = None

    def _open(self, width: int, height: int) -> None:
        """Begin to send; the size is for life, for receivers lose a sender that begins anew."""
        from cyndilib.video_frame import VideoSendFrame
        from cyndilib.wrapper.ndi_structs import FourCC

        frame = VideoSendFrame()
        frame.set_resolution(width, height)
        frame.set_frame_rate(_RATE)
        frame.set_fourcc(FourCC.BGRX)
        self._sender = self._make(self._name, clock_video=False)
        self._sender.set_video_frame(frame)
        self._sender.open()
        self._size = width, height
        self._canvas = np.zeros((height, width, 4), np.uint8)
