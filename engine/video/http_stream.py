"""Reads the pictures of a camera that speaks HTTP: MJPEG, or one JPEG for each request.

Why not FFmpeg, which reads all other streams: one broken or empty part ends its stream, so that the
camera has to be opened again; it looks at a stream before it gives the first picture; and it goes
through a proxy of the environment to a camera beside it.
"""

from __future__ import annotations

import http.client
import threading
from collections import deque
from email.message import Message as Headers
from typing import Final, cast

import cv2
import numpy as np

from engine.core.clock import MILLISECOND, SECOND, SystemClock
from engine.core.errors import DeviceError
from engine.dsp.image.picture import Picture
from engine.video.address import CameraAddress
from engine.video.http_opener import HttpOpener
from engine.video.jpeg_splitter import JpegSplitter
from engine.video.picture_header import DamagedHeader, read_header
from engine.video.still import MOST_PIXELS

SNAPSHOTS: Final = 10.0
"""How often a second a camera is asked that answers with one picture, where no rate is wished."""
WAITING: Final = 16
"""How many pictures may have come at once; the oldest are left out."""
_CHUNK: Final = 1 << 16
_TYPES: Final = ("multipart/", "image/jpeg", "image/jpg", "image/pjpeg")


class NoPictures(Exception):
    """An answer that is no JPEG pictures, which FFmpeg may read.

    ``answer`` is open, and ``begin`` was read from it.
    """

    def __init__(self, answer: http.client.HTTPResponse, begin: bytes) -> None:
        super().__init__()
        self.answer = answer
        self.begin = begin

    @property
    def is_endless(self) -> bool:
        """Whether it is a stream, and neither a file nor a playlist, which are asked for again."""
        listed = "mpegurl" in self.answer.headers.get_content_type() or self.begin[:1] in b"#<"
        return self.answer.length is None and not listed


class HttpStream:
    """The pictures of one camera, as cv2.VideoCapture gives them: grabbed, then decoded.

    ``fps`` is how often a second single pictures are asked for; 0 leaves that to it.
    """

    def __init__(
        self, address: CameraAddress, patience_ms: int, silence_ms: int, fps: float
    ) -> None:
        """Connect. Raise NoPictures, or DeviceError, to go on from "no picture from ADDRESS"."""
        self._silence_ms = silence_ms
        self._interval = round(SECOND / (fps or SNAPSHOTS))
        self._opener = HttpOpener(address)
        self._splitter = JpegSplitter()
        self._picture = b""
        self._waiting: deque[bytes] = deque(maxlen=WAITING)
        self._undecoded = 0
        self._asked = SystemClock().now()
        self._response = self._opener.ask(patience_ms, silence_ms)
        self._single = False
        self._ahead = self._look(self._response)

    @property
    def broken(self) -> int:
        """How many pictures were left out because they could not be read."""
        return self._splitter.broken + self._undecoded

    def begins(self) -> bool:
        """Wait for the first picture, which ``grab`` then gives; return whether one came."""
        came = self.grab()
        self._waiting.appendleft(self._picture)
        return came

    def grab(self) -> bool:
        """Wait for the next picture; return False where it ended.

        True too where a picture came that is broken: ``retrieve`` then gives none.
        """
        now = SystemClock().now
        until = now() + self._silence_ms * MILLISECOND
        while not self._waiting:
            data, self._ahead = self._ahead or self._read(), b""
            if now() > until or (not data and not self._ask_again()):
                return False
            broken = self._splitter.broken
            self._waiting += self._splitter.feed(data)
            if not self._waiting and self._splitter.broken > broken:
                self._waiting.append(b"")
        self._picture = self._waiting.popleft()
        return True

    def retrieve(self, memory: Picture | None = None) -> tuple[bool, Picture | None]:
        """Decode what was grabbed; it lies in memory of its own."""
        if not self._picture:
            return False, None
        image = decode_jpeg(self._picture)
        self._undecoded += image is None
        return image is not None, image

    def release(self) -> None:
        """Hang up."""
        self._response.close()

    def _look(self, response: http.client.HTTPResponse) -> bytes:
        """Return the first bytes of an answer. Raise NoPictures where they begin none."""
        self._single = response.headers.get_content_maintype() == "image"
        if _is_announced(response.headers):
            return b""
        begin = self._read()
        # Programs such as ffmpeg announce nothing.
        if begin.lstrip(b"\r\n").startswith((b"--", b"\xff\xd8\xff")):
            return begin
        raise NoPictures(response, begin)

    def _read(self) -> bytes:
        try:
            return self._response.read1(_CHUNK)
        except (OSError, http.client.HTTPException, ValueError):
            return b""

    def _ask_again(self) -> bool:
        """Ask for the next picture, where each is asked for; return whether there may be one."""
        if not self._single:
            return False
        rest = self._asked + self._interval - SystemClock().now()
        if rest > 0:
            threading.Event().wait(rest / SECOND)
        self._asked = SystemClock().now()
        self._response.close()
        try:
            self._response = self._opener.ask(self._silence_ms, self._silence_ms)
        except DeviceError:
            return False
        return _is_announced(self._response.headers)


def _is_announced(headers: Headers) -> bool:
    return headers.get_content_type().startswith(_TYPES)


def decode_jpeg(data: bytes) -> Picture | None:
    """Return a JPEG picture, or None where it is damaged or too large."""
    try:
        header = read_header(data)
        if header is None or header.width * header.height > MOST_PIXELS:
            return None
        image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    except (DamagedHeader, cv2.error, MemoryError):
        return None
    return cast(Picture, image) if image is not None and image.size else None
