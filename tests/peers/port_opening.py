"""Opens MIDI ports as a show does: again, where JACK has no place for one just then."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from engine.core.errors import DeviceError
from engine.sinks.midi_out import MidiOut
from engine.sources.midi_in import MidiIn
from tests.limits import LIMIT

JUST_THEN = re.compile("JACK (would not|does not) call")
"""What JACK's library says where others join and leave, or the machine is busy; a show tries on."""


def open_again(port: MidiOut | MidiIn, *hear: Callable[..., None]) -> None:
    """Open a port, again as long as JACK has no place for it. Raise DeviceError, of all else."""
    end = time.monotonic() + LIMIT
    while True:
        try:
            port.open(*hear)
        except DeviceError as error:
            port.close()
            if not JUST_THEN.search(str(error)) or time.monotonic() > end:
                raise
        else:
            return
