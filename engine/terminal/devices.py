"""The connected devices, and what to write in a patch for each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from engine.audio.client import list_devices
from engine.audio.speaker_client import list_speakers
from engine.core.errors import DeviceError, as_written
from engine.midi.port_list import inputs, outputs
from engine.terminal.remedy import (
    JOIN_VIDEO,
    START_SEQUENCER,
    install,
    no_sequencer,
    shut_cameras,
)
from engine.window.client import list_displays


@dataclass(frozen=True)
class Plugged:
    """The devices of one kind: names and notes; or why there are none, and the line that helps."""

    names: tuple[tuple[str, str], ...] = ()
    missing: str = ""
    mend: str = ""


def cameras() -> Plugged:
    """Return the cameras."""
    try:
        from engine.video.devices import find

        names = tuple((camera.name, f"number {camera.number}") for camera in find())
    except Exception as error:
        return Plugged(missing=f"cannot be looked for: {error}")
    if shut := shut_cameras():
        return Plugged(names, f"{shut[0]} may not be opened by you", JOIN_VIDEO)
    return Plugged(names, "" if names else "none is plugged in; the drawn dancer plays instead")


def sound_inputs() -> Plugged:
    """Return the microphones and sound cards."""
    try:
        found = list_devices()
    except DeviceError as error:
        return _no_sound(error)
    names = tuple((each.name, f"{each.channels} channels") for each in found)
    return Plugged(names, "" if names else "no microphone or sound card is plugged in")


def sound_outputs() -> Plugged:
    """Return the loudspeakers, and the programs of a JACK server that take sound."""
    try:
        names = tuple(list_speakers())
    except DeviceError as error:
        return _no_sound(error)
    return Plugged(names, "" if names else "no loudspeaker is plugged in")


def _no_sound(error: DeviceError) -> Plugged:
    if "without PortAudio" in str(error):
        return Plugged(missing="the library PortAudio is not there", mend=install("portaudio"))
    return Plugged(missing=f"PortAudio does not answer: {error}")


def midi_inputs() -> Plugged:
    """Return the MIDI input ports."""
    return _midi(inputs)


def midi_outputs() -> Plugged:
    """Return the MIDI output ports."""
    return _midi(outputs)


def _midi(listed: Callable[[], list[str]]) -> Plugged:
    try:
        names = tuple((name, "") for name in dict.fromkeys(listed()))
    except DeviceError as error:
        missing, _, _ = str(error).partition(": sudo")
        if "libasound" in missing:
            return Plugged(missing=missing, mend=install("alsa-lib"))
        return Plugged(missing=missing, mend=START_SEQUENCER if no_sequencer() else "")
    return Plugged(names, "" if names else "no port is there")


def displays() -> Plugged:
    """Return the displays."""
    try:
        found = list_displays()
    except DeviceError as error:
        return Plugged(missing=str(error))
    return Plugged(tuple((each.name, f"{each.width}x{each.height}") for each in found))


LISTS: tuple[tuple[str, Callable[[], Plugged], str, str], ...] = (
    ("Cameras", cameras, "camera", "device"),
    ("Sound inputs", sound_inputs, "microphone", "device"),
    ("Sound outputs", sound_outputs, "speaker", "device"),
    ("MIDI inputs", midi_inputs, "midi_in", "port"),
    ("MIDI outputs", midi_outputs, "midi_out", "port"),
    ("Displays", displays, "window", "display"),
)
"""The kinds of devices: title, function that finds them, the box that uses them, and its key."""


def device_list() -> RenderableType:
    """Return the list of all connected devices."""
    return Group(*(part for entry in LISTS for part in _section(*entry)))


def _section(
    title: str, look: Callable[[], Plugged], use: str, key: str
) -> tuple[RenderableType, ...]:
    plugged = look()
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 2))
    for name, note in plugged.names:
        line = f'use = "{use}"   {key} = {as_written(name)}'
        table.add_row(Text(name), Text(note, style="dim"), Text(line, style="cyan"))
    parts: list[RenderableType] = [Text(f"\n{title}", style="bold"), table]
    if plugged.missing:
        parts.append(Text(f"  {plugged.missing}", style="yellow"))
    if plugged.mend:
        parts.append(Text(f"  mend it by: {plugged.mend}"))
    return tuple(parts)
