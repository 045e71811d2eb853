"""A kind that one file registers plays everywhere: through a process, sockets, recordings, page."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.core.box import Box
from engine.core.codec import decode, encode
from engine.core.contents import without_numbers
from engine.core.errors import PatchError
from engine.core.kinds import UnknownKind, example_of, in_word, summary_of
from engine.osc.parse import packet
from engine.patch.load import read_texts
from engine.recording.reader import RecordedOutput, Recording, RecordingError
from engine.recording.replay import Replay
from engine.runtime.opening import open_patch
from engine.runtime.schedule.finite import is_finite
from engine.testing import play as rehearse_patch
from tests.limits import LIMIT
from tests.recording.shows import again, compared, rehearse

from .live_shows import live, play

ONE_FILE = '''
"""A new kind, a source and a model of it."""
from __future__ import annotations
from collections.abc import Iterator
from dataclasses import dataclass
import numpy as np
from numpy.typing import NDArray
from engine import Kind, Message, Model, Ns, Tape, kind


@dataclass(frozen=True, slots=True)
class Ray:
    length: float
    colours: tuple[str, ...]


@kind(Kind.LATEST, words="a comet", example=lambda: Comet(0.5, "Halley", (), None, None))
@dataclass(frozen=True, slots=True, eq=False)
class Comet:
    brightness: float
    name: str
    rays: tuple[Ray, ...]
    light: NDArray[np.float32] | None
    seen: bool | None


class Sky(Tape):
    """Give ten comets a second."""
    OUT = {"comet": Comet}
    count: int = 20

    def events(self) -> Iterator[tuple[Ns, str, Message]]:
        for index in range(self.count):
            rays = (Ray(0.5 * index, ("red", "blue")), Ray(1.0, ()))
            light = np.full((3, 2), index, np.float32) if index % 2 else None
            comet = Comet(index / 20, f"c{index}", rays, light, True)
            yield Ns(index * 100_000_000), "comet", comet


class Telescope(Model):
    """Make comets brighter, in a process of its own."""
    own_process = True

    def process(self, comet: Comet) -> Comet:
        assert all(ray.colours in (("red", "blue"), ()) for ray in comet.rays)
        return Comet(comet.brightness + 1, comet.name, comet.rays, comet.light, comet.seen)
'''
PATCH = """
[sky]
use = "sky"
[telescope]
use = "telescope"
from = "sky"
[out]
use = "osc_out"
to = "127.0.0.1:{port}"
[out.send]
"/brightness" = "telescope.brightness"
"/name" = "telescope.name"
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, type[Box]]]:
    """Give the boxes of the one file, which another process finds as well."""
    (tmp_path / "one_new_kind.py").write_text(ONE_FILE)
    monkeypatch.syspath_prepend(str(tmp_path))
    sys.modules.pop("one_new_kind", None)
    module = __import__("one_new_kind")
    yield {"sky": module.Sky, "telescope": module.Telescope}


@pytest.fixture
def ear() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
        ear.bind(("127.0.0.1", 0))
        ear.settimeout(LIMIT)
        yield ear


@pytest.mark.skipif(os.name != "posix", reason="elsewhere boxes stay on their threads")
def test_it_plays_live_through_a_process_and_a_socket(own, ear) -> None:
    shines = PATCH.replace('use = "sky"', 'use = "sky"\ncount = 10_000')
    show = live(shines.format(port=ear.getsockname()[1]), own)
    engine = play(show, lambda engine: engine.metrics.routes["out/name"].messages >= 3, LIMIT)
    assert [fault.text for fault in engine.metrics.faults] == []
    heard: dict[str, list[object]] = {}
    while not {"/brightness", "/name"} <= heard.keys():
        heard.update(packet(ear.recv(65536)))
    assert heard["/brightness"][0] >= 1
    assert heard["/name"][0].startswith("c")


def test_it_plays_offline(own) -> None:
    played = rehearse_patch(PATCH.format(port=9), boxes=own)
    assert played.errors == []
    assert played.sent("out", "/name")[5].args == ["c5"]


def test_what_is_not_finite_goes_no_further(own) -> None:
    comet = example_of(sys.modules["one_new_kind"].Comet)
    assert is_finite(comet)
    assert not is_finite(without_numbers(comet))
    ray = sys.modules["one_new_kind"].Ray
    assert not is_finite(type(comet)(0.5, "", (ray(float("nan"), ()),), None, None))
    assert not is_finite(type(comet)(0.5, "", (), np.array([np.inf], np.float32), None))


def test_it_has_words_and_a_summary(own) -> None:
    cls = sys.modules["one_new_kind"].Comet
    assert in_word(cls) == "a comet"
    assert summary_of(example_of(cls)) == "brightness 0.5, name Halley"


def test_an_output_that_has_no_layout_for_it_says_so(own) -> None:
    patch = PATCH.format(port=9).replace('"telescope.name"', '"telescope"')
    with pytest.raises(PatchError, match=r'\[out\] send /name: takes .*"telescope" gives a comet'):
        rehearse_patch(patch, boxes=own)


