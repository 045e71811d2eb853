"""The audio inputs and outputs of this machine, and how a patch names them."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from engine.core.device_choice import match_devices
from engine.core.errors import DeviceError

JACK: Final = "JACK Audio Connection Kit"
# Host APIs, the fastest first: a device is listed once for each.
WAYS: Final = ("ASIO", JACK, "Core Audio", "Windows WASAPI", "ALSA")
MISSING: Final = {
    "linux": "run sudo apt install libportaudio2 (Debian, Ubuntu), or your system's package of it",
    "darwin": "run brew install portaudio",
}
# PaErrorCode, portaudio.h
_OF_THE_DRIVER: Final = -9999
_REFUSALS: Final = {
    -9998: "it has not so many inputs",
    -9997: "it does not take that sample rate",
    -9996: "it is not there any more",
    -9994: "it gives no samples that can be read",
    -9993: "its driver cannot record while it plays",
    -9985: "it cannot be had: another program may use it, or it was unplugged",
    -9992: "the memory is full",
    -9987: "it does not answer",
}
PRIVACY: Final = {
    "darwin": " See System Settings > Privacy & Security > Microphone.",
    "win32": " See Settings > Privacy & security > Microphone.",
}


class SoundDevice(NamedTuple):
    """An audio input or output; ``way`` is the PortAudio host API that it is listed under."""

    number: int
    name: str
    way: str
    channels: int
    rate: int


def library() -> Any:
    """Return the module sounddevice. Raise DeviceError when PortAudio is missing."""
    try:
        import sounddevice  # type: ignore[import-untyped]  # noqa: PLC0415
    except OSError as error:
        how = MISSING.get(sys.platform, "install it")
        raise DeviceError(f"no sound without PortAudio: {how} ({error})") from None
    return sounddevice


def describe_refusal(error: Exception) -> str:
    """Return in plain words why PortAudio does not open a device; other errors as they are."""
    code = error.args[1] if len(error.args) > 1 else None
    if code in _REFUSALS:
        return _REFUSALS[code]
    if code == _OF_THE_DRIVER and len(error.args) > 2:
        return f"its driver refuses: {error.args[2][-1]}"
    return str(error)


def find(portaudio: Any) -> list[SoundDevice]:
    """Return the audio inputs, the system's default first.

    PortAudio lists devices once per process: those plugged in since are missing.
    """
    return _find(portaudio, "max_input_channels", portaudio.default.device[0])


def find_outputs(portaudio: Any) -> list[SoundDevice]:
    """Return the audio outputs, the system's default first, as ``find`` does the inputs."""
    return _find(portaudio, "max_output_channels", portaudio.default.device[1])


def _find(portaudio: Any, channels: str, usual: int) -> list[SoundDevice]:
    ways = portaudio.query_hostapis()
    found = [
        SoundDevice(
            number,
            each["name"],
            ways[each["hostapi"]]["name"],
            each[channels],
            round(each["default_samplerate"]),
        )
        for number, each in enumerate(portaudio.query_devices())
        if each[channels] > 0
    ]
    return sorted(found, key=lambda each: each.number != usual)


def match_inputs(device: str, found: Iterable[SoundDevice]) -> list[SoundDevice]:
    """Return the inputs that ``device`` may mean, the likeliest first.

    Of several with one name, the one with the fastest host API comes first. Raise DeviceError when
    none matches.
    """
    return _match(device, found, "microphone")


def match_outputs(device: str, found: Iterable[SoundDevice]) -> list[SoundDevice]:
    """Return the outputs that ``device`` may mean, as ``match_inputs`` does the inputs."""
    return _match(device, found, "loudspeaker")


def _match(device: str, found: Iterable[SoundDevice], kind: str) -> list[SoundDevice]:
    there = list(found)
    if device == "auto" or not there:
        return match_devices("auto", there, kind)
    fits = match_devices(device, there, kind)
    return sorted(fits, key=lambda each: WAYS.index(each.way) if each.way in WAYS else len(WAYS))
