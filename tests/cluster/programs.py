"""Machines as programs of their own, each in a network of its own: ``play`` and ``join``, whole."""

from __future__ import annotations

import json
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine.cluster.key import make_key, write_key
from engine.lab.namespaces import Namespaces
from engine.osc.parse import packet
from tests.limits import LIMIT

PROGRAM = str(Path(sys.executable).with_name("sensorium"))
PORT = 10000
PATIENCE = 300.0
"""Seconds that programs may take where many others run."""
STAMPED = 35
"""SO_TIMESTAMPNS of Linux: the kernel says when a packet came, whoever is late to read it."""

Message = tuple[str, tuple[object, ...]]


class OscEar:
    """Hears OSC in one network: how much came by an address and when, and which notes sound."""

    def __init__(self, stage: Namespaces, name: str) -> None:
        with stage.inside(name):
            self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self._socket.bind(("", PORT))
        self._socket.setsockopt(socket.SOL_SOCKET, STAMPED, 1)
        self._socket.settimeout(0.2)
        self.last: dict[str, float] = {}
        self.counts: Counter[str] = Counter()
        self.came: dict[Message, float] | None = None
        """When each message came first, in s, where that is kept: set it to {}."""
        self.notes: list[Message] = []
        self.sounding: dict[tuple[str, int], float] = {}
        self.doubled: list[tuple[str, int]] = []
        """Notes that began though they sounded already: their end was lost."""
        self._news = threading.Condition()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._over.set()
        self._thread.join(LIMIT)
        self._socket.close()

    def until(self, condition: Callable[[], bool], what: str) -> None:
        """Wait for a condition on what is heard."""
        with self._news:
            assert self._news.wait_for(condition, PATIENCE), f"{what} never came"

    def hears(self, address: str, since: float) -> None:
        """Wait until something has come by an address since a moment."""
        self.until(lambda: self.last.get(address, 0.0) > since, address)

    def more(self, address: str, count: int) -> None:
        """Wait for so many more messages by an address."""
        enough = self.counts[address] + count
        self.until(lambda: self.counts[address] >= enough, f"{count} of {address}")

    def all_end(self) -> None:
        """Wait until every note that sounds now has ended."""
        now = time.monotonic()
        self.until(
            lambda: all(since > now for since in self.sounding.values()),
            f"the end of {self.sounding}",
        )

    def forget(self) -> None:
        """Forget what sounds: the program that began it was killed, and nobody can end it."""
        with self._news:
            self.sounding.clear()

    def _run(self) -> None:
        while not self._over.is_set():
            try:
                data, (stamp,), *_ = self._socket.recvmsg(65536, socket.CMSG_SPACE(16))
            except TimeoutError:
                continue
            seconds, nanoseconds = struct.unpack("qq", stamp[2])
            with self._news:
                for address, args in packet(data):
                    self._take(address, tuple(args), seconds + nanoseconds / 1e9)
                self._news.notify_all()

    def _take(self, address: str, args: tuple[object, ...], came: float) -> None:
        now = self.last[address] = time.monotonic()
        self.counts[address] += 1
        if self.came is not None:
            self.came.setdefault((address, args), came)
        if not address.startswith("/note"):
            return
        self.notes.append((address, args))
        number, velocity = args[:2]
        assert isinstance(number, int)
        if not velocity:
            self.sounding.pop((address, number), None)
        elif (address, number) in self.sounding:
            self.doubled.append((address, number))
        else:
            self.sounding[address, number] = now


class Programs:
    """The programs of a show on several machines."""

    def __init__(self, stage: Namespaces, folder: Path, patch: str) -> None:
        self.stage = stage
        self.folder = folder
        self.key = folder / "room.key"
        write_key(make_key(), self.key)
        (folder / "show.toml").write_text(patch.format(**stage.address))
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def join(self, name: str) -> None:
        self._begin(name, "join", name, "--no-find")

    def play(self, *options: str) -> None:
        self._begin("home", "play", "show.toml", "--quiet", "--no-page", *options)

    def kill(self, name: str) -> None:
        process = self.running.pop(name)
        process.send_signal(signal.SIGKILL)
        process.wait(LIMIT)

    def end(self) -> dict[str, int]:
        """End all programs in order; return their exit status by name."""
        for process in self.running.values():
            process.send_signal(signal.SIGINT)
        return {name: process.wait(PATIENCE) for name, process in self.running.items()}

    def gone(self) -> list[str]:
        """Return the programs that ended though nobody ended them."""
        return [name for name, process in self.running.items() if process.poll() is not None]

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()

    def stats(self) -> dict[str, Any]:
        """Return the statistics of a show that was played with ``--stats stats.json``."""
        stats: dict[str, Any] = json.loads((self.folder / "stats.json").read_text())
        return stats

    def replay(self, recording: str) -> str:
        """Play a recording again and compare it; return what is said of it where it differs."""
        command = [PROGRAM, "replay", recording, "--compare", "--quiet"]
        done = subprocess.run(
            command, cwd=self.folder, capture_output=True, text=True, check=False, timeout=600
        )
        return "" if done.returncode == 0 else done.stdout + done.stderr

    def _begin(self, name: str, *words: str) -> None:
        command = [PROGRAM, *words, "--key", str(self.key)]
        with self.stage.inside(name), (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                command,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._environment(name),
            )

    def _environment(self, name: str) -> dict[str, str]:
        """Return what a machine's programs find, without what tests set to find mistakes."""
        ours = {key: value for key, value in os.environ.items() if key != "PYTHONASYNCIODEBUG"}
        return {**ours, "XDG_STATE_HOME": str(self.folder / f"state of {name}")}
