"""A number that wanders by chance."""

from __future__ import annotations

from itertools import pairwise

import pytest

from engine.core.commands import SetParameter
from engine.testing import Script, play

HEAD = '[n]\nuse = "noise"\n{more}\n[c]\nuse = "collector"\nsend = {{ n = "n" }}\n'


def said(more: str = "", seconds: float = 5, script: Script = ()) -> list[tuple[float, float]]:
    found = play(HEAD.format(more=more), script, seconds=seconds).box("c").messages
    return [(at / 1e9, number) for at, _, number in found]


def test_it_plays_by_itself_and_the_same_each_time() -> None:
    assert said() == said()
    assert said("seed = 1") != said()
    assert len(said()) == pytest.approx(300, abs=2)


def test_boxes_of_other_names_wander_otherwise() -> None:
    patch = HEAD.format(more='[m]\nuse = "noise"').replace('n = "n"', 'n = "n", m = "m"')
    collected = play(patch, seconds=1).box("c")
    assert collected.of("n") != collected.of("m")


@pytest.mark.parametrize("rate", [0.5, 1, 4])
def test_smooth_noise_never_jumps(rate: float) -> None:
    numbers = [number for _, number in said(f"rate = {rate}", 20)]
    assert max(abs(b - a) for a, b in pairwise(numbers)) < 1.9 * rate / 60 + 1e-6
    assert min(numbers) < 0.25 and max(numbers) > 0.75


def test_white_noise_jumps_at_its_rate_without_drift() -> None:
    found = said('kind = "white"\nrate = 7\nto = [10, -10]', 60)
    assert [at for at, _ in found] == pytest.approx([k / 7 for k in range(len(found))], abs=1e-6)
    assert all(-10 <= number <= 10 for _, number in found)
    assert len({number for _, number in found}) == len(found) == 421


def test_its_rate_may_change_while_it_plays_without_a_jump() -> None:
    numbers = [n for _, n in said("rate = 1", 4, [(2.0, SetParameter("n", "rate", 5.0))])]
    steps = [abs(b - a) for a, b in pairwise(numbers)]
    assert max(steps) < 1.9 * 5 / 60 and sum(steps[120:]) > 2 * sum(steps[:120])


def test_it_may_be_switched_off() -> None:
    assert max(at for at, _ in said("", 5, [(2.0, SetParameter("n", "on", False))])) <= 2.0
