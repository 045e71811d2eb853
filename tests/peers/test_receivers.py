"""The receivers that we hand out, in the real programs: what they show is what was sent.

Pure Data loads its patch and SuperCollider its file, as an artist does, but without a window or
sound. A show is played to them, and what they print is compared with what the show dumped.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import queue
import re
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from pythonosc.osc_message_builder import build_msg
from typer.testing import CliRunner

from engine.cli import app
from tests.limits import LIMIT

ROOT = Path(__file__).parents[2]
RECEIVERS = ROOT / "docs" / "receivers"
PLAY = [sys.executable, "-c", "from engine.cli import main; main()", "play"]

SHOWN = [
    "/people",
    "/reach",
    "/energy",
    "/p1/here",
    "/p1/x",
    "/p1/y",
    "/p1/left_wrist/x",
    "/p1/left_wrist/y",
    "/p1/right_wrist/x",
    "/p1/right_wrist/y",
    "/p1/nose/x",
    "/p1/nose/y",
    "/p1/left_hand/height",
    "/p1/right_hand/height",
    "/p1/hands/apart",
]
PROBE = -1.0
"""What no show sends."""
COMPLAINT = re.compile(r"(?i)error|couldn't|no method|no such|unknown")


class PureData:
    """The patch, and how it prints."""

    environment = os.environ

    def __init__(self, port, *, prints=True):
        quiet = ["pd", "-nogui", "-noaudio", "-nomidi", "-stderr", "-noprefs"]
        self.command = [*quiet, "-send", f"sensorium-port listen {port}"]
        if prints:
            self.command += ["-send", "sensorium-print 1"]
        self.command += ["-open", str(RECEIVERS / "sensorium.pd")]

    @staticmethod
    def read(line):
        *words, number = line.removeprefix("sensorium: ").split(" ")
        return "/" + "/".join(words), float(number), None

    @staticmethod
    def rounded(number):
        return float(f"{number:g}")  # Pure Data prints six digits


class SuperCollider:
    """The file, and how it prints."""

    def __init__(self, port, *, prints=True):
        self.command = ["sclang", "-D", str(RECEIVERS / "sensorium.scd")]
        self.environment = os.environ | {
            "QTWEBENGINE_DISABLE_SANDBOX": "1",
            "QT_QPA_PLATFORM": "offscreen",
            "SENSORIUM_PORT": str(port),
            "SENSORIUM_SILENT": "1",
        }
        if prints:
            self.environment["SENSORIUM_PRINT"] = "1"

    @staticmethod
    def read(line):
        said = re.fullmatch(r"sensorium: (\S+) (\S+) \[ (?:(\w+), (\S+) )? ?\]", line)
        address, number, control, moved = said.groups()
        number = float(np.float32(number))
        return address, number, (control, float(moved)) if control else None

    @staticmethod
    def rounded(number):
        return float(np.float32(number))


PROGRAMS = [
    pytest.param(PureData, marks=pytest.mark.peer("pd", "puredata-core")),
    pytest.param(SuperCollider, marks=pytest.mark.peer("sclang", "supercollider-language")),
]

MOVES = {
    "/reach": ("freq", lambda v: 110 * 8**v),
    "/energy": ("cutoff", lambda v: 300 * (8000 / 300) ** v),
    "/p1/x": ("pan", lambda v: 2 * v - 1),
    "/p1/left_wrist/y": ("bright", lambda v: v),
    "/p1/here": ("here", lambda v: v),
}
"""What an address moves in SuperCollider, and where to."""


class Program:
    """A receiver that runs, and what it has said."""

    def __init__(self, receiver):
        self._receiver = receiver
        self._process = subprocess.Popen(
            receiver.command,
            env=receiver.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._heard = queue.Queue()
        self.other = []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def await_probe(self, port, address="/people"):
        """Ask until it shows it: there is no other sign that it has opened its port."""
        for _ in range(LIMIT * 20):
            with contextlib.suppress(ConnectionRefusedError, queue.Empty):
                tell(port, address, PROBE)
                assert self._heard.get(timeout=0.05)[:2] == (address, PROBE)
                return
            assert self._process.poll() is None, self.other
        pytest.fail(f"it never listened: {self.other}")

    def next(self):
        """Wait for a number; late answers to the probe are not counted."""
        while (heard := self._heard.get(timeout=LIMIT))[1] == PROBE:
            pass
        return heard

    def nothing_more(self):
        self.close()
        return all(heard[1] == PROBE for heard in self._heard.queue)

    def close(self):
        self._process.terminate()
        self._process.wait(LIMIT)
        self._reader.join(LIMIT)
        self._process.stdout.close()

    def _read(self):
        for line in self._process.stdout:
            if line.startswith("sensorium: ") and "ready" not in line:
                self._heard.put(self._receiver.read(line.rstrip("\n")))
            else:
                self.other.append(line)


def tell(port, address, number):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mouth:
        mouth.connect(("127.0.0.1", port))
        mouth.send(build_msg(address, [number]).dgram)


@contextlib.contextmanager
def playing(port, dump):
    """Play the first light, with a clip instead of a camera, while the block lasts."""
    clip = ROOT / "tests" / "media" / "jump.mp4"
    where = ["--to", f"127.0.0.1:{port}", "--set", f"camera.device={clip}"]
    quiet = ["--quiet", "--no-page", "--dump", str(dump)]
    command = [*PLAY, "patches/first_light.toml", *where, *quiet]
    with subprocess.Popen(command, cwd=ROOT) as show:
        try:
            yield
            show.send_signal(signal.SIGTERM)
            assert show.wait(LIMIT) == 0
        finally:
            show.kill()


def sent(dump):
    """Give what a show sent: addresses and numbers."""
    lines = map(json.loads, dump.read_text().splitlines())
    return [(each["address"], *each["args"]) for each in lines]


@pytest.mark.parametrize("receiver", PROGRAMS)
def test_what_it_shows_is_what_was_sent(receiver, free_port, tmp_path):
    with contextlib.closing(Program(receiver(free_port))) as program:
        program.await_probe(free_port)
        dump, heard = tmp_path / "dump.jsonl", []
        with playing(free_port, dump):
            while not {at for at, *_ in heard} >= set(SHOWN):
                heard.append(program.next())
        wanted = [(at, receiver.rounded(number)) for at, number in sent(dump) if at in SHOWN]
        heard += [program.next() for _ in wanted[len(heard) :]]
        assert [each[:2] for each in heard] == wanted
        assert program.nothing_more()
        assert not [line for line in program.other if COMPLAINT.search(line)]
        if receiver is SuperCollider:
            for address, number, moved in heard:
                assert (address in MOVES) == (moved is not None)
                if moved:
                    control, to = MOVES[address]
                    assert moved[0] == control
                    assert math.isclose(moved[1], to(number), rel_tol=1e-5, abs_tol=1e-6)


@pytest.mark.parametrize("receiver", PROGRAMS)
def test_it_prints_only_when_asked(receiver, make_port):
    """Another one that prints gives the pace: what it has shown, the silent one has had as well."""
    quiet, loud = make_port(), make_port()
    with (
        contextlib.closing(Program(receiver(quiet, prints=False))) as silent,
        contextlib.closing(Program(receiver(loud))) as program,
    ):
        program.await_probe(loud)
        heard = 0
        while heard < 20:
            with contextlib.suppress(ConnectionRefusedError):  # until it listens
                tell(quiet, "/reach", 0.5)
                tell(quiet, "/reach", 0.5)
                heard += 1
            program.await_probe(loud)
        assert silent.nothing_more()
        assert not [line for line in silent.other if "reach" in line]


# -- The recipes -----------------------------------------------------------------------------------

PAGE = (RECEIVERS / "README.md").read_text()
HEAD, *OUTPUTS = re.findall(r"^```toml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def check(tmp_path, text):
    patch = tmp_path / "mine.toml"
    patch.write_text(text)
    return CliRunner().invoke(app, ["check", str(patch)])


def title(text):
    return text[1 : text.index("]")]


@pytest.mark.parametrize("output", OUTPUTS, ids=title)
def test_each_recipe_is_a_good_patch(output, tmp_path):
    result = check(tmp_path, HEAD + output)
    assert result.exit_code == 0, result.output


def test_all_recipes_together_are_a_good_patch(tmp_path):
    result = check(tmp_path, "\n".join([HEAD, *OUTPUTS]))
    assert result.exit_code == 0, result.output
    assert len(OUTPUTS) >= 6
