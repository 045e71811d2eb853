"""The cameras of this machine, and how a patch names them."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NamedTuple

import cv2
from cv2_enumerate_cameras import enumerate_cameras

from engine.core.device_choice import is_number, match_devices
from engine.core.errors import DeviceError

# One driver per system, since each has numbers and names of its own. DirectShow on Windows: it
# opens at once and lets the exposure be set.
DRIVER = {"linux": cv2.CAP_V4L2, "darwin": cv2.CAP_AVFOUNDATION, "win32": cv2.CAP_DSHOW}.get(
    sys.platform, cv2.CAP_ANY
)
PRIVACY = {
    "darwin": "or System Settings > Privacy & Security > Camera does not allow this program to",
    "win32": "or Settings > Privacy & security > Camera does not let desktop programs",
}


class CameraDevice(NamedTuple):
    """A camera that is plugged in; ``path`` identifies it to its driver."""

    number: int
    name: str
    path: str = ""


def find() -> list[CameraDevice]:
    """Return the cameras of this machine, by number."""
    found = (
        CameraDevice(info.index, info.name, info.path or "") for info in enumerate_cameras(DRIVER)
    )
    return sorted(found)


def match_cameras(device: str | int, found: list[CameraDevice]) -> list[CameraDevice]:
    """Return the cameras that ``device`` may mean, the likeliest first.

    It may be a path, too; a number that is not listed is tried all the same. Raise DeviceError
    when none matches.
    """
    if device != "auto" and is_number(device):
        number = int(device)
        named = [camera for camera in found if camera.number == number]
        return named or [CameraDevice(number, f"camera {number}")]
    at_path = [camera for camera in found if camera.path and camera.path == device]
    return at_path or match_devices(device, found, "camera", permission_hint())


def rematch_cameras(device: str | int, found: list[CameraDevice], name: str) -> list[CameraDevice]:
    """Return the cameras that may be ``name``, which ``device`` meant when it was first opened.

    A camera that is plugged in again may have another number. Raise DeviceError when none matches.
    """
    if not name or not is_number(device):
        return match_cameras(device, found)
    named = [camera for camera in found if camera.name == name]
    if not named:
        raise DeviceError(f'camera "{name}" is not there; was it unplugged?')
    return sorted(named, key=lambda camera: camera.number != int(device))


def permission_hint() -> str:
    """Return how to get access to cameras that may not be opened; "" when permissions are fine."""
    shut = [str(node) for node in Path("/dev").glob("video*") if not os.access(node, os.R_OK)]
    if sys.platform != "linux" or not shut:
        return ""
    group = "sudo usermod -aG video $USER"
    return f" {min(shut)} may not be opened: run {group}, log out and in again."


def in_use_hint() -> str:
    """Return why a camera that is there may give no picture."""
    return f" Perhaps another program is using it{PRIVACY.get(sys.platform, '')}."
