"""What a signal asks of a show, also of one that stands still: the real command, real signals."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from engine.osc.parse import packet
from tests.by_night import few
from tests.limits import LIMIT

from .editing import save
from .test_command import PLAY, SMALL, playing

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no such signals there")

STUCK = '''
import os
import time

from engine.core.messages import Note, Trigger
from engine.core.node import Node


def spin():
    {spin}


class Stick(Node):
    """Begin a few notes, and then never return."""

    _count: int = 0

    def process(self, beat: Trigger) -> Note:
        self._count += 1
        if self._count > 5:
            spin()
        return Note(59 + self._count, 100)
'''
SHOW = """
[beat]
use = "every"
time = "10 ms"
[control]
use = "osc_control"
port = {control}
[stick]
use = "stick"
from = "beat"
[out]
use = "osc_out"
to = "127.0.0.1:{port}"
[out.send]
"/note" = "stick"
"""
SPINS = {
    "a loop": "while True: pass",
    "a loop that catches": "while True:\n        try: time.sleep(1)\n        except: pass",
    "a wait": "time.sleep(1000)",
    "a lock": "import threading; threading.Lock().acquire() and threading.Event().wait()",
}


@pytest.fixture(autouse=True)
def _no_nohup() -> Iterator[None]:
    """Have shows hear SIGHUP though whoever runs the tests ignores it, as ``nohup`` does."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.fixture
def small(free_port: int) -> str:
    return SMALL.format(port=free_port)


@pytest.fixture
def patch(tmp_path: Path, small: str) -> Path:
    file = tmp_path / "small.toml"
    file.write_text(small)
    return file


