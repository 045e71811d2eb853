"""What goes between the show and a port process, beside what every device process writes."""

from __future__ import annotations

import struct
from typing import Final

# To the port process.
MIDI: Final = b"m"
"""One whole MIDI message to send."""
AT_END: Final = b"e"
"""One whole MIDI message to send when the port is closed, however the show ends."""
TEMPO: Final = b"t"
"""Beats per minute of the clock to send, as a double (``BPM``); 0 for none."""

# From the port process.
RECEIVED: Final = b"r"
"""When MIDI bytes came, in ns (``MOMENT``), and the bytes."""

BPM: Final = struct.Struct(">d")
MOMENT: Final = struct.Struct(">Q")
