"""``sensorium monitor`` beside a real show that liblo's oscsend speaks to."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.limits import LIMIT
from tests.ports import find_port

COMMAND = [sys.executable, "-c", "from engine.cli import main; main()"]
PATCH = """
title = "Watched"
[control]
use = "osc_control"
port = CONTROL
replies = REPLIES
[desk]
use = "osc_in"
port = DESK
[desk.listen]
fader = "/1/fader1"
[soft]
use = "smooth"
from = "desk.fader"
[out]
use = "osc_out"
to = "127.0.0.1:NOBODY"
[out.send]
"/filter" = "desk.fader"
"/soft" = "soft"
"""


class Show:
    """A show that plays, and what may be said to it."""

    def __init__(self, folder: Path) -> None:
        self.ports = {name: find_port() for name in ("CONTROL", "REPLIES", "DESK", "NOBODY")}
        text = PATCH
        for name, port in self.ports.items():
            text = text.replace(name, str(port))
        patch = folder / "watched.toml"
        patch.write_text(text)
        self._process = subprocess.Popen(
            [*COMMAND, "play", str(patch), "--no-page"], stderr=subprocess.DEVNULL
        )

    def say(self, to: str, *words: str) -> None:
        subprocess.run(["oscsend", "127.0.0.1", str(self.ports[to]), *words], check=True)

    def close(self) -> None:
        self._process.send_signal(signal.SIGINT)
        assert self._process.wait(LIMIT) == 0


@pytest.fixture(scope="module")
def show(tmp_path_factory):
    with contextlib.closing(Show(tmp_path_factory.mktemp("watched"))) as show:
        for _ in range(LIMIT):  # until it plays: nobody answers before
            if monitor(show, "--for", "0").returncode == 0:
                break
        yield show


def monitor(show: Show, *words: str) -> subprocess.CompletedProcess[str]:
    port = str(show.ports["CONTROL"])
    command = [*COMMAND, "monitor", "--port", port, *words]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=LIMIT)


def watch(show: Show, *words: str) -> subprocess.Popen[str]:
    port = str(show.ports["CONTROL"])
    return subprocess.Popen(
        [*COMMAND, "monitor", "--port", port, *words], stdout=subprocess.PIPE, text=True
    )


@contextlib.contextmanager
def speaking(show: Show, *said: tuple[str, ...]):
    """Say this again and again: a monitor tells nothing of what came before it looked."""
    ended = threading.Event()

    def speak() -> None:
        while not ended.wait(0.1):
            for words in said:
                show.say(*words)

    speaker = threading.Thread(target=speak)
    speaker.start()
    try:
        yield
    finally:
        ended.set()
        speaker.join()


def until(lines, fits):
    """Read up to the first line that fits."""
    return next(line for line in lines if fits(line))


@pytest.mark.peer("oscsend", "liblo-tools")
def test_what_comes_and_what_leaves_is_seen_with_what_nobody_listens_to(show: Show) -> None:
    said = (
        ("DESK", "/1/fadr1", "f", "0.25"),
        ("DESK", "/1/fader1", "f", "0.75"),
        ("CONTROL", "/soft/smoth", "f", "0.25"),
    )
    with watch(show, "--json") as looking, speaking(show, *said):
        lines = map(json.loads, looking.stdout)
        seen = until(lines, lambda one: one["name"] == "/1/fadr1")
        assert seen["note"] == 'nobody listens. Did you mean "/1/fader1"?'
        assert (seen["unheard"], seen["last"], seen["peer"]) == (True, "0.25", "127.0.0.1")
        seen = until(lines, lambda one: one["name"] == "/soft/smoth")
        assert seen["note"] == 'nobody listens. Did you mean "/soft/smooth"?'
        seen = until(lines, lambda one: one["name"] == "/1/fader1")
        assert (seen["note"], seen["unheard"]) == ("desk.fader", False)
        seen = until(lines, lambda one: one["name"] == "/filter" and one["unheard"])
        nobody = f"127.0.0.1:{show.ports['NOBODY']}"
        assert (seen["peer"], seen["note"]) == (nobody, f"nobody listens at {nobody}")
        assert (seen["leaves"], seen["last"]) == (True, "0.75")
        looking.send_signal(signal.SIGINT)
        assert looking.wait(LIMIT) == 0


@pytest.mark.peer("oscsend", "liblo-tools")
def test_lines_into_a_pipe_hold_what_contains_a_text(show: Show) -> None:
    said = (("DESK", "/1/fader1", "f", "0.5"), ("DESK", "/1/fadr1", "f", "0.5"))
    with watch(show, "fadr") as looking, speaking(show, *said):
        line = next(looking.stdout)
        assert line.startswith("in   desk  /1/fadr1  0.5  ")
        assert line.rstrip().endswith('from 127.0.0.1  nobody listens. Did you mean "/1/fader1"?')
        looking.send_signal(signal.SIGTERM)
        assert looking.wait(LIMIT) == 0


@pytest.mark.peer("oscsend", "liblo-tools")
def test_a_terminal_gets_a_table_and_ctrl_c_leaves_it(show: Show) -> None:
    ours, theirs = pty.openpty()
    port = str(show.ports["CONTROL"])
    looking = subprocess.Popen(
        [*COMMAND, "monitor", "--port", port],
        stdout=theirs,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "140", "LINES": "50"},
    )
    os.close(theirs)
    drawn = b""
    words = (b"/1/fadr1", b"Watched", b"What comes in", b"What leaves", b"Ctrl-C ends this")
    with speaking(show, ("DESK", "/1/fadr1", "f", "0.5")):
        while not all(word in drawn for word in words):
            drawn += os.read(ours, 65536)
    # A terminal goes on taking what is drawn, or the monitor would wait for room, for ever.
    terminal = threading.Thread(target=take, args=[ours])
    terminal.start()
    looking.send_signal(signal.SIGINT)
    assert looking.wait(LIMIT) == 0
    terminal.join(LIMIT)
    os.close(ours)


def take(terminal: int) -> None:
    """Take what is drawn on a terminal until it is closed."""
    with contextlib.suppress(OSError):
        while os.read(terminal, 65536):
            pass


def test_where_no_show_plays_that_is_said(show: Show, free_port: int) -> None:
    command = [*COMMAND, "monitor", "--port", str(free_port)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=LIMIT)
    assert done.returncode == 2
    assert done.stderr.startswith(
        f"no show plays on port {free_port}; begin one with sensorium play"
    )
    done = monitor(show, "--host", "no.such.machine.invalid")
    assert (done.returncode, "no machine of that name" in done.stderr) == (2, True)
