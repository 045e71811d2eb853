"""The cameras of this machine, and which of them is meant."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NamedTuple

import cv2
from cv2_enumerate_cameras import enumerate_cameras

from engine.core.errors import DeviceError, nearest

# One driver a system: numbers and names mean different cameras in different ones. On Windows
# DirectShow, which opens in a moment and lets the exposure be set.
DRIVER = {"linux": cv2.CAP_V4L2, "darwin": cv2.CAP_AVFOUNDATION, "win32": cv2.CAP_DSHOW}.get(
    sys.platform, cv2.CAP_ANY
)
PRIVACY = {
    "darwin": "or System Settings > Privacy & Security > Camera does not allow this program to",
    "win32": "or Settings > Privacy & security > Camera does not let desktop programs",
}


class CameraDevice(NamedTuple):
    """A camera that is plugged in; ``path`` is what its driver calls it."""

    number: int
    name: str
    path: str = ""


def find() -> list[CameraDevice]:
    """Find the cameras of this machine, in the order of their numbers."""
    found = (
        CameraDevice(info.index, info.name, info.path or "") for info in enumerate_cameras(DRIVER)
    )
    return sorted(found)


def meant(device: str | int, found: list[CameraDevice]) -> list[CameraDevice]:
    """Choose the cameras that ``device`` may mean, the likeliest first; raises DeviceError."""
    if device == "auto":
        if not found:
            raise DeviceError(f"no camera was found; is one plugged in?{forbidden()}")
        return found
    if isinstance(device, int) or device.isdigit():
        number = int(device)
        named = [camera for camera in found if camera.number == number]
        return named or [CameraDevice(number, f"camera {number}")]
    word = device.casefold()
    exact = [each for each in found if word == each.name.casefold() or device == each.path]
    fits = exact or [each for each in found if word in each.name.casefold()]
    if not fits:
        names = [camera.name for camera in found]
        there = f" There is: {', '.join(names)}." if names else " There is none at all."
        raise DeviceError(f'there is no camera "{device}".{nearest(device, names) or there}')
    return fits


def meant_again(device: str | int, found: list[CameraDevice], name: str) -> list[CameraDevice]:
    """Choose those that may be the camera ``name``, which ``device`` named when it was first open.

    A camera that is plugged in again may have another number. Raises DeviceError.
    """
    if not name or not (isinstance(device, int) or device.isdigit()):
        return meant(device, found)
    named = [camera for camera in found if camera.name == name]
    if not named:
        raise DeviceError(f'camera "{name}" is not there; was it unplugged?')
    return sorted(named, key=lambda camera: camera.number != int(device))


def forbidden() -> str:
    """Say how to get at cameras that are there and may not be opened; empty if that is not it."""
    shut = [str(node) for node in Path("/dev").glob("video*") if not os.access(node, os.R_OK)]
    if sys.platform != "linux" or not shut:
        return ""
    group = "sudo usermod -aG video $USER"
    return f" {min(shut)} may not be opened: run {group}, log out and in again."


def why() -> str:
    """Say why a camera that is there may give no picture."""
    return f" Perhaps another program is using it{PRIVACY.get(sys.platform, '')}."
