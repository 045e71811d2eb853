"""A JACK server of our own without a sound card, its programs, and a receiver of its MIDI.

Needs ``jackd``, ``jack_lsp``, ``jack_connect`` and ``jack_midi_dump`` (Debian: jackd2).
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import queue
import re
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.core.errors import DeviceError
from engine.midi.active_notes import NOTE_OFF, NOTE_ON

RATE = 48_000
"""Samples a second of a server."""
_CYCLE = 128
WAIT = 120.0
_ANSWER = 5.0
"""Seconds: a server that is busy with a dying client answers nobody meanwhile."""
PROGRAMS = ("jackd", "jack_lsp", "jack_connect", "jack_midi_dump")
_NAMES = 3
_LATE = (b"XRun", b"SuspendRefNum error")
"""What a server says that went on before all its programs had played a cycle."""
_SKIPPED = "skipping event"
_LINE = re.compile(r"^\s*\d+:((?: [0-9a-f]{2})+)")


@contextmanager
def server(cycle: int = _CYCLE) -> Iterator[list[int]]:
    """Run a JACK server of that many samples a cycle while the block lasts.

    Everything started in it finds it by itself. The list has when it was too late for a cycle, in
    ns of the monotonic clock.
    """
    late: list[int] = []
    with server_name() as name:
        jackd = begin_server(name, cycle, complaints=subprocess.PIPE)
        reader = threading.Thread(target=_note_lateness, args=(jackd, late), daemon=True)
        reader.start()
        try:
            yield late
        finally:
            jackd.terminate()
            reader.join(_ANSWER)
            _end(jackd)


def _note_lateness(jackd: subprocess.Popen[bytes], late: list[int]) -> None:
    assert jackd.stderr is not None
    late.extend(time.monotonic_ns() for line in jackd.stderr if any(word in line for word in _LATE))


@contextmanager
def server_name() -> Iterator[str]:
    """Choose the server name that every program started in the block uses. Raise DeviceError."""
    if missing := [program for program in PROGRAMS if shutil.which(program) is None]:
        raise DeviceError(f"{missing[0]} is not here: apt-get install jackd2")
    before = os.environ.get("JACK_DEFAULT_SERVER")
    with _free_name() as name:
        os.environ |= {"JACK_DEFAULT_SERVER": name, "JACK_NO_START_SERVER": "1"}
        try:
            yield name
        finally:
            if before is None:
                del os.environ["JACK_DEFAULT_SERVER"]
            else:
                os.environ["JACK_DEFAULT_SERVER"] = before


@contextmanager
def _free_name() -> Iterator[str]:
    """Take one of a few names that nobody uses.

    Why few: a server that was killed keeps one of the eight places that JACK has for names, until
    another is begun by the same name. The lock goes on to the server, which may outlive us.
    """
    for number in range(_NAMES):
        name = f"sensorium-{number}"
        with (Path(tempfile.gettempdir()) / f"{name}.jack").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                continue
            os.set_inheritable(lock.fileno(), True)
            yield name
            return
    raise DeviceError(f"{_NAMES} JACK servers of benches and tests play already")


def begin_server(
    name: str, cycle: int = _CYCLE, complaints: int = subprocess.DEVNULL
) -> subprocess.Popen[bytes]:
    """Start a server of that name, and wait until it is there. Raise TimeoutError.

    After one that was killed the name is free again only when the system has cleared up behind it.
    """
    # -S -R: in one rhythm and in real time, so that nothing is lost on a busy machine.
    at_a_time = ["-r", f"{RATE}", "-p", f"{cycle}"]
    command = ["jackd", "-n", name, "-S", "-R", "-P70", "-d", "dummy", *at_a_time]
    running = [_quiet(command, complaints, close_fds=False)]

    def serves() -> bool:
        if running[-1].poll() is not None:
            _end(running[-1])  # with its pipe
            running.append(_quiet(command, complaints, close_fds=False))
        return "system:playback_1" in ports()

    try:
        until(serves, "jackd does not start")
    except BaseException:
        _end(running[-1])
        raise
    return running[-1]


@contextmanager
def program(command: list[str], port: str) -> Iterator[None]:
    """Run a program of the server while the block lasts, begun when its port is there."""
    running = _quiet(command)
    try:
        until(lambda: port in ports(), f"{command[0]} does not start")
        yield
    finally:
        _end(running)


def ports() -> list[str]:
    """Return the ports of all clients; none while the server does not answer."""
    done = _ask("jack_lsp")
    return done.stdout.splitlines() if done else []


def cables() -> str:
    """Return the ports of all clients, each with those it is connected to, a line each."""
    done = _ask("jack_lsp", "-c")
    return done.stdout if done else ""


def is_gone(port: str) -> bool:
    """Return whether the server answers that no client has a port."""
    there = ports()
    return bool(there) and port not in there


def connect(sender: str, receiver: str) -> None:
    """Connect two ports as soon as both exist."""

    def laid() -> bool:
        if not {sender, receiver} <= set(ports()):
            return False
        done = _ask("jack_connect", sender, receiver)
        return done is not None and done.returncode == 0

    until(laid, f"no cable from {sender} to {receiver}")


def until(true: Callable[[], bool], otherwise: str, seconds: float = WAIT) -> None:
    """Poll until a condition is true. Raise TimeoutError."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise TimeoutError(otherwise)
        time.sleep(0.02)