class Ear:
    """Hears the notes of a show."""

    def __init__(self) -> None:
        self._socket = socket.socket(type=socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(LIMIT)
        self.port: int = self._socket.getsockname()[1]
        self.heard: list[tuple[object, ...]] = []

    def until(self, there: Callable[[], object]) -> None:
        while not there():
            for message in packet(self._socket.recv(65536)):
                self.heard.append(tuple(message[1]))

    def close(self) -> None:
        self._socket.close()


@contextmanager
def stuck(folder: Path, spin: str, control: int) -> Iterator[tuple[subprocess.Popen[str], Ear]]:
    """Play a show until a box of it has begun five notes and never returns."""
    ear = Ear()
    save(folder / "nodes/stick.py", STUCK.replace("{spin}", spin))
    save(folder / "show.toml", SHOW.format(port=ear.port, control=control))
    with subprocess.Popen(
        [*PLAY, str(folder / "show.toml"), "--no-page", "--quiet"],
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            ear.until(lambda: len(ear.heard) >= 5)
            yield process, ear
        finally:
            process.kill()
            ear.close()


def told(process: subprocess.Popen[str], text: str) -> str:
    """Wait until something is said; return the line. A show that never says it is ended."""
    assert process.stderr is not None
    alarm = threading.Timer(LIMIT, process.kill)
    alarm.start()
    try:
        for line in process.stderr:
            if text in line:
                return line
    finally:
        alarm.cancel()
    raise AssertionError(f"nobody said {text!r}")


@pytest.mark.parametrize("spin", few(SPINS, 3))
def test_a_box_that_holds_up_the_loop_is_told_and_the_second_ctrl_c_ends_it(
    spin: str, tmp_path: Path, free_port: int
) -> None:
    with stuck(tmp_path, SPINS[spin], free_port) as (process, ear):
        line = told(process, "stick: does not return, and the whole show stands still")
        assert "nodes/stick.py, line" in line
        assert "in spin" in line
        process.send_signal(signal.SIGINT)
        line = told(process, "the show cannot end: it stands still in stick (nodes/stick.py")
        assert "Ctrl-C again ends it at once" in line
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        told(process, "was ended at once")
        ended = lambda: sum(each[1] == 0 for each in ear.heard) >= 5  # noqa: E731
        ear.until(ended)
        assert process.wait(LIMIT) == 128 + signal.SIGINT
    assert {each[0] for each in ear.heard if each[1] == 0} == set(range(60, 65))


def test_whoever_is_asked_to_terminate_while_stuck_ends_by_itself(
    tmp_path: Path, free_port: int
) -> None:
    with stuck(tmp_path, SPINS["a loop"], free_port) as (process, _):
        told(process, "stick: does not return")
        process.terminate()
        told(process, "was ended at once")
        assert process.wait(LIMIT) == 128 + signal.SIGTERM


CLOSES = """
from engine.core.messages import Message, Ns
from engine.core.sink import Sink


class Out(Sink):
    \"\"\"Never come back from being silenced.\"\"\"

    def accepts(self, port: str) -> tuple[type, ...]:
        return (float,)

    def send(self, port: str, message: Message, at: Ns) -> None:
        pass

    def silence(self, port: str | None) -> None:
        while True:
            pass
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_show_that_is_stuck_in_its_end_can_be_ended(
    number: signal.Signals, patch: Path, small: str, tmp_path: Path
) -> None:
    save(tmp_path / "nodes/out.py", CLOSES)
    patch.write_text(small + '[bad]\nuse = "out"\n[bad.send]\nn = "reach"\n')
    with playing(patch, "--no-page") as process:
        process.send_signal(number)
        if number == signal.SIGINT:
            assert "in bad (nodes/out.py" in told(process, "the show cannot end")
            process.send_signal(number)
        told(process, "was ended at once")
        assert process.wait(LIMIT) == 128 + number


def test_what_was_held_up_for_a_while_plays_on(tmp_path: Path, free_port: int) -> None:
    go = tmp_path / "go"
    once = "globals().update(spin=lambda: None)\n"
    once += f"    while not os.path.exists({str(go)!r}): time.sleep(0.01)"
    with stuck(tmp_path, once, free_port) as (process, ear):
        told(process, "stick: does not return")
        go.touch()
        told(process, "stick: the whole show stood still for")
        count = len(ear.heard)
        ear.until(lambda: len(ear.heard) > count + 5)
        process.send_signal(signal.SIGINT)
        assert process.wait(LIMIT) == 0


def test_sighup_reads_everything_again(patch: Path, small: str) -> None:
    with playing(patch, "--no-page", "--no-watch") as process:
        patch.write_text(small.replace('"/reach"', '"/other"'))
        process.send_signal(signal.SIGHUP)
        told(process, "SIGHUP: everything is read again")
        assert process.stdout is not None
        assert any('"/other"' in line for line in process.stdout)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=LIMIT)
    assert process.returncode == 0, err


def test_sigusr1_writes_the_statistics_so_far(patch: Path, tmp_path: Path) -> None:
    stats = tmp_path / "stats.json"
    with playing(patch, "--no-page", "--stats", stats) as process:
        process.send_signal(signal.SIGUSR1)
        told(process, f"the statistics so far are in {stats}")
        assert json.loads(stats.read_text())["routes"]["out/reach"]["messages"] > 0
        assert process.poll() is None


def test_sigusr1_logs_the_statistics_where_there_is_no_file(patch: Path) -> None:
    with playing(patch, "--no-page") as process:
        process.send_signal(signal.SIGUSR1)
        line = told(process, "statistics: ")
        assert json.loads(line.partition(": ")[2])["routes"]["out/reach"]["messages"] > 0
        assert process.poll() is None


EARLY = """
import os, sys
class Impatient:
    def find_spec(self, name, *_):
        if name == "signal":
            os.kill(os.getpid(), 2)
sys.meta_path.insert(0, Impatient())
from engine.__main__ import main
"""


LOADING = """
import os, signal, sys
from engine.__main__ import main
class Impatient:
    def find_spec(self, name, *_):
        if name == "engine.cli":
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Impatient())
main()
"""


BEGINNING = """
import os, signal, sys, threading
from engine.cli import main
start = threading.Thread.start
def interrupted(thread):
    start(thread)
    if thread.name == "hang watch":
        os.kill(os.getpid(), signal.SIGINT)
threading.Thread.start = interrupted
sys.argv = ["sensorium", "nodes", "lfo"]
main()
"""


LEAVING = """
import os, signal, sys
from engine.cli import main
from engine.commands.ending import AT_THE_END
AT_THE_END.callback(os.kill, os.getpid(), signal.SIGINT)
sys.argv = ["sensorium", "nodes", "lfo"]
main()
"""


@pytest.mark.parametrize(
    ("when", "status"),
    [(EARLY, 130), (LOADING, -signal.SIGINT), (BEGINNING, 130), (LEAVING, -signal.SIGINT)],
    ids=["hardly began", "is loaded", "begins", "leaves"],
)
def test_ctrl_c_outside_the_command_ends_it_without_a_word(when: str, status: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", when], capture_output=True, text=True, timeout=LIMIT, check=False
    )
    assert (done.returncode, done.stderr) == (status, "")


def test_a_crash_in_a_library_says_where(patch: Path) -> None:
    with playing(patch, "--no-page") as process:
        process.send_signal(signal.SIGSEGV)
        _, said = process.communicate(timeout=LIMIT)
    assert "Segmentation fault" in said
    assert "engine/runtime" in said


def test_statistics_that_cannot_be_written_are_told(patch: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    with playing(patch, "--no-page", "--stats", pipe) as process:
        os.close(reader)
        process.send_signal(signal.SIGUSR1)
        told(process, "the statistics cannot be written: nobody reads from it any more")
        assert process.poll() is None


OTHERS = [
    getattr(signal, name) for name in ("SIGUSR2", "SIGPIPE", "SIGWINCH") if hasattr(signal, name)
]


def test_signals_that_ask_nothing_end_nothing(patch: Path) -> None:
    with playing(patch, "--no-page") as process:
        for number in OTHERS:
            process.send_signal(number)
        process.send_signal(signal.SIGUSR1)  # is heard after them
        told(process, "statistics: ")
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=LIMIT)
        assert process.returncode == 0, err


LEAD = "import fcntl, os, signal, sys, termios\nfcntl.ioctl(0, termios.TIOCSCTTY, 0)\n"


@contextmanager
def on_terminal(
    *words: object, ignores: bool = False
) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Play on a terminal of its own; gives the process and the other side of that terminal."""
    ours, theirs = pty.openpty()
    lead = LEAD + ("signal.signal(signal.SIGHUP, signal.SIG_IGN)\n" if ignores else "")
    command = [sys.executable, "-c", lead + "os.execv(sys.argv[1], sys.argv[1:])\n", *PLAY]
    with subprocess.Popen(
        [*command, *map(str, words)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    ) as process:
        os.close(theirs)
        try:
            yield process, ours
        finally:
            process.kill()


def has_begun(dump: Path, ours: int) -> None:
    """Wait until something was sent; what the show says is read, or it would wait for that."""
    while not (dump.exists() and dump.read_text()):
        if select.select([ours], [], [], 0.02)[0]:
            os.read(ours, 4096)


@pytest.mark.parametrize("quiet", [True, False])
def test_a_show_whose_terminal_is_closed_ends_well(
    quiet: bool, patch: Path, tmp_path: Path
) -> None:
    stats, dump = tmp_path / "stats.json", tmp_path / "dump.jsonl"
    words = patch, "--no-page", "--stats", stats, "--dump", dump, "--log", tmp_path / "log"
    with on_terminal(*words, *["--quiet"] * quiet) as (process, ours):
        has_begun(dump, ours)
        os.close(ours)
        assert process.wait(LIMIT) == 0
    assert json.loads(stats.read_text())["routes"]["out/reach"]["messages"] > 0
    assert "the terminal was closed: the show ends" in (tmp_path / "log").read_text()


def test_a_show_begun_by_nohup_goes_on_without_its_terminal(patch: Path, tmp_path: Path) -> None:
    dump = tmp_path / "dump.jsonl"
    words = patch, "--no-page", "--dump", dump, "--log", tmp_path / "log"
    with on_terminal(*words, ignores=True) as (process, ours):
        has_begun(dump, ours)
        os.close(ours)
        process.send_signal(signal.SIGUSR1)
        while "statistics: " not in (tmp_path / "log").read_text():
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        assert process.wait(LIMIT) == 0
