"""A picture sink of one file writes no picture of a show that is private, on the loop or a lane."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ports import find_port

from .one_file import Show, Sockets, end

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no signals there")

SINK = '''
"""Write pictures to the disk."""
from __future__ import annotations
from typing import Annotated, ClassVar
import numpy as np
from engine import Context, Fixed, Frame, Mask, Message, Ns, Param, Sink


class Paper(Sink):
    """Write each picture into a folder beside the patch."""

    lane: ClassVar[bool] = LANE
    into: Fixed[Annotated[str, Param("the folder")]] = "pictures"
    _count: int = 0

    def open(self, context: Context) -> None:
        self._folder = context.folder / self.into
        self._folder.mkdir(exist_ok=True)

    def accepts(self, port: str) -> tuple[type, ...]:
        return (Frame, Mask)

    def send(self, port: str, message: Message, at: Ns) -> None:
        self._count += 1
        image = message.image if isinstance(message, Frame) else message.alpha
        np.save(self._folder / f"{port}{self._count}.npy", image)
'''
MASKS = '''
"""Make a mask of a picture."""
import numpy as np
from engine import Frame, Mask, Model


class Silhouette(Model):
    """Say where a picture is bright."""

    def process(self, frame: Frame) -> Mask:
        return Mask(frame.image[:, :, 0].astype(np.float32) / 255)
'''
SEEN = '''
"""Tell that a mask came."""
from engine import Mask, Node


class Seen(Node):
    """Say how bright a mask is."""

    def process(self, mask: Mask) -> float:
        return float(mask.alpha.mean())
'''
PATCH = """
[cam]
use = "stand_in"
width = 64
height = 64
[silhouette]
use = "silhouette"
from = "cam"
[seen]
use = "seen"
from = "silhouette"
[paper]
use = "paper"
[paper.send]
picture = "cam"
mask = "silhouette"
[control]
use = "osc_control"
port = {control}
replies = {replies}
"""
MANY = 25


@pytest.fixture
def sockets(free_port: int) -> Iterator[Sockets]:
    sockets = Sockets(free_port)
    yield sockets
    sockets.close()


def show(folder: Path, lane: bool) -> Show:
    boxes = {"paper": SINK.replace("LANE", str(lane)), "silhouette": MASKS, "seen": SEEN}
    return Show(folder, boxes)


def patch(sockets: Sockets, control: int, head: str = "") -> str:
    people = '"/people" = "cam.joints.count"\n"/mask" = "seen"\n"/hello" = "desk.hello"'
    text = PATCH.format(control=control, replies=find_port())
    return head + text + sockets.desk('hello = "/hello"', people)


def written(folder: Path) -> set[str]:
    return {file.stem.rstrip("0123456789") for file in (folder / "pictures").iterdir()}


def play(folder: Path, sockets: Sockets, made: Show, *more: object) -> dict[str, int]:
    """Play until many pictures were seen; return how many each way out was kept from."""
    stats = folder / "stats.json"
    with made.playing("--stats", stats, *more) as process:
        sockets.hear_all("/people", lambda _: (folder / "pictures").is_dir())  # it may open late
        sockets.hear_all("/people", lambda heard: len(heard) >= MANY)
        sockets.hear_all("/mask", lambda heard: len(heard) >= 2)
        told = end(process)
    assert "Traceback" not in told
    routes = json.loads(stats.read_text())["routes"]
    return {name: routes[f"paper/{name}"].get("withheld", 0) for name in ("picture", "mask")}


@pytest.mark.parametrize("lane", [False, True], ids=["on the loop", "on a lane"])
@pytest.mark.parametrize("asked", ["in the patch", "by the command"])
def test_no_picture_and_no_mask_leaves_a_private_show(
    lane: bool, asked: str, tmp_path: Path, sockets: Sockets
) -> None:
    made = show(tmp_path, lane)
    made.save(patch(sockets, find_port(), "privacy = true\n" * (asked == "in the patch")))
    more = ["--private"] * (asked == "by the command")
    withheld = play(tmp_path, sockets, made, *more)
    assert written(tmp_path) == set()
    assert min(withheld.values()) > 0, "there was something to withhold"


@pytest.mark.parametrize("lane", [False, True], ids=["on the loop", "on a lane"])
def test_they_leave_until_somebody_asks_by_osc_that_none_does(
    lane: bool, tmp_path: Path, sockets: Sockets
) -> None:
    made, control = show(tmp_path, lane), find_port()
    made.save(patch(sockets, control))
    with made.playing("--stats", tmp_path / "stats.json") as process:
        sockets.hear_all("/people", lambda _: pictures(tmp_path) == {"picture", "mask"})
        sockets.say("/sensorium/privacy", 1, port=control)
        # Once they stay away while people are still seen, none comes any more.
        before, number = -1, 0.0
        while (count := len(list((tmp_path / "pictures").iterdir()))) != before:
            before, number = count, number + 1
            many_more(sockets, number)
        many_more(sockets, number + 1)
        assert len(list((tmp_path / "pictures").iterdir())) == before
        end(process)


def many_more(sockets: Sockets, number: float) -> None:
    """Wait for people whom the show sees from now on, and not for those of before that wait."""
    sockets.say("/hello", number)
    sockets.hear_all("/hello", lambda heard: heard[-1:] == [number])
    sockets.hear_all("/people", lambda heard: len(heard) >= MANY)


def pictures(folder: Path) -> set[str]:
    return written(folder) if (folder / "pictures").is_dir() else set()
