"""Lets FFmpeg read an HTTP answer that is open already.

Why: what a camera sends is known only once it has answered, and programs that send to one viewer
(``ffmpeg -listen 1``) end when that one hangs up; so FFmpeg cannot ask a second time.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import threading
from typing import Any, Final

import cv2

_CHUNK: Final = 1 << 16


class PipedStream:
    """An open answer, read by FFmpeg through a pipe.

    ``capture`` is what reads it. Not on Windows: there each library counts pipes for itself.
    """

    def __init__(self, answer: http.client.HTTPResponse, begin: bytes, settings: list[int]) -> None:
        """``begin`` was read from the answer; ``settings`` are those of cv2.VideoCapture."""
        self._answer = answer
        self._out, into = os.pipe()
        work = (begin, into)
        self._thread = threading.Thread(target=self._pass_on, args=work, name="pipe", daemon=True)
        self._thread.start()
        self.capture = cv2.VideoCapture(f"pipe:{self._out}", cv2.CAP_FFMPEG, settings)

    def grab(self) -> bool:
        """Wait for the next picture; return False where there is none any more."""
        return self.capture.grab()

    def retrieve(self, memory: Any = None, /) -> tuple[bool, Any]:
        """Decode the picture that was grabbed; return whether it can be read, and it."""
        return self.capture.retrieve(memory)

    def release(self) -> None:
        """Hang up."""
        self.capture.release()
        os.close(self._out)  # what still writes into it ends
        self._thread.join()
        self._answer.close()

    def _pass_on(self, data: bytes, into: int) -> None:
        """Write what comes into the pipe, until it ends, is silent too long, or nobody reads."""
        with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
            while data:
                with memoryview(data) as rest:
                    sent = 0
                    while sent < len(rest):
                        sent += os.write(into, rest[sent:])
                data = self._answer.read1(_CHUNK)
        os.close(into)
