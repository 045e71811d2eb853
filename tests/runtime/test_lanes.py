"""Boxes on a thread of their own, played in virtual time: what overload drops, what comes late."""

from __future__ import annotations

from typing import Any

import pytest

from engine.core.clock import VirtualClock
from engine.core.commands import Lost, SetParameter
from engine.core.context import Context
from engine.core.messages import Ns
from engine.patch.compile import compile_patch
from engine.patch.load import parse
from engine.runtime.engine import Engine
from engine.runtime.entries import Arrival, CommandEntry, LaneFailure, LaneResult, StateChange
from engine.runtime.workers.inline import InlineLane

from .boxes import BOXES, COLLECT, got, moments, numbers, picture, play

CAMERA = '[cam]\nuse="pictures"\ncount=10\nfps=10.0\n'
LOOK = CAMERA + '[l]\nuse="look"\nfrom="cam"\n' + COLLECT + 'l="l"\n'


def test_a_free_lane_answers_each_and_says_when_it_was_asked() -> None:
    played = play(LOOK, costs={"l": 30})
    assert got(played, "l") == list(range(10))
    assert moments(played, "l") == [number / 10 for number in range(10)]
    stats = played.stats
    assert stats["lanes"]["l"]["runs"] == 10 and stats["lanes"]["l"]["dropped"] == 0
    assert stats["lanes"]["l"]["ms"] == {"p50": 30, "p99": 30, "max": 30}
    assert stats["routes"]["c/l"]["behind_ms"] == {"p50": 30, "p99": 30, "max": 30}
    assert stats["routes"]["c/l"]["ours_ms"]["max"] == 0
    assert stats["sources"]["cam"]["state"] == "ended"


def test_a_busy_lane_takes_the_newest_and_drops_the_others() -> None:
    played = play(LOOK, costs={"l": 250})
    assert got(played, "l") == [0, 2, 5, 7, 9]
    lane = played.stats["lanes"]["l"]
    assert (lane["runs"], lane["dropped"]) == (5, 5)
    assert played.stats["routes"]["c/l"]["behind_ms"]["max"] == 350.0
    assert played.stats["routes"]["c/l"]["ours_ms"]["max"] == 100.0  # it waited for a free lane


SOUND = '[mic]\nuse="sound"\ncount=20\n{}[h]\nuse="hear"\nfrom="mic"\n' + COLLECT
HEARD = 'blocks="h"\nresets="h.resets"\ngaps="h.gaps"\n'


def test_a_busy_lane_takes_all_sound_that_waits_as_one() -> None:
    played = play(SOUND.format("") + HEARD, costs={"h": 35})
    assert got(played, "blocks") == [1, 3, 4, 3, 4, 3, 2]
    assert sum(got(played, "blocks")) == 20
    assert set(got(played, "gaps")) == {0}
    assert played.stats["lanes"]["h"]["dropped"] == 0


def test_who_answers_once_a_hop_of_sound_is_not_called_in_between() -> None:
    played = play(SOUND.replace('"hear"', '"hearhops"').format("") + HEARD, costs={"h": 1})
    assert got(played, "blocks") == [3, 2] * 4
    assert set(got(played, "gaps")) == {0}
    assert played.stats["lanes"]["h"]["runs"] == 8


def test_sound_with_a_gap_in_it_is_not_joined_over_the_gap() -> None:
    played = play(SOUND.format("gap=5\n") + HEARD, costs={"h": 35})
    assert sum(got(played, "blocks")) == 19
    assert max(got(played, "gaps")) == 1


def test_a_second_of_sound_waits_and_no_more() -> None:
    played = play(SOUND.replace("20", "400").format("") + HEARD, costs={"h": 3000}, seconds=10)
    first, second = got(played, "blocks")[:2]
    assert first == 1
    assert 100 <= second <= 101
    assert got(played, "gaps")[1] == 1
    assert played.stats["lanes"]["h"]["dropped"] > 190


def test_a_quick_answer_and_a_sure_one_both_leave_and_count_as_one_run() -> None:
    played = play(
        CAMERA.replace("10\n", "3\n", 1)
        + '[t]\nuse="twice"\nfrom="cam"\n[sum]\nuse="sum"\nfrom="t"\n'
        + COLLECT
        + 't="t"\nsum="sum"\n',
        costs={"t": 20},
    )
    assert got(played, "t") == [0, 0.5, 1, 1.5, 2, 2.5]
    assert len(got(played, "sum")) == 6
    assert played.stats["lanes"]["t"]["runs"] == 3


def test_a_model_that_raises_after_its_quick_answer_counts_one_run() -> None:
    played = play(
        CAMERA.replace("10\n", "16\n", 1) + '[t]\nuse="twice"\nfrom="cam"\n' + COLLECT + 't="t"\n'
    )
    assert 13 in got(played, "t") and 13.5 not in got(played, "t") and 15.5 in got(played, "t")
    assert played.stats["lanes"]["t"]["runs"] == 16
    assert played.errors == ["t: ModelError: bad luck"]


def test_a_model_that_gives_nonsense_is_told_of_and_recovers() -> None:
    played = play(
        CAMERA + '[s]\nuse="sick"\nfrom="cam"\n' + COLLECT + 's="s"\nhz="s.hz"\ncam="cam"\n'
    )
    assert got(played, "hz") == [0, 1, 3, 5, 6, 7, 8, 9]
    assert len(got(played, "cam")) == 10
    assert len(played.errors) == 2
    assert "s: ModelError: gives nonsense" in played.errors
    assert any("gave a pitch with something in it that is no number" in e for e in played.errors)


