"""Footage for benches: the stand-in, drawn once and played from a file.

Why a file: drawing takes longer than the network, and a camera does not draw. Decoding these
pictures takes about as long as fetching them from a camera does.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2

from engine.core.messages import Frame
from engine.sources.stand_in import StandIn

FPS = 30.0
SIZE = (640, 360)


def frames(seconds: float, size: tuple[int, int] = SIZE) -> list[Frame]:
    """Return pictures of the dancer, width by height, 30 a second."""
    width, height = size
    events = StandIn(seconds=seconds, fps=FPS, noise=0.15, width=width, height=height).events()
    return [message for _, outlet, message in events if outlet == "frame"]


@contextmanager
def film(seconds: float = 5.0, size: tuple[int, int] = SIZE) -> Iterator[Path]:
    """Write the dancer into a video file, which is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="sensorium-bench-") as folder:
        file = Path(folder) / "dancer.mp4"
        code = cv2.VideoWriter.fourcc(*"mp4v")
        writer = cv2.VideoWriter(str(file), code, FPS, size)
        for frame in frames(seconds, size):
            writer.write(frame.image)
        writer.release()
        yield file
