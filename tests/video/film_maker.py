"""Makes small films with ffmpeg: a disc that moves over a still ground, in any form there is."""

from __future__ import annotations

import math
import subprocess
from functools import cache
from pathlib import Path

import numpy as np

FPS = 30
SIZE = (320, 240)
"""Width and height as it is to be seen."""
RADIUS = 40
X264 = ("-c:v", "libx264", "-preset", "veryfast", "-g", "15")


def disc(at: float) -> np.ndarray:
    """Draw a disc on its way from left to right and back, at a time in s."""
    width, height = SIZE
    y, x = np.mgrid[:height, :width]
    ground = 60 + 20 * ((x // 16 + y // 16) % 2)
    middle = width / 2 + 90 * math.sin(2.5 * at)
    far = np.hypot(x - middle, y - height / 2)
    bright = np.clip(RADIUS - far + 0.5, 0, 1)
    return (ground * (1 - bright) + 230 * bright).astype(np.uint8)


@cache
def disc_film(seconds: float, rate: int) -> bytes:
    """Draw some seconds as raw grey pictures."""
    return b"".join(disc(n / rate).tobytes() for n in range(round(seconds * rate)))


def make_film(file: Path, *how: str, seconds: float = 3.0, rate: int = FPS) -> Path:
    """Write the disc to a file; ``how`` are arguments of ffmpeg, filters and codec."""
    source = ("-f", "rawvideo", "-pix_fmt", "gray", "-s", "320x240", "-r", str(rate), "-i", "-")
    return convert(file, *source, "-pix_fmt", "yuv420p", *how, stdin=disc_film(seconds, rate))


def convert(file: Path, *how: str, stdin: bytes = b"") -> Path:
    """Let ffmpeg write a file."""
    command = ["ffmpeg", "-v", "error", "-y", *how, f"file:{file}"]
    done = subprocess.run(command, input=stdin, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return file
