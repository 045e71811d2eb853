"""Shows that tests record: offline in virtual time, or live for a moment."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from engine.core.clock import ns
from engine.core.commands import Command
from engine.core.sink import Sink
from engine.recording.compare import Comparison
from engine.recording.reader import Recording
from engine.recording.recorder import Recorder
from engine.recording.replay import Replay
from engine.recording.writer import WriteRequest
from engine.runtime.engine import Engine
from engine.runtime.entries import CommandEntry as AskedEntry
from engine.runtime.live import Live
from engine.runtime.offline import Offline
from engine.runtime.opening import open_patch, open_texts
from engine.runtime.performance import Performance
from engine.testing import Script
from tests.limits import LIMIT

NOBODY = "127.0.0.1:9"
"""Where what is sent goes: nobody listens there."""

SMALL = """
title = "Small"
[cam]
use = "stand_in"
width = 64
height = 64
seconds = "3 s"
[reach]
use = "joint"
from = "cam.joints"
joint = "right_hand"
then = ["smooth"]
[up]
use = "gate"
from = "reach"
above = 0.1
[out]
use = "osc_out"
to = "127.0.0.1:9"
[out.send]
"/reach" = "reach"
"/people" = "cam.joints.count"
"/up" = { when = "up" }
"/p{slot}" = { from = "cam.joints", layout = "named" }
"""


def rehearse(
    file: Path,
    patch: Path,
    script: Script = (),
    *,
    seconds: float | None = None,
    costs: Mapping[str, float] | None = None,
    pixels: bool = False,
) -> None:
    """Record a patch that is played in virtual time."""
    show = Offline(open_patch(patch, live=False, with_state=True), costs)
    for second, entry in script:
        show.enter(ns(second), AskedEntry("script", entry) if isinstance(entry, Command) else entry)
    recorder = Recorder(file, WriteRequest(live=False, pixels=pixels))
    recorder.open()
    recorder.watch(show.engine)
    try:
        show.play(None if seconds is None else ns(seconds))
    finally:
        recorder.close()


Until = Callable[[Engine, int], bool]
"""Whether a live show has played enough: its engine, and how many things it has sent."""


class Watched(Performance):
    """A performance that ends when it has played enough, however long that takes."""

    until: Until

    def _handle_signals(self, show: Live, reloader: object) -> None:
        sent: list[object] = []
        show.engine.outbox.taps.append(lambda *one: sent.append(one))
        for state in show.engine.states.values():
            if isinstance(state.box, Sink) and not state.box.lane:
                state.box.tap_bytes(lambda *one: sent.append(one), by="the test")

        def look() -> None:
            if self.until(show.engine, len(sent)):
                show.stop()

        show.after_entry = look


def perform(file: Path, patch: Path, until: Until, to: str = NOBODY) -> dict[str, Any]:
    """Record a patch that is played live until something is so; gives its statistics."""
    recorder = Recorder(file, WriteRequest(to=to))
    show = Watched([patch], partial(open_texts, to=to, with_state=True), watch=recorder.watch)
    show.until = until
    recorder.open()
    try:
        return asyncio.run(asyncio.wait_for(show.live(None), LIMIT))
    finally:
        recorder.close()


def again(file: Path, speed: float | None = None, nodes: Path | None = None) -> Replay:
    """Replay a recording unheard, and compare."""
    show = Replay(Recording(file), nodes=nodes, compare=True)
    show.play(speed)
    return show


def compared(show: Replay) -> Comparison:
    """Give what a replay found."""
    assert show.comparison is not None
    return show.comparison
