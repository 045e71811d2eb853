"""Recordings: ours with bytes changed, and whole ones whose records hold what no show says.

Some lie about their sizes, some name what lies in the folder of a stranger.
"""

from __future__ import annotations

import hashlib
import tempfile
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from hypothesis import strategies as st

from engine.core.errors import SensoriumError
from engine.recording.chunk import LARGEST
from engine.recording.file import RecordingFile
from engine.recording.reader import Recording
from engine.recording.record import Begun
from engine.recording.replay import Replay
from tests.recording import attacks
from tests.recording.shows import SMALL, rehearse

from .mutation import mutated

SECONDS = 0.5


class Lying(NamedTuple):
    """A file of records whose sizes may be no truth; without its end where it is not ``whole``."""

    records: list[bytes]
    whole: bool


class Forged(NamedTuple):
    """A patch with chains of these boxes, and what else is said of it."""

    uses: list[str]
    said: dict[str, Any]

    def plan(self, folder: Path, digest: str) -> Begun:
        """Return its record; {folder} is where a stranger's box lies, {hash} that of its text."""
        said = dict(self.said)
        said["file"] = said["file"] and said["file"].replace("{folder}", str(folder))
        said["nodes"] = {use: each.replace("{hash}", digest) for use, each in said["nodes"].items()}
        chain = "then = [" + ", ".join(f'"{use}"' for use in self.uses) + "]\n"
        return attacks.begun(SMALL.replace('then = ["smooth"]\n', chain), **said)


_OURS = 200
"""How many records of a real show others are put among."""


@cache
def recorded() -> bytes:
    """Record a small show."""
    with tempfile.TemporaryDirectory() as folder:
        patch = Path(folder) / "small.toml"
        patch.write_text(SMALL)
        file = Path(folder) / "small.mcap"
        rehearse(file, patch, seconds=SECONDS)
        return file.read_bytes()


@cache
def records() -> list[tuple[str, int, bytes]]:
    """Read the records of that show: topic, moment and bytes, as they were written."""
    from mcap.reader import make_reader

    with tempfile.TemporaryFile() as stream:
        stream.write(recorded())
        stream.seek(0)
        found = make_reader(stream).iter_messages(log_time_order=False)
        return [(channel.topic, each.log_time, each.data) for _, channel, each in found][:_OURS]


def _among(others: list[tuple[int, str | None, int, bytes]]) -> list[tuple[str, int, bytes]]:
    """Put records among those of the show; a topic None is that of the record at the place."""
    made = list(records())
    for place, topic, moment, data in others:
        there = made[place % len(made)]
        made.insert(place % len(made) + 1, (topic or there[0], moment, data))
    return made


topics = st.none() | st.sampled_from(
    ["plan", "status", "source/cam/joints", "lane/pose", "command/x", "state", "wake", "output/out"]
)
deep = st.builds(
    lambda opening, levels: opening * levels,
    st.sampled_from([b"\x91", b"\x81\xa1a", b"\xdc\0\1", b"[", b'{"a":', b"\xdd\xff\xff\xff\xff"]),
    st.integers(1, 50_000),
)
bodies = deep | st.integers(0, _OURS - 1).flatmap(
    lambda number: mutated(st.just(records()[number % len(records())][2]))
)
others = st.tuples(st.integers(0, _OURS), topics, st.integers(0, 2**63 - 1), bodies)

# Files that lie about their sizes.

sizes = st.none() | st.integers(0, 2**64 - 1) | st.integers(0, 300) | st.just(LARGEST + 1)
bombs = st.builds(
    lambda size, byte: bytes([byte]) * size, st.integers(0, 4 << 20), st.integers(0, 255)
)
messages = st.builds(
    lambda topic, body: attacks.channel(1, topic or "x") + attacks.message(1, body),
    topics,
    bombs | bodies,
)
chunks = st.builds(
    lambda data, how, says: attacks.chunk(data, how, says=says),
    messages | bombs,
    st.sampled_from(sorted(attacks.PACK)),
    sizes,
)
strays = st.builds(attacks.record, st.integers(0, 255), st.binary(max_size=50))
lying = st.builds(
    Lying, st.lists(chunks | messages | strays, min_size=1, max_size=4), st.booleans()
)

# Patches that name what is a stranger's.

uses = st.sampled_from(["evil", "../nodes/evil", "joint", "smooth", "nothing", "", "osc_out"])
texts = st.sampled_from(
    ["out.to=127.0.0.1:9", "reach.joint=nose", "gone.x=1", "=", "out.to", "cam.use=evil", "a.b.c=1"]
) | st.text(max_size=20)
forged = st.builds(
    lambda uses, **said: Forged(uses, said),
    st.lists(uses, max_size=2),
    file=st.sampled_from(["{folder}/show.toml", "show.toml", "", "/dev/zero"]) | st.none(),
    rig=st.none() | st.sampled_from(['[reach]\nuse = "evil"\n', '[out]\nto = "127.0.0.1:8"\n']),
    to=st.none() | st.sampled_from(["127.0.0.1:9", "nobody", "max"]) | st.text(max_size=20),
    sets=st.lists(texts, max_size=3).map(tuple),
    live=st.booleans(),
    takes_over=st.booleans(),
    started=st.integers(-(2**63), 2**63 - 1),
    nodes=st.dictionaries(uses, st.sampled_from(["{hash}", "0" * 64, "", "x"]), max_size=2),
    states=st.dictionaries(uses, st.dictionaries(st.text(max_size=9), st.binary(max_size=9))),
)
cases = st.one_of(
    mutated(st.builds(recorded)),
    st.binary(max_size=200),
    st.lists(others, min_size=1, max_size=4).map(_among),
    lying,
    st.lists(forged, min_size=1, max_size=3),
)


def take(case: bytes | Lying | list[tuple[str, int, bytes]] | list[Forged]) -> None:
    """Replay a recording: to its end, or to what is wrong with it, said in our own words.

    Nothing of a stranger's folder is run, whether the listener names none or another.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file, ran = folder / "show.mcap", folder / "ran"
        digest = write_box(folder, ran)
        mine = folder / "mine"
        mine.mkdir()
        (mine / "evil.py").write_text("no box")
        _write(file, case, folder, digest)
        for nodes in (None, mine):
            try:
                Replay(Recording(file), compare=True, nodes=nodes).play(None)
            except SensoriumError as error:
                assert str(error)
            assert not ran.exists()


def write_box(folder: Path, ran: Path) -> str:
    """Write a box of a stranger's, which would tell that it ran; return the hash of its text."""
    (folder / "nodes").mkdir()
    text = f"from pathlib import Path\nPath({str(ran)!r}).write_text('ran')\n"
    (folder / "nodes" / "evil.py").write_text(text)
    (folder / "show.toml").write_text(SMALL)
    return hashlib.sha256(text.encode()).hexdigest()


def _write(
    file: Path,
    case: bytes | Lying | list[tuple[str, int, bytes]] | list[Forged],
    folder: Path,
    digest: str,
) -> None:
    if isinstance(case, bytes):
        file.write_bytes(case)
    elif isinstance(case, Lying):
        attacks.write(file, case.records, whole=case.whole)
    elif isinstance(case[0], Forged):
        attacks.forge(file, *(each.plan(folder, digest) for each in case))
    else:
        recording = RecordingFile(file)
        for topic, moment, data in case:
            recording.write(topic, moment, data)
        recording.finish()
