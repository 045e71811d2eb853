"""A show that plays for the fuzzers: it hears OSC and serves a page, on ports that were free."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import logging
import socket
import threading
import time
from functools import cache

from pythonosc.osc_message_builder import build_msg

from engine.patch.compile import compile_patch
from engine.patch.load import parse
from engine.registry import Registry
from engine.runtime.live import Live
from engine.web.page import Page
from tests.limits import LIMIT
from tests.ports import find_port

AGAIN = 0.2
"""Seconds after which something is said again."""
TIMES = round(LIMIT / AGAIN)
PATCH = """
title = "Under fire"
[control]
use = "osc_control"
port = {control}
replies = {replies}
[desk]
use = "osc_in"
port = {desk}
[desk.listen]
fader = "/fader"
words = {{ address = "/words", carries = "text" }}
go = {{ address = "/go", carries = "trigger" }}
alive = "/still/there"
[stage]
use = "osc_in"
port = {stage}
protocol = "tcp"
[stage.listen]
fader = "/fader"
layer = "/millumin/layer:My Layer/opacity"
[soft]
use = "smooth"
from = "desk.fader"
[out]
use = "osc_out"
to = "127.0.0.1:{ear}"
[out.send]
"/alive" = "desk.alive"
"/soft" = "soft"
"/words" = "desk.words"
"/stage" = "stage.fader"
"/go" = "desk.go"
"""


class Mistakes(logging.Handler):
    """Keeps what the program says of its own mistakes."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.found.append(logging.Formatter().format(record))


class UnderFire:
    """The show, on a thread of its own."""

    def __init__(self) -> None:
        self.control, self.desk, self.stage, self.replies, page = (find_port() for _ in range(5))
        self.mistakes = Mistakes()
        logging.getLogger().addHandler(self.mistakes)
        self._ear = _socket(AGAIN)
        self._mouth = _socket(LIMIT)
        self._count = 0
        ports = {"control": self.control, "desk": self.desk, "replies": self.replies}
        ports["stage"] = self.stage
        text = PATCH.format(ear=self._ear.getsockname()[1], **ports)
        self.live = Live(compile_patch(parse(text), Registry().find))
        self.page = Page(port=page, patience=0)
        self.page.watch(self.live.engine)
        self._thread = threading.Thread(target=self._play, daemon=True)
        self._thread.start()
        self.page.open()
        self.page.wait()
        self._until_open()
        atexit.register(self.page.close)

    def _play(self) -> None:
        asyncio.run(self.live.play())

    def _until_open(self) -> None:
        for _ in range(TIMES):
            self.say(self.desk, build_msg("/still/there", 0.0).dgram)
            with contextlib.suppress(TimeoutError):
                self._ear.recv(65536)
                return
        raise AssertionError("the show does not begin")

    def say(self, port: int, datagram: bytes) -> None:
        """Send a packet to one of the ports."""
        self._mouth.sendto(datagram, ("127.0.0.1", port))

    def _hears(self, wanted: bytes) -> bool:
        """Whether a packet comes soon; others may come all the time, from a box that goes on."""
        end = time.monotonic() + AGAIN
        with contextlib.suppress(TimeoutError):
            while time.monotonic() < end:
                if self._ear.recv(65536) == wanted:
                    return True
        return False

    def stream(self, data: bytes) -> None:
        """Send bytes over a connection of their own; whoever is hung up on is not wrong."""
        with (
            socket.socket(socket.AF_INET, socket.SOCK_STREAM) as stream,
            contextlib.suppress(OSError),
        ):
            # Its port is not taken from a show that would listen there within the next minute.
            stream.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            stream.settimeout(LIMIT)
            stream.connect(("127.0.0.1", self.stage))
            stream.sendall(data)

    def still_there(self) -> None:
        """Fail unless what is said now comes out, and nothing was a mistake of the program."""
        self._count += 1
        asked = build_msg("/still/there", float(self._count)).dgram
        wanted = build_msg("/alive", float(self._count)).dgram
        # A case may have switched a box off, or set it off: those are what a hand may do.
        for box in ("out", "desk", "stage"):
            self.say(self.control, build_msg(f"/{box}/on", True).dgram)
        for _ in range(TIMES):
            self.say(self.desk, asked)
            if self._hears(wanted):
                break
        else:
            raise AssertionError("the show is gone")
        found, self.mistakes.found = self.mistakes.found, []
        assert found == [], found[0]


def _socket(patience: float) -> socket.socket:
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    one.bind(("127.0.0.1", 0))
    one.settimeout(patience)
    return one


@cache
def show() -> UnderFire:
    """Give the one show of this process."""
    return UnderFire()
