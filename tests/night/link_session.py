"""A show of ours and SuperCollider in one Ableton Link session, in a network of their own.

    unshare -n python link_session.py PATCH

First SuperCollider sets the tempo, then we do; each time it is waited until the other has taken it
up, and for some beats more. Prints what both said, as JSON: lists of [seconds, address, arguments].
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pythonosc.osc_bundle import OscBundle
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import build_msg

PORT = 10000
CONTROL = 9700
FOLLOWS = 90
"""Seconds in which the other must have followed."""
BEATS = 8
HEADLESS = {"QT_QPA_PLATFORM": "offscreen", "QTWEBENGINE_DISABLE_SANDBOX": "1"}
Event = tuple[float, str, list[Any]]


def main() -> None:
    """Play the session."""
    for setting in ("link set lo up", "link set lo multicast on", "route add 224.0.0.0/4 dev lo"):
        subprocess.run(["ip", *setting.split()], check=True)
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear,
        tempfile.TemporaryDirectory() as home,
    ):
        ear.bind(("127.0.0.1", PORT))
        clock = ["sclang", "-D", f"{Path(__file__).with_name('link_clock.scd')}", f"{PORT}"]
        show = [sys.executable, "-c", "from engine.cli import main; main()", "play"]
        show += [sys.argv[1], "--quiet", "--no-page"]
        headless = {**os.environ, **HEADLESS, "HOME": home}
        quiet = subprocess.DEVNULL
        with (
            subprocess.Popen(show, stdin=subprocess.DEVNULL, stdout=sys.stderr) as ours,
            subprocess.Popen(clock, env=headless, stdout=quiet, stderr=quiet) as theirs,
        ):
            try:
                print(json.dumps(session(ear)))
            finally:
                theirs.kill()
                ours.terminate()


def session(ear: socket.socket) -> list[Event]:
    """Return all that is heard."""
    heard: list[Event] = []
    *_, port = until(ear, heard, "/sc/beat", lambda said: said[2] >= 1)
    send(ear, port, "/tempo", 2.1)
    until(ear, heard, "/ours/bpm", lambda said: abs(said[0] - 126) < 1)
    gather(ear, heard)
    send(ear, CONTROL, "/link/bpm", 90.0)
    until(ear, heard, "/sc/beat", lambda said: abs(said[1] - 90) < 1)
    gather(ear, heard)
    return heard


def until(
    ear: socket.socket, heard: list[Event], address: str, good: Callable[[list[Any]], bool]
) -> list[Any]:
    """Hear until something is said at an address that is good; return it."""
    ends = time.monotonic() + FOLLOWS
    while time.monotonic() < ends:
        ear.settimeout(1)
        with contextlib.suppress(TimeoutError):
            for event in hear(ear):
                heard.append(event)
                if event[1] == address and good(event[2]):
                    return event[2]
    raise SystemExit(f"{address} never said it: {heard[-12:]}")


def gather(ear: socket.socket, heard: list[Event]) -> None:
    """Hear some beats more."""
    for _ in range(BEATS):
        until(ear, heard, "/sc/beat", lambda _: True)


def hear(ear: socket.socket) -> list[Event]:
    """Return what a packet says, and when it came."""
    packet = ear.recv(65536)
    at = time.monotonic()
    bundle = packet.startswith(b"#bundle")
    messages = list(OscBundle(packet)) if bundle else [OscMessage(packet)]
    return [(at, one.address, list(one.params)) for one in messages]


def send(ear: socket.socket, port: int, address: str, value: float) -> None:
    """Say a number to a port here."""
    ear.sendto(build_msg(address, [value]).dgram, ("127.0.0.1", port))


main()
