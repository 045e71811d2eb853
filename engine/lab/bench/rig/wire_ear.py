"""A JACK client that hears what is played to it, and may play a sound meanwhile.

Run: python -m engine.lab.bench.rig.wire_ear NAME FILE SECONDS [SOUND]. ``SOUND`` is an npy file,
float32 (n,). It says "ready", and once a line has come it notes all that reaches its inputs left
and right, for so many seconds, and plays the sound at its output. Then it writes FILE, npy, float32
(2, n), and prints JSON: when the first frame came, in ns of the monotonic clock, and its rate. A
second line ends it sooner.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.lab.bench.rig.jack import ports, until

Samples = NDArray[np.float32]
_ENDING = 30.0
_WRAP = 1 << 32
"""Where the server's count of frames begins anew."""


class HeardSound(NamedTuple):
    """What was heard, float32 (2, n), from a moment in ns on, at so many samples a second."""

    sound: Samples
    begun: int
    rate: int


class WireEar:
    """One that runs in a process of its own, so that what it costs is its own."""

    def __init__(self, name: str, file: Path, process: subprocess.Popen[str]) -> None:
        self.name = name
        self._file = file
        self._process = process

    def begin(self) -> None:
        """Begin to listen, and to play."""
        self._line()

    def heard(self, *, now: bool = False) -> HeardSound:
        """Wait for the end, or end it ``now``; return what was heard."""
        if now:
            self._line()
        assert self._process.stdout is not None
        told = json.loads(self._process.stdout.readline())
        self._process.wait(_ENDING)  # a client that is killed may hold up the server
        return HeardSound(np.load(self._file), told["begun"], told["rate"])

    def _line(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()


@contextmanager
def wire_ear(
    folder: Path, seconds: float, sound: Samples | None = None, name: str = "ear"
) -> Iterator[WireEar]:
    """Run one while the block lasts; it finds the server by the environment."""
    file, played = folder / f"{name}.npy", folder / f"{name}_plays.npy"
    arguments = [name, str(file), str(seconds)]
    if sound is not None:
        np.save(played, sound)
        arguments.append(str(played))
    command = [sys.executable, "-m", "engine.lab.bench.rig.wire_ear", *arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            until(lambda: f"{name}:left" in ports(), "the ear does not start")
            assert process.stdout is not None
            process.stdout.readline()
            yield WireEar(name, file, process)
        finally:
            process.kill()


class CycleTape:
    """What is heard and played from the first cycle on, by the server's count of frames.

    Why not by cycles: one that is lost is never called, and all behind it would be too early.
    """

    def __init__(self, length: int, sound: Samples) -> None:
        self.heard = np.zeros((2, length), np.float32)
        self.end = 0
        """Frames from the first to the end of the last."""
        self._sound = sound
        self._first: int | None = None

    @property
    def is_full(self) -> bool:
        """Whether no frame has room any more."""
        return self.end == self.heard.shape[1]

    def cycle(self, frame: int, sides: Sequence[Samples]) -> Samples:
        """Note what comes in a cycle, (n,) each side; return what is played in it, (n,) or fewer.

        ``frame`` is the server's count at its start, 32 bits. What was lost before is silence.
        """
        if self._first is None:
            self._first = frame
        place = min((frame - self._first) % _WRAP, self.heard.shape[1])
        count = len(sides[0])
        self.end = min(place + count, self.heard.shape[1])
        for side, samples in enumerate(sides):
            self.heard[side, place : self.end] = samples[: self.end - place]
        return self._sound[place : place + count]


class _Ear:
    def __init__(self, client: Any, seconds: float, sound: Samples) -> None:
        self.begun = 0
        self.done = threading.Event()
        self.begin = threading.Event()
        self.tape = CycleTape(round(seconds * client.samplerate), sound)
        self._client = client
        self._ins = [client.inports.register(side) for side in ("left", "right")]
        self._out = client.outports.register("out")
        client.set_process_callback(self._process)

    def _process(self, _: int) -> None:
        out = self._out.get_array()
        out[:] = 0.0
        if not self.begin.is_set() or self.done.is_set():
            return
        self.begun = self.begun or time.monotonic_ns()
        sides = [port.get_array() for port in self._ins]
        part = self.tape.cycle(self._client.last_frame_time, sides)
        out[: len(part)] = part
        if self.tape.is_full:
            self.done.set()


def _end_at_line(ear: _Ear) -> None:
    sys.stdin.readline()
    ear.done.set()


def main() -> None:
    """Listen, and write down what came."""
    import jack  # type: ignore[import-untyped]  # noqa: PLC0415 - it needs JACK's library

    name, file, seconds, *sound = sys.argv[1:]
    client = jack.Client(name, no_start_server=True)
    plays = np.load(sound[0]) if sound else np.zeros(0, np.float32)
    ear = _Ear(client, float(seconds), plays)
    with client:
        print("ready", flush=True)
        sys.stdin.readline()
        ear.begin.set()
        threading.Thread(target=_end_at_line, args=(ear,), daemon=True).start()
        ear.done.wait(float(seconds) + _ENDING)
        np.save(file, ear.tape.heard[:, : ear.tape.end])
        told = {"begun": ear.begun, "rate": client.samplerate}
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
