"""A skeleton of five points that one file makes is sent, drawn and recorded."""

from __future__ import annotations

import os
import select
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.core.box import Box
from engine.core.codec import decode, encode
from engine.core.errors import PatchError
from engine.core.landmarks import Landmarks
from engine.core.skeletons import Skeleton
from engine.dsp.image.draw import draw_landmarks
from engine.osc.parse import packet
from engine.runtime.engine import Engine
from engine.testing import play as rehearse_patch
from tests.limits import LIMIT
from tests.recording.shows import again, compared, rehearse

from .live_shows import live, play

ONE_FILE = '''
"""A skeleton of five points, and a source and a model of it."""
from __future__ import annotations
from collections.abc import Iterator
import numpy as np
from engine import Frame, Instance, Landmarks, Message, Model, Ns, Skeleton, Tape

KITE = Skeleton(
    "kite",
    ("top", "left_wing", "right_wing", "bottom", "tail"),
    bones=(("top", "left_wing"), ("top", "right_wing"), ("bottom", "tail"), ("top", "bottom")),
    parts={"wings": ("left_wing", "right_wing")},
    ruler=("top", "bottom"),
)


class KiteSky(Tape):
    """Give pictures of a kite that rises."""
    OUT = {"frame": Frame}
    count: int = 20

    def events(self) -> Iterator[tuple[Ns, str, Message]]:
        for index in range(self.count):
            image = np.full((48, 64, 3), 10 * (index % 20), np.uint8)
            yield Ns(index * 100_000_000), "frame", Frame(image)


class Kites(Model):
    """Find the kite, in a process of its own."""
    own_process = True

    def process(self, frame: Frame) -> Landmarks:
        y = float(frame.image[0, 0, 0]) / 200
        points = np.array(
            [[0.5, y + 0.2, 1], [0.4, y, 0.9], [0.6, y, 0.9], [0.5, y - 0.1, 1], [0, 0, 0]],
            np.float32,
        )
        return Landmarks(KITE, (Instance(1, 7, points),), 4 / 3)
'''
PATCH = """
[sky]
use = "kite_sky"
[kites]
use = "kites"
from = "sky"
[one]
use = "pick"
from = "kites"
[top]
use = "joint"
from = "one"
joint = "top"
axis = "y"
[open]
use = "apart"
from = "kites"
one = "left_wing"
other = "right_wing"
[out]
use = "osc_out"
to = "127.0.0.1:{port}"
[out.send]
"/packed" = "one"
"/k{{slot}}" = {{ from = "kites", layout = "named" }}
"/w/{{joint}}" = {{ from = "kites", joints = ["left_wing"], confidence = true }}
"/top" = "top"
"/open" = "open"
"/count" = "kites.count"
"""


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    yield
    Skeleton.known.pop("kite", None)


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, type[Box]]]:
    (tmp_path / "one_new_skeleton.py").write_text(ONE_FILE)
    monkeypatch.syspath_prepend(str(tmp_path))
    sys.modules.pop("one_new_skeleton", None)
    module = __import__("one_new_skeleton")
    yield {"kite_sky": module.KiteSky, "kites": module.Kites}


