"""A box of one's own that never returns where no show plays yet: told once, and ended by Ctrl-C.

The real command in a terminal of its own, with a real Ctrl-C.
"""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.by_night import few
from tests.limits import LIMIT

from .editing import save
from .one_file import COMMAND

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals there")

SOON = (
    "import fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
    "import ctypes, dataclasses; from engine import Node, Trigger;"
    "from engine.commands import hang_watch; hang_watch.LOOK = 0.15;"
    "from engine.cli import main; main()"
)
"""The command, which takes its terminal for its own, and loses patience sooner.

What boxes import is loaded before: a busy machine may be longer at that than this patience."""
CTRL_C = b"\x03"
TOLD = ": takes long, and everything waits for it; Ctrl-C ends it"
PATCH = """
[beat]
use = "every"
time = "50 ms"
[soft]
use = "soft"
from = "beat"
[out]
use = "osc_out"
to = "127.0.0.1:9"
send = { "/x" = "soft" }
"""
BOX = '''import ctypes, os, threading, time
from dataclasses import field
from engine import Node, Trigger
{top}

class Soft(Node):
    """Answer one."""
    {body}

    def process(self, beat: Trigger) -> float:
        {process}
        return 1.0
'''
GOOD = BOX.format(top="", body="", process="pass")
PIPE = "os.mkfifo(__file__ + '.pipe'); open(__file__ + '.pipe').read()"


def box(top: str = "", body: str = "", process: str = "pass") -> str:
    return BOX.format(top=top, body=body, process=process)


HANGS = {
    "a loop": (box("while True:\n    pass"), "in <module>"),
    "a pipe": (box(PIPE), "line 4, in <module>"),
    "a wait": (box("def f():\n    time.sleep(1000)\nf()"), "line 5, in f"),
    "a lock": (box("lock = threading.Lock()\nlock.acquire()\nlock.acquire()"), "line 6, in <m"),
    "its class": (box(body="time.sleep(1000)"), "line 8, in Soft"),
    "a subclass": (
        box("class A(Node):\n    def __init_subclass__(cls):\n        time.sleep(1000)").replace(
            "Soft(Node)", "Soft(A)"
        ),
        "line 6, in __init_subclass__",
    ),
    "made": (box(body="def __post_init__(self):\n        time.sleep(1000)"), "in __post_init__"),
    "its default": (
        box(body="_lock: int = field(default_factory=threading.Event().wait)"),
        "soft.py, in __init__",
    ),
}
STUBBORN = {
    "catches": "while True:\n    try: time.sleep(1000)\n    except: pass",
    "a library": (
        "lock, take = ctypes.create_string_buffer(64), ctypes.CDLL(None).pthread_mutex_lock\n"
        "take(lock)\ntake(lock)"
    ),
}
COMMANDS = {
    "check": ["check", "show.toml"],
    "show": ["show", "show.toml"],
    "nodes": ["nodes"],
    "nodes NAME": ["nodes", "soft"],
    "play": ["play", "show.toml", "--no-page"],
    "play --offline": ["play", "show.toml", "--offline", "--for", "1"],
    "record": ["record", "show.toml", "show.mcap"],
    "replay": ["replay", "played.mcap", "--nodes", "nodes"],
    "stress": ["stress", "show.toml", "--minutes", "0.5"],
}


class Terminal:
    """A terminal that a command runs in: what it shows, and what is typed."""

    def __init__(self, folder: Path, words: list[str]) -> None:
        self._ours, theirs = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-c", SOON, *words],
            cwd=folder,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        self.shown = ""

    def until(self, text: str) -> None:
        """Wait until something is shown."""
        while text not in self.shown:
            piece = self._read()
            assert piece, f"nobody said {text!r}: {self.shown}"

    def press(self, key: bytes) -> None:
        os.write(self._ours, key)

    def end(self) -> int:
        """Read what is still shown, and return the exit status."""
        while self._read():
            pass
        return self.process.wait(LIMIT)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._ours)

    def _read(self) -> str:
        piece = b""
        assert select.select([self._ours], [], [], LIMIT)[0], f"no more than {self.shown}"
        with suppress(OSError):  # nobody has the terminal open any more
            piece = os.read(self._ours, 65536)
        self.shown += piece.decode(errors="replace")
        return piece.decode(errors="replace")


@contextmanager
def running(folder: Path, text: str, words: list[str]) -> Iterator[Terminal]:
    save(folder / "nodes/soft.py", text)
    save(folder / "show.toml", PATCH)
    terminal = Terminal(folder, words)
    try:
        yield terminal
    finally:
        terminal.close()


def told_once(terminal: Terminal, place: str) -> None:
    lines = [line for line in terminal.shown.splitlines() if "takes long" in line]
    assert len(lines) == 1, terminal.shown
    assert lines[0].startswith("nodes/soft.py, ")
    assert place in lines[0]
    assert lines[0].split("^C")[0].endswith(TOLD)
    assert "Traceback" not in terminal.shown
    assert "Exception" not in terminal.shown


@pytest.mark.parametrize("name", few(HANGS, 4))
def test_where_a_box_hangs_is_told_and_ctrl_c_ends_it(name: str, tmp_path: Path) -> None:
    text, place = HANGS[name]
    with running(tmp_path, text, ["check", "show.toml"]) as terminal:
        terminal.until(TOLD)
        terminal.press(CTRL_C)
        assert terminal.end() == 130
        told_once(terminal, place)


@pytest.mark.parametrize("name", few(COMMANDS, 5))
def test_by_every_command(name: str, tmp_path: Path) -> None:
    words = COMMANDS[name]
    text = box("if os.environ.get('HANGS', '1') == '1': time.sleep(1000)")
    if words[0] == "replay":
        save(tmp_path / "nodes/soft.py", text)
        save(tmp_path / "show.toml", PATCH)
        record = ["play", "show.toml", "--offline", "--for", "1", "--record", "played.mcap"]
        settings = {**os.environ, "HANGS": "0"}
        subprocess.run([*COMMAND, *record], cwd=tmp_path, env=settings, check=True, timeout=LIMIT)
    with running(tmp_path, text, words) as terminal:
        terminal.until(TOLD)
        terminal.press(CTRL_C)
        assert terminal.end() == 130
        told_once(terminal, "line 4, in <module>")


def test_while_it_plays_offline(tmp_path: Path) -> None:
    words = ["play", "show.toml", "--offline", "--for", "1"]
    with running(tmp_path, box(process="time.sleep(1000)"), words) as terminal:
        terminal.until(TOLD)
        terminal.press(CTRL_C)
        terminal.until("stopped before the end")
        terminal.end()
        told_once(terminal, "in process")


@pytest.mark.parametrize("top", STUBBORN.values(), ids=STUBBORN)
def test_what_ctrl_c_does_not_end_is_told_and_the_second_one_ends_it(
    top: str, tmp_path: Path
) -> None:
    with running(tmp_path, box(top), ["check", "show.toml"]) as terminal:
        terminal.until(TOLD)
        terminal.press(CTRL_C)
        terminal.until("does not end. Ctrl-C again ends the command at once")
        assert terminal.process.poll() is None
        terminal.press(CTRL_C)
        assert terminal.end() == 130
        assert "did not end, so the command was ended at once" in terminal.shown
        told_once(terminal, "in <module>")


def test_a_box_that_takes_its_time_in_many_short_calls_is_not_told(tmp_path: Path) -> None:
    words = ["play", "show.toml", "--offline", "--for", "2.5"]
    with running(tmp_path, box(process="time.sleep(0.06)"), words) as terminal:
        assert terminal.end() == 0
        assert "takes long" not in terminal.shown
