"""The process that owns one MIDI port: ``python -m engine.midi.port_process out|in|list``.

It reads frames from its standard input and writes frames to its standard output. When the input is
closed, because the show closed it or died, it ends every sounding note by a note-off of its own,
and ends. Ctrl-C, which the whole group of a terminal gets, is left to the show; SIGTERM ends the
notes too.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from engine.midi.active_notes import CONTROL, ActiveNotes
from engine.midi.clock_out import ClockPulses
from engine.midi.frames import AT_END, BEAT, BPM, EXCLUSIVE, MIDI, MOMENT, RECEIVED, TEMPO
from engine.midi.jack_port import JackPort
from engine.midi.own_ports import OwnPorts, shown
from engine.midi.ports import PortError, choose_port, device, join_system, open_joined
from engine.midi.rtmidi import Device, Hear
from engine.system.device_main import end_with, leave_signals_to_show
from engine.system.device_process import ALIVE, FAILED, GONE, LISTED, OPENED
from engine.system.framing import Unframer, pack_frame
from engine.system.jack_calls import last_begun, threads
from engine.system.liveness import exit_when_stuck, start_heartbeat
from engine.system.pipe_writer import PipeWriter
from engine.system.wakeup import Wakeup

LOOK: Final = 0.1
"""Seconds between two looks whether the port and the show are still there."""
ENDING: Final = 5
"""Seconds that the notes may take to end once the show has died."""
TRIES: Final = 5
"""How often a port that JACK does not call is opened; with each it forgets why."""
STUCK: Final = 15.0
"""Seconds without a look after which this process ends, whatever holds it."""
PULSE: Final = [0xF8]
STARTS: Final = (b"\xfa", b"\xfb")
EXCLUSIVE_DATA: Final = 0xF0
QUARTER_FRAME: Final = 0xF1
LONGEST: Final = 32
"""Bytes of exclusive data that is passed on at most."""
HALVES: Final = 64
"""Controllers below are halves of numbers with 14 bits."""
SHORT_REST: Final = 10_000_000
"""After so many ns a half waits no longer for the other one (``engine.midi.fourteen``)."""
LONG_REST: Final = 150_000_000
"""After so many ns a player stands (``engine.midi.timecode``)."""
_STDIN: Final = 0
_STDOUT: Final = 1
_PIECE: Final = 65536


class PortSender:
    """Sends through an open port, from more than one thread, and knows what sounds."""

    def __init__(self, port: Device) -> None:
        self._port = port
        self._open = True
        self._lock = threading.Lock()
        self._active = ActiveNotes()
        self._last: list[bytes] = []
        self._pulses = ClockPulses()
        self._changed = threading.Condition()

    def take(self, kind: bytes, payload: bytes) -> None:
        """Send what a frame holds."""
        if kind == MIDI and payload:
            if payload in STARTS:
                with self._changed:
                    self._pulses.start()
            self.send(payload)
        elif kind == AT_END and payload:
            self._last.append(payload)
        elif kind == TEMPO:
            (bpm,) = BPM.unpack(payload)
            with self._changed:
                self._pulses.set(bpm, time.monotonic_ns())
                self._changed.notify()
        elif kind == BEAT:
            (bpm,) = BPM.unpack(payload)
            with self._changed:
                self._pulses.beat(bpm, time.monotonic_ns())
                self._changed.notify()

    def send(self, message: bytes) -> None:
        """Send one message."""
        with self._lock:
            self._active.track(message)
            self._port.send_message(message)

    def end(self) -> None:
        """End what sounds, and close the port once all has left; nothing is sent after that."""
        with self._lock:
            for message in (*self._active.end_all(), *self._last):
                self._port.send_message(message)
            self._port.close_port()
            self._open = False

    def check(self) -> None:
        """Return once no call to the port is under way: never, where one hangs."""
        with self._lock:
            return

    def send_clock(self) -> None:
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


def play(port: Device, beat: Callable[[], None], looked: Wakeup) -> None:
    """Send what the show writes, until it closes the pipe."""
    sender = PortSender(port)
    threading.Thread(target=sender.send_clock, daemon=True).start()
    start_heartbeat(beat, looked.wait, sender.check)
    unframer = Unframer()
    try:
        while piece := os.read(_STDIN, _PIECE):
            for kind, payload in unframer.feed(piece):
                sender.take(kind, payload)
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        sender.end()


class Hearing:
    """Writes what comes, with its moment, and when nothing has come for a while.

    Why that: a half of a number may wait for the other one, and a player that sends no more time
    code stands; nothing else would tell.
    """

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._write = write
        self._last = 0
        self._came = threading.Event()
        threading.Thread(target=self._tell_rests, daemon=True).start()

    def __call__(self, message: Sequence[int]) -> None:
        """Write a message that came."""
        if not message or (message[0] == EXCLUSIVE_DATA and len(message) > LONGEST):
            return
        now = time.monotonic_ns()
        self._write(pack_frame(RECEIVED, MOMENT.pack(now), bytes(message)))
        if _may_wait(message):
            self._last = now
            self._came.set()

    def _tell_rests(self) -> None:
        told = 0
        while self._came.wait():
            now, last = time.monotonic_ns(), self._last
            rest = now - last
            if (rest >= SHORT_REST and told != last) or rest >= LONG_REST:
                self._write(pack_frame(RECEIVED, MOMENT.pack(now)))
                told = last
            if rest >= LONG_REST:
                self._came.clear()
                if self._last != last:  # more came since it was looked at
                    self._came.set()
            else:
                time.sleep(max(SHORT_REST - rest, SHORT_REST // 10) / 1e9)


def listen(port: Device, beat: Callable[[], None], looked: Wakeup) -> None:
    """Wait until the show closes the pipe; what comes is written where it comes."""
    start_heartbeat(beat, looked.wait)
    unframer = Unframer()
    while piece := os.read(_STDIN, _PIECE):
        for kind, _ in unframer.feed(piece):
            if kind == EXCLUSIVE:
                port.hear_exclusive()
    # The system closes the port as the process ends, which is next. JACK's library would end its
    # thread in the midst of a callback, and with it, by a crash, the process.


def find_loss(looked: Wakeup, lost: Callable[[], str]) -> str:
    """Look every ``LOOK`` seconds whether the port and the show are there; return what went away.

    ``lost`` returns what went with the port. Each look sets ``looked``, so that the heartbeat stops
    where one hangs.
    """
    parent = os.getppid()
    while True:
        exit_when_stuck(STUCK)
        time.sleep(LOOK)
        if os.getppid() != parent:
            if hasattr(signal, "alarm"):
                signal.alarm(ENDING)  # by the system: a driver that hangs keeps nothing alive
            os.kill(os.getpid(), signal.SIGTERM)
            return "the show"
        if gone := lost():
            return gone
        looked.set()


def _lookout(direction: str, system: str, port: str | None) -> Callable[[], str]:
    """Look after a port of any system but JACK; a virtual one (None) always is there.

    Raise PortError where the system takes no program beside the port's.
    """
    if port is None:
        return lambda: ""
    try:
        watch = device(direction, system, "Sensorium lookout")[0]
    except PortError:
        raise PortError(f"{port} cannot be looked after: {system} takes no other program") from None
    return lambda: "" if port in watch.get_ports() else port


def _may_wait(message: Sequence[int]) -> bool:
    """Return whether something may wait for what comes after a message."""
    half = message[0] & 0xF0 == CONTROL and len(message) > 1 and message[1] < HALVES
    return half or message[0] == QUARTER_FRAME


def _deaf(_: Sequence[int]) -> None:
    """Hear nothing, as an output does."""


def _terminate(*_: object) -> None:
    raise SystemExit(0)


def _arguments(given: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("work", choices=("out", "in", "list"))
    parser.add_argument("--system", default="auto")
    parser.add_argument("--port")
    parser.add_argument("--beside", action="store_true")
    parser.add_argument("--name", default="Sensorium")
    parser.add_argument("--own", type=OwnPorts.from_text)
    return parser.parse_args(given)


def main(given: list[str] | None = None) -> int:
    """Own one port, or list all; return the exit status."""
    leave_signals_to_show()
    signal.signal(signal.SIGTERM, _terminate)
    wanted = _arguments(given)
    writer = PipeWriter(_STDOUT)
    jack = JackPort(wanted.name)
    try:
        if wanted.work == "list":
            writer.write_only(pack_frame(LISTED, json.dumps(_all(wanted.system)).encode()))
            return 0
        hear = Hearing(writer.write) if wanted.work == "in" else _deaf
        port, name, lost = _open(wanted, hear, jack)
    except (PortError, ConnectionError) as error:
        jack.leave()
        writer.write_only(pack_frame(FAILED, str(error).encode()))
        return 1
    looked = Wakeup()

    def watch() -> None:
        writer.write(pack_frame(GONE, find_loss(looked, lost).encode()))

    threading.Thread(target=watch, daemon=True).start()
    writer.start(pack_frame(OPENED, name.encode()))
    beat = partial(writer.write, pack_frame(ALIVE))
    if wanted.work == "out":
        play(port, beat, looked)
    else:
        listen(port, beat, looked)
    return 0


def _open(
    wanted: argparse.Namespace, hear: Hear, jack: JackPort
) -> tuple[Device, str, Callable[[], str]]:
    """Open a port; give it, its name, and what returns what of it went away, "" while nothing did.

    Raise PortError, and ConnectionError where no JACK server runs: its library opens ports without
    one, too, and takes what is sent to them.
    """
    work, system, port = wanted.work, wanted.system, wanted.port
    which = {"own": wanted.own, "beside": wanted.beside}
    if system == "jack" and (there := jack.join(work)) is not None and port:
        choose_port(port, there, work, **which)  # what plays joins only once it is there
    for _ in range(TRIES):
        before = threads()
        joined, system = join_system(work, system, wanted.name, hear)
        thread = last_begun(before)  # of JACK's library: the one that it calls is its last
        is_called = partial(jack.is_called, thread, sends=work == "out")
        # Who sees a port joins it once: it is shown when it is called, not to be taken away again.
        if system == "jack" and port is None and not is_called():
            joined.close_port()
            continue
        name = open_joined(joined, work, system, port, wanted.name, **which)
        other = name if port else None
        if system != "jack" or not jack.begin():
            return joined, name, _lookout(work, system, other)
        if port is None or is_called(name):
            return joined, name, partial(jack.lost, other)
        joined.close_port()
    raise PortError(f"JACK does not call {wanted.name}")


def _all(system: str) -> dict[str, list[str]]:
    return {
        direction: [shown(name) for name in device(direction, system, "Sensorium")[0].get_ports()]
        for direction in ("in", "out")
    }


if __name__ == "__main__":
    end_with(main)
