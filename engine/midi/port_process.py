"""The process that owns one MIDI port: ``python -m engine.midi.port_process out|in|list``.

It reads frames from its standard input and writes frames to its standard output. When the input
closes, because the show closed it or died, it ends every sounding note by a note-off of its own,
and goes. Ctrl-C, which the whole group of a terminal gets, is left to the show; being asked to
terminate ends the notes too.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from typing import Final

from engine.midi.active_notes import ActiveNotes
from engine.midi.clock_out import ClockPulses
from engine.midi.frames import (
    ALIVE,
    BPM,
    FAILED,
    GONE,
    HEARD,
    LISTED,
    MIDI,
    MOMENT,
    OPENED,
    TEMPO,
    Unframer,
    frame,
)
from engine.midi.ports import PortError, device, open_port, shown
from engine.midi.rtmidi import Device
from engine.system.jack import ServerWatch, watch_server
from engine.system.wakeup import Wakeup

LOOK: Final = 0.1
"""Every how many seconds it looks whether the port and the show are still there."""
SAY: Final = 0.5
"""Every how many seconds it says that it works."""
PULSE: Final = [0xF8]
_STDIN: Final = 0
_STDOUT: Final = 1
_PIECE: Final = 65536


def tell(kind: bytes, content: bytes) -> None:
    """Tell the show; where nobody hears, nothing is to be done about it."""
    try:
        os.write(_STDOUT, frame(kind, content))
    except OSError:
        return


class PortSender:
    """Sends through an open port, from more than one thread, and knows what sounds."""

    def __init__(self, port: Device) -> None:
        self._port = port
        self._open = True
        self._lock = threading.Lock()
        self._sounding = ActiveNotes()
        self._pulses = ClockPulses()
        self._changed = threading.Condition()

    def take(self, kind: bytes, content: bytes) -> None:
        """Do what a frame says."""
        if kind == MIDI and content:
            self.send(content)
        elif kind == TEMPO:
            (bpm,) = BPM.unpack(content)
            with self._changed:
                self._pulses.set(bpm, time.monotonic_ns())
                self._changed.notify()

    def send(self, message: bytes) -> None:
        """Send one message."""
        with self._lock:
            self._sounding.sent(message)
            self._port.send_message(message)

    def end(self) -> None:
        """End what sounds, and close the port once all has left; nothing is sent any more."""
        with self._lock:
            for message in self._sounding.ends():
                self._port.send_message(message)
            self._port.close_port()
            self._open = False

    def works(self) -> None:
        """Come back once nothing hangs in the port."""
        with self._lock:
            return

    def beat(self) -> None:
        """Send the pulses of the clock when they are due, until the end."""
        while True:
            with self._changed:
                due = self._pulses.due()
                left = None if due is None else (due - time.monotonic_ns()) / 1e9
                if left is None or left > 0:
                    self._changed.wait(left)
                    continue
                self._pulses.sent(time.monotonic_ns())
            with self._lock:
                if not self._open:
                    return
                self._port.send_message(PULSE)


def play(port: Device, looked: Wakeup) -> None:
    """Send what the show says until it says no more."""
    speaker = PortSender(port)
    threading.Thread(target=speaker.beat, daemon=True).start()
    say_alive(looked, speaker.works)
    unframer = Unframer()
    try:
        while piece := os.read(_STDIN, _PIECE):
            for kind, content in unframer.feed(piece):
                speaker.take(kind, content)
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        speaker.end()


class Listener:
    """Tells the show what comes; what came before it knew of the port, as soon as it does."""

    def __init__(self) -> None:
        self._early: list[bytes] | None = []
        self._lock = threading.Lock()

    def hear(self, message: Sequence[int]) -> None:
        """Take a message, on the thread that brings it."""
        heard = MOMENT.pack(time.monotonic_ns()) + bytes(message)
        with self._lock:
            if self._early is None:
                tell(HEARD, heard)
            else:
                self._early.append(heard)

    def begin(self) -> None:
        """Tell from now on."""
        with self._lock:
            for heard in self._early or ():
                tell(HEARD, heard)
            self._early = None


def listen(listener: Listener, looked: Wakeup) -> None:
    """Tell the show what comes, until it closes the pipe."""
    listener.begin()
    say_alive(looked)
    while os.read(_STDIN, _PIECE):
        pass
    # The system closes the port as the process ends, which is next. JACK's library would end its
    # thread in the midst of a callback, and with it, by a crash, the process.


def say_alive(looked: Wakeup, works: Callable[[], None] = lambda: None) -> None:
    """Say again and again that it works: once ``watch`` has looked, and ``works`` come back."""

    def say() -> None:
        while True:
            looked.wait()
            works()
            tell(ALIVE, b"")
            time.sleep(SAY)

    threading.Thread(target=say, daemon=True).start()


def watch(
    looked: Wakeup, direction: str, system: str, port: str | None, jack: ServerWatch | None
) -> None:
    """Look now and then whether the port and the show are there; a virtual port always is.

    But for JACK, whose server may go: its library lists the ports of a dead one for ever. Each look
    rings, so that one that hangs, or cannot be taken at all, is missed.
    """
    parent = os.getppid()
    lookout = device(direction, system, "Sensorium lookout")[0] if port else None
    while True:
        time.sleep(LOOK)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGTERM)
            return
        if jack and jack.gone:
            tell(GONE, b"the JACK server")
            return
        if lookout and port not in lookout.get_ports():
            tell(GONE, str(port).encode())
            return
        looked.set()


def _terminate(*_: object) -> None:
    raise SystemExit(0)


def _listen_to_signals() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _terminate)


def _arguments(given: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("work", choices=("out", "in", "list"))
    parser.add_argument("--system", default="auto")
    parser.add_argument("--port")
    parser.add_argument("--name", default="Sensorium")
    return parser.parse_args(given)


def main(given: list[str] | None = None) -> int:
    """Own one port, or list all; gives the exit status."""
    _listen_to_signals()
    wanted = _arguments(given)
    listener = Listener()
    try:
        if wanted.work == "list":
            tell(LISTED, json.dumps(_all(wanted.system)).encode())
            return 0
        port, name, system = open_port(
            wanted.work, wanted.system, wanted.port, wanted.name, listener.hear
        )
        # Without a server its library opens ports all the same, and takes what is sent to them.
        jack = watch_server() if system == "jack" else None
    except (PortError, ConnectionError) as error:
        tell(FAILED, str(error).encode())
        return 1
    watched = name if wanted.port else None
    looked = Wakeup()
    looks = (looked, wanted.work, system, watched, jack)
    threading.Thread(target=watch, args=looks, daemon=True).start()
    tell(OPENED, name.encode())
    if wanted.work == "out":
        play(port, looked)
    else:
        listen(listener, looked)
    return 0


def _all(system: str) -> dict[str, list[str]]:
    return {
        direction: [shown(name) for name in device(direction, system, "Sensorium")[0].get_ports()]
        for direction in ("in", "out")
    }


if __name__ == "__main__":
    status = 1
    try:
        status = main()
    finally:
        # At once: while an interpreter comes to its end its libraries' threads cannot answer a JACK
        # server any more, which then answers nobody.
        os._exit(status)
