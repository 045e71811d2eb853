"""``size = "auto"`` holds the frame rate that was asked for, and does not pump; in virtual time."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Annotated

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import testing
from engine.core.clock import MILLISECOND, ns
from engine.core.commands import SetParameter
from engine.core.errors import PatchError
from engine.core.messages import Frame
from engine.core.node import Model
from engine.core.parameter import Param
from engine.models.style import StyleModel
from engine.patch.compile import compile_patch
from engine.patch.load import Texts, parse
from engine.patch.plan import Plan
from engine.registry import Registry
from engine.runtime.contexts import in_memory
from engine.runtime.engine import Engine
from engine.runtime.entries import CommandEntry, SwapPlan
from engine.runtime.offline import Offline

from .boxes import BOXES, Film

LADDER = (128, 144, 160, 184, 208, 232, 256, 288, 320, 360, 408, 456, 512, 576, 640)
START = 360


class Painter(Model):
    """Say at which size it painted."""

    size: Annotated[int, Param("pixels", 0, 1920, lighter=(0.75, 0.5), ladder=LADDER)] = 384
    fps: Annotated[float, Param("pictures a second", 1, 240)] = 24.0

    _auto_size: int = START

    def process(self, frame: Frame) -> float:
        return self.size or self._auto_size


Said = list[tuple[float, float]]
"""The second at which a painting was there, and its size."""
Speed = Callable[[float], float]
"""The ms that a painting of START takes, by the second."""


def patch(size: str = '"auto"', fps: float = 24, seconds: float = 30, more: str = "") -> str:
    return (
        f'{more}[film]\nuse="film"\nfps=30\nseconds={seconds}\n'
        f'[eye]\nuse="painter"\nfrom="film"\nsize={size}\nfps={fps}\n'
        '[c]\nuse="collector"\nfrom="eye"\n'
    )


def plan_of(text: str) -> Plan:
    own = {**BOXES, "film": Film, "painter": Painter}
    return compile_patch(parse(text), lambda use: own.get(use) or Registry().find(use))


def play(
    text: str, speed: Speed, script: Sequence[tuple[float, object]] = ()
) -> tuple[Said, Engine]:
    """Play on a machine whose paintings take as long as they have pixels."""
    plan = plan_of(text)
    boxes = dict(plan.boxes)
    for _, entry in script:
        boxes |= entry.plan.boxes if isinstance(entry, SwapPlan) else {}
    show = Offline(plan, {"eye": speed(0.0)}, in_memory(lambda: boxes))
    said: Said = []

    def work() -> None:
        state = show.engine.states["eye"]
        assert isinstance(state.box, Painter)
        size = state.box.size or state.box._auto_size
        second = show.clock.now() / 1e9
        state.lane.cost = round(speed(second) * (size / START) ** 2 * MILLISECOND)  # type: ignore[union-attr]

    for second, entry in script:
        show.enter(ns(second), entry)  # type: ignore[arg-type]
    sink = show.engine.states["c"].box
    sink.tap(lambda port, what: said.append((show.clock.now() / 1e9, what["args"][0])))
    engine = show.play(after_entry=work)
    return said, engine


def rate(said: Said, begin: float, end: float) -> float:
    return sum(begin <= second < end for second, _ in said) / (end - begin)


def changes(said: Said) -> list[tuple[float, float]]:
    return [(second, size) for (_, before), (second, size) in pairwise(said) if size != before]


@pytest.mark.parametrize("takes", [8, 25, 60, 250])
@pytest.mark.parametrize("fps", [12, 24])
def test_it_holds_the_rate_at_the_largest_size_that_leaves_time_for_it(
    takes: float, fps: float
) -> None:
    said, _ = play(patch(fps=fps, seconds=60), lambda _: takes)
    size = said[-1][1]
    cost = takes * (size / START) ** 2
    assert cost <= 1000 / fps or size == LADDER[0]
    assert cost > 0.68 * 1000 / fps or size == LADDER[-1]
    if size > LADDER[0]:
        assert rate(said, 50, 60) >= fps


def test_where_it_is_too_slow_it_is_made_right_within_three_seconds_and_at_once() -> None:
    said, _ = play(patch(), lambda _: 100.0)
    assert len(changes(said)) == 1
    assert changes(said)[0][0] < 3
    assert rate(said, 3, 30) >= 24


def test_a_load_that_comes_and_goes() -> None:
    said, _ = play(patch(seconds=60), lambda second: 90.0 if 10 < second < 20 else 30.0)
    assert said[0][1] == START
    assert rate(said, 13, 20) >= 24
    assert {size for second, size in said if 13 < second < 20} == {208}
    assert said[-1][1] == START
    ups = [second for second, size in changes(said) if second > 20]
    assert all(after - before >= 5 for before, after in pairwise(ups))


@settings(max_examples=8)
@given(st.floats(5, 200), st.sampled_from([10.0, 24.0]), st.integers(0, 1000))
def test_it_does_not_pump_on_a_machine_that_is_a_little_uneven(
    takes: float, fps: float, seed: int
) -> None:
    uneven = random.Random(seed)
    said, _ = play(patch(fps=fps, seconds=90), lambda _: takes * uneven.uniform(0.9, 1.1))
    late = [change for change in changes(said) if change[0] > 60]
    assert len(late) <= 2
    steps = [LADDER.index(int(size)) for _, size in changes(said)]
    assert all(after - before <= 1 for before, after in pairwise(steps))


def test_a_number_is_left_alone_and_a_hand_wins_until_it_says_auto_again() -> None:
    assert {size for _, size in play(patch("360"), lambda _: 100.0)[0]} == {360}
    hand = [
        (8.0, CommandEntry("hand", SetParameter("eye", "size", 500))),
        (14.0, CommandEntry("hand", SetParameter("eye", "size", "auto"))),
    ]
    said, _ = play(patch(), lambda _: 60.0, hand)
    sizes = dict.fromkeys(size for _, size in said)
    assert list(sizes) == [360, 256, 500]
    assert {size for second, size in said if 8.1 < second < 14} == {500}
    assert said[-1][1] == 256


def test_the_rate_may_be_turned_while_it_plays() -> None:
    turned = [(10.0, CommandEntry("hand", SetParameter("eye", "fps", 12.0)))]
    said, _ = play(patch(seconds=60), lambda _: 60.0, turned)
    assert said[-1][1] > 300
    assert rate(said, 50, 60) >= 12


def test_offline_where_nothing_takes_time_all_is_painted_at_the_same_size() -> None:
    said, _ = play(patch(), lambda _: 0.0)
    assert {size for _, size in said} == {START}


def test_a_box_that_stays_keeps_its_size_and_one_that_is_new_finds_it() -> None:
    text = patch()
    after = text + '[c2]\nuse="collector"\nfrom="eye"\n'
    plan = plan_of(after)
    swap = [(10.0, SwapPlan("", Texts(None, after), plan))]
    said, _ = play(text, lambda _: 60.0, swap)
    assert [size for second, size in changes(said)] == [256]


def test_what_it_chose_is_in_the_statistics() -> None:
    _, engine = play(patch(), lambda _: 60.0)
    assert engine.metrics.stats(engine.now)["lanes"]["eye"]["chosen"] == {"size": 256}
    _, engine = play(patch("360"), lambda _: 60.0)
    assert "chosen" not in engine.metrics.stats(engine.now)["lanes"]["eye"]


def test_the_same_show_takes_the_same_steps() -> None:
    assert play(patch(), lambda _: 77.0)[0] == play(patch(), lambda _: 77.0)[0]


def test_a_deadline_leaves_it_to_itself() -> None:
    plan = plan_of(patch(more='deadline="40 ms"\n'))
    assert plan.deadline is not None
    assert [each.what for each in plan.deadline.order] == ["every"]
    with pytest.raises(PatchError, match=r'eye\.size is "auto", so it gives way by itself'):
        plan_of(patch(more='deadline="40 ms"\ngive_way=["eye.size"]\n'))


@pytest.mark.parametrize("size", ['"auto"', "0", "256"])
def test_a_patch_says_auto_or_a_number(size: str) -> None:
    assert plan_of(patch(size)).boxes["eye"].box.size == (256 if size == "256" else 0)


@pytest.mark.parametrize("size", ['"aut"', "-1", "1.5", "2000", "true"])
def test_anything_else_is_refused_with_what_was_expected(size: str) -> None:
    with pytest.raises(PatchError, match=r'from 0 to 1920, or "auto"'):
        plan_of(patch(size))


def test_the_painter_paints_at_the_size_that_was_chosen() -> None:
    text = (
        '[film]\nuse="film"\nfps=10\nseconds=3\n[style]\nuse="style"\nfrom="film"\nsize="auto"\n'
        '[c]\nuse="collector"\nfrom="style"\n'
    )
    played = testing.play(text, boxes={**BOXES, "film": Film}, costs={"style": 300})
    box = played.engine.states["style"].box
    assert isinstance(box, StyleModel)
    assert box.size == 0
    assert played.stats["lanes"]["style"]["chosen"]["size"] == box._auto_size < 360
