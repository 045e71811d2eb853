"""Shows that a test plays by the real command: boxes of one file each, and real sockets.

A box is written into ``nodes/`` beside the patch, as a performer does it; the show is a process of
its own; what the test says and hears goes through UDP.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pythonosc.osc_message_builder import build_msg

from engine.osc.parse import packet
from tests.limits import LIMIT

from .editing import save

ASKED_AGAIN = 0.1
"""Seconds after which what had no answer is said again: a show may still be opening its port."""
COMMAND = (sys.executable, "-c", "from engine.cli import main; main()")
CALM = "from engine.runtime.reload import probation; probation._BESIDES = 1e6;"
"""A show that a busy machine makes late after an edit keeps it, as in ``tests/conftest.py``."""
FULL = (
    "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
    "resource.setrlimit(resource.RLIMIT_FSIZE, ({0}, {0}));"
)
"""Every file ends at a size, with an error as of a full disk."""

DESK = """
[desk]
use = "osc_in"
port = {port}
[desk.listen]
{listen}
[out]
use = "osc_out"
to = "127.0.0.1:{ear}"
[out.send]
{send}
"""


class Sockets:
    """Where a test says something to a show, and hears what comes of it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.ear: int = self._socket.getsockname()[1]
        self._heard: list[tuple[str, list[Any]]] = []

    def desk(self, listen: str, send: str) -> str:
        """Return the tables of a patch that hears the test, and is heard by it."""
        return DESK.format(port=self.port, ear=self.ear, listen=listen, send=send)

    def say(self, address: str, *arguments: object, port: int | None = None) -> None:
        """Say something to the show, once."""
        datagram = build_msg(address, list(arguments)).dgram
        self._socket.sendto(datagram, ("127.0.0.1", port or self.port))

    def hear(self, address: str, seconds: float = LIMIT) -> list[Any]:
        """Return what comes next to an address; raise TimeoutError."""
        self._socket.settimeout(seconds)
        while True:
            while self._heard:
                where, arguments = self._heard.pop(0)
                if where == address:
                    return arguments
            self._heard += packet(self._socket.recv(65536))

    def ask(self, address: str, *arguments: object, answer: str) -> list[Any]:
        """Say something until it is answered, and return the answer."""
        for _ in range(round(LIMIT / ASKED_AGAIN)):
            self.say(address, *arguments)
            try:
                return self.hear(answer, ASKED_AGAIN)
            except TimeoutError:
                continue
        raise TimeoutError(f"{address} was not answered by {answer}")

    def hear_each(self, *addresses: str) -> dict[str, list[Any]]:
        """Return what comes to each of these addresses, in whatever order."""
        self._socket.settimeout(LIMIT)
        found: dict[str, list[Any]] = {}
        while len(found) < len(addresses):
            self._heard += packet(self._socket.recv(65536)) if not self._heard else []
            where, arguments = self._heard.pop(0)
            if where in addresses:
                found[where] = arguments
        return found

    def hear_all(self, address: str, enough: Callable[[list[Any]], bool]) -> list[Any]:
        """Return the first arguments of all that comes to an address, until it is enough."""
        found: list[Any] = []
        while not enough(found):
            found.append(self.hear(address)[0])
        return found

    def close(self) -> None:
        """Hear no more."""
        self._socket.close()


class Show:
    """A folder with a patch and boxes, and the process that plays it."""

    def __init__(self, folder: Path, boxes: Mapping[str, str]) -> None:
        self.folder = folder
        self.patch = folder / "show.toml"
        for name, text in boxes.items():
            save(folder / "nodes" / f"{name}.py", text)

    def save(self, text: str) -> None:
        """Save the patch."""
        save(self.patch, text)

    @contextmanager
    def playing(
        self, *more: object, page: int = 0, limit_files: int = 0, **settings: str
    ) -> Iterator[subprocess.Popen[str]]:
        """Play; ``page`` is the port of the page, 0 for none, ``limit_files`` the most bytes that a
        file may have, as on a disk that is full, 0 for any, ``settings`` are of the environment.
        """
        begin = CALM + (FULL.format(limit_files) if limit_files else "") + COMMAND[2]
        shown = ["--page-port", str(page)] if page else ["--no-page"]
        options = [*shown, "--quiet", *map(str, more)]
        command = [sys.executable, "-c", begin, "play", str(self.patch), *options]
        with subprocess.Popen(
            command,
            cwd=self.folder,
            env={**os.environ, "PYTHONASYNCIODEBUG": "", **settings},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                yield process
            except BaseException as error:
                process.kill()
                error.add_note(f"the show wrote: {process.communicate(timeout=LIMIT)[1]}")
                raise
            finally:
                process.kill()

    def replay(self, recording: Path) -> subprocess.CompletedProcess[str]:
        """Replay a recording with the boxes that there are, and compare."""
        nodes = str(self.folder / "nodes")
        command = [*COMMAND, "replay", str(recording), "--compare", "--nodes", nodes]
        return subprocess.run(
            command, cwd=self.folder, capture_output=True, text=True, timeout=LIMIT, check=False
        )


def end(process: subprocess.Popen[str], number: int = signal.SIGINT) -> str:
    """End a show, and return what it wrote."""
    process.send_signal(number)
    return process.communicate(timeout=LIMIT)[1]
