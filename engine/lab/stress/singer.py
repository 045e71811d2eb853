"""A JACK client that plays the voice of the stand-in in a loop until it is killed.

Run: python -m engine.lab.stress.singer NAME
"""

from __future__ import annotations

import ctypes
import ctypes.util
import sys
import threading
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.sources.stand_in import StandIn

SONG_S: Final = 20.0
RATE: Final = 48_000
_KEPT: Final[list[Any]] = []
_LEAST: Final = 1024
"""Samples a block: latency does not matter here, and it must not take the show's time."""


def song() -> NDArray[np.float32]:
    """Return the song, float32 of shape (samples, 1)."""
    events = StandIn(dances=False, seconds=SONG_S, noise=0.0).events()
    blocks = [message.samples for _, outlet, message in events if outlet == "sound"]
    return np.concatenate(blocks)[:, None]


def sing(name: str) -> None:
    """Play it as the client ``name`` of the server that JACK's environment names."""
    samples = song()
    _call_it(name)
    import sounddevice  # type: ignore[import-untyped]  # noqa: PLC0415 - its name is given before

    place = 0

    def fill(out: NDArray[np.float32], count: int, *_: Any) -> None:
        nonlocal place
        rows = np.arange(place, place + count) % len(samples)
        out[:] = samples[rows]
        place = (place + count) % len(samples)

    with sounddevice.OutputStream(
        RATE, _LEAST, device="system", channels=1, dtype="float32", callback=fill
    ):
        threading.Event().wait()


def _call_it(name: str) -> None:
    """Name the client before PortAudio starts: else all that use it have the same name."""
    library = ctypes.CDLL(ctypes.util.find_library("portaudio"))
    # PortAudio keeps the pointer, so the text must live as long as the process.
    _KEPT.append(ctypes.create_string_buffer(name.encode()))
    library.PaJack_SetClientName(_KEPT[-1])


if __name__ == "__main__":
    sing(sys.argv[1])