def test_a_model_that_does_not_open_keeps_nobody_from_playing() -> None:
    played = play(
        CAMERA
        + '[bad]\nuse="altered"\nfrom="cam"\n[l]\nuse="look"\nfrom="cam"\n'
        + COLLECT
        + 'l="l"\nbad="bad"\n'
    )
    assert got(played, "l") == list(range(10))
    assert got(played, "bad") == []
    assert played.stats["lanes"]["bad"]["state"] == "failed"
    assert played.errors == ["bad: ModelError: model.onnx is not the file of its card"]


def test_what_a_lane_answers_after_its_source_was_lost_does_not_sound() -> None:
    lost = [(0.55, CommandEntry("cam", Lost("gone"))), (0.65, StateChange("cam", "running"))]
    played = play(LOOK, lost, costs={"l": 80})
    assert got(played, "l") == [0, 1, 2, 3, 4, 7, 8, 9]
    assert played.stats["lanes"]["l"]["runs"] == 9  # the answer to 5 came, and was let go


def test_sound_from_before_a_loss_is_not_heard_after_it() -> None:
    lost = [(0.095, CommandEntry("mic", Lost("gone"))), (0.1, StateChange("mic", "running"))]
    played = play(SOUND.format("") + HEARD, lost, costs={"h": 35})
    assert max(got(played, "resets")) == 1
    assert max(got(played, "gaps")) == 1


def test_a_box_that_is_off_says_nothing_of_what_it_was_asked_before() -> None:
    played = play(LOOK, [(0.31, SetParameter("l", "on", False))], costs={"l": 50})
    assert got(played, "l") == [0, 1, 2]


MIX = (
    CAMERA
    + '[cut]\nuse="cut"\nfrom="cam"\n[mix]\nuse="mix"\nfrom="cam"\nmask={from="cut"}\n'
    + COLLECT
    + 'mix="mix"\n'
)


def test_a_fresh_picture_is_mixed_with_a_mask_of_an_older_one_and_the_skew_is_known() -> None:
    played = play(MIX, costs={"cut": 150})
    assert got(played, "mix") == [2, 3, 104, 305, 306, 407, 608, 609]  # 100 * mask + picture
    assert moments(played, "mix")[0] == 0.2  # waited for its first mask
    skew = played.stats["routes"]["c/mix"]["skew_ms"]["mix.mask"]
    assert skew["max"] == 300.0
    assert skew["p50"] == 300.0


TWO = (
    CAMERA
    + '[mic]\nuse="sound"\ncount=90\n[l]\nuse="look"\nfrom="cam"\nadd={from="h"}\n'
    + '[h]\nuse="hear"\nfrom="mic"\n[cut]\nuse="cut"\nfrom="cam"\n'
    + '[mix]\nuse="mix"\nfrom="cam"\nmask={from="cut"}\n[t]\nuse="delay"\nfrom="h"\ntime="33 ms"\n'
    + '[out]\nuse="osc_out"\nto="127.0.0.1:9"\n[out.send]\n'
    + '"/l"="l"\n"/h"="h"\n"/mix"="mix"\n"/t"="t"\n'
    + COLLECT
    + 'l="l"\nh="h"\nmix="mix"\nt="t"\n'
)


@pytest.mark.parametrize("costs", [{}, {"l": 45.0, "h": 23.0, "cut": 170.0}], ids=["free", "busy"])
def test_two_sources_and_lanes_of_different_cost_play_the_same_twice(costs: dict[str, Any]) -> None:
    first, second = (play(TWO, costs=costs) for _ in range(2))
    assert str(first) == str(second)
    assert first.stats == second.stats
    assert len(first.sent("c")) > 90


def _engine() -> Engine:
    plan = compile_patch(parse(LOOK), lambda use: BOXES.get(use) or _registry(use))
    engine = Engine(
        plan, VirtualClock(), lambda name, node: InlineLane(name, node, Context(name), 0)
    )
    engine.step(StateChange("c", "running"))
    return engine


def _registry(use: str) -> Any:
    from engine.registry import Registry

    return Registry().find(use)


def test_a_late_answer_of_an_old_generation_is_let_go() -> None:
    engine = _engine()
    engine.step(LaneResult("l", 0, 1.0, Ns(1), 0, 0))
    engine.step(Arrival("cam", "frame", picture(1), Ns(2)))
    engine.step(StateChange("cam", "lost", "gone"))
    engine.step(LaneResult("l", 0, 2.0, Ns(3), 0, 0))
    engine.step(LaneFailure("l", 0, "too late to matter"))
    engine.step(LaneResult("l", 1, 3.0, Ns(4), 0, 0))
    engine.step(LaneResult("nobody", 1, 3.0, Ns(4), 0, 0))
    assert engine.states["c"].box.messages == [(1, "l", 1.0), (4, "l", 3.0)]  # type: ignore[attr-defined]
    assert [fault.text for fault in engine.metrics.faults] == ["gone"]


def test_a_parameter_of_a_lane_changes_between_its_jobs() -> None:
    patch = LOOK + numbers("x", [1])
    played = play(patch, [(0.45, SetParameter("l", "add", 100))])
    assert got(played, "l") == [0, 1, 2, 3, 4, 105, 106, 107, 108, 109]
