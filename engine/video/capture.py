"""Open a camera, of this machine or in the network."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.request import getproxies_environment

import cv2
import numpy as np

from engine.core.errors import DeviceError
from engine.core.secrets import hide_address
from engine.video.address import CameraAddress, bypass_proxy, is_near, split_address
from engine.video.devices import (
    DRIVER,
    CameraDevice,
    find,
    in_use_hint,
    permission_hint,
    rematch_cameras,
)
from engine.video.ffmpeg import installed, remedy
from engine.video.http_opener import within
from engine.video.http_stream import HttpStream, NoPictures
from engine.video.interlaced_stream import InterlacedStream
from engine.video.picture_corrector import FIELD, Tell, pixel_shape
from engine.video.piped_stream import PipedStream
from engine.video.scan import scan_type

PATIENCE_MS = {"udp": 10_000, "rtp": 10_000, "srt": 10_000, "rtsp": 5_000}
"""Milliseconds that opening may take: streams without a handshake begin at a key frame."""
USUAL_PATIENCE_MS = 1500
SILENCE_MS = 1500


class Capture(Protocol):
    """What gives pictures: cv2.VideoCapture, or one of ours that does as it does."""

    def grab(self) -> bool:
        """Wait for the next picture; return False where there is none any more."""
        ...

    def retrieve(self, memory: Any = None, /) -> tuple[bool, Any]:
        """Decode the picture that was grabbed; return whether it can be read, and it."""
        ...

    def release(self) -> None:
        """Release the camera."""
        ...


@dataclass(frozen=True)
class OpenCamera:
    """An open camera; ``device`` and ``found`` are None for one in the network.

    ``pixel`` is the shape of a pixel, width by height, and ``progressive`` whether its pictures are
    taken as of one moment each, without a look: so are those of the cameras of this machine.
    """

    capture: Capture
    name: str
    device: cv2.VideoCapture | None = None
    found: CameraDevice | None = None
    pixel: float = 1.0
    progressive: bool = False

    @property
    def is_remote(self) -> bool:
        """Whether it is in the network."""
        return self.found is None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of its pictures, in pixels; 0 for one in the network."""
        if self.device is None:
            return 0, 0
        width, height = cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT
        return int(self.device.get(width)), int(self.device.get(height))

    @property
    def broken(self) -> int:
        """How many of its pictures could not be read, as far as it counts them."""
        return self.capture.broken if isinstance(self.capture, HttpStream) else 0

    def set_exposure(self, exposure: float | str) -> bool:
        """Set the exposure in ms, or "auto"; return whether the driver took it."""
        return self.device is not None and set_exposure(self.device, exposure)


def open_camera(
    device: str | int, configure: Callable[[cv2.VideoCapture], None], before: str = ""
) -> OpenCamera:
    """Open a camera of this machine, and ``configure`` it before its first picture.

    ``before`` is the name that it had when it was last open. Raise DeviceError where no camera that
    ``device`` may mean gives a picture.
    """
    tried = rematch_cameras(device, find(), before)
    for camera in tried:
        capture = cv2.VideoCapture(camera.number, DRIVER)
        if capture.isOpened():
            configure(capture)
            if capture.grab():
                name = f'camera "{camera.name}"'
                return OpenCamera(capture, name, capture, camera, progressive=True)
        capture.release()
    names = " or ".join(dict.fromkeys(f'"{camera.name}"' for camera in tried))
    raise DeviceError(f"no picture from {names}.{permission_hint() or in_use_hint()}")


def open_address(address: str, tell: Tell, fps: float = 0.0) -> OpenCamera:
    """Open a camera in the network; raise DeviceError where it sends no picture in time.

    ``tell`` takes what there is to tell of its pictures; ``fps`` is how often a second one is asked
    that answers with single pictures.
    """
    name = hide_address(address)
    parts = split_address(address)
    patience = PATIENCE_MS.get(parts.scheme if parts else "", USUAL_PATIENCE_MS)
    try:
        stream = _by_http(parts, fps) or _by_ffmpeg(address, parts, patience)
        return _begin(stream, name, tell, patience)
    except DeviceError as error:
        raise DeviceError(f"no picture from {name}{error}") from None


