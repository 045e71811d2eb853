"""How often a picture is handed from thread to thread on its way from a camera to OSC."""

from __future__ import annotations

import os
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from types import CodeType, FrameType
from typing import Any, ClassVar

import numpy as np
import pytest

from engine.core.clock import ns
from engine.core.codec import decode
from engine.core.messages import Frame, Message, Ns
from engine.core.node import Model
from engine.core.source import Tape
from engine.net.udp import Udp
from engine.runtime.engine import Engine
from engine.runtime.entries import Arrival, LaneResult
from engine.runtime.supervision.host import BoxHost
from engine.runtime.workers.loop_lane import LoopLane
from engine.system.channel import CALL, Channel, HandOvers
from engine.system.frame_pool import FrameStore
from tests.limits import LIMIT

from . import live_shows

pytestmark = pytest.mark.skipif(os.name != "posix", reason="elsewhere boxes stay on their threads")


class OnePicture(Tape):
    """Send one picture that lies in a pool, and nothing for a long time."""

    OUT: ClassVar[Mapping[str, type]] = {"frame": Frame}

    def events(self) -> Iterator[tuple[Ns, str, Message]]:
        yield Ns(0), "frame", Frame(FrameStore().put(np.zeros((90, 160, 3), np.uint8)))
        yield ns(10 * LIMIT), "", None


class Where(Model):
    """Say on which thread it looks at a picture."""

    own_process: ClassVar[bool] = True

    def process(self, frame: Frame) -> float:
        return float(threading.get_native_id())


class WhereElse(Model):
    """Say it, or show the picture: such a box is asked on a thread of its own."""

    own_process: ClassVar[bool] = True

    def process(self, frame: Frame) -> Frame | float:
        return float(threading.get_native_id())


class Trail:
    """Notes on which thread the picture, or what was found in it, passes a point of its way."""

    def __init__(self) -> None:
        self.passed: list[tuple[str, float]] = []
        self._found: float | None = None
        self._points: dict[CodeType, Callable[[dict[str, Any]], str]] = {
            BoxHost._emit.__code__: lambda at: "seen" if isinstance(at["message"], Frame) else "",
            Engine.step.__code__: self._step,
            Channel.post.__code__: lambda at: "asked" if at["kind"] == CALL else "",
            Channel.send.__code__: lambda at: "asked" if at["kind"] == CALL else "",
            decode.__code__: self._heard,
            Udp.send.__code__: lambda at: "sent",
        }

    def __call__(self, frame: FrameType, event: str, _: object) -> None:
        """Look at a call, as ``sys.setprofile`` tells it."""
        point = self._points.get(frame.f_code) if event == "call" else None
        if point is not None and (what := point(frame.f_locals)):
            if what == "heard" and self._found is not None:
                self.passed.append(("looked at", self._found))
            self.passed.append((what, float(threading.get_native_id())))

    def _step(self, at: dict[str, Any]) -> str:
        entry = at["entry"]
        if isinstance(entry, Arrival):
            return "stepped"
        return "answered" if isinstance(entry, LaneResult) else ""

    def _heard(self, at: dict[str, Any]) -> str:
        self._found = at["plain"]
        return "heard"

    @property
    def hand_overs(self) -> int:
        """How often it went from one thread, or process, to another."""
        return sum(one != other for (_, one), (_, other) in pairwise(self.passed))


def follow(box: type[Model], sink: str, route: str) -> tuple[Trail, Engine]:
    """Play a show of one picture, and give its trail."""
    patch = f'[camera]\nuse="one"\n[m]\nuse="where"\nfrom="camera"\n{sink}'
    show = live_shows.live(patch, {"one": OnePicture, "where": box})
    trail = Trail()
    threading.setprofile(trail)
    sys.setprofile(trail)
    try:
        engine = live_shows.play(
            show, lambda engine: engine.metrics.routes[route].messages > 0, LIMIT
        )
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    return trail, engine


def test_from_camera_to_osc_a_picture_is_handed_over_three_times_and_never_copied() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        port = receiver.getsockname()[1]
        sink = f'[out]\nuse="osc_out"\nto="127.0.0.1:{port}"\n[out.send]\n"/m"="m"\n'
        trail, engine = follow(Where, sink, "out/m")
    assert [what for what, _ in trail.passed] == [
        "seen",  # on the thread of the camera
        "stepped",
        "asked",
        "looked at",  # in the process of the box
        "heard",
        "answered",
        "sent",
    ]
    assert trail.hand_overs <= 3
    lane = engine.states["m"].lane
    assert isinstance(lane, LoopLane)
    assert lane._process.handed_over == HandOvers(lent=1)


def test_with_a_thread_in_between_it_would_be_five_times() -> None:
    sink = '[out]\nuse="collector"\n[out.send]\nm="m"\n'
    trail, _ = follow(WhereElse, sink, "out/m")
    assert trail.hand_overs == 5
