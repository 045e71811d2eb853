"""A learner of one file: what it has learnt survives an edit, a restart, a kill and a full disk."""

from __future__ import annotations

import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from .one_file import Show, Sockets, end

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no signals there")

LEARNER = '''
"""Learn numbers by examples."""
from __future__ import annotations
import json
from typing import NamedTuple
from engine import Context, Fixed, Node, Trigger


class Learned(NamedTuple):
    """How much was learnt, and how far a number is from the nearest example."""

    count: float
    distance: float


class Learner(Node):
    """Say how far a number is from all that was learnt; keep it at every ``learn``."""

    taste: Fixed[float] = 1.0
    _newest: float = 0.0

    def open(self, context: Context) -> None:
        self._state = context.state
        self._examples = json.loads(self._state.read("examples.json") or b"[]")

    def process(self, value: float) -> Learned:
        self._newest = value
        return self._told()

    def on_learn(self, learn: Trigger) -> Learned:
        self._examples.append(self._newest)
        self._state.write("examples.json", json.dumps(self._examples).encode())
        return self._told()

    def _told(self) -> Learned:
        far = [abs(each - self._newest) for each in self._examples]
        return Learned(float(len(far)), self.taste * min(far, default=9.0))
'''
LISTEN = 'number = "/number"\nlearn = { address = "/learn", carries = "trigger" }'
BOX = """
[learner]
use = "learner"
from = "desk.number"
learn = { from = "desk.learn" }
"""


class Teacher:
    """Somebody who teaches the learner of a show by OSC."""

    def __init__(self, folder: Path, sockets: Sockets) -> None:
        self.sockets = sockets
        self.show = Show(folder, {"learner": LEARNER})
        self.kept = folder / "show.state" / "learner" / "examples.json"
        self.save("/count")

    def save(self, address: str, more: str = "") -> None:
        """Save the patch, which tells the count at an address."""
        send = f'"{address}" = "learner.count"\n"/distance" = "learner.distance"'
        self.show.save(BOX + more + self.sockets.desk(LISTEN, send))

    def count(self, address: str = "/count") -> float:
        """Return how many examples it knows."""
        return self.sockets.ask("/number", 0.5, answer=address)[0]

    def teach(self, number: float, address: str = "/count") -> float:
        """Teach it one example, and return how many it knows then."""
        known = self.sockets.ask("/number", number, answer=address)[0]
        self.sockets.say("/learn", 1)
        (now,) = self.sockets.hear_all(address, lambda heard: heard[-1:] > [known])[-1:]
        return now


@pytest.fixture
def teacher(tmp_path: Path, free_port: int) -> Iterator[Teacher]:
    sockets = Sockets(free_port)
    yield Teacher(tmp_path, sockets)
    sockets.close()


def test_it_knows_all_after_an_edit_a_restart_and_a_kill(teacher: Teacher) -> None:
    with teacher.show.playing() as process:
        assert teacher.teach(0.25) == 1
        teacher.save("/again", "taste = 2.0\n")  # fixed, so that a fresh box takes its place
        assert teacher.count("/again") == 1
        assert teacher.teach(0.75, "/again") == 2
        end(process)
    with teacher.show.playing() as process:
        assert teacher.teach(0.5, "/again") == 3
        end(process, signal.SIGKILL)  # right after it was said
    with teacher.show.playing() as process:
        assert teacher.count("/again") == 3
        end(process)
    assert teacher.kept.read_bytes() == b"[0.25, 0.75, 0.5]"


def test_a_recording_replays_to_the_same_bytes_without_the_state(
    teacher: Teacher, tmp_path: Path
) -> None:
    with teacher.show.playing() as process:
        teacher.teach(0.25)
        end(process)
    recording = tmp_path / "show.mcap"
    with teacher.show.playing("--record", recording) as process:
        assert teacher.teach(0.75) == 2
        teacher.save("/again", "taste = 2.0\n")
        assert teacher.teach(0.5, "/again") == 3
        end(process)
    shutil.rmtree(tmp_path / "show.state")
    replayed = teacher.show.replay(recording)
    assert replayed.returncode == 0, replayed.stdout + replayed.stderr
    assert not (tmp_path / "show.state").exists(), "a replay keeps nothing"
    teacher.show.save(teacher.show.patch.read_text())
    (tmp_path / "nodes" / "learner.py").write_text(LEARNER.replace("float(len(far))", "7.0"))
    assert teacher.show.replay(recording).returncode != 0, "what is different is found"


def test_where_the_folder_cannot_be_written_the_users_is_taken_and_told_once(
    teacher: Teacher, tmp_path: Path
) -> None:
    (tmp_path / "show.state").write_text("a file where a folder should be")
    home = tmp_path / "home"
    with teacher.show.playing(XDG_STATE_HOME=str(home)) as process:
        assert [teacher.teach(number) for number in (0.25, 0.75, 0.5)] == [1, 2, 3]
        told = end(process)
    (kept,) = home.rglob("examples.json")
    assert kept.read_bytes() == b"[0.25, 0.75, 0.5]"
    assert told.count("its state is kept in") == 1
    with teacher.show.playing(XDG_STATE_HOME=str(home)) as process:
        assert teacher.count() == 3
        end(process)


def test_a_full_disk_is_told_and_the_show_goes_on(teacher: Teacher, tmp_path: Path) -> None:
    home = {"XDG_STATE_HOME": str(tmp_path / "home"), "PYTHONDONTWRITEBYTECODE": "1"}
    with teacher.show.playing(limit_files=12, **home) as process:
        assert [teacher.teach(number) for number in (0.25, 0.75, 0.5)] == [1, 2, 3]
        told = end(process)
    assert '"examples.json" cannot be kept' in told
    assert teacher.kept.read_bytes() == b"[0.25, 0.75]", "the last that had room, and whole"
    assert [file.name for file in teacher.kept.parent.iterdir()] == ["examples.json"]
