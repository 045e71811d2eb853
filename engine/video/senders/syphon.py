"""Shows pictures to other programs of a Mac by Syphon and Metal, by the package syphon-python."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from engine.video.senders import Image, needing


class SyphonSender:
    """A Syphon server of a name."""

    repeats = False

    def __init__(self, name: str) -> None:
        with needing("syphon"):
            import syphon

        self._server = syphon.SyphonMetalServer(name)
        self._texture: Any = None
        self._canvas = np.zeros((0, 0, 4), np.uint8)

    def send(self, image: Image) -> None:
        """Publish a picture."""
        from syphon.utils.numpy import copy_image_to_mtl_texture
        from syphon.utils.raw import create_mtl_texture

        if self._canvas.shape[:2] != image.shape[:2]:
            height, width = image.shape[:2]
            self._texture = create_mtl_texture(self._server.device, width, height)
            self._canvas = np.zeros((height, width, 4), np.uint8)
        cv2.cvtColor(image, cv2.COLOR_BGR2RGBA, dst=self._canvas)
        copy_image_to_mtl_texture(self._canvas, self._texture)
        # A texture of Metal begins at the top, and so does a picture.
        self._server.publish_frame_texture(self._texture, is_flipped=True)

    def close(self) -> None:
        """End the server."""
        self._server.stop()