def test_what_nobody_registered_is_said_at_replay(own) -> None:
    plain = encode(example_of(sys.modules["one_new_kind"].Comet), pixels=True)
    assert decode(plain).name == "Halley"
    with pytest.raises(UnknownKind, match=r'"meteor".*kind\(\)'):
        decode({**plain, "type": "meteor"})


# A performer's own file, in the folder beside the patch.

SPARK = '''
"""A kind of a performer's own, and what makes it."""
from __future__ import annotations
from dataclasses import dataclass
from engine import Kind, Node, kind


@kind(Kind.LATEST, words="a spark")
@dataclass(frozen=True, slots=True)
class Spark:
    heat: float
    word: str
    on: bool


class Sparks(Node):
    """Make a spark of every number."""

    def process(self, value: float) -> Spark:
        return Spark(value, "hot" if value > 0.5 else "cold", value > 0.1)
'''
SPARKS = """
[cam]
use = "stand_in"
width = 64
height = 64
seconds = "1 s"
[reach]
use = "joint"
from = "cam.joints"
axis = "y"
[sparks]
use = "sparks"
from = "reach"
[later]
use = "delay"
from = "sparks"
time = "100 ms"
[out]
use = "osc_out"
to = "127.0.0.1:9"
[out.send]
"/spark" = "later"
"/heat" = "sparks.heat"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "nodes").mkdir()
    (tmp_path / "nodes" / "sparks.py").write_text(SPARK)
    (tmp_path / "show.toml").write_text(SPARKS)
    return tmp_path


def test_a_performers_own_kind_is_sent_by_its_parts(folder: Path) -> None:
    played = rehearse_patch(folder / "show.toml")
    assert played.errors == []
    assert len(played.sent("out", "/spark/heat")) > 10
    assert {sent.args[0] for sent in played.sent("out", "/spark/word")} <= {"hot", "cold"}
    assert {sent.args[0] for sent in played.sent("out", "/spark/on")} <= {0, 1}


def test_a_file_that_is_saved_again_registers_its_kind_again(folder: Path) -> None:
    open_patch(folder / "show.toml", live=False)
    file = folder / "nodes" / "sparks.py"
    file.write_text(SPARK.replace("heat: float", "heat: float\n    more: float = 2.0", 1))
    file.write_text(file.read_text().replace("    more: float = 2.0\n    word", "    word"))
    assert rehearse_patch(folder / "show.toml").errors == []


def test_a_name_that_another_kind_has_is_refused(folder: Path) -> None:
    file = folder / "nodes" / "sparks.py"
    file.write_text(SPARK.replace('words="a spark"', 'name="pose"'))
    with pytest.raises(PatchError, match='there is a kind "pose" already'):
        open_patch(folder / "show.toml", live=False)


def test_an_outlet_of_a_type_that_nobody_registered_is_an_error_of_the_check(folder: Path) -> None:
    file = folder / "nodes" / "sparks.py"
    file.write_text(SPARK.replace('@kind(Kind.LATEST, words="a spark")\n', ""))
    expected = r"show\.toml:\d+: \[sparks\] use: .*nothing on a cable is of type Spark; register it"
    with pytest.raises(PatchError, match=expected):
        open_patch(folder / "show.toml", live=False)


def test_so_is_an_outlet_of_a_source(folder: Path) -> None:
    text = """
from dataclasses import dataclass
from engine import Tape

@dataclass
class Drop:
    size: float

class Sparks(Tape):
    OUT = {"drop": Drop}
    def events(self): ...
"""
    (folder / "nodes" / "sparks.py").write_text(text)
    with pytest.raises(PatchError, match=r"\[sparks\] use: .*Sparks\.OUT: nothing .* type Drop"):
        open_patch(folder / "show.toml", live=False)


ON_A_LANE = SPARK.replace("Kind, Node, kind", "Kind, Model, kind").replace("(Node)", "(Model)")


def test_it_is_recorded_and_replayed(folder: Path, tmp_path: Path) -> None:
    (folder / "nodes" / "sparks.py").write_text(ON_A_LANE)
    file = tmp_path / "show.mcap"
    rehearse(file, folder / "show.toml")
    assert [e for e in Recording(file).items() if isinstance(e.what, RecordedOutput)]
    assert compared(again(file, nodes=folder / "nodes")).different == []


def test_a_recording_of_a_kind_that_is_no_more_says_so(folder: Path, tmp_path: Path) -> None:
    text = ON_A_LANE.replace('words="a spark"', 'words="a spark", name="spark_of_old"')
    (folder / "nodes" / "sparks.py").write_text(text)
    file = tmp_path / "show.mcap"
    rehearse(file, folder / "show.toml")
    from engine.core import kinds

    del kinds._BY_NAME["spark_of_old"]
    (folder / "nodes" / "sparks.py").write_text(ON_A_LANE)
    show = Replay(Recording(file), read_texts(folder / "show.toml"))
    with pytest.raises(RecordingError, match=r'no kind of message called "spark_of_old"'):
        show.play(None)
