"""Patches as files: boxes of one's own beside them, and the shipped ones, each time the same."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest

from engine.core.files import installed_folder
from engine.runtime.dump import Dump
from engine.runtime.opening import open_texts
from engine.runtime.performance import Performance
from engine.testing import play

from .shipped import TWICE

NODE = '''
from engine.core.node import Node


class Louder(Node):
    """Make a number larger."""

    by: float = 2.0

    def process(self, value: float) -> float:
        return self.by * value
'''
MODEL = '''
import numpy as np

from engine.core.messages import Frame
from engine.core.node import Model


class Grey(Model):
    """Say how bright a picture is."""

    def process(self, frame: Frame) -> float:
        return float(np.mean(frame.image)) / 255
'''
SINK = '''
from engine.core.messages import Message, Ns
from engine.core.node import Sink


class Paper(Sink):
    """Write numbers down."""

    def accepts(self, port: str) -> tuple[type, ...]:
        return (float,)

    def send(self, port: str, message: Message, at: Ns) -> None:
        self._tap(port, {"wrote": round(message, 2)})
'''
PATCH = """
[camera]
use = "stand_in"
seconds = "1 s"
fps = 5

[grey]
use = "grey"
from = "camera"

[louder]
use = "louder"
from = "grey"

[paper]
use = "paper"
from = "louder"
"""


def test_a_node_a_model_and_an_output_are_one_new_file_each(tmp_path: Path) -> None:
    nodes = tmp_path / "nodes"
    nodes.mkdir()
    for name, text in {"louder": NODE, "grey": MODEL, "paper": SINK}.items():
        (nodes / f"{name}.py").write_text(text)
    patch = tmp_path / "mine.toml"
    patch.write_text(PATCH)
    played = play(patch, sets=["louder.by=100"])
    assert played.errors == []
    assert [sent.t for sent in played.sent("paper")] == [0.0, 0.2, 0.4, 0.6, 0.8]
    assert all(0 < sent.what["wrote"] < 100 for sent in played.sent("paper"))
    assert played.stats["lanes"]["grey"]["runs"] == 5


PUSHED = {"desk_plays_the_room", "wekinator"}
"""Patches that hear what cannot be pulled, such as a MIDI desk, or another program."""
TAUGHT = {"gesture_fires_cue", "teach_a_knob", "teach_a_pose", "three_things"}
"""Patches that say little until somebody has taught them."""
WAITING = {"poem_machine", "spoken_room", "word_knobs"}
"""Patches that wait for somebody's words."""
SILENT = {"dreaming", "painted_room", "skeleton_to_picture", *TAUGHT, *WAITING}
"""Patches that send little or nothing by themselves, or are there to be looked at."""
SHIPPED = sorted({*TWICE} - PUSHED)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_patch_plays_offline_to_the_same_bytes_twice(name: str, tmp_path: Path) -> None:
    dumps = []
    patch = installed_folder("patches") / f"{name}.toml"
    costs = {"pose": 45.0} if "[pose]" in patch.read_text("utf-8") else {}
    for take in ("first", "second"):
        file = tmp_path / take
        dump = Dump(str(file))
        show = Performance([patch], partial(open_texts, live=False), dump)
        stats = show.offline(1.0, costs)
        dump.close()
        dumps.append((file.read_bytes(), json.dumps(stats)))
    assert dumps[0] == dumps[1]
    assert dumps[0][0].count(b"\n") > 50 or name in SILENT
