"""Machines as programs of their own, each in a network of its own: ``play`` and ``join``, whole."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

from engine.cluster.key import make_key, write_key
from engine.lab.namespaces import Namespaces
from engine.osc.parse import packet

from .waiting import until

PORT = 10000
NICE = ["nice", "-n", "5"]


class OscEar:
    """Hears OSC in one network: when something came last by an address, and notes that sound."""

    def __init__(self, stage: Namespaces, name: str) -> None:
        with stage.inside(name):
            self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self._socket.bind(("127.0.0.1", PORT))
        self._socket.settimeout(0.2)
        self.last: dict[str, float] = {}
        self.counts: dict[str, int] = {}
        self.sounding: dict[tuple[str, int], float] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._over.set()
        self._thread.join(2)
        self._socket.close()

    def stuck(self, longer: float) -> list[tuple[str, int]]:
        """Return the notes that have sounded for longer than so many seconds."""
        now = time.monotonic()
        return [note for note, since in self.sounding.copy().items() if now - since > longer]

    def _run(self) -> None:
        while not self._over.is_set():
            try:
                data = self._socket.recv(65536)
            except TimeoutError:
                continue
            now = time.monotonic()
            for address, args in packet(data):
                self.last[address] = now
                self.counts[address] = self.counts.get(address, 0) + 1
                if address.startswith("/note"):
                    note = address, int(args[0])
                    if args[1]:
                        self.sounding.setdefault(note, now)
                    else:
                        self.sounding.pop(note, None)


class Programs:
    """The programs of a show on several machines."""

    def __init__(self, stage: Namespaces, folder: Path, patch: str) -> None:
        self.stage = stage
        self.folder = folder
        self.key = folder / "room.key"
        write_key(make_key(), self.key)
        (folder / "show.toml").write_text(patch.format(**stage.address))
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.ended: list[tuple[str, int]] = []

    def join(self, name: str) -> None:
        self._begin(name, "join", name, "--no-find")

    def play(self, *options: str) -> None:
        self._begin("home", "play", "show.toml", "--quiet", "--no-page", *options)

    def kill(self, name: str) -> None:
        process = self.running.pop(name)
        process.send_signal(signal.SIGKILL)
        process.wait(10)

    def end(self) -> dict[str, int]:
        """End all programs in order; return their exit status by name."""
        for process in self.running.values():
            process.send_signal(signal.SIGINT)
        return {name: process.wait(20) for name, process in self.running.items()}

    def gone(self) -> list[str]:
        """Return the programs that ended though nobody ended them."""
        return [name for name, process in self.running.items() if process.poll() is not None]

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()

    def stats(self, name: str) -> dict[str, object]:
        return json.loads((self.folder / name).read_text())

    def _begin(self, name: str, *words: str) -> None:
        command = [str(Path(sys.executable).with_name("sensorium")), *words, "--key", str(self.key)]
        with self.stage.inside(name), (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                command,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, "XDG_STATE_HOME": str(self.folder / f"state of {name}")},
            )


def wait_for(ear: OscEar, address: str, since: float, seconds: float = 30.0) -> float:
    """Wait until something has come by an address since a moment; return how long that took."""
    until(lambda: ear.last.get(address, 0.0) > since, seconds)
    return time.monotonic() - since
