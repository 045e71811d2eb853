"""Real processes in the place of devices: a camera, a program that plays sound, a synthesizer.

Each can be killed, suspended and started again.
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
from engine.lab.stress.observed import SoundedNote, read_notes
from engine.lab.stress.receivers import LOCAL, free_port

SINGER: Final = "stress-singer"
SYNTH: Final = "stress-synth"
_END_S: Final = 10.0


class RigProcess:
    """A program that can be started, killed and started again."""

    def __init__(self, command: list[str]) -> None:
        self._command = command
        self._running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, if it does not run."""
        if self._running is None or self._running.poll() is not None:
            quiet = subprocess.DEVNULL
            self._running = subprocess.Popen(self._command, stdin=quiet, stdout=quiet, stderr=quiet)

    def kill(self) -> None:
        """Kill it with SIGKILL."""
        if self._running is not None:
            self._running.kill()
            self._running.wait(_END_S)

    def suspend(self) -> None:
        """Suspend it with SIGSTOP."""
        if self._running is not None:
            self._running.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Resume it with SIGCONT."""
        if self._running is not None:
            self._running.send_signal(signal.SIGCONT)


class CameraServer(RigProcess):
    """ffmpeg, which streams a film in a loop to a UDP port, as a network camera does."""

    def __init__(self, film: Path) -> None:
        self.address = f"udp://{LOCAL}:{free_port()}"
        # A key frame twice a second, so that a late joiner sees a picture soon; no B-frames, so
        # that no picture waits for a later one.
        codec = ["-c:v", "mpeg2video", "-q:v", "4", "-g", "15", "-bf", "0", "-threads", "1"]
        read = ["-re", "-stream_loop", "-1", "-i", str(film), "-an"]
        send = ["-f", "mpegts", f"{self.address}?pkt_size=1316"]
        super().__init__(["ffmpeg", "-nostdin", "-v", "error", *read, *codec, *send])


class SoundPlayer(RigProcess):
    """A JACK client that plays a song."""

    def __init__(self) -> None:
        super().__init__([sys.executable, "-m", "engine.lab.stress.singer", SINGER])

    def start(self) -> None:
        """Start it, and wait for its port."""
        super().start()
        until(lambda: any(p.startswith(f"{SINGER}:") for p in ports()), "the singer does not start")


class Synth:
    """A MIDI receiver; the messages of every instance that was started are kept."""

    def __init__(self, sink: str) -> None:
        self.sink = sink
        self.name = f"{SYNTH}-{sink}".replace("/", "-")
        self._dumps: list[MidiDump] = []
        self._gone: dict[int, float] = {}

    def start(self) -> None:
        """Start an instance, unless one runs."""
        if len(self._gone) == len(self._dumps):
            self._dumps.append(MidiDump(self.name))

    def kill(self) -> None:
        """Kill it with SIGKILL: its sounding notes end with it."""
        if len(self._gone) < len(self._dumps):
            self._dumps[-1].kill()
            self._gone[len(self._dumps) - 1] = time.monotonic()

    def times(self, begun: float) -> list[float]:
        """Return the times of the messages since a moment, in seconds."""
        heard = (at for dump in self._dumps for at, _ in list(dump.heard))
        return [at for at in heard if at >= begun]

    def notes(self, begun: float) -> list[SoundedNote]:
        """Return the notes that began since a moment."""
        found = []
        for number, dump in enumerate(self._dumps):
            found += read_notes(self.sink, list(dump.heard), self._gone.get(number))
        return [note for note in found if note.begun >= begun]

    def silent(self) -> bool:
        """Return whether no note sounds now."""
        return not self._dumps or not self._dumps[-1].sounding


class SoundServer:
    """jackd, with its clients: the sound player and the MIDI receivers."""

    def __init__(self, name: str, synths: list[Synth], *, sings: bool) -> None:
        self.singer = SoundPlayer() if sings else None
        self.synths = synths
        self._name = name
        self._jackd: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server and its clients."""
        self._jackd = begin_server(self._name)
        for each in self._clients():
            each.start()

    def kill(self) -> None:
        """Kill the server with SIGKILL, and its clients, which would hang now."""
        if self._jackd is not None:
            os.kill(self._jackd.pid, signal.SIGKILL)
            self._jackd.wait(_END_S)
        for each in self._clients():
            each.kill()

    def stop(self) -> None:
        """Stop the clients, then the server."""
        for each in self._clients():
            each.kill()
        if self._jackd is None:
            return
        if self._jackd.poll() is not None:
            # A killed server still holds its registration, of which a machine has eight: the next
            # server of that name frees it.
            self._jackd = begin_server(self._name)
        self._jackd.terminate()
        self._jackd.wait(_END_S)

    def _clients(self) -> list[SoundPlayer | Synth]:
        return [*([self.singer] if self.singer else []), *self.synths]
