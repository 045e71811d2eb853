"""The devices that sound comes in by, and which of them is meant."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from engine.core.errors import DeviceError, nearest

JACK: Final = "JACK Audio Connection Kit"
# The quickest way in first, where one device is listed once for each.
WAYS: Final = ("ASIO", JACK, "Core Audio", "Windows WASAPI", "ALSA")
MISSING: Final = {
    "linux": "run sudo apt install libportaudio2 (Debian, Ubuntu), or your system's package of it",
    "darwin": "run brew install portaudio",
}
PRIVACY: Final = {
    "darwin": " See System Settings > Privacy & Security > Microphone.",
    "win32": " See Settings > Privacy & security > Microphone.",
}


class SoundDevice(NamedTuple):
    """A device that sound comes in by; ``way`` is the system's part that brings it."""

    number: int
    name: str
    way: str
    channels: int
    rate: int


def library() -> Any:
    """Load sounddevice; raises DeviceError where PortAudio is missing."""
    try:
        import sounddevice  # type: ignore[import-untyped]  # noqa: PLC0415
    except OSError as error:
        how = MISSING.get(sys.platform, "install it")
        raise DeviceError(f"no sound without PortAudio: {how} ({error})") from None
    return sounddevice


def find(portaudio: Any) -> list[SoundDevice]:
    """Find what sound can come in by, the system's own choice first.

    PortAudio makes its list once a process: what was plugged in since is not on it.
    """
    ways = portaudio.query_hostapis()
    found = [
        SoundDevice(
            number,
            each["name"],
            ways[each["hostapi"]]["name"],
            each["max_input_channels"],
            round(each["default_samplerate"]),
        )
        for number, each in enumerate(portaudio.query_devices())
        if each["max_input_channels"] > 0
    ]
    usual = portaudio.default.device[0]
    return sorted(found, key=lambda each: each.number != usual)


def meant(device: str, found: Iterable[SoundDevice]) -> list[SoundDevice]:
    """Choose the devices that ``device`` may mean, the likeliest first; raises DeviceError."""
    there = list(found)
    if not there:
        raise DeviceError("no microphone was found; is one plugged in?")
    if device == "auto":
        return there
    if device.isdigit():
        fits = [each for each in there if each.number == int(device)]
    else:
        word = device.casefold()
        exact = [each for each in there if each.name.casefold() == word]
        fits = exact or [each for each in there if word in each.name.casefold()]
    if not fits:
        names = list(dict.fromkeys(each.name for each in there))
        listed = nearest(device, names) or f" There is: {', '.join(names)}."
        raise DeviceError(f'there is no microphone "{device}".{listed}')
    return sorted(fits, key=lambda each: WAYS.index(each.way) if each.way in WAYS else len(WAYS))
