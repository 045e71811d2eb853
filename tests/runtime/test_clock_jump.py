"""A clock that jumps by hours, as after a machine slept: a day passes within seconds of a tape."""

from __future__ import annotations

from collections.abc import Iterator

from engine import testing
from engine.core.messages import Message, Ns
from engine.sources.stand_in import StandIn

SECOND = 1_000_000_000
HALF_A_DAY = 12 * 3600 * SECOND
JUMPS = (6 * SECOND, 12 * SECOND)
PATCH = """
[mic]
use = "jumping"
dances = false
seconds = "18 s"
[level]
use = "loudness"
from = "mic.sound"
empty = { to = -60, after = "2 s", fade = "1 s" }
[calm]
use = "smooth"
from = "level"
[melody]
use = "notes"
from = "mic.pitch"
[out]
use = "osc_out"
to = "127.0.0.1:9"
[out.send]
"/level" = "calm"
"/loud" = { when = "level", above = -30, at_most = "2 s" }
[synth]
use = "midi_out"
[synth.send]
notes = "melody"
cc20 = { from = "level", in = [-60, 0] }
"""


class Jumping(StandIn):
    """Sings, while the clock jumps by half a day between two of its moments, twice."""

    def events(self) -> Iterator[tuple[Ns, str, Message]]:
        for at, outlet, message in super().events():
            passed = sum(HALF_A_DAY for jump in JUMPS if at >= jump)
            yield Ns(at + passed), outlet, message


def test_a_day_of_jumps_ends_every_note_and_is_the_same_each_time() -> None:
    played = testing.play(PATCH, boxes={"jumping": Jumping})
    assert played.errors == []
    assert abs(played.seconds - (24 * 3600 + 18)) < 10
    for second in (6, 12 * 3600 + 12, 24 * 3600 + 18):  # it plays on after each jump
        assert any(second - 3 < sent.t < second for sent in played.sent("out", "/level"))
        assert any(second - 6 < sent.t < second for sent in played.sent("synth"))
    assert max(sent.behind_ms for sent in played.everything) < 100
    lasted = durations(played)
    assert len(lasted) > 10
    assert max(lasted) < 5
    assert str(testing.play(PATCH, boxes={"jumping": Jumping})) == str(played)


def durations(played: testing.Played) -> list[float]:
    """Return how many seconds of the tape each note lasted; a stuck one lasts to the end."""
    begun: dict[int, float] = {}
    found: list[float] = []
    for sent in played.sent("synth"):
        status, note, *rest = sent.what["midi"]
        jumps = sum(sent.t * SECOND >= at + n * HALF_A_DAY for n, at in enumerate(JUMPS))
        at = sent.t - jumps * HALF_A_DAY / SECOND
        if status & 0xF0 in (0x80, 0x90) and note in begun:
            found.append(at - begun.pop(note))
        if status & 0xF0 == 0x90 and rest[0] > 0:
            begun[note] = at
    return found + [played.seconds] * len(begun)
