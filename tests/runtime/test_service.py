"""The whole life of a service: a show beside a socket on which its manager listens."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.limits import LIMIT

PLAY = [sys.executable, "-c", "from engine.cli import main; main()", "play"]
BEAT = 0.2
LONGEST = round(LIMIT / BEAT)
PATCH = """
title = "Weeks"
[beat]
use = "every"
time = "10 ms"
[stick]
use = "stick"
from = "beat"
[out]
use = "collector"
from = "stick"
"""
STICK = r'''
import os
import socket
import threading
from engine.core.messages import Trigger
from engine.core.node import Node


class Stick(Node):
    """Count, and where the test wants it come never back from the 50th."""

    _count: int = 0

    def process(self, beat: Trigger) -> float:
        self._count += 1
        if self._count == 50 and (address := os.environ.get("STICKS")):
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as test:
                test.sendto(b"STUCK", address.replace("@", "\0", 1))
            threading.Event().wait()
        return float(self._count)
'''


class Manager:
    """What systemd is to a service: a socket that is told how it goes."""

    def __init__(self, address: str) -> None:
        self.address = address.replace("\0", "@", 1)
        self._ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._ear.bind(address)

    def hear(self, patience: float = LIMIT) -> dict[str, str]:
        self._ear.settimeout(patience)
        said = self._ear.recv(4096).decode()
        return dict(line.partition("=")[::2] for line in said.splitlines())

    def hear_until(self, key: str) -> list[dict[str, str]]:
        heard = [self.hear()]
        while key not in heard[-1]:
            assert len(heard) < LONGEST, heard[-1]
            heard.append(self.hear())
        return heard

    def close(self) -> None:
        self._ear.close()


@pytest.fixture(params=["file", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Manager]:
    if request.param == "abstract" and not sys.platform.startswith("linux"):
        pytest.skip("abstract sockets are of Linux")
    name = f"\0sensorium-{os.getpid()}-{tmp_path.name}" if request.param == "abstract" else ""
    manager = Manager(name or str(tmp_path / "notify"))
    yield manager
    manager.close()


@pytest.fixture
def patch(tmp_path: Path) -> Path:
    (tmp_path / "nodes").mkdir()
    (tmp_path / "nodes" / "stick.py").write_text(STICK)
    file = tmp_path / "weeks.toml"
    file.write_text(PATCH)
    return file


@contextmanager
def service(patch: Path, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """Play a patch as a manager would."""
    variables: Mapping[str, str] = {**os.environ, "PYTHONASYNCIODEBUG": "", **environment}
    show = subprocess.Popen(
        [*PLAY, str(patch), "--quiet", "--no-page"], env=variables, stderr=subprocess.DEVNULL
    )
    try:
        yield show
    finally:
        show.kill()
        show.wait()


def watched(manager: Manager) -> dict[str, str]:
    return {"NOTIFY_SOCKET": manager.address, "WATCHDOG_USEC": str(round(2e6 * BEAT))}


def test_it_says_that_it_plays_still_plays_and_ends(manager: Manager, patch: Path) -> None:
    with service(patch, **watched(manager)) as show:
        first = manager.hear()
        assert first["READY"] == "1"
        assert first["STATUS"].startswith("plays Weeks, ")
        for _ in range(5):
            beat = manager.hear()
            assert beat["WATCHDOG"] == "1"
            assert "READY" not in beat
        show.send_signal(signal.SIGTERM)
        ending = manager.hear_until("STOPPING")
        assert all("WATCHDOG" in beat for beat in ending[:-1])
        assert show.wait(LIMIT) == 0
        with pytest.raises(TimeoutError):
            manager.hear(patience=0.1)  # it said so once, and nothing after


def test_who_is_stuck_says_nothing_any_more(manager: Manager, patch: Path) -> None:
    with service(patch, **watched(manager), STICKS=manager.address):
        beats = manager.hear_until("STUCK")[:-1]
        assert beats and all(beat["WATCHDOG"] == "1" for beat in beats)
        with pytest.raises(TimeoutError):
            manager.hear(patience=10 * BEAT)


def test_what_a_show_starts_does_not_answer_for_it(manager: Manager, patch: Path) -> None:
    """Or the helper of a MIDI port would tell the manager that all is well."""
    told = patch.parent / "told"
    (patch.parent / "nodes" / "stick.py").write_text(
        STICK.replace(
            "self._count += 1",
            f"open({str(told)!r}, 'w').write(repr({{*os.environ}} & {{'NOTIFY_SOCKET', 'PATH'}}))",
        )
    )
    with service(patch, **watched(manager)) as show:
        while not told.exists():
            manager.hear_until("WATCHDOG")
        show.send_signal(signal.SIGTERM)
        assert show.wait(LIMIT) == 0
    assert told.read_text() == "{'PATH'}"


def test_a_manager_that_is_gone_stops_no_show(tmp_path: Path, patch: Path) -> None:
    manager = Manager(str(tmp_path / "notify"))
    with service(patch, **watched(manager)) as show:
        manager.hear_until("WATCHDOG")
        manager.close()
        other = Manager(str(tmp_path / "late"))
        (tmp_path / "late").replace(tmp_path / "notify")
        assert other.hear()["WATCHDOG"] == "1"
        show.send_signal(signal.SIGTERM)
        assert show.wait(LIMIT) == 0
        other.close()
