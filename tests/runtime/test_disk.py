"""What comes from the network reaches no file: a show is stormed, and every opening is watched."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import socket
import subprocess
import sys
import threading

import aiohttp
import pytest
from pythonosc.osc_message_builder import build_msg

from tests.limits import LIMIT
from tests.ports import find_port

# Before anything of ours is imported: tells whatever is opened to be written, made or taken away.
WATCHED = """
import os, sys
CHANGES = {"os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate",
           "os.chmod", "os.chown", "os.system", "os.exec", "os.posix_spawn", "os.spawn",
           "subprocess.Popen", "shutil.move", "shutil.copyfile", "ftplib.connect", "urllib.Request"}
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
OUR_OWN = "engine.system.fork_server"  # begun with the show
def watch(event, arguments):
    if event not in CHANGES and not (event == "open" and (arguments[2] or 0) & WRITES):
        return
    if OUR_OWN not in repr(arguments) and arguments[:1] != (os.devnull,):
        os.write(1, f"{event} {arguments!r}\\n".encode())
sys.addaudithook(watch)
from engine.cli import main
main()
"""
PATCH = """
title = "Stormed"
[control]
use = "osc_control"
port = CONTROL
replies = REPLIES
[desk]
use = "osc_in"
port = DESK
[desk.listen]
fader = "/fader"
words = { address = "/words", carries = "text" }
[soft]
use = "smooth"
from = "desk.fader"
[out]
use = "osc_out"
to = "127.0.0.1:EAR"
[out.send]
"/words" = "desk.words"
"/soft" = "soft"
"""
NAMES = [
    "../../x",
    "/etc/passwd",
    "~/.bashrc",
    "$(touch x)",
    "`touch x`",
    "x.toml",
    "\x1b]0;x",
]


class Stormed:
    """A show in a process of its own, and who speaks to it."""

    def __init__(self, folder, *more):
        self.ear = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.ear.bind(("127.0.0.1", 0))
        self.ear.settimeout(0.2)
        self.control, self.desk, self.page = (find_port() for _ in range(3))
        ports = {"CONTROL": self.control, "DESK": self.desk, "EAR": self.ear.getsockname()[1]}
        text = PATCH.replace("REPLIES", str(find_port()))
        for name, port in ports.items():
            text = text.replace(name, str(port))
        (folder / "show.toml").write_text(text)
        self.folder = folder
        command = [sys.executable, "-B", "-c", WATCHED, "play", "show.toml", "--quiet", *more]
        command += ["--page-port", str(self.page)]
        self.process = subprocess.Popen(
            command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def say(self, port, address, *arguments):
        self.ear.sendto(build_msg(address, arguments).dgram, ("127.0.0.1", port))

    def answers(self, word):
        """Ask until it comes out."""
        for _ in range(5 * LIMIT):
            self.say(self.desk, "/words", word)
            try:
                while word.encode() not in self.ear.recv(65536):
                    pass
            except TimeoutError:
                continue
            return
        pytest.fail("the show does not answer")

    def has_page(self):
        """Wait until the page is served: it comes after the first message of the show."""
        pause = threading.Event()
        for _ in range(20 * LIMIT):
            with contextlib.suppress(ConnectionError):
                socket.create_connection(("127.0.0.1", self.page)).close()
                return
            pause.wait(0.05)
        pytest.fail("there is no page")

    def end(self):
        self.process.send_signal(signal.SIGINT)
        said, told = self.process.communicate(timeout=LIMIT)
        self.ear.close()
        return said.decode(), told


def storm(show):
    for name in NAMES:
        for address in ("/sensorium/patch", f"/{name}/x", "/desk/listen", "/desk/port", "/out/to"):
            show.say(show.control, address, name)
            show.say(show.control, address, name.encode(), [name, 1], 2.5)
        show.say(show.control, f"/sensorium/{name}")
        show.say(show.desk, "/words", name)
        show.say(show.desk, f"/{name}", 1.0)
    asyncio.run(storm_page(f"http://127.0.0.1:{show.page}"))


async def storm_page(base):
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(f"{base}/news") as line:
            for name in NAMES:
                for key in ("to", "port", "file", "listen", name):
                    asked = {"do": "set", "box": "out", "parameter": key, "value": name}
                    await line.send_str(json.dumps(asked))
            await line.send_bytes(b"\xff" * 100)
        for name in NAMES:
            for how in (session.get, session.post, session.put, session.delete):
                async with how(f"{base}/{name}?of={name}", data=b"x" * 5000):
                    pass


def test_nothing_from_the_network_reaches_the_disk(tmp_path):
    before = ["show.toml"]
    show = Stormed(tmp_path)
    try:
        show.answers("begin")
        show.has_page()
        storm(show)
        show.answers("the end")
    finally:
        said, told = show.end()
    assert said.splitlines() == []
    assert show.process.returncode == 0
    assert [file.name for file in tmp_path.iterdir()] == before
    assert b"\x1b" not in told


def test_the_watch_sees_what_is_written(tmp_path):
    show = Stormed(tmp_path, "--stats", "stats.json")
    try:
        show.answers("begin")
    finally:
        said, _ = show.end()
    assert "stats.json" in said
