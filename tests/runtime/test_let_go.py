"""What a box owes when what it hears is lost, ends or is switched off: who was there has gone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import testing
from engine.core.box import Box
from engine.core.commands import SetParameter
from engine.core.landmarks import Pose
from engine.core.messages import Ns, Trigger
from engine.core.node import Node
from engine.testing import Swap

from .boxes import COLLECT, Played, got, moments
from .crowd import BACK, LOST, Fails, People, Slow, camera


class Gone(Node):
    """Cannot let go."""

    def process(self, pose: Pose) -> int:
        return pose.count

    def let_go(self, at: Ns) -> Any:
        raise ValueError("stuck")


OWN: dict[str, type[Box]] = {
    "people": People,
    "slow": Slow,
    "fails": Fails,
    "gone": Gone,
}
ZONE = '[z]\nuse="zone"\nfrom="{of}"\narea=[-1, -1, 2, 2]\nmemory="50 ms"\n'
SENDS = 'inside="z"\nenter="z.enter"\nleave="z.leave"\n'


def play(
    text: str, *script: tuple[float, Any], seconds: float = 5, costs: Mapping[str, float] = {}
) -> Played:
    return testing.play(text, script, seconds=seconds, boxes=OWN, costs=costs)


def values(played: Played, port: str) -> list[float]:
    return [one.value if isinstance(one, Trigger) else one for one in got(played, port)]


def zone(of: str = "c0.joints", more: str = "", sends: str = "") -> str:
    return more + ZONE.format(of=of) + COLLECT + SENDS + sends


def test_at_a_loss_all_leave_at_once_and_come_in_anew_with_the_camera() -> None:
    played = play(camera(*[2] * 12) + zone(), (0.35, LOST), (0.85, BACK))
    assert values(played, "enter") == [1, 2, 1, 2]
    assert values(played, "leave") == [1, 2, 1, 2]
    assert moments(played, "leave")[:2] == pytest.approx([0.35] * 2)
    inside = [(round(at, 2), count) for at, count in zip(*told(played, "inside"), strict=True)]
    assert (0.35, 0) in inside and inside[-1][1] == 0


def told(played: Played, port: str) -> tuple[list[float], list[Any]]:
    return moments(played, port), got(played, port)


def test_where_nobody_is_nothing_is_owed() -> None:
    played = play(camera(*[0] * 8) + zone(), (0.35, LOST))
    assert got(played, "inside") == [0] * 4


def test_a_second_after_a_film_has_ended_nobody_is_inside() -> None:
    played = play(camera(1, 1, 1) + zone())
    assert got(played, "inside") == [1, 1, 1, 0]
    assert moments(played, "leave") == pytest.approx([1.2], abs=1e-3)
    assert played.box("c").silenced == [None]  # as the show ended; an end silences nothing


def test_the_last_picture_of_a_film_is_waited_for() -> None:
    slow = '[s]\nuse="slow"\nfrom="c0.joints"\n'
    played = play(camera(1) + zone("s", slow), costs={"s": 2500})
    assert values(played, "enter") == values(played, "leave") == [1]
    assert moments(played, "leave") == pytest.approx([3.5], abs=1e-3)
    assert got(played, "inside")[-1] == 0


def test_what_hears_from_another_as_well_goes_on_when_one_has_ended() -> None:
    both = camera(1, 1) + camera(*[1] * 30, name="c1") + '[m]\nuse="merge"\n'
    merged = both + 'from=["c0.joints", "c1.joints"]\n'
    assert moments(play(zone("m", merged)), "leave") == pytest.approx([3.9], abs=1e-3)


def test_a_lamp_that_a_body_switched_on_goes_off() -> None:
    lamp = '[lamp]\nuse="toggle"\nfrom="z.enter"\nreset={from="z.leave"}\n'
    for script in ([(0.35, LOST)], []):
        played = play(camera(1, 1, 1, 1, 1) + zone(more=lamp, sends='lamp="lamp"\n'), *script)
        assert got(played, "lamp") == [False, True, False]


def test_a_latch_and_a_flash_behind_what_is_lost_are_let_go() -> None:
    more = (
        '[on]\nuse="gate"\nfrom="c0.joints.count"\nabove=0.5\n'
        '[latch]\nuse="toggle"\nfrom="on"\n'
        '[flash]\nuse="envelope"\nfrom="on"\nattack="0 ms"\nrelease="300 ms"\nfps=10\n'
    )
    text = camera(0, 1, 1, 1, 1, 1) + more + COLLECT + 'latch="latch"\nflash="flash"\n'
    lost = play(text, (0.35, LOST))
    assert got(lost, "latch") == [False, True, False]
    falls = [value for at, value in zip(*told(lost, "flash"), strict=True) if at >= 0.35]
    assert falls[0] == 1 and falls == sorted(falls, reverse=True) and falls[-1] == 0
    ended = play(text)
    assert got(ended, "latch") == [False, True, False]
    assert got(ended, "flash")[-1] == 0


def test_hold_holds_and_rest_rests_whatever_is_owed() -> None:
    def inside(said: str) -> list[Any]:
        cable = f'x={{from="z", on_loss={said}}}\n'
        return got(play(camera(2, 2, 2, 2) + zone(sends=cable), (0.25, LOST)), "x")

    assert inside('"hold"') == [2, 2, 2]
    assert inside("{to=1}") == [2, 2, 2, 1]
    assert inside('"mute"') == [2, 2, 2, 0]


def test_a_box_that_is_switched_off_lets_go_first() -> None:
    off, on = SetParameter("z", "on", False), SetParameter("z", "on", True)
    played = play(camera(*[1] * 10) + zone(), (0.25, off), (0.55, on))
    assert values(played, "enter") == [1, 1]
    assert moments(played, "leave")[0] == pytest.approx(0.25)


def test_a_box_that_fails_lets_go_of_what_is_behind_it() -> None:
    fails = '[f]\nuse="fails"\nfrom="c0.joints"\n'
    played = play(camera(1, 1, 0, 0, 1) + zone("f", fails))
    assert values(played, "enter") == values(played, "leave") == [1, 1]
    assert moments(played, "leave")[0] == pytest.approx(0.2)


def test_one_that_cannot_is_told_and_the_others_can() -> None:
    text = camera(1, 1) + zone(more='[g]\nuse="gone"\nfrom="c0.joints"\n', sends='g="g"\n')
    played = play(text, (0.15, LOST))
    assert "g: could not let go: ValueError: stuck" in played.errors
    assert len(got(played, "leave")) == 1


def test_a_cable_that_is_taken_away_lets_go_by_those_that_were_there() -> None:
    text = camera(*[1] * 10) + zone()
    cut = text.replace('from="c0.joints"', 'from="other.joints"')
    played = play(text, (0.25, Swap(camera(0, name="other") + cut)))
    assert len(got(played, "enter")) == len(got(played, "leave")) == 1


def test_a_group_has_nobody_and_a_vacancy_is_told_after_its_while() -> None:
    more = '[g]\nuse="group"\nfrom="c0.joints"\n[n]\nuse="nobody"\nfrom="c0.joints"\nfor="500 ms"\n'
    sends = 'g="g"\nn="n"\ngone="n.gone"\ncame="n.came"\n'
    text = camera(*[2] * 20) + more + COLLECT + sends
    played = play(text, (0.35, LOST), (1.05, BACK))
    assert got(played, "g") == [2] * 4 + [0] + [2] * 9 + [0]
    assert got(played, "n") == [False, True, False, True]
    assert moments(played, "gone") == pytest.approx([0.85, 3.4], abs=1e-3)
    assert len(got(played, "came")) == 2
    soon = play(text, (0.35, LOST), (0.65, BACK))
    assert got(soon, "n") == [False, True]  # as its film ended


def test_a_camera_that_never_was_there_says_nothing_of_who_is() -> None:
    text = camera(1) + '[n]\nuse="nobody"\nfrom="c0.joints"\n' + COLLECT + 'n="n"\n'
    assert got(play(text, (0.0, LOST)), "n") == []


PICTURES = st.lists(st.integers(0, 3), min_size=1, max_size=20)
HAPPENS = st.sampled_from(
    [(LOST, BACK), (SetParameter("z", "on", False), SetParameter("z", "on", True))]
)
TIMES = st.integers(0, 44).map(lambda k: k / 20 + 0.01)
MOMENTS = st.lists(st.tuples(TIMES, TIMES, HAPPENS), max_size=3)
"""How long after it was last back something goes, how much later it is back, and what."""


def script_of(happens: list[tuple[float, float, tuple[Any, Any]]]) -> list[tuple[float, Any]]:
    """Return what happens when; what has gone goes again only once it is back."""
    script: list[tuple[float, Any]] = []
    for kind in HAPPENS.elements:
        at = 0.0
        for after, later, (gone, back) in (each for each in happens if each[2] == kind):
            script += [(at + after, gone), (at + after + later, back)]
            at += after + later
    return script


@settings(max_examples=12)
@given(PICTURES, MOMENTS, st.sampled_from(["c0.joints", "s"]), st.sampled_from([0, 250]))
def test_whatever_comes_and_is_lost_every_enter_has_one_leave_and_inside_ends_at_0(
    seen: list[int], happens: list[tuple[float, float, tuple[Any, Any]]], of: str, cost: int
) -> None:
    slow = '[s]\nuse="slow"\nfrom="c0.joints"\n'
    text = camera(*seen) + zone(of, slow, f'count="{of}.count"\n')
    played = play(text, *script_of(happens), seconds=6, costs={"s": cost})
    slots = {port: iter(values(played, port)) for port in ("enter", "leave")}
    here: set[float] = set()
    for sent in played.sent("c"):
        if sent.address == "enter":
            slot = next(slots["enter"])
            assert slot not in here
            here.add(slot)
        elif sent.address == "leave":
            here.remove(next(slots["leave"]))
    assert not here
    for port in ("inside", "count"):
        assert not got(played, port) or got(played, port)[-1] == 0
