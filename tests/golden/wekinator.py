"""A program that was written for Wekinator, and what it is answered: byte by byte, over real UDP.

    uv run python -m tests.golden.wekinator     writes the exchange anew: then read the difference

The messages are those of Wekinator's documentation and of the library wekinator-node, as they send
them. ``wekinator_lesson.txt`` and ``wekinator_gestures.txt`` hold each packet in hexadecimal, with
what it says behind it: ``>`` is what the program sends, ``<`` what comes back to it.
"""

from __future__ import annotations

import contextlib
import math
import socket
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from pythonosc.osc_message_builder import build_msg

from engine.osc.parse import packet
from tests.limits import LIMIT
from tests.ports import find_port
from tests.runtime.one_file import ASKED_AGAIN, Show

FILE = Path(__file__)
CONTROL = "/wekinator/control/"
PATCH = """
[{box}_in]
use = "wekinator_in"
port = {port}
[{box}]
use = "wekinator"
from = "{box}_in"
outputs = {outputs}
[{box}_out]
use = "osc_out"
to = "127.0.0.1:{ear}"
bundle = false
[{box}_out.send]
"/" = "{box}"
[{box}_files]
use = "osc_out"
to = "127.0.0.1:{ear}"
bundle = false
[{box}_files.send]
"/" = "{box}.bundles"
[{box}_notices]
use = "osc_out"
to = "127.0.0.1:{notices}"
[{box}_notices.send]
"/notice" = "{box}.notice"
"""
SYNC, SYNCED = "cancelTrain", "nothing is being trained: it learns at once"
"""What changes nothing, and says so: all that was said before it is then through."""
ROWS = "1.0,1.0\n2.0,2.0\n"

Step = tuple[str, tuple[float | int | str, ...]]


def order(word: str, *arguments: float | int | str) -> Step:
    """Return a control message."""
    return CONTROL + word, arguments


def inputs(*values: float) -> Step:
    """Return a message of inputs."""
    return "/wek/inputs", values


def around(c: float, count: int = 6) -> Iterator[Step]:
    """Yield inputs near a place."""
    for k in range(count):
        yield inputs(c + 0.02 * math.sin(k), c + 0.02 * math.cos(2 * k))


def path(number: int, count: int = 30) -> list[Step]:
    """Return the inputs of a gesture: an arc, or a corner."""
    turns = [k / (count - 1) for k in range(count)]
    if number == 1:
        return [inputs(turn, math.sin(math.pi * turn)) for turn in turns]
    return [inputs(abs(2 * turn - 1), turn) for turn in turns]


def lesson() -> Iterator[Step]:
    """Yield a lesson of a classifier and a number: show, train, run, save, load."""
    yield order("setInputNames", "x", "y")
    yield order("setOutputNames", "hue", "size")
    for c in (1, 2, 3):
        yield order("outputs", float(c), 0.25 * c)
        yield order("startRecording")
        yield from around(c)
        yield order("stopRecording")
    yield order("train")
    yield order("startRunning")
    yield from (inputs(c, c) for c in (1.0, 2.0, 3.0, 2.02))
    yield order("saveModelToFile", 1, "hue.xml")
    yield order("stopRunning")
    yield inputs(1.0, 1.0)
    yield order("disableModelRecording", 2)
    yield order("enableModelRecording", 1, 2)
    yield order("disableModelRunning", 2)
    yield order("outputs", 2.0, 0.9)
    yield order("startRunning")
    yield inputs(3.0, 3.0)
    yield order("enableModelRunning", 1, 2)
    yield "/wek/inputs/bundle", ("rows.csv",)
    yield order("deleteAllExamples")
    yield order("train")
    yield order("selectInputsForOutput", 1, 1)
    yield order("startRecording")  # as wekinator-node does all at once
    for c in (1, 2) * 3:
        yield order("outputs", float(c), 0.5 * c)
        yield inputs(float(c), 0.0)
    yield order("stopRecording")
    yield order("train")
    yield order("startRunning")
    yield inputs(2.0, 0.0)
    yield order("loadModelFromFile", 1, "hue", "WITHOUTDATA")
    yield inputs(3.0, 3.0)
    for name in ("../x", "/etc/passwd", "hue/../../x", "nothing", ""):
        yield order("saveModelToFile", 1, f"{name}/" if name == "nothing" else name)
        yield order("loadModelFromFile", 1, name, "WITHDATA")
        yield order("runNewProject", name, "CLOSECURRENT")
    yield inputs(2.0, 2.0)
    yield order("deleteExamplesForOutput", 2)
    yield order("runNewProject", "project.wekproj", "CLOSECURRENT")
    yield inputs(2.0, 2.0)
    yield order("enablePerformanceMode")
    yield order("disablePerformanceMode")
    yield inputs(1.0, 1.0)


