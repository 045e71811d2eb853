"""Real parts that stand for the devices of a room: a camera, a program that sounds, a synth.

Each is a process of its own that can be killed, stopped and brought back.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from engine.lab.bench.rig.jack import MidiDump, begin_server, ports, until
from engine.lab.stress.ears import LOCAL, free_port
from engine.lab.stress.observed import Sounded, sounded

SINGER: Final = "stress-singer"
SYNTH: Final = "stress-synth"
_END_S: Final = 10.0


class RigProcess:
    """A program that is begun, killed and begun again."""

    def __init__(self, command: list[str]) -> None:
        self._command = command
        self._running: subprocess.Popen[bytes] | None = None

    def begin(self) -> None:
        """Start it, if it does not run."""
        if self._running is None or self._running.poll() is not None:
            quiet = subprocess.DEVNULL
            self._running = subprocess.Popen(self._command, stdin=quiet, stdout=quiet, stderr=quiet)

    def kill(self) -> None:
        """End it by ``kill -9``."""
        if self._running is not None:
            self._running.kill()
            self._running.wait(_END_S)

    def stop(self) -> None:
        """Have it stand still."""
        if self._running is not None:
            self._running.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Have it go on."""
        if self._running is not None:
            self._running.send_signal(signal.SIGCONT)


class CameraServer(RigProcess):
    """ffmpeg, which sends a film over and over to a port, as a camera in the network does."""

    def __init__(self, film: Path) -> None:
        self.address = f"udp://{LOCAL}:{free_port()}"
        # Whole pictures twice a second, so that whoever comes late sees one soon; none waits for
        # a later one.
        codec = ["-c:v", "mpeg2video", "-q:v", "4", "-g", "15", "-bf", "0", "-threads", "1"]
        read = ["-re", "-stream_loop", "-1", "-i", str(film), "-an"]
        send = ["-f", "mpegts", f"{self.address}?pkt_size=1316"]
        super().__init__(["ffmpeg", "-nostdin", "-v", "error", *read, *codec, *send])


class SoundPlayer(RigProcess):
    """A program of JACK that sings."""

    def __init__(self) -> None:
        super().__init__([sys.executable, "-m", "engine.lab.stress.singer", SINGER])

    def begin(self) -> None:
        """Start it, and wait for its port."""
        super().begin()
        until(lambda: any(p.startswith(f"{SINGER}:") for p in ports()), "the singer does not start")


class Synth:
    """A receiver of MIDI; what each that was begun heard is kept."""

    def __init__(self, sink: str) -> None:
        self.sink = sink
        self.name = f"{SYNTH}-{sink}".replace("/", "-")
        self._dumps: list[MidiDump] = []
        self._gone: dict[int, float] = {}

    def begin(self) -> None:
        """Start one, unless one runs."""
        if len(self._gone) == len(self._dumps):
            self._dumps.append(MidiDump(self.name))

    def kill(self) -> None:
        """End it by ``kill -9``: what sounds there sounds no more."""
        if len(self._gone) < len(self._dumps):
            self._dumps[-1].kill()
            self._gone[len(self._dumps) - 1] = time.monotonic()

    def times(self, begun: float) -> list[float]:
        """Give when messages came since a moment."""
        heard = (at for dump in self._dumps for at, _ in list(dump.heard))
        return [at for at in heard if at >= begun]

    def notes(self, begun: float) -> list[Sounded]:
        """Give the notes heard since a moment."""
        found = []
        for number, dump in enumerate(self._dumps):
            found += sounded(self.sink, list(dump.heard), self._gone.get(number))
        return [note for note in found if note.begun >= begun]

    def silent(self) -> bool:
        """Tell whether nothing sounds now."""
        return not self._dumps or not self._dumps[-1].sounding


class SoundServer:
    """jackd, with the program that sounds and the receivers of MIDI that live in it."""

    def __init__(self, name: str, synths: list[Synth], *, sings: bool) -> None:
        self.singer = SoundPlayer() if sings else None
        self.synths = synths
        self._name = name
        self._jackd: subprocess.Popen[bytes] | None = None

    def begin(self) -> None:
        """Start the server and all that live in it."""
        self._jackd = begin_server(self._name)
        for each in self._clients():
            each.begin()

    def kill(self) -> None:
        """End the server by ``kill -9``, and what lived in it, which would hang now."""
        if self._jackd is not None:
            os.kill(self._jackd.pid, signal.SIGKILL)
            self._jackd.wait(_END_S)
        for each in self._clients():
            each.kill()

    def end(self) -> None:
        """End everything in good order."""
        for each in self._clients():
            each.kill()
        if self._jackd is None:
            return
        if self._jackd.poll() is not None:
            # One that was killed still has its place, of which a machine has eight: it is given
            # back by the next of that name.
            self._jackd = begin_server(self._name)
        self._jackd.terminate()
        self._jackd.wait(_END_S)

    def _clients(self) -> list[SoundPlayer | Synth]:
        return [*([self.singer] if self.singer else []), *self.synths]
