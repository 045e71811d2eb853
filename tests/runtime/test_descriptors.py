"""Few files may be open, or none any more: it is told once, in words, and the show goes on."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from engine.core.errors import PatchError, Problem
from engine.core.os_errors import NO_DESCRIPTOR
from engine.patch.load import Texts
from engine.patch.plan import Plan
from engine.runtime.opening import open_texts
from tests.limits import LIMIT

from .editing import Editor, edited, save
from .test_command import PLAY
from .test_service import Manager

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no such limit there")

FEW = 64
HOG = '''
import os
from pathlib import Path

from engine.core.context import Context
from engine.core.messages import Trigger
from engine.core.node import Node


class Hog(Node):
    """Hold all descriptors that there are while a file says so."""

    def open(self, context: Context) -> None:
        self._folder = context.folder
        self._held: list[int] = []

    def process(self, beat: Trigger) -> float:
        if (self._folder / "hold").exists():
            try:
                while True:
                    self._held.append(os.open(os.devnull, os.O_RDONLY))
            except OSError:
                return float(len(self._held))
        while self._held:
            os.close(self._held.pop())
        return 0.0
'''
SHOW = """
[beat]
use = "every"
time = "10 ms"
[hog]
use = "hog"
from = "beat"
[desk]
use = "osc_control"
port = {control}
[out]
use = "collector"
[out.send]
held = "hog"
"""
LIMITED = (
    "import os, resource, sys\n"
    "most = int(sys.argv[1])\n"
    "resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))\n"
    "os.execv(sys.argv[2], sys.argv[2:])\n"
)


class Show:
    """A show that plays, and what it says."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.said: list[str] = []
        self.held = 0.0
        self.played = 0
        self._news = threading.Condition()
        self._readers = [
            threading.Thread(target=self._read, args=(stream, take), daemon=True)
            for stream, take in ((process.stderr, self._hear), (process.stdout, self._watch))
        ]
        for each in self._readers:
            each.start()

    def end(self) -> None:
        """End it, and hear the rest of what it has said."""
        self.process.kill()
        for each in self._readers:
            each.join(LIMIT)

    def until(self, there: Callable[[], object]) -> None:
        with self._news:
            assert self._news.wait_for(there, LIMIT), self.said

    def told(self, text: str) -> str:
        self.until(lambda: any(text in line for line in self.said))
        return next(line for line in self.said if text in line)

    def plays_on(self) -> None:
        count = self.played
        self.until(lambda: self.played > count + 10)

    def _read(self, stream: Iterator[str], take: Callable[[str], None]) -> None:
        for line in stream:
            with self._news:
                take(line)
                self._news.notify_all()

    def _hear(self, line: str) -> None:
        self.said.append(line)

    def _watch(self, line: str) -> None:
        self.played += 1
        self.held = float(line.rpartition('"args":')[2].strip(" []{}\n").split(",")[0].strip("]"))


@contextmanager
def limited(folder: Path, most: int, *words: object) -> Iterator[Show]:
    command = [sys.executable, "-c", LIMITED, str(most), *PLAY, str(folder / "show.toml")]
    with subprocess.Popen(
        [*command, *map(str, words), "--dump", "-"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONASYNCIODEBUG": ""},  # it would tell of a busy machine
    ) as process:
        show = Show(process)
        try:
            yield show
        finally:
            show.end()  # or who still reads would read what is closed


@pytest.fixture
def folder(tmp_path: Path, make_port: Callable[[], int]) -> Path:
    save(tmp_path / "nodes/hog.py", HOG)
    save(tmp_path / "show.toml", SHOW.format(control=make_port()))
    return tmp_path


def connect(port: int, stack: ExitStack) -> None:
    with suppress(OSError):
        stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=1))


def answered(port: int) -> bool:
    """Whether the page answers."""
    with (
        suppress(OSError),
        socket.create_connection(("127.0.0.1", port), timeout=LIMIT) as visitor,
    ):
        visitor.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        return visitor.recv(100).startswith(b"HTTP/1.1 200")
    return False


