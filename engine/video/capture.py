"""Open a camera, of this machine or in the network."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import cv2

from engine.core.errors import DeviceError
from engine.core.secrets import hide_address
from engine.video.devices import (
    DRIVER,
    CameraDevice,
    find,
    in_use_hint,
    permission_hint,
    rematch_cameras,
)

PATIENCE_MS = {"udp": 10_000, "rtp": 10_000, "srt": 10_000, "rtsp": 5_000}
"""Milliseconds that opening may take: streams without a handshake begin at a key frame."""
USUAL_PATIENCE_MS = 1500
SILENCE_MS = 1500


@dataclass(frozen=True)
class OpenCamera:
    """An open camera; ``found`` is None for one in the network."""

    capture: cv2.VideoCapture
    name: str
    found: CameraDevice | None = None

    @property
    def is_remote(self) -> bool:
        """Whether it is in the network."""
        return self.found is None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of its pictures, in pixels."""
        width, height = cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT
        return int(self.capture.get(width)), int(self.capture.get(height))


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
                return OpenCamera(capture, f'camera "{camera.name}"', camera)
        capture.release()
    names = " or ".join(dict.fromkeys(f'"{camera.name}"' for camera in tried))
    raise DeviceError(f"no picture from {names}.{permission_hint() or in_use_hint()}")


def open_address(address: str) -> OpenCamera:
    """Open a camera in the network; raise DeviceError where it sends no picture in time."""
    scheme = address.partition("://")[0].lower()
    patience = PATIENCE_MS.get(scheme, USUAL_PATIENCE_MS)
    settings = [
        *(cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, patience),
        *(cv2.CAP_PROP_READ_TIMEOUT_MSEC, SILENCE_MS),
        # Decoding on n threads holds n - 1 pictures back.
        *(cv2.CAP_PROP_N_THREADS, 1),
    ]
    capture = cv2.VideoCapture(address, cv2.CAP_FFMPEG, settings)
    name = hide_address(address)
    if not capture.isOpened() or not capture.grab():
        capture.release()
        raise DeviceError(f"no picture from {name} within {patience / 1000:g} s. Is it sending?")
    return OpenCamera(capture, name)


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
