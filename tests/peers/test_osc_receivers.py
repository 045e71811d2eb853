"""Receivers that no one here wrote hear exactly what ``osc_out`` says that it sent.

oscdump is liblo's; Pure Data runs without a window, and takes TCP apart in a patch of its own.
"""

from __future__ import annotations

import contextlib
import queue
import socket
import subprocess
import threading
from pathlib import Path

import numpy as np
import pytest
from pythonosc.dispatcher import Dispatcher
from pythonosc.osc_message_builder import build_msg
from pythonosc.osc_tcp_server import ThreadingOSCTCPServer

from engine.core.messages import Note, Ns, Person, Pitch, Pose, Trigger
from engine.osc.layout import OscOptions
from engine.sinks.osc_out import OscOut
from tests.limits import LIMIT

HERE = Path(__file__).parent
PROBE = build_msg("/probe").dgram

CABLES = {
    "/filter/cutoff": (float, {}),
    "/count": (int, {}),
    "/switch": (bool, {}),
    "/words": (str, {}),
    "/voice": (Pitch, {}),
    "/note": (Note, {}),
    "/go": (Trigger, {}),
    "/cue/{value}/start": (Trigger, {"args": []}),
    "/live/set": (float, {"args": [0, 1, 5, "{value}"]}),
    "/pose": (Pose, {}),
    "/p{slot}": (Pose, {"layout": "named"}),
    "/j{slot}/{joint}": (Pose, {"joints": ["left_wrist"], "confidence": True}),
    "/poses/arr": (Pose, {"layout": "poseosc"}),
}


class Listener:
    """A program that prints what it hears, a line a message."""

    def __init__(self, command, port, protocol):
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self._lines = queue.Queue()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        self._await(port, protocol)

    def next(self, count):
        """Wait for so many lines."""
        return [self._line(LIMIT) for _ in range(count)]

    def nothing_more(self):
        """Tell whether it printed nothing but what was asked for, by ending it.

        Late answers to the probe are not counted.
        """
        self.close()
        return all(line is None for line in self._lines.queue)

    def close(self):
        self._process.terminate()
        self._process.wait(LIMIT)
        self._reader.join(LIMIT)
        self._process.stdout.close()

    def _read(self):
        for line in self._process.stdout:
            if "probe" not in line:
                self._lines.put(line.rstrip("\n"))
            else:
                self._lines.put(None)

    def _line(self, timeout):
        while (line := self._lines.get(timeout=timeout)) is None:
            pass
        return line

    def _await(self, port, protocol):
        """Ask until it answers: there is no other sign that a program has opened its port."""
        for _ in range(20 * LIMIT):
            with contextlib.suppress(ConnectionRefusedError):
                ask(port, protocol)
            with contextlib.suppress(queue.Empty):
                assert self._lines.get(timeout=0.05) is None
                return
            assert self._process.poll() is None, "it ended before it listened"
        pytest.fail("it never listened")


def ask(port, protocol):
    kind = socket.SOCK_DGRAM if protocol == "udp" else socket.SOCK_STREAM
    with socket.socket(socket.AF_INET, kind) as mouth:
        mouth.connect(("127.0.0.1", port))
        mouth.sendall(PROBE if protocol == "udp" else len(PROBE).to_bytes(4, "big") + PROBE)


def oscdump(port, protocol):
    return ["oscdump", "-L", f"osc.{protocol}://:{port}"]


def as_oscdump_says(line):
    return line.split(" ", 1)[1].rstrip()  # without the time tag


def to_oscdump(address, args):
    tags = "".join({int: "i", float: "f", str: "s"}[type(arg)] for arg in args)
    forms = {int: "{}", float: "{:f}", str: '"{}"'}
    return " ".join([address, tags, *(forms[type(arg)].format(arg) for arg in args)]).rstrip()


def puredata(port, protocol):
    patch = HERE / f"puredata_{protocol}.pd"
    quiet = ("pd", "-nogui", "-noaudio", "-nomidi", "-stderr", "-noprefs")
    return [*quiet, "-open", str(patch), "-send", f"port listen {port}"]


def as_puredata_says(line):
    return line.removeprefix("OSC: ").removeprefix("list ")


