"""A show whose parameters are set by many controllers at once, and the fate of every change."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass

from engine.lab.bench.rig.hands import MANY, knob_position
from engine.lab.bench.rig.jack import connect, until
from engine.patch.compile import compile_patch
from engine.patch.load import parse
from engine.registry import Registry
from engine.runtime.live import Live
from engine.runtime.metrics import SourceMetrics

PATCH = """
[control]
use = "osc_control"
port = {port}
[knobs]
use = "midi_in"
system = "jack"
name = "knobs"
[knobs.map]
{map}
[out]
use = "collector"
[out.send]
{send}
{boxes}
"""


WAYS = ("knobs", "control")
_FLOAT32 = 1e-6
"""The error of a number sent as a float32 by OSC."""


@dataclass(frozen=True)
class Moved:
    """The counts of one way in: changes sent, set, coalesced, and wrong end values."""

    way: str
    sent: int
    set: int
    coalesced: int
    wrong: int

    @property
    def lost(self) -> int:
        """How many were neither set nor counted."""
        return abs(self.sent - self.set - self.coalesced)


def moved(seconds: float) -> tuple[list[Moved], float]:
    """Move everything for a time, within a JACK server; return the counts and changes a second."""
    port = _free_port()
    show = Live(compile_patch(parse(_patch(port)), Registry().find))
    said: dict[str, float] = {}
    loop = asyncio.new_event_loop()
    player = threading.Thread(target=_move, args=(show, loop, seconds, port, said), daemon=True)

    async def play() -> None:
        player.start()
        await show.play(seconds + 120.0)

    loop.run_until_complete(play())
    player.join()
    loop.close()
    sent = int(said["steps"]) * MANY
    ways = [_moved(show, "knobs", sent, "knob"), _moved(show, "control", sent, "fader")]
    return ways, 2 * sent / said["seconds"]


def _move(
    show: Live, loop: asyncio.AbstractEventLoop, seconds: float, port: int, said: dict[str, float]
) -> None:
    command = [sys.executable, "-m", "engine.lab.bench.rig.hands", str(seconds), str(port)]
    hands = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert hands.stdin is not None
    assert hands.stdout is not None
    try:
        hands.stdout.readline()
        connect("hands:hands", "knobs:knobs")
        sources = show.engine.metrics.sources
        until(lambda: sources["control"].state == "running", "control does not start")
        print(file=hands.stdin, flush=True)
        said.update(json.loads(hands.stdout.readline()))
        sent = int(said["steps"]) * MANY
        with contextlib.suppress(TimeoutError):  # what is missing is what the bench counts
            until(lambda: all(_settled(sources[name], sent) for name in WAYS), "", 5.0)
    finally:
        hands.kill()
        hands.wait()
        hands.stdin.close()
        hands.stdout.close()
        loop.call_soon_threadsafe(show.stop)


def _moved(show: Live, source: str, sent: int, box: str) -> Moved:
    metrics = show.engine.metrics.sources[source]
    last = sent // MANY - 1
    stands = [vars(show.engine.states[f"{box}{which}"].box)["smooth"] for which in range(MANY)]
    wrong = sum(
        abs(value - knob_position(last, which) / 127) > _FLOAT32
        for which, value in enumerate(stands)
    )
    return Moved(source, sent, metrics.settings, metrics.coalesced, wrong)


def _settled(metrics: SourceMetrics, sent: int) -> bool:
    return metrics.settings + metrics.coalesced >= sent


def _patch(port: int) -> str:
    names = [f"{kind}{which}" for kind in ("knob", "fader") for which in range(MANY)]
    boxes = [f'[{name}]\nuse = "smooth"\nfrom = "knobs.cc100"' for name in names]
    mapped = [f'cc{20 + which} = "knob{which}.smooth"' for which in range(MANY)]
    send = [f'"{name}" = "{name}"' for name in names]
    return PATCH.format(
        port=port, map="\n".join(mapped), send="\n".join(send), boxes="\n".join(boxes)
    )


def _free_port() -> int:
    with socket.socket(type=socket.SOCK_DGRAM) as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