def gestures() -> Iterator[Step]:
    """Yield a lesson of gestures, and both made again, slower."""
    for number in (1, 2):
        for _ in range(2):
            yield order("startDtwRecording", number)
            yield from path(number)
            yield order("stopDtwRecording", number)
    yield order("startRunning")
    for number in (1, 2):
        yield from path(number, 36)
    yield order("deleteExamplesForOutput", 2)
    yield order("startRunning")
    yield from path(1, 30)


LESSONS: dict[str, tuple[list[str], list[Step]]] = {
    "lesson": (["classify 3 shares", "regress"], [*lesson()]),
    "gestures": (["dtw 2"], [*gestures()]),
}
RECORDS = ("startRecording", "startDtwRecording")
RECORDS_NOT = ("stopRecording", "stopDtwRecording")


class Client:
    """A program that speaks to a box of a show as to Wekinator."""

    def __init__(self, box: str) -> None:
        self.box = box
        self._ear, self._notices = _bound(), _bound()
        self.port = find_port()
        self._recording = False

    def tables(self) -> str:
        """Return the tables of a patch that it speaks to."""
        outputs = ", ".join(f'"{one}"' for one in LESSONS[self.box][0])
        ear, notices = self._ear.getsockname()[1], self._notices.getsockname()[1]
        return PATCH.format(
            box=self.box, port=self.port, ear=ear, notices=notices, outputs=f"[{outputs}]"
        )

    def ready(self) -> None:
        """Wait until the show hears; forget what it said meanwhile."""
        self._drain(self._notices)
        self._notices.settimeout(ASKED_AGAIN)
        for _ in range(round(LIMIT / ASKED_AGAIN)):
            self.say(CONTROL + SYNC)
            with contextlib.suppress(TimeoutError):
                self._notices.recv(65536)
                break
        with contextlib.suppress(TimeoutError):  # what was asked twice is answered twice
            while True:
                self._notices.recv(65536)
        self._notices.settimeout(LIMIT)
        self.through()

    def through(self) -> list[bytes]:
        """Wait until all that was said is through; return what came back."""
        self.say(CONTROL + SYNC)
        while packet(self._notices.recv(65536))[0][1] != [SYNCED]:
            pass
        return self._drain(self._ear)

    def tell(self, steps: Sequence[Step]) -> Iterator[tuple[bytes, list[bytes]]]:
        """Yield each packet that is sent and what came back; what is recorded goes all at once."""
        for address, arguments in steps:
            sent = self.say(address, arguments)
            yield sent, [] if self._recording else self.through()

    def say(self, address: str, arguments: Sequence[float | int | str] = ()) -> bytes:
        """Send a message; return its packet."""
        word = address.removeprefix(CONTROL)
        if word in (*RECORDS, *RECORDS_NOT):
            self._recording = word in RECORDS
        datagram = build_msg(address, list(arguments)).dgram
        self._ear.sendto(datagram, ("127.0.0.1", self.port))
        return datagram

    def _drain(self, ear: socket.socket) -> list[bytes]:
        """Return what has come, without waiting."""
        found, before = [], ear.gettimeout()
        ear.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:
                found.append(ear.recv(65536))
        ear.settimeout(before)
        return found

    def close(self) -> None:
        """Hear no more."""
        self._ear.close()
        self._notices.close()


def show_of(folder: Path, *clients: Client) -> Show:
    """Return a show that several programs speak to."""
    show = Show(folder, {})
    show.save("".join(client.tables() for client in clients))
    for client in clients:
        rows = folder / "show.state" / client.box / "rows.csv"
        rows.parent.mkdir(parents=True, exist_ok=True)
        rows.write_text(ROWS)
    return show


def exchange(client: Client) -> Iterator[tuple[bytes, list[bytes]]]:
    """Yield each packet of the lesson of a client, and what comes back."""
    yield from client.tell(LESSONS[client.box][1])


def lines(client: Client) -> Iterator[str]:
    """Yield an exchange as text."""
    for sent, came in exchange(client):
        yield f"> {sent.hex()}  {said(sent)}"
        yield from (f"< {one.hex()}  {said(one)}" for one in came)


def said(datagram: bytes) -> str:
    """Return a packet in words."""
    ((address, arguments),) = packet(datagram)
    shown = [f"{one:.4g}" if isinstance(one, float) else repr(one) for one in arguments]
    return " ".join([address, *shown])


def _bound() -> socket.socket:
    found = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    found.bind(("127.0.0.1", 0))
    return found


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        clients = [Client(box) for box in LESSONS]
        with show_of(Path(folder), *clients).playing():
            for client in clients:
                client.ready()
                text = "\n".join(lines(client)) + "\n"
                FILE.with_name(f"wekinator_{client.box}.txt").write_text(text, "utf-8")
