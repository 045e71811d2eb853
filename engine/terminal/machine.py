"""What this machine has, for the room of machines: devices, networks' providers, cores."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Any

from engine.core.errors import ModelError
from engine.inference.backends import BACKENDS
from engine.terminal.devices import (
    Plugged,
    cameras,
    midi_inputs,
    midi_outputs,
    sound_inputs,
    sound_outputs,
)

_MOST = 20
"""Names of each kind that are told."""


def what_is_here() -> dict[str, Any]:
    """Return the names of the devices of each kind, and how many cores there are."""
    found = {
        "cameras": cameras(),
        "sound in": sound_inputs(),
        "sound out": sound_outputs(),
        "MIDI in": midi_inputs(),
        "MIDI out": midi_outputs(),
    }
    return {
        **{kind: _names(plugged) for kind, plugged in found.items()},
        "providers": providers(),
        "cores": os.cpu_count() or 1,
    }


def providers() -> list[str]:
    """Return what networks may run on here, such as "cuda"."""
    found: list[str] = []
    for backend in BACKENDS.values():
        with suppress(ModelError):
            found += backend.available()
    return found


def _names(plugged: Plugged) -> list[str]:
    return [name for name, _ in plugged.names[:_MOST]]
