"""Writes pictures into a virtual camera of Linux (the kernel's module v4l2loopback), by ffmpeg.

The one show that writes holds a lock on the device, for the module would let two write in turn.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from typing import IO, Final, NamedTuple

from engine.core.device_choice import match_devices
from engine.core.errors import DeviceError
from engine.core.os_errors import os_reason
from engine.dsp.image.scaling import letterboxed
from engine.video import ffmpeg
from engine.video.senders import Image

if sys.platform != "win32":
    import fcntl

DEVICES: Final = Path("/sys/devices/virtual/video4linux")
"""Where the kernel lists video devices that no hardware stands behind."""
LOAD: Final = (
    "sudo apt install v4l2loopback-dkms, "
    "sudo modprobe v4l2loopback exclusive_caps=1 card_label=Sensorium"
)
ELSEWHERE: Final = (
    "a virtual camera is there on Linux only; on macOS and Windows give OBS a web_view as browser "
    "source, and start the virtual camera of OBS"
)


class LoopbackDevice(NamedTuple):
    """A virtual camera: its number, its name, and where it is."""

    number: int
    name: str
    path: Path


def find(devices: Path = DEVICES) -> list[LoopbackDevice]:
    """Return the virtual cameras of this machine."""
    found = []
    for entry in sorted(devices.glob("video*")):
        with suppress(OSError, ValueError):
            name = (entry / "name").read_text().strip()
            found.append(LoopbackDevice(int(entry.name[5:]), name, Path("/dev") / entry.name))
    return sorted(found)


def choose(device: str, devices: Path = DEVICES) -> LoopbackDevice:
    """Return the virtual camera that a number, a name or "auto" means. Raise DeviceError."""
    if sys.platform != "linux":
        raise DeviceError(ELSEWHERE)
    found = find(devices)
    if not found:
        raise DeviceError(f"there is no virtual camera: {LOAD}")
    return match_devices(device, found, "virtual camera")[0]


def claim(device: LoopbackDevice) -> IO[bytes]:
    """Return a file that keeps all other shows from this device until it is closed.

    Raise DeviceError where another show has it, or it cannot be opened.
    """
    try:
        lock = device.path.open("rb", buffering=0)
    except OSError as error:
        raise DeviceError(
            f'the virtual camera "{device.name}" cannot be opened: {os_reason(error)}'
        ) from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise DeviceError(
            f'the virtual camera "{device.name}" is in use by another show; end that, or make a '
            "second one: sudo modprobe v4l2loopback devices=2"
        ) from None
    return lock


class LoopbackSender:
    """A virtual camera of a size, for its readers expect no other."""

    repeats = True  # readers wait for pictures, also while nothing changes

    def __init__(self, device: str, size: tuple[int, int], devices: Path = DEVICES) -> None:
        chosen = choose(device, devices)
        program = ffmpeg.find_to_write("a virtual camera")
        self._lock = claim(chosen)
        self._size = size
        width, height = size
        command = [
            *(program, "-nostdin", "-v", "quiet", "-f", "rawvideo", "-pix_fmt", "bgr24"),
            *("-s", f"{width}x{height}", "-r", "30", "-i", "pipe:0", "-an"),
            *("-pix_fmt", "yuyv422", "-f", "v4l2", str(chosen.path)),
        ]
        try:
            self._process, self._pipe = ffmpeg.begin_to_write(command)
        except DeviceError:
            self._lock.close()
            raise
        self._name = chosen.name

    def send(self, image: Image) -> None:
        """Write a picture, with bars where its shape is another."""
        try:
            ffmpeg.write_picture(self._pipe, letterboxed(image, self._size))
        except OSError:
            raise DeviceError(f'the virtual camera "{self._name}" takes no picture') from None

    def close(self) -> None:
        """Let go of the device."""
        ffmpeg.end(self._process)
        with suppress(OSError):
            self._pipe.close()
        self._lock.close()