@pytest.mark.skipif(os.name != "posix", reason="elsewhere boxes stay on their threads")
def test_it_plays_live_through_a_process_and_a_socket(own) -> None:
    rises = PATCH.replace('use = "kite_sky"', 'use = "kite_sky"\ncount = 10_000')
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
        ear.bind(("127.0.0.1", 0))
        ear.setblocking(False)
        show = live(rises.format(port=ear.getsockname()[1]), own)
        heard: dict[str, list[float]] = {}
        count = 0

        def until(engine: Engine) -> bool:
            nonlocal count
            if not is_whole() and select.select([ear], [], [], 0)[0]:
                heard.update(packet(ear.recv(65536)))
                count += 1
            return is_whole()

        def is_whole() -> bool:
            """Whether what was heard last is of one picture: where many wait, packets are cut."""
            wing, top = heard.get("/w/left_wing"), heard.get("/top")
            is_one = wing and top and wing[1] == pytest.approx(top[0] - 0.2, abs=1e-6)
            return bool(is_one) and count >= 5

        engine = play(show, until, LIMIT)
        assert [fault.text for fault in engine.metrics.faults] == []
    assert [len(heard["/packed/1"]), heard["/packed/1"][0], heard["/count"]] == [16, 7, [1]]
    assert heard["/k1/top/x"] == [0.5]
    assert heard["/k1/here"] == [1]
    assert "/k1/tail/x" not in heard, "it is not known"
    assert "/k1/left_hand/height" not in heard, "a kite has no hands"
    assert heard["/w/left_wing"] == pytest.approx([0.4, heard["/top"][0] - 0.2, 0.9], abs=1e-6)


def test_distances_are_measured_by_its_ruler(own) -> None:
    played = rehearse_patch(PATCH.format(port=9), boxes=own)
    assert played.errors == []
    apart = played.sent("out", "/open")[5].args
    assert apart == pytest.approx([min(1.0, 0.2 * 4 / 3 / 0.3)])


def test_a_name_that_no_skeleton_has_is_found_by_the_check(own) -> None:
    patch = PATCH.format(port=9).replace('one = "left_wing"', 'one = "left_wong"')
    with pytest.raises(PatchError, match=r'"left_wong"\. Did you mean "left_wing"'):
        rehearse_patch(patch, boxes=own)
    patch = PATCH.format(port=9).replace('joints = ["left_wing"]', 'joints = ["left_wong"]')
    with pytest.raises(PatchError, match=r'no joint "left_wong"\. Did you mean "left_wing"'):
        rehearse_patch(patch, boxes=own)


def test_it_is_drawn(own) -> None:
    kite = Skeleton.known["kite"]
    points = np.array([[0.5, 0.9, 1], [0.2, 0.5, 1], [0.8, 0.5, 1], [0.5, 0.1, 1], [0, 0, 0]])
    seen = (sys.modules["one_new_skeleton"].Instance(1, 1, points.astype(np.float32)),)
    drawn = draw_landmarks(np.zeros((100, 100, 3), np.uint8), Landmarks(kite, seen, 1.0))
    assert drawn[50, 50].any(), "on the bone from top to bottom"
    assert not drawn[95:, :10].any(), "nothing leads to what is not known"


def test_it_is_recorded_and_replayed_where_nothing_defines_it(own, tmp_path: Path) -> None:
    kite = Skeleton.known["kite"]
    plain = encode(Landmarks(kite, (), 1.5), pixels=True)
    assert decode(plain).skeleton is kite
    del Skeleton.known["kite"]
    again_ = decode(plain).skeleton
    assert (again_.name, again_.points, again_.bones) == ("kite", kite.points, kite.bones)
    assert (again_.rows_of, again_.ruler) == (kite.rows_of, kite.ruler)
    assert decode(plain).skeleton is again_
    assert "kite" not in Skeleton.known


def test_a_show_of_it_is_replayed(tmp_path: Path) -> None:
    text = ONE_FILE[: ONE_FILE.index("class Kites")].replace("class KiteSky", "class Gone")
    nodes = tmp_path / "nodes"
    nodes.mkdir()
    (nodes / "kites.py").write_text(
        text[: text.index("class Gone")] + ONE_FILE[ONE_FILE.index("class Kites") :]
    )
    patch = PATCH.format(port=9).replace('use = "kite_sky"', 'use = "stand_in"\nseconds = "1 s"')
    (tmp_path / "show.toml").write_text(patch)
    file = tmp_path / "show.mcap"
    rehearse(file, tmp_path / "show.toml")
    show = again(file, nodes=nodes)
    assert compared(show).different == []
    assert compared(show).messages > 10
