"""Whether the MIDI ports that a show names are there; nothing is opened."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from engine.core.errors import DeviceError
from engine.core.finding import Finding
from engine.core.nearest import nearest
from engine.midi.port_list import inputs, outputs
from engine.midi.ports import AUTO, NO_VIRTUAL, PortError, choose, first_played


def examine_port(direction: str, system: str, port: str | None, name: str) -> Finding:
    """Return whether a port is there; without ``port`` a virtual one called ``name`` is made.

    ``direction`` is "in" or "out", ``system`` as in ``midi_in``.
    """
    try:
        names = inputs(system) if direction == "in" else outputs(system)
    except DeviceError as error:
        said, colon, line = str(error).partition(": sudo")
        mend = f"sudo{line}" if colon else _start(system)
        return Finding("", "missing", said, mend)
    if port is None:
        if sys.platform == "win32":
            return Finding("", "missing", NO_VIRTUAL)
        return Finding("", "ok", f'makes a virtual MIDI port "{name}" for other programs')
    return _named(direction, port, names)


def _named(direction: str, port: str, names: Sequence[str]) -> Finding:
    try:
        found = names[first_played(names) if port == AUTO else choose(port, names, direction)]
    except PortError as error:
        hint = nearest(port, names)
        mend = f"plug it in, or name another port.{hint}" if names else "plug it in"
        return Finding("", "missing", str(error), mend)
    return Finding("", "ok", f'the MIDI port "{found}" is there')


def _start(system: str) -> str:
    if system == "jack":
        return "start JACK, for instance with qjackctl"
    if sys.platform == "linux":
        return "sudo modprobe snd-seq, or start JACK"
    return ""