class MidiDump:
    """``jack_midi_dump``: receives MIDI, notes when each message came, and counts what sounds."""

    def __init__(self, name: str = "dump") -> None:
        self.port = f"{name}:input"
        self.heard: list[tuple[float, bytes]] = []
        self.begun = 0
        self.skipped = 0
        """How many messages it could not take, and says so: it had no time to print."""
        self.sounding: set[tuple[int, int]] = set()
        self.last_note = 0.0
        """When a note last began or ended."""
        self._news: queue.SimpleQueue[None] = queue.SimpleQueue()
        command = ["stdbuf", "-oL", "jack_midi_dump", name]
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        try:
            until(lambda: self.port in ports(), "jack_midi_dump does not start")
        except BaseException:
            _end(self._process)
            raise

    def __enter__(self) -> MidiDump:
        return self

    def __exit__(self, *_: object) -> None:
        _end(self._process)

    def kill(self) -> None:
        """Kill it, as a receiver that crashes."""
        self._process.kill()
        self._process.wait()
        self._reader.join()
        assert self._process.stdout is not None
        self._process.stdout.close()

    @property
    def messages(self) -> list[bytes]:
        """Everything received so far."""
        return [message for _, message in self.heard]

    def wait(self, true: Callable[[MidiDump], bool]) -> None:
        """Wait until a condition on what was received is true. Raise TimeoutError."""
        end = time.monotonic() + WAIT
        while not true(self):
            with contextlib.suppress(queue.Empty):
                self._news.get(timeout=max(0.0, min(1.0, end - time.monotonic())))
            if time.monotonic() > end:
                raise TimeoutError(
                    f"it sounds: {self.sounding}; {self.skipped} skipped; "
                    f"last came {self.messages[-5:]}"
                )

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if match := _LINE.match(line):
                self._take(bytes.fromhex(match[1]))
            self.skipped += _SKIPPED in line

    def _take(self, message: bytes) -> None:
        self.heard.append((time.monotonic(), message))
        status = message[0] & 0xF0
        key = (message[0] & 0x0F, message[1] if len(message) > 1 else 0)
        if status == NOTE_ON and message[2] > 0:
            self.begun += 1
            self.last_note = time.monotonic()
            self.sounding.add(key)
        elif status in (NOTE_ON, NOTE_OFF):
            self.last_note = time.monotonic()
            self.sounding.discard(key)
        self._news.put(None)


def _ask(*command: str) -> subprocess.CompletedProcess[str] | None:
    """Run one of JACK's own programs to its end; None where its server does not answer."""
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=_ANSWER)
    except subprocess.TimeoutExpired:
        return None


def _quiet(
    command: list[str], complaints: int = subprocess.DEVNULL, *, close_fds: bool = True
) -> subprocess.Popen[bytes]:
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, stdout=quiet, stderr=complaints, close_fds=close_fds)


def _end(process: subprocess.Popen[bytes] | subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(10.0)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for pipe in (process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()
