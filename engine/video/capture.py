"""Open a camera, of this machine or in the network."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.request import getproxies_environment

import cv2

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
from engine.video.http_opener import within
from engine.video.http_stream import HttpStream, NoPictures
from engine.video.piped_stream import PipedStream

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
    """An open camera; ``device`` and ``found`` are None for one in the network."""

    capture: Capture
    name: str
    device: cv2.VideoCapture | None = None
    found: CameraDevice | None = None

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
                return OpenCamera(capture, f'camera "{camera.name}"', capture, camera)
        capture.release()
    names = " or ".join(dict.fromkeys(f'"{camera.name}"' for camera in tried))
    raise DeviceError(f"no picture from {names}.{permission_hint() or in_use_hint()}")


def open_address(address: str, fps: float = 0.0) -> OpenCamera:
    """Open a camera in the network; raise DeviceError where it sends no picture in time.

    ``fps`` is how often a second one is asked that answers with single pictures.
    """
    name = hide_address(address)
    parts = split_address(address)
    try:
        capture = _by_http(parts, fps) or _by_ffmpeg(address, parts)
    except DeviceError as error:
        raise DeviceError(f"no picture from {name}{error}") from None
    return OpenCamera(capture, name)


def _by_http(parts: CameraAddress | None, fps: float) -> Capture | None:
    """Open what speaks HTTP, whatever it then sends; None where FFmpeg is to ask itself."""
    if parts is None or parts.scheme not in ("http", "https"):
        return None
    stream: HttpStream | PipedStream
    try:
        stream = HttpStream(parts, USUAL_PATIENCE_MS, SILENCE_MS, fps)
        begins = stream.begins()
    except NoPictures as other:
        if sys.platform == "win32" or not other.is_endless:
            other.answer.close()
            return None
        stream = PipedStream(other.answer, other.begin, _settings(USUAL_PATIENCE_MS))
        begins = stream.grab()
    if not begins:
        stream.release()
        raise DeviceError(within(USUAL_PATIENCE_MS))
    return stream


def _by_ffmpeg(address: str, parts: CameraAddress | None) -> cv2.VideoCapture:
    """Open any other stream."""
    if parts and getproxies_environment() and is_near(parts.host):
        bypass_proxy(parts.host)
    if parts and (parts.user or parts.password):
        address = parts.encoded
    patience = PATIENCE_MS.get(parts.scheme if parts else "", USUAL_PATIENCE_MS)
    capture = cv2.VideoCapture(address, cv2.CAP_FFMPEG, _settings(patience))
    if not capture.isOpened() or not capture.grab():
        capture.release()
        raise DeviceError(within(patience))
    return capture


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
