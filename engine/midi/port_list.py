"""What MIDI ports there are, by name: what ``port`` of ``midi_in`` and ``midi_out`` may say."""

from __future__ import annotations

import json

from engine.core.errors import DeviceError
from engine.midi.client import run
from engine.midi.frames import FAILED, LISTED


def inputs(system: str = "auto") -> list[str]:
    """List the ports that can be listened to; raises DeviceError where there is no MIDI."""
    return _listed(system)["in"]


def outputs(system: str = "auto") -> list[str]:
    """List the ports that can be sent to; raises DeviceError where there is no MIDI."""
    return _listed(system)["out"]


def _listed(system: str) -> dict[str, list[str]]:
    said = run("list", system)
    if LISTED not in said:
        raise DeviceError(said.get(FAILED, b"the MIDI helper ended").decode())
    listed: dict[str, list[str]] = json.loads(said[LISTED])
    return listed
