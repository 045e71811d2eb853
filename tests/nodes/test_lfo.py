"""To and fro by itself, with a cable and without."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.clock import ns
from engine.core.commands import Panic, SetParameter
from engine.core.context import Context
from engine.core.errors import PatchError
from engine.core.messages import Trigger
from engine.nodes.lfo import Lfo
from engine.runtime.entries import Rollback
from engine.testing import Swap, play

GO = Trigger()
HOUR = 3600.0


def begun(at=0.0, name="lfo", **parameters):
    """Make one, and start it as the engine does; give it and what it says first."""
    lfo = Lfo(**parameters)
    lfo.open(Context(name))
    return lfo, lfo.on_wake(ns(at))


def run(seconds, lfo=None, **parameters):
    """Give (seconds, what it says) up to a moment."""
    said = []
    if lfo is None:
        lfo, first = begun(**parameters)
        said.append((0.0, first))
    while (due := lfo.wake()) <= ns(seconds):
        said.append((due / 1e9, lfo.on_wake(due)))
    return [(at, swung) for at, swung in said if swung is not None]


def values(said):
    return [(at, swung.value) for at, swung in said if swung.value is not None]


@pytest.mark.parametrize(
    ("shape", "quarters"),
    [
        ("sine", [0.0, 0.5, 1.0, 0.5, 0.0]),
        ("triangle", [0.0, 0.5, 1.0, 0.5, 0.0]),
        ("saw", [0.0, 0.25, 0.5, 0.75, 0.0]),
        ("saw_down", [1.0, 0.75, 0.5, 0.25, 1.0]),
    ],
)
def test_the_quarters_of_each_shape(shape, quarters):
    said = values(run(4.0, shape=shape, period=4.0, fps=1))
    assert said == [(pytest.approx(at), pytest.approx(v)) for at, v in enumerate(quarters)]


def test_a_square_speaks_only_when_it_changes():
    said = values(run(1.9, shape="square", width=0.25))
    assert said == [(0.0, 1.0), (pytest.approx(0.25), 0.0), (1.0, 1.0), (pytest.approx(1.25), 0.0)]


def test_random_is_another_number_at_each_turn_and_the_same_each_time():
    said = values(run(19.9, shape="random"))
    assert [at for at, _ in said] == pytest.approx(list(range(20)))
    assert len({value for _, value in said}) == 20
    assert values(run(19.9, shape="random")) == said
    assert values(run(19.9, shape="random", seed=1)) != said
    assert values(run(19.9, shape="random", name="other")) != said


def test_beginning_anew_brings_no_old_numbers_again():
    lfo, first = begun(shape="random")
    again = lfo.process(GO, at=ns(0.5))
    assert first.value != again.value


def test_its_range_and_its_phase():
    said = values(run(1.0, to=(10.0, -10.0), phase=0.5, fps=4))
    assert [value for _, value in said] == pytest.approx([-10.0, 0.0, 10.0, 0.0, -10.0], abs=1e-6)


def test_a_period_is_said_in_place_of_a_rate():
    assert run(4.0, period=2.0, rate=9.0) == run(4.0, rate=0.5)


@pytest.mark.parametrize("shape", ["sine", "triangle", "square", "saw_down"])
@pytest.mark.parametrize("rate", [0.3, 1.7, 7.77])
def test_its_ends_are_never_left_out(shape, rate):
    reached = {round(value, 6) for _, value in values(run(10.0, shape=shape, rate=rate))}
    assert {0.0, 1.0} & reached == ({1.0} if shape == "saw_down" else {0.0, 1.0})


def test_it_does_not_drift_in_a_day():
    lfo, _ = begun(shape="saw", rate=1 / 3)
    at = ns(24 * HOUR + 1.0)
    assert lfo.on_wake(at).value == pytest.approx(1 / 3, abs=1e-6)
    assert (lfo.wake() - at) / 1e9 < 1 / 60 + 1e-6


def test_a_trigger_has_it_begin_anew():
    lfo, _ = begun(shape="saw", rate=0.1)
    run(3.0, lfo)
    assert lfo.process(GO, at=ns(3.5)) == (0.0, Trigger())
    assert values(run(4.5, lfo))[-1] == (pytest.approx(4.5), pytest.approx(0.1, abs=0.002))


def test_cycle_comes_when_a_turn_begins():
    said = run(3.2, rate=2.0)
    assert [at for at, swung in said if swung.cycle] == pytest.approx([0.5 * n for n in range(7)])


def test_a_rate_that_is_changed_goes_on_from_where_it_is():
    lfo, _ = begun(shape="saw", rate=0.1)
    before = values(run(5.0, lfo))
    lfo.rate = 0.2
    after = values(run(7.0, lfo))
    steps = [b[1] - a[1] for a, b in pairwise([*before, *after])]
    assert max(steps) < 0.2 / 60 + 1e-6
    assert after[-1][1] == pytest.approx(0.9, abs=0.005)


def test_one_that_stands_says_nothing_until_it_is_turned_up():
    lfo, first = begun(rate=0.0)
    assert first.value == 0.0
    assert run(2.0, lfo) == []
    lfo.rate = 1.0
    assert values(run(2.6, lfo))[-1][1] > 0.9


def test_a_loss_does_not_stop_it():
    lfo, _ = begun(shape="saw", rate=0.1)
    run(3.0, lfo)
    lfo.reset()
    assert values(run(4.0, lfo))[-1][1] == pytest.approx(0.4, abs=0.01)


@given(
    st.sampled_from(["sine", "triangle", "saw", "saw_down", "square", "random"]),
    st.floats(0, 50),
    st.floats(0, 1),
    st.floats(0, 1),
    st.lists(st.tuples(st.floats(-0.05, 0.5), st.floats(0, 50)), max_size=5),
)
def test_it_stays_in_its_range_and_moves_on_in_time(shape, rate, phase, width, events):
    lfo, first = begun(at=1.0, shape=shape, rate=rate, phase=phase, width=width, to=(-1.0, 2.0))
    said, at = [(1.0, first)], 1.0
    for later, faster in events:
        said += run(at + later, lfo)
        at += later
        lfo.rate = faster
        said.append((at, lfo.process(GO, at=ns(at))))
    said += run(at + 0.3, lfo)
    assert all(-1.0 <= value <= 2.0 for _, value in values(said))
    assert lfo.wake() > ns(at)


PATCH = """
[breath]
use = "lfo"
period = "1 s"
{lfo}
[kick]
use = "every"
time = "700 ms"
[out]
use = "collector"
send = {{ breath = "breath" }}
"""


def light(played):
    assert played.errors == []
    return [(sent.t, sent.args[0]) for sent in played.sent("out", "breath")]


def near(said, at):
    return min(reversed(said), key=lambda each: abs(each[0] - at))[1]


def test_it_plays_without_a_cable():
    said = light(play(PATCH.format(lfo=""), seconds=2.0))
    assert len(said) == 121
    assert [near(said, at) for at in (0.0, 0.5, 1.0, 1.5)] == pytest.approx([0, 1, 0, 1])


def test_it_plays_with_nothing_else_in_the_patch():
    alone = '[breath]\nuse = "lfo"\n[out]\nuse = "collector"\nsend = { breath = "breath" }\n'
    assert len(light(play(alone, seconds=1.0))) == 61
    with pytest.raises(PatchError, match="never ends"):
        play(alone)


def test_what_comes_has_it_begin_anew():
    said = light(play(PATCH.format(lfo='from = "kick"'), seconds=1.3))
    assert [near(said, at) for at in (0.5, 0.7, 1.2)] == pytest.approx([1, 0, 1])


def test_its_rate_takes_a_cable_and_a_hand():
    patch = PATCH.format(lfo='[slow]\nuse = "lfo"\nrate = 0.1\nshape = "saw"').replace(
        'period = "1 s"', 'rate = { from = "slow", to = [0, 2] }'
    )
    said = light(play(patch, seconds=10.0))
    assert near(said, 1.0) < 0.2
    script = [(0.5, SetParameter("breath", "period", 1000.0)), (1.0, Panic())]
    still = light(play(PATCH.format(lfo=""), script, seconds=1.5))
    assert near(still, 1.5) == pytest.approx(1.0, abs=0.01), "nor does a panic stop it"


def test_it_goes_on_through_edits_and_begins_where_it_is_new():
    two = PATCH.format(lfo="").replace("send = {", 'send = { other = "other",')
    two += '[other]\nuse = "lfo"\nshape = "saw"\nperiod = "4 s"\n'
    played = play(PATCH.format(lfo=""), [(0.75, Swap(two))], seconds=2.75)
    said = light(played)
    assert near(said, 2.5) == pytest.approx(1.0, abs=0.01)
    other = [(sent.t, sent.args[0]) for sent in played.sent("out", "other")]
    assert other[0] == (pytest.approx(0.75, abs=0.02), 0.0)
    assert near(other, 2.75) == pytest.approx(0.5, abs=0.01)


def test_one_that_a_rollback_brings_back_plays_again():
    without = '[kick]\nuse = "every"\n[out]\nuse = "collector"\nsend = { kick = "kick" }\n'
    script = [(0.5, Swap(without)), (1.0, Rollback("a test"))]
    said = light(play(PATCH.format(lfo=""), script, seconds=1.5))
    assert [at for at, _ in said if 0.51 < at < 0.99] == []
    assert near(said, 1.5) == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('shape = "sin"', 'Did you mean "sine"?'),
        ("rate = 100", "expected a number from 0 to 50, got 100"),
        ("frequncy = 2", 'lfo has no "frequncy". There is: empty, fps, from,'),
    ],
)
def test_what_is_wrong_is_told(line, message):
    with pytest.raises(PatchError) as caught:
        play(PATCH.format(lfo=line), seconds=1)
    assert message in str(caught.value)
