"""Recordings: ours with bytes changed, and whole ones whose records hold what no show says."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from hypothesis import strategies as st

from engine.core.errors import SensoriumError
from engine.recording.file import RecordingFile
from engine.recording.reader import Recording
from engine.recording.replay import Replay
from tests.recording.shows import SMALL, rehearse

from .mutation import mutated

SECONDS = 0.5
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
bodies = st.integers(0, _OURS - 1).flatmap(
    lambda number: mutated(st.just(records()[number % len(records())][2]))
)
others = st.tuples(st.integers(0, _OURS), topics, st.integers(0, 2**63 - 1), bodies)
cases = st.one_of(
    mutated(st.builds(recorded)),
    st.binary(max_size=200),
    st.lists(others, min_size=1, max_size=4).map(_among),
)


def take(case: bytes | list[tuple[str, int, bytes]]) -> None:
    """Replay a recording: to its end, or to what is wrong with it, said in our own words."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "show.mcap"
        if isinstance(case, bytes):
            file.write_bytes(case)
        else:
            recording = RecordingFile(file)
            for topic, moment, data in case:
                recording.write(topic, moment, data)
            recording.finish()
        try:
            Replay(Recording(file), compare=True).play(None)
        except SensoriumError as error:
            assert str(error)
