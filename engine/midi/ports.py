"""Finds and opens MIDI ports, by their names. It runs in the helper process.

Why it knows nothing else of the engine: the helper must start in a moment.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Final

from engine.midi.own_ports import OwnPorts, shown
from engine.midi.rtmidi import SYSTEMS, Device, Hear
from engine.midi.same_device import output_of

AUTO: Final = "auto"
"""The first port where somebody plays, in place of a port's name."""
_NOBODY: Final = ("sensorium", "midi through", "rtmidi")
"""Parts of the names of ports that "auto" leaves alone: any show's, and where nobody plays."""

NO_VIRTUAL: Final = (
    "Windows has no virtual MIDI ports: install loopMIDI, make a port there and name it, "
    'as in port = "loopMIDI Port"'
)


class PortError(Exception):
    """No such port, or two, or no MIDI system at all; says it in a performer's words."""


def device(direction: str, system: str, client: str) -> tuple[Device, str]:
    """Join a MIDI system as a program called ``client``; gives it, and the system's name.

    ``direction`` is "in" or "out"; "auto" takes the first system that is there. Raises PortError.
    """
    names = list(SYSTEMS) if system == "auto" else [system]
    for name in names:
        try:
            return Device(direction, name, client), name
        except ImportError as error:
            raise PortError(_no_library(error)) from None
        except OSError:
            continue
    raise PortError(_no_system(system))


def open_port(
    direction: str, system: str, port: str | None, name: str, hear: Hear = lambda _: None
) -> tuple[Device, str, str]:
    """Open a port; gives what it is open by, the port's name and the system's.

    See ``join_system`` and ``open_joined``, which it is in one. Raises PortError.
    """
    joined, found = join_system(direction, system, name, hear)
    return joined, open_joined(joined, direction, found, port, name), found


def join_system(
    direction: str, system: str, name: str, hear: Hear = lambda _: None
) -> tuple[Device, str]:
    """Join a MIDI system as ``name``, for one port; gives what that is to be opened by.

    The second is the system's name. ``hear`` is called with all that an input brings. Raises
    PortError.
    """
    joined, found = device(direction, system, name)
    if direction == "in":
        joined.listen(hear)
    return joined, found


def open_joined(
    joined: Device,
    direction: str,
    found: str,
    port: str | None,
    name: str,
    *,
    own: OwnPorts | None = None,
    beside: bool = False,
) -> str:
    """Open a port of a system that was joined, and return its name.

    ``port`` is a part of it, "auto" for the first where somebody plays other than ``own``, or None
    for a virtual port called ``name``; ``beside`` that it is an input, and the output of its device
    is meant. Raises PortError.
    """
    if port is None:
        if found == "windows":
            raise PortError(NO_VIRTUAL)
        try:
            joined.open_virtual_port(name)
        except OSError as error:
            raise PortError(f"{name}: {error}") from None
        return name
    names = joined.get_ports()
    index = choose_port(port, names, direction, own=own, beside=beside)
    try:
        joined.open_port(index, name)
    except OSError as error:
        raise PortError(f"{names[index]}: {error}") from None
    return names[index]


def choose_port(
    port: str, names: Sequence[str], direction: str, *, own: OwnPorts | None, beside: bool
) -> int:
    """Find the port that ``open_joined`` opens among ``names``; raises PortError."""
    if beside:
        return choose_beside(port, names)
    return first_played(names, own) if port == AUTO else choose(port, names, direction)


def choose(wanted: str, names: Sequence[str], direction: str) -> int:
    """Find the one port whose name holds ``wanted``, in any case; raises PortError."""
    lower = [name.lower() for name in names]
    found = [index for index, name in enumerate(lower) if wanted.lower() == name]
    found = found or [index for index, name in enumerate(lower) if wanted.lower() in name]
    if len(found) == 1:
        return found[0]
    if found:
        both = " and ".join(f'"{shown(names[index])}"' for index in found)
        raise PortError(f'"{wanted}" is a part of {both}: say more of the name')
    raise PortError(f'no MIDI {direction}put "{wanted}" is here. {_there_is(names)}')


def choose_beside(port: str, names: Sequence[str]) -> int:
    """Find the output of the device that an input belongs to; raises PortError."""
    index = output_of(port, names)
    if index is None:
        raise PortError(
            f'no MIDI output belongs to "{shown(port)}": say which, as in '
            f'feedback = {{ port = "..." }}. {_there_is(names)}'
        )
    return index


def first_played(names: Sequence[str], own: OwnPorts | None = None) -> int:
    """Find the first port where somebody may play, other than the show; raises PortError."""
    own = own or OwnPorts()
    for index, name in enumerate(names):
        if not own.hears(name) and not any(part in name.lower() for part in _NOBODY):
            return index
    left = f'"{AUTO}" leaves {_quoted(names)} alone: name what is to be heard'
    raise PortError(f"no MIDI input to play on is here. {left if names else _there_is(names)}")


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f'"{shown(name)}"' for name in names)


def _there_is(names: Sequence[str]) -> str:
    if names:
        return f"There is: {_quoted(names)}"
    if sys.platform == "darwin":
        return "There is none; Audio MIDI Setup can switch on the IAC driver, for other programs"
    if sys.platform == "win32":
        return "There is none; loopMIDI makes ports for other programs"
    return "There is none"


def _no_system(system: str) -> str:
    if system == "jack":
        return "no JACK server runs"
    if sys.platform == "linux" and system == "auto":
        return "no MIDI system: ALSA's sequencer is not there (modprobe snd-seq) and no JACK runs"
    return f"the MIDI system {system} is not there"


def _no_library(error: ImportError) -> str:
    help_ = ": sudo apt install libportaudio2" if "libasound" in str(error) else ""
    return f"MIDI needs a library that is not here ({error}){help_}"
