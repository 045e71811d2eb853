"""The MIDI ports that there are, by name: what ``port`` of ``midi_in`` and ``midi_out`` may say."""

from __future__ import annotations

import json

from engine.midi.client import list_ports


def inputs(system: str = "auto") -> list[str]:
    """Return the ports that can be listened to; raise DeviceError where there is no MIDI."""
    return _listed(system)["in"]


def outputs(system: str = "auto") -> list[str]:
    """Return the ports that can be sent to; raise DeviceError where there is no MIDI."""
    return _listed(system)["out"]


def _listed(system: str) -> dict[str, list[str]]:
    listed: dict[str, list[str]] = json.loads(list_ports(system))
    return listed
