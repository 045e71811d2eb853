"""Whatever takes over from whatever, every note that begins ends, and what stays loses none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import testing
from engine.core.messages import Note
from engine.core.node import Node
from engine.core.parameter import Fixed
from engine.runtime.entries import Rollback
from engine.testing import Played, Swap

from .boxes import BOXES, numbers

EXAMPLES = settings(
    max_examples=150,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
SECONDS = 4.0


class Song(Node):
    """Play a melody: each number ends the note before and begins another."""

    lowest: Fixed[int] = 40
    loud: int = 64
    _playing: int | None = None
    _count: int = 0

    def process(self, value: float) -> Iterator[Note]:
        if self._playing is not None:
            yield Note(self._playing, 0)
        self._count += 1
        self._playing = self.lowest + self._count % 5
        yield Note(self._playing, self.loud)

    def reset(self) -> None:
        self._playing = None


MINE = {**BOXES, "song": Song}
STEADY = (
    numbers("beat", [1.0] * 39)
    + '[steady]\nuse="song"\nfrom="beat"\nlowest=100\n'
    + '[piano]\nuse="midi_out"\n[piano.send]\n"16/notes"="steady"\n'
)


@dataclass(frozen=True)
class Part:
    """A patch, as it may be written: songs with what they hang on, and where each is sent."""

    songs: dict[str, tuple[str, int, int]] = field(default_factory=dict)
    delayed: bool = False
    other: bool = False
    ports: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        text = STEADY
        there = {"steady", *self.songs}
        for port, source in self.ports.items():
            if source in there:
                text += f'"{port}"="{source}"\n'
        text += 'note36={when="beat", length="300 ms"}\n' if self.other else ""
        text += numbers("slow", [1.0] * 7, step="500 ms")
        text += '[late]\nuse="delay"\nfrom="beat"\ntime="250 ms"\n' if self.delayed else ""
        for name, (feed, lowest, loud) in self.songs.items():
            hot = feed if self.delayed or feed != "late" else "beat"
            text += f'[{name}]\nuse="song"\nfrom="{hot}"\nlowest={lowest}\nloud={loud}\n'
        return text


songs = st.dictionaries(
    st.sampled_from(["a", "b"]),
    st.tuples(
        st.sampled_from(["beat", "slow", "late"]),
        st.sampled_from([40, 60]),
        st.sampled_from([9, 90]),
    ),
)
ports = st.dictionaries(
    st.sampled_from(["notes", "2/notes", "3/notes"]), st.sampled_from(["a", "b", "steady"])
)
parts = st.builds(Part, songs, st.booleans(), st.booleans(), ports)
moments = st.integers(1, 390).map(lambda n: n / 100)
swaps = st.lists(st.tuples(moments, st.one_of(parts, st.none())), max_size=6)


def perform(first: Part, script: list[tuple[float, Part | None]]) -> Played:
    """Play a patch from which others take over; None takes the last one back."""
    entries: list[Any] = [
        (second, Swap(str(part)) if part else Rollback("so")) for second, part in script
    ]
    return testing.play(str(first), entries, seconds=SECONDS, boxes=MINE)


@EXAMPLES
@given(parts, swaps)
def test_every_note_that_begins_ends_once(first: Part, script: Any) -> None:
    played = perform(first, script)
    sounding: Counter[tuple[int, int]] = Counter()
    for sent in played.sent("piano"):
        status, note, velocity = sent.what["midi"]
        on = status >> 4 == 9 and velocity > 0
        sounding[status & 15, note] += 1 if on else -1
        assert sounding[status & 15, note] in (0, 1), sent
    assert not +sounding
    assert played.errors == []


@EXAMPLES
@given(parts, swaps)
def test_what_every_patch_has_plays_as_if_nothing_had_happened(first: Part, script: Any) -> None:
    def steady(played: Played) -> list[tuple[float, Any]]:
        """All but the end of the last note, which comes with the end of the show."""
        sent = played.sent("piano")
        return [(s.t, s.what["midi"]) for s in sent if s.what["midi"][0] & 15 == 15][:-1]

    assert steady(perform(first, script)) == steady(perform(Part(), []))
