"""The deadline of a patch: boxes give way in order, come back, and a hand wins; in virtual time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import testing
from engine.core.commands import Release, SetParameter
from engine.core.errors import ModelError
from engine.core.messages import Frame
from engine.core.node import Model
from engine.core.parameter import Fixed, Param
from engine.testing import Played, Script, Swap

from .boxes import BOXES, Film, got

NETWORKS = ("heavy", "middle", "light")


class Eye(Model):
    """Say at which size, with which network and how often opened it looked."""

    size: Annotated[int, Param("pixels", 16, 1920, lighter=(0.75, 0.5))] = 400
    model: Fixed[Annotated[str, Param("which network", lighter=NETWORKS)]] = "heavy"
    missing: Fixed[str] = ""

    _session: str = ""

    def open(self) -> None:
        if self.model == self.missing:
            raise ModelError(f"there is no {self.model}")
        self._session = self.model

    def process(self, frame: Frame) -> float:
        return self.size + NETWORKS.index(self._session) / 10


def patch(fps: float, seconds: float, deadline: str, way: str = "", more: str = "") -> str:
    order = f"give_way={way}\n" if way else ""
    return (
        f'deadline="{deadline}"\n{order}[film]\nuse="film"\nfps={fps}\nseconds={seconds}\n'
        f'[eye]\nuse="eye"\nfrom="film"\n{more}\n[c]\nuse="collector"\nfrom="eye"\n'
    )


def play(text: str, cost: float, script: Script = (), **more: float) -> Played:
    costs = {"eye": cost, **more}
    return testing.play(text, script, boxes={**BOXES, "eye": Eye, "film": Film}, costs=costs)


def steps(played: Played) -> list[str]:
    return [step["step"] for step in played.stats["quality"]["steps"]]


def test_cadence_goes_first_then_size_then_the_network_and_all_come_in_time() -> None:
    played = play(patch(30, 20, "20 ms"), 30)
    assert steps(played)[:7] == [
        "eye: every 2nd picture",
        "eye: every 3rd picture",
        "eye: every 4th picture",
        "eye: size 300",
        "eye: size 200",
        "eye: model middle",
        "eye: model light",
    ]
    assert got(played, "in")[-1] == 200.2
    assert played.stats["quality"]["quality"] == 0
    assert played.errors == ["deadline: everything has given way, and it is still too late"]


def test_the_order_is_that_of_the_patch() -> None:
    played = play(patch(30, 9, "20 ms", '["eye.model", "eye.every"]'), 30)
    assert steps(played)[:4] == [
        "eye: model middle",
        "eye: model light",
        "eye: every 2nd picture",
        "eye: every 3rd picture",
    ]


def test_what_is_skipped_is_no_drop_and_keeps_the_deadline() -> None:
    played = play(patch(30, 10, "50 ms"), 45)  # 45 ms for every 33: with each second, it is free
    assert steps(played) == ["eye: every 2nd picture"]
    lane = played.stats["lanes"]["eye"]
    assert lane["runs"] + lane["dropped"] + lane["skipped"] == 300
    assert lane["skipped"] > 100
    behind = [sent.behind_ms for sent in played.sent("c") if sent.t > 4]
    assert max(behind) == pytest.approx(45, abs=0.1)


def test_it_comes_back_when_the_load_is_over() -> None:
    slow = '[slow]\nuse="film"\nfps=30\nseconds=4\n[other]\nuse="look"\nfrom="slow"\n'
    text = patch(10, 20, "60 ms", more=slow) + '[c2]\nuse="collector"\nfrom="other"\n'
    played = play(text, 10, other=45)
    assert played.stats["quality"]["quality"] == 1
    assert steps(played) == ["other: every 2nd picture", "other: every picture again"]


def test_the_slowest_box_is_asked_first_where_the_patch_names_none() -> None:
    more = '[other]\nuse="look"\nfrom="film"\n'
    text = patch(30, 6, "20 ms", more=more)
    assert steps(play(text, 25, other=30))[0] == "other: every 2nd picture"
    assert steps(play(text, 30, other=25))[0] == "eye: every 2nd picture"


HELD = '["eye.size", "eye.every"]'


def test_a_hand_wins_until_it_lets_go() -> None:
    script = [(3.5, SetParameter("eye", "size", 640)), (8.2, Release("eye", "size"))]
    played = play(patch(30, 12, "20 ms", HELD), 30, script)
    assert steps(played)[:3] == [
        "eye: size 300",
        "eye: size is left as it was set",
        "eye: every 2nd picture",
    ]
    sizes = [
        value
        for value, sent in zip(got(played, "in"), played.sent("c"), strict=True)
        if 4 < sent.t < 8
    ]
    assert set(sizes) == {640}
    assert "eye: size 480" in steps(played)  # three quarters of what the hand said


def test_a_hand_that_is_gone_again_at_once_has_won_all_the_same() -> None:
    script = [(3.5, SetParameter("eye", "size", 640)), (3.6, Release("eye", "size"))]
    played = play(patch(30, 5, "20 ms", HELD), 30, script)
    assert "eye: size is left as it was set" in steps(played)


def test_a_network_that_cannot_be_opened_is_told_and_the_old_one_stays() -> None:
    text = patch(30, 4, "20 ms", '["eye.model"]', 'missing="middle"')
    played = play(text, 30)
    assert "eye: ModelError: there is no middle" in played.errors
    assert got(played, "in")[-1] == 400.0


def test_the_same_show_takes_the_same_steps() -> None:
    text = patch(30, 20, "40 ms")
    one, other = play(text, 38), play(text, 38)
    assert one.stats["quality"] == other.stats["quality"]
    assert str(one) == str(other)


def test_another_patch_with_the_same_deadline_goes_on_where_it_was() -> None:
    text = patch(30, 8, "50 ms")
    after = text + '[c2]\nuse="collector"\nfrom="eye"\n'
    played = play(text, 45, [(4.0, Swap(after))])
    assert steps(played) == ["eye: every 2nd picture"]
    assert played.stats["quality"]["given"] == ["eye: every 2nd picture"]
    assert played.engine.states["eye"].every == 2


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("50 ms", "5 s"),
        lambda text: text.split("\n", 2)[2],
        lambda text: text.replace('use="eye"', 'use="eye"\nmodel="middle"'),
    ],
    ids=["deadline", "none", "box"],
)
def test_where_that_is_another_all_is_as_written_again(change: Callable[[str], str]) -> None:
    text = patch(30, 8, "50 ms", '["eye.size"]')
    played = play(text, 45, [(4.0, Swap(change(text)))])
    said = next(sent.args[0] for sent in played.sent("c") if sent.t > 4.1)
    assert said // 1 == 400
    assert played.engine.states["eye"].every == 1


def test_a_patch_without_a_deadline_keeps_none() -> None:
    played = play(patch(30, 4, "20 ms").partition("\n")[2], 40)
    assert "quality" not in played.stats
    assert played.engine.status().quality is None
    assert played.stats["lanes"]["eye"]["skipped"] == 0


@settings(max_examples=15)
@given(st.floats(5, 60), st.floats(1, 90), st.integers(20, 120))
def test_at_a_constant_load_it_does_not_flap(fps: float, cost: float, deadline: int) -> None:
    played = play(patch(fps, 60, f"{deadline} ms"), cost)
    made: list[dict[str, Any]] = played.stats["quality"]["steps"]
    assert len(made) <= 7 + 8  # down once, and four times back and down again
    lane = played.stats["lanes"]["eye"]
    waiting = played.stats["sources"]["film"]["messages"] - lane["runs"]
    assert 0 <= waiting - lane["dropped"] - lane["skipped"] <= 1
    assert np.isfinite([step["quality"] for step in made]).all()


def test_another_patch_of_a_set_leaves_what_is_degraded_as_it_is() -> None:
    text = patch(30, 12, "20 ms", HELD)
    played = play(text, 30, [(6.0, Swap(text, 1))])
    alone = play(text, 30)
    assert steps(played) == steps(alone)
    assert got(played, "in") == got(alone, "in")
