"""What stands at outlets when their boxes hear nothing any more: nobody is there, nothing is on."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import pytest

from engine import testing
from engine.core.box import Box
from engine.core.commands import BrokenOff, SetParameter
from engine.core.landmarks import Pose
from engine.core.messages import Message, Text
from engine.core.node import Model, Node
from engine.registry import Registry
from engine.runtime.entries import CommandEntry, LaneFailure, StateChange
from engine.testing import Swap

from .boxes import COLLECT, Played, got, moments
from .crowd import BACK, LOST, Fails, People, Slow, camera


class Heard(NamedTuple):
    """What a microphone hears."""

    on: bool
    level: float


class Hears(Model):
    """Hear somebody in every picture."""

    def process(self, pose: Pose) -> Heard:
        return Heard(on=True, level=0.5)

    def at_rest(self, outlet: str, said: Message) -> Message:
        return False if outlet == "on" else None


class Stuck(Model):
    """Cannot come to rest."""

    nan: bool = False

    def process(self, pose: Pose) -> float:
        return 1.0

    def at_rest(self, outlet: str, said: Message) -> Message:
        if self.nan:
            return math.nan
        raise ValueError("stuck")


class Counts(Model):
    """Count people, on a thread of its own."""

    def process(self, pose: Pose) -> int:
        return pose.count


OWN: dict[str, type[Box]] = {
    "people": People,
    "slow": Slow,
    "fails": Fails,
    "hears": Hears,
    "stuck": Stuck,
    "counts": Counts,
}
LANE = '[s]\nuse="slow"\nfrom="c0.joints"\n'


def play(
    text: str, *script: tuple[float, Any], seconds: float = 5, costs: Mapping[str, float] = {}
) -> Played:
    return testing.play(text, script, seconds=seconds, boxes=OWN, costs=costs)


def count(of: str, more: str = "") -> str:
    return more + COLLECT + f'count="{of}.count"\n'


@pytest.mark.parametrize("of", ["c0.joints", "s", "smooth", "behind"])
def test_at_a_loss_and_a_second_after_an_end_nobody_is_counted(of: str) -> None:
    more = LANE + '[smooth]\nuse="smooth"\nfrom="c0.joints"\n[behind]\nuse="smooth"\nfrom="s"\n'
    text = camera(2, 2, 2, 2, 2, 2) + count(of, more)
    lost = play(text, (0.25, LOST), (0.45, BACK))
    counted = list(zip(moments(lost, "count"), got(lost, "count"), strict=True))
    assert [number for at, number in counted if at < 1] == [2, 2, 2, 0, 2]
    assert counted[3] == (pytest.approx(0.25), 0)
    assert counted[-1] == (pytest.approx(1.5, abs=1e-3), 0)
    ended = play(text)
    assert got(ended, "count")[:6] == [2] * 6
    assert got(ended, "count")[-1] == 0


def test_what_a_network_was_at_is_nobodys_any_more() -> None:
    text = camera(2, 2, 2, 2) + count("s", LANE)
    played = play(text, (0.35, LOST), costs={"s": 120})
    assert got(played, "count") == [2, 2, 0]
    assert moments(played, "count")[-1] == pytest.approx(0.35)


@pytest.mark.parametrize(
    "gone",
    [
        CommandEntry("c0", BrokenOff("joints")),
        SetParameter("s", "on", False),
        LaneFailure("s", 0, "its process has ended"),
        StateChange("s", "failed", "it hangs; a fresh one takes its place"),
        Swap(camera(0, name="c0") + COLLECT + 'other="c0.joints.count"\n'),
    ],
    ids=lambda gone: type(getattr(gone, "command", gone)).__name__,
)
def test_however_somebody_is_seen_no_more_nobody_is_counted(gone: Any) -> None:
    played = play(camera(2, 2, 2) + count("s", LANE), (0.25, gone), seconds=0.3)
    assert got(played, "count") == [2, 2, 2, 0]
    assert moments(played, "count")[-1] == pytest.approx(0.25)


def test_what_fails_shows_nobody_until_it_succeeds() -> None:
    fails = '[f]\nuse="fails"\nfrom="c0.joints"\n'
    played = play(camera(1, 1, 0, 0, 1) + count("f", fails), seconds=0.45)
    assert got(played, "count") == [1, 1, 0, 1]


def test_where_nobody_is_nothing_more_is_said() -> None:
    assert got(play(camera(0, 0, 0) + count("s", LANE), (0.25, LOST)), "count") == [0, 0, 0]


def test_a_box_behind_hears_of_it_by_what_it_is_called_with() -> None:
    more = LANE + '[g]\nuse="gate"\nfrom="s.count"\nabove=0.5\n'
    text = camera(1, 1, 1) + more + COLLECT + 'on="g.on"\nclosed="g.closed"\n'
    played = play(text, (0.25, LOST))
    assert got(played, "on") == [True, False]
    assert got(played, "closed") == []  # it has begun anew: it was not open


def test_a_box_with_a_lane_behind_is_not_called() -> None:
    text = camera(1, 1, 1) + '[n]\nuse="counts"\nfrom="c0.joints"\n' + COLLECT + 'n="n"\n'
    assert got(play(text, (0.25, LOST)), "n") == [1, 1, 1]


def test_hold_holds_and_rest_rests_at_a_loss() -> None:
    def said(on_loss: str, *script: Any) -> list[Any]:
        cable = f'count={{from="s.count", on_loss={on_loss}}}\n'
        return got(play(camera(2, 2) + LANE + COLLECT + cable, *script), "count")

    assert said('"hold"', (0.15, LOST)) == [2, 2]
    assert said("{to=5}", (0.15, LOST)) == [2, 2, 5]
    assert said('"mute"', (0.15, LOST)) == [2, 2, 0]
    assert said('"hold"') == [2, 2, 0]  # an end is no loss


def test_who_is_behind_what_holds_leaves_when_a_film_has_ended() -> None:
    zone = '[z]\nuse="zone"\nfrom={from="c0.joints", on_loss="hold"}\narea=[-1, -1, 2, 2]\n'
    text = camera(1, 1) + zone + COLLECT + 'inside="z"\nleave="z.leave"\n'
    assert got(play(text), "inside") == [1, 1, 0]
    held = play(text, (0.15, LOST))
    assert got(held, "inside") == [1, 1]


def test_a_note_that_is_held_by_somebody_ends() -> None:
    more = (
        LANE + '[some]\nuse="gate"\nfrom="s.count"\nabove=0.5\n[none]\nuse="logic"\nfrom="some"\n'
        'op="not"\n[a]\nuse="note"\nnote=1\ngate={from="some"}\n'
        '[b]\nuse="note"\nnote=2\ngate={from="none"}\n'
    )
    text = camera(1, 1, 1, 1, 1) + more + COLLECT + 'a="a"\nb="b"\n'
    played = play(text, (0.15, LOST), (0.35, BACK), seconds=0.45)
    assert [bool(note.velocity) for note in got(played, "a")] == [True, False, True]
    assert [bool(note.velocity) for note in got(played, "b")] == [True, False, True, False]


def test_what_a_network_says_is_on_goes_off_and_what_may_stand_stands() -> None:
    more = '[h]\nuse="hears"\nfrom="c0.joints"\n' + COLLECT + 'on="h.on"\nlevel="h.level"\n'
    played = play(camera(1, 1) + more, (0.15, LOST), (0.2, LOST))
    assert got(played, "on") == [True, True, False]
    assert got(played, "level") == [0.5, 0.5]


@pytest.mark.parametrize("nan", ["false", "true"])
def test_one_that_cannot_come_to_rest_holds_nobody_up(nan: str) -> None:
    more = f'[t]\nuse="stuck"\nfrom="c0.joints"\nnan={nan}\n' + LANE
    played = play(camera(1, 1) + more + COLLECT + 't="t"\ncount="s.count"\n', (0.15, LOST))
    assert ("t: could not come to rest: ValueError: stuck" in played.errors) is (nan == "false")
    assert got(played, "t") == [1.0, 1.0]
    assert got(played, "count") == [1, 1, 0]


RESTS = {
    "voice_activity": {"on": False, "confidence": 0.0},
    "sounds": {"clap": False, "silence": False, "music_confidence": 0.0},
    "speech": {"on": False, "interim": Text("", final=False, language="en"), "text": None},
    "movement": {"amount": 0.0, "x": None},
    "flow": {"amount": 0.0, "right": 0.0, "x": None, "mask": None},
    "segment": {"amount": 0.0, "mask": None},
    "things": {"sure": False, "confidence": 0.0, "thing": None},
    "learn": {"label": "unsure", "unsure": True, "confidence": 0.0, "examples": None},
}
SAID = {"on": True, "clap": True, "silence": True, "sure": True, "unsure": False}


@pytest.mark.parametrize("name", RESTS)
def test_networks_hear_nobody_and_see_nothing_move(name: str) -> None:
    box = Registry().find(name)()
    assert isinstance(box, Node)
    for outlet, rest in RESTS[name].items():
        assert box.at_rest(outlet, SAID.get(outlet, 0.5)) == rest
