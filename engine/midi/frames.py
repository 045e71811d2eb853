"""What goes between the show and a port process, beside what every device process writes."""

from __future__ import annotations

import struct
from typing import Final

# To the port process.
MIDI: Final = b"m"
"""One whole MIDI message to send."""
AT_END: Final = b"e"
"""One whole MIDI message to send when the port is closed, however the show ends."""
EXCLUSIVE: Final = b"x"
"""From now on short system exclusive data is wanted, too."""
TEMPO: Final = b"t"
"""Beats per minute of the clock to send, as a double (``BPM``); 0 for none."""
BEAT: Final = b"b"
"""A beat is now, at so many beats per minute (``BPM``): 24 pulses of the clock, then the next."""

# From the port process.
RECEIVED: Final = b"r"
"""When MIDI bytes came, in ns (``MOMENT``), and the bytes; none where nothing has come since."""

BPM: Final = struct.Struct(">d")
MOMENT: Final = struct.Struct(">Q")