def test_who_finds_no_descriptor_says_so_once_and_all_goes_on(folder: Path, free_port: int) -> None:
    with limited(folder, FEW, "--page-port", free_port) as show, ExitStack() as stack:
        show.told("the page is at")
        (folder / "hold").touch()
        show.until(lambda: show.held)
        for _ in range(5):
            connect(free_port, stack)
        show.told("the page lets nobody in for now: too many files and connections are open")
        text = (folder / "show.toml").read_text()
        save(folder / "show.toml", text.replace("held =", "more ="))
        show.told("show.toml: cannot be read: too many files")
        show.plays_on()
        (folder / "hold").unlink()
        show.until(lambda: not show.held)
        while not answered(free_port):
            assert show.process.poll() is None
        save(folder / "show.toml", text.replace("held =", "other ="))
        show.told("has taken over")
        show.plays_on()
        show.process.send_signal(signal.SIGINT)
        assert show.process.wait(LIMIT) == 0
    assert not any("Traceback" in line for line in show.said), show.said
    assert sum("lets nobody in" in line for line in show.said) == 1
    assert len(show.said) < 15, show.said


def test_many_visitors_leave_descriptors_for_the_show(folder: Path, free_port: int) -> None:
    with limited(folder, FEW, "--page-port", free_port) as show, ExitStack() as stack:
        show.told("the page is at")
        for _ in range(FEW):
            connect(free_port, stack)
        text = (folder / "show.toml").read_text()
        save(folder / "show.toml", text.replace("held =", "more ="))
        show.told("has taken over")
        show.process.send_signal(signal.SIGINT)
        assert show.process.wait(LIMIT) == 0
    assert not any("Traceback" in line for line in show.said), show.said


def test_a_page_that_finds_no_descriptor_comes_later(folder: Path, free_port: int) -> None:
    (folder / "hold").touch()
    with limited(folder, FEW, "--page-port", free_port) as show:
        show.told("no page for now: too many files and connections are open (ulimit -n)")
        (folder / "hold").unlink()
        show.told("the page is at")
        show.process.send_signal(signal.SIGINT)
        assert show.process.wait(LIMIT) == 0
    assert not any("Traceback" in line for line in show.said), show.said


def test_that_none_is_left_to_read_a_patch_with_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("engine.runtime.reload.reloader._AGAIN", 0.01)
    tries = 0

    def read(texts: Texts) -> Plan:
        nonlocal tries
        tries += "more" in texts.patch
        if 0 < tries <= 5:  # the first may be read again before they are told: it was just saved
            raise PatchError([Problem(f"cannot be read: {NO_DESCRIPTOR}", texts.file)])
        return open_texts(texts, live=False)

    show = '[beat]\nuse="every"\ntime="10 ms"\n[out]\nuse="collector"\n[out.send]\nbeat="beat"\n'

    async def edit(editor: Editor) -> None:
        await editor.swapped(show + 'more="beat"\n')
        assert not any(NO_DESCRIPTOR in each for each in editor.errors)

    engine = edited(tmp_path, {"show.toml": show}, edit, opening=read)
    assert tries > 5
    assert sum(NO_DESCRIPTOR in line for line in caplog.messages) == 1
    told = [each["error"] for each in engine.metrics.stats(engine.now)["errors"]]
    assert sum(NO_DESCRIPTOR in each for each in told) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="systemd is there only")
def test_a_service_without_a_descriptor_plays_on(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager = Manager(str(folder / "manager"))
    monkeypatch.setenv("NOTIFY_SOCKET", manager.address)
    monkeypatch.setenv("WATCHDOG_USEC", "200000")
    with limited(folder, FEW, "--no-page") as show:
        manager.hear_until("READY")
        (folder / "hold").touch()
        show.until(lambda: show.held)
        with suppress(BlockingIOError):
            while True:
                manager.hear(0)  # what was said before
        manager.hear_until("WATCHDOG")
        show.plays_on()
        (folder / "hold").unlink()
        show.until(lambda: not show.held)
        show.process.send_signal(signal.SIGINT)
        assert show.process.wait(LIMIT) == 0
    manager.close()
    assert not any("Traceback" in line for line in show.said), show.said