def to_puredata(address, args):
    """Parts of the address and arguments, all in one list; Pure Data knows only floats."""
    words = [arg.replace(" ", "\\ ") if isinstance(arg, str) else f"{arg:g}" for arg in args]
    return " ".join([*address.strip("/").split("/"), *words])


PROGRAMS = {
    "oscdump": (oscdump, as_oscdump_says, to_oscdump),
    "puredata": (puredata, as_puredata_says, to_puredata),
}


def people(*slots, seed):
    random = np.random.default_rng(seed)
    # Eighths are exact in the six digits that the receivers print.
    joints = [(random.integers(1, 8, (17, 3)) / 8).astype(np.float32) for _ in slots]
    return Pose(tuple(map(Person, slots, slots, joints)), 1.0)


@pytest.mark.parametrize("mode", ["1.0", "1.1"])
def test_python_osc_takes_both_framings_apart(mode, free_port):
    """Its server reads lengths where it speaks OSC 1.0, and SLIP where it speaks 1.1."""
    heard = queue.Queue()
    dispatcher = Dispatcher()
    dispatcher.set_default_handler(lambda address, *args: heard.put((address, list(args))))
    framing = {"1.0": "length", "1.1": "slip"}[mode]
    to = f"127.0.0.1:{free_port}"
    sink = OscOut(to=to, protocol="tcp", framing=framing, bundle=False)
    for port, (carries, options) in CABLES.items():
        sink.plug(port, carries, OscOptions(**options))
    sent = []
    sink.tap(lambda port, what: sent.append((what["address"], what["args"])))
    server = ThreadingOSCTCPServer(("127.0.0.1", free_port), dispatcher, mode)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        sink.open()
        play(sink, lambda: None)
        assert [heard.get(timeout=LIMIT) for _ in sent] == sent
        assert len(sent) > 400
    finally:
        sink.close()
        server.shutdown()
        thread.join()
        server.server_close()


def a_show():
    """Moments of a show: what is sent in each."""
    poses = [port for port, (kind, _) in CABLES.items() if kind is Pose]
    numbers = {"/filter/cutoff": 0.125, "/count": -3, "/switch": True, "/live/set": 0.75}
    yield numbers | {"/words": "hello you", "/voice": Pitch(440.0, 69.0, 0.5, on=True)}
    yield {"/filter/cutoff": 1.0}
    yield {"/note": Note(60, 100), "/go": Trigger(), "/cue/{value}/start": Trigger(7.0)}
    for port in poses:
        yield {port: people(1, seed=1), "/count": 1}
        yield {port: people(*range(1, 7), seed=2), "/count": 6}
        yield {port: people(2, 3, seed=3), "/switch": False}


def play(sink, after):
    """Play the show, calling ``after`` each moment."""
    moment = Ns(0)
    for messages in a_show():
        moment = Ns(moment + 40_000_000)
        for port, message in messages.items():
            sink.send(port, message, moment)
        sink.flush(moment)
        if (due := sink.wake()) is not None and due <= moment:
            sink.on_wake(due)
        after()
    sink.silence()
    after()


@pytest.mark.parametrize("bundle", [True, False], ids=["bundles", "messages"])
@pytest.mark.parametrize("protocol", ["udp", "tcp"])
@pytest.mark.parametrize(
    "program",
    [
        pytest.param("oscdump", marks=pytest.mark.peer("oscdump", "liblo-tools")),
        pytest.param("puredata", marks=pytest.mark.peer("pd", "puredata-core")),
    ],
)
def test_a_receiver_hears_exactly_what_was_sent(program, protocol, bundle, free_port):
    command, read, write = PROGRAMS[program]
    sink = OscOut(to=f"127.0.0.1:{free_port}", protocol=protocol, bundle=bundle)
    for port, (carries, options) in CABLES.items():
        sink.plug(port, carries, OscOptions(**options))
    sent = []
    sink.tap(lambda port, what: sent.append(write(what["address"], what["args"])))
    with (
        contextlib.closing(Listener(command(free_port, protocol), free_port, protocol)) as listener,
        contextlib.closing(sink),
    ):
        sink.open()
        heard = []

        def hear():
            # Moment by moment: Linux holds some 250 datagrams for who is slow to take them.
            heard.extend(map(read, listener.next(len(sent) - len(heard))))

        play(sink, hear)
        assert heard == sent
        assert len(sent) > 400
        assert sink.dropped == 0
        assert listener.nothing_more()
