"""Reads a stream that is marked as interlaced, of which OpenCV makes black, through ffmpeg.

OpenCV goes on to speak with the camera: so nothing is asked for twice, and no address with its
password stands in a list of processes. What it receives is passed on as it came, and ffmpeg decodes
it and gives the first field of every picture. Why no whole pictures, as of a film: those need the
next picture, and so come later.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import subprocess
import threading
from collections.abc import Callable
from typing import Any, Final, NamedTuple

import cv2
import numpy as np

from engine.core.clock import MILLISECOND, SECOND, SystemClock
from engine.dsp.image.picture import Picture
from engine.video.ffmpeg import begin, end
from engine.video.scan import H264, codec_tag, stream_head


class _Format(NamedTuple):
    """How ffmpeg is given a codec, and what tells it that a picture is whole."""

    name: str
    picture_end: bytes


# An access unit delimiter, and the start of user data: without, it would wait for the next picture.
_H264: Final = _Format("h264", b"\0\0\0\1\x09\xf0")
_MPEG2: Final = _Format("mpegvideo", b"\0\0\1\xb2")


class InterlacedStream:
    """The first fields of a stream's pictures, as cv2.VideoCapture gives pictures.

    ``capture`` is what OpenCV opened, of H.264 or MPEG-2, before its first picture; ``release``
    hangs up. The first picture may take ``patience_ms``, any other ``silence_ms``.
    Raise OSError where ffmpeg, the path ``program``, cannot be begun.
    """

    def __init__(
        self,
        program: str,
        capture: cv2.VideoCapture,
        release: Callable[[], None],
        patience_ms: int,
        silence_ms: int,
    ) -> None:
        self._capture = capture
        self._release = release
        self._patience_ms = patience_ms
        self._silence_ms = silence_ms
        width, height = map(capture.get, (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT))
        self._shape = (int(height) // 2, int(width), 3)
        self._picture: Picture = np.empty((0, 0, 3), np.uint8)
        self._format = _H264 if codec_tag(capture) in H264 else _MPEG2
        self._head = stream_head(capture)
        self._process = begin(
            _command(program, self._format.name, *self._shape[:2]),
            stdout=subprocess.PIPE,
            stdin=subprocess.PIPE,
        )
        assert self._process.stdin is not None and self._process.stdout is not None
        self._into, self._from = self._process.stdin, self._process.stdout
        self._readable = selectors.DefaultSelector()
        self._readable.register(self._from, selectors.EVENT_READ)
        capture.set(cv2.CAP_PROP_FORMAT, -1)  # from now on what it receives, as it came
        self._thread = threading.Thread(target=self._pass_on, name="interlaced", daemon=True)
        self._thread.start()

    def grab(self) -> bool:
        """Wait for the next picture; return False where there is none any more."""
        now = SystemClock().now
        until = now() + self._patience_ms * MILLISECOND
        picture = np.empty(self._shape, np.uint8)
        rest = memoryview(picture.reshape(-1).data)
        if not rest:
            return False  # nothing says how large its pictures are
        while rest:
            if not self._readable.select(max(0.0, (until - now()) / SECOND)):
                return False
            count = self._from.readinto(rest)  # type: ignore[attr-defined]
            if not count:
                return False
            rest = rest[count:]
        self._patience_ms = self._silence_ms
        self._picture = picture
        return True

    def retrieve(self, memory: Any = None, /) -> tuple[bool, Picture]:
        """Return the field that was grabbed, half as high; it lies in memory of its own."""
        return True, self._picture

    def release(self) -> None:
        """End ffmpeg, and release the camera."""
        end(self._process)  # what still writes to it ends
        self._thread.join()
        self._readable.close()
        self._from.close()
        self._release()

    def _pass_on(self) -> None:
        """Write what the camera sends to ffmpeg, until it ends, is silent or nobody reads."""
        with contextlib.suppress(OSError), self._into:
            if self._head.startswith(b"\0\0"):  # else it stands before every key picture
                self._write(self._head)
            while self._capture.grab():
                ok, data = self._capture.retrieve()
                if ok and data is not None:
                    self._write(data.tobytes() + self._format.picture_end)

    def _write(self, data: bytes) -> None:
        with memoryview(data) as rest:
            sent = 0
            while sent < len(rest):
                sent += os.write(self._into.fileno(), rest[sent:])


def _command(program: str, name: str, height: int, width: int) -> list[str]:
    return [
        *(program, "-nostdin", "-v", "quiet", "-protocol_whitelist", "pipe"),
        # On n threads it would hold n - 1 pictures back, as it reads and once more as it writes.
        *("-flags", "low_delay", "-probesize", "32", "-analyzeduration", "0", "-threads", "1"),
        *("-f", name, "-i", "pipe:0", "-map", "0:v:0", "-threads", "1"),
        # Counted anew, for what has no times must not be left out or shown twice because of them.
        *("-vf", f"field=top,scale={width}:{height},setpts=N/25/TB", "-r", "25"),
        *("-c:v", "rawvideo", "-pix_fmt", "bgr24", "-flush_packets", "1", "-f", "rawvideo"),
        "pipe:1",
    ]
