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


def frames(seconds: float) -> list[Frame]:
    """Return pictures of the dancer, 640 by 360, 30 a second."""
    events = StandIn(seconds=seconds, fps=FPS, noise=0.15).events()
    return [message for _, outlet, message in events if outlet == "frame"]


@contextmanager
def film(seconds: float = 5.0) -> Iterator[Path]:
    """Write the dancer into a video file, which is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="sensorium-bench-") as folder:
        file = Path(folder) / "dancer.mp4"
        code = cv2.VideoWriter.fourcc(*"mp4v")
        writer = cv2.VideoWriter(str(file), code, FPS, (640, 360))
        for frame in frames(seconds):
            writer.write(frame.image)
        writer.release()
        yield file
