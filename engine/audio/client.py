"""Our end of the process that captures sound, and the list of what it can capture from."""

from __future__ import annotations

import json
from typing import Final

from engine.audio.devices import SoundDevice
from engine.audio.frames import unpack_opened
from engine.system.device_process import DeviceProcess, ask_process

_MODULE: Final = "engine.audio.capture_process"
_CLOSED: Final = "the sound device does not open"


class CaptureProcess(DeviceProcess):
    """A process that captures from one device; ``name`` and ``rate`` (Hz) are the device's."""

    def __init__(self, device: str, channel: int, block: int) -> None:
        """Open channel 1... of a device, in blocks of so many samples; raise DeviceError."""
        arguments = device, str(channel), str(block)
        super().__init__(_MODULE, *arguments, silent=_CLOSED, ended=_CLOSED)
        self.name, self.rate = unpack_opened(self.opened)
        self.watch()


def list_devices() -> list[SoundDevice]:
    """Return the devices with inputs, the system's own choice first; raise DeviceError."""
    listed = ask_process(_MODULE, silent=_CLOSED, ended=_CLOSED)
    return [SoundDevice(*each) for each in json.loads(listed)]
