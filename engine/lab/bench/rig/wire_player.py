"""A JACK client that plays a sound and notes when MIDI comes back, both in frames of the server.

Why in one client: its sound and its MIDI have the same clock, so no other one can be wrong.

Run: python -m engine.lab.bench.rig.wire_player NAME SOUND. ``SOUND`` is an npy file, float32 (n,).
It says "ready", plays once a line has come and somebody listens, and prints JSON: of each message
its frame, from the first sample on, and its bytes as a list.
"""

from __future__ import annotations

import json
import sys
import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.lab.bench.rig.jack import until

AFTER = 24_000
"""Frames after the sound in which messages are still noted."""


class Player:
    """Plays a sound once, from ``begin`` on."""

    def __init__(self, client: Any, sound: NDArray[np.float32]) -> None:
        self.heard: list[tuple[int, bytes]] = []
        self.done = threading.Event()
        self.begin = threading.Event()
        self._sound = sound
        self._place = 0
        self.out = client.outports.register("out")
        self._midi = client.midi_inports.register("midi")
        client.set_process_callback(self._process)

    def _process(self, count: int) -> None:
        buffer = self.out.get_array()
        buffer[:] = 0.0
        if not self.begin.is_set():
            return
        part = self._sound[self._place : self._place + count]
        buffer[: len(part)] = part
        for offset, data in self._midi.incoming_midi_events():
            self.heard.append((self._place + offset, bytes(data)))
        self._place += count
        if self._place > len(self._sound) + AFTER:
            self.done.set()


def main() -> None:
    """Play, and print what came back."""
    import jack  # type: ignore[import-untyped]  # noqa: PLC0415 - it needs JACK's library

    name, file = sys.argv[1:]
    client = jack.Client(name, no_start_server=True)
    player = Player(client, np.load(file))
    with client:
        print("ready", flush=True)
        sys.stdin.readline()
        until(lambda: bool(player.out.connections), "nobody listens")
        player.begin.set()
        player.done.wait()
    print(json.dumps([(frame, list(message)) for frame, message in player.heard]))


if __name__ == "__main__":
    main()
