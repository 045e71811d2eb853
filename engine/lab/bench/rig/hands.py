"""Many hands at once, in a process of their own: knobs by MIDI and faders by OSC.

``python -m engine.lab.bench.rig.hands SECONDS OSC_PORT`` opens the JACK port ``hands:hands``,
waits for a line, turns 8 knobs and moves 8 faders 32 times a second each, and says
what it did as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Final

from pythonosc.udp_client import SimpleUDPClient

from engine.midi.ports import open_port

MANY: Final = 8
TIMES: Final = 32
"""How often a second each is moved: 512 changes a second together."""


def knob_position(step: int, which: int) -> int:
    """Return the position of a knob, 0 to 127, after so many steps; each step differs."""
    return (step * 37 + which * 11) % 128


def main(seconds: float, port: int) -> None:
    """Move everything at a constant rate."""
    midi, _, _ = open_port("out", "jack", None, "hands")
    osc = SimpleUDPClient("127.0.0.1", port)
    print("ready", flush=True)
    sys.stdin.readline()
    start = time.monotonic()
    steps = max(1, int(seconds * TIMES))
    for step in range(steps):
        time.sleep(max(0.0, start + step / TIMES - time.monotonic()))
        for which in range(MANY):
            value = knob_position(step, which)
            midi.send_message((0xB0, 20 + which, value))
            osc.send_message(f"/fader{which}/smooth", value / 127)
    took = time.monotonic() - start
    print(json.dumps({"steps": steps, "seconds": took}), flush=True)
    sys.stdin.readline()
    midi.close_port()


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]))