def _by_http(parts: CameraAddress | None, fps: float) -> HttpStream | PipedStream | None:
    """Open what speaks HTTP, whatever it then sends; None where FFmpeg is to ask itself."""
    if parts is None or parts.scheme not in ("http", "https"):
        return None
    try:
        return HttpStream(parts, USUAL_PATIENCE_MS, SILENCE_MS, fps)
    except NoPictures as other:
        if sys.platform == "win32" or not other.is_endless:
            other.answer.close()
            return None
        return PipedStream(other.answer, other.begin, _settings(USUAL_PATIENCE_MS))


def _by_ffmpeg(address: str, parts: CameraAddress | None, patience: int) -> cv2.VideoCapture:
    """Open any other stream."""
    if parts and getproxies_environment() and is_near(parts.host):
        bypass_proxy(parts.host)
    if parts and (parts.user or parts.password):
        address = parts.encoded
    return cv2.VideoCapture(address, cv2.CAP_FFMPEG, _settings(patience))


def _begin(
    stream: HttpStream | PipedStream | cv2.VideoCapture, name: str, tell: Tell, patience: int
) -> OpenCamera:
    """Wait for the first picture of a stream, by whichever way can read it.

    Raise DeviceError, to go on from "no picture from ADDRESS".
    """
    if isinstance(stream, HttpStream):
        if not stream.begins():
            stream.release()
            raise DeviceError(within(patience))
        return OpenCamera(stream, name)
    capture = stream.capture if isinstance(stream, PipedStream) else stream
    pixel = pixel_shape(capture, name, tell)
    marked = scan_type(capture) == "interlaced"
    fields = _by_fields(capture, stream.release, patience) if marked else None
    taken = fields or stream
    complaint = "" if taken.grab() else within(patience)
    if not complaint and marked and not fields and _is_garbage(capture):
        program = "" if sys.platform == "win32" else f", or install ffmpeg: {remedy()}"
        complaint = f": it is interlaced. Let it send progressive pictures{program}"
    if complaint:
        taken.release()
        raise DeviceError(complaint)
    if fields:
        tell("fields", f"{name} is interlaced: one of two fields is shown")
        return OpenCamera(fields, name, pixel=pixel * FIELD, progressive=True)
    return OpenCamera(stream, name, pixel=pixel)


def _by_fields(
    capture: cv2.VideoCapture, release: Callable[[], None], patience: int
) -> InterlacedStream | None:
    """Read a stream through ffmpeg; None where that is not installed."""
    program = installed("ffmpeg")
    if not program:
        return None
    with suppress(OSError):
        return InterlacedStream(program, capture, release, patience, SILENCE_MS)
    return None


def _is_garbage(capture: cv2.VideoCapture) -> bool:
    """Return whether OpenCV gives one picture for all, as it does for interlaced ones.

    Some streams that may have such pictures have none.
    """
    seen = [capture.retrieve()[1]]
    seen += [read[1] for _ in range(2) if (read := capture.read())[0]]
    return len(seen) > 1 and all(np.array_equal(seen[0], other) for other in seen[1:])


def _settings(patience: int) -> list[int]:
    return [
        *(cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, patience),
        *(cv2.CAP_PROP_READ_TIMEOUT_MSEC, SILENCE_MS),
        # Decoding on n threads holds n - 1 pictures back.
        *(cv2.CAP_PROP_N_THREADS, 1),
    ]


def set_exposure(capture: cv2.VideoCapture, exposure: float | str) -> bool:
    """Set the exposure in ms, or "auto"; return whether the driver took it.

    Drivers count in 0.1 ms on Linux, and in powers of two of 1 s elsewhere.
    """
    linux = capture.getBackendName() == "V4L2"
    auto, manual = (3, 1) if linux else (1, 0)
    if not isinstance(exposure, int | float):
        return capture.set(cv2.CAP_PROP_AUTO_EXPOSURE, auto)
    capture.set(cv2.CAP_PROP_AUTO_EXPOSURE, manual)
    units = exposure * 10 if linux else math.log2(exposure / 1000)
    return capture.set(cv2.CAP_PROP_EXPOSURE, round(units))
