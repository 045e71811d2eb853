"""To a number, over a time."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.clock import ns
from engine.core.errors import ParameterError, PatchError
from engine.core.messages import Trigger
from engine.nodes.line import LineNode, Reached
from engine.testing import play

GO = Trigger()


def rest_of(line, until=None):
    """Wake it until it rests, or up to a moment; give (seconds, number) of what it says."""
    said = []
    while (due := line.wake()) is not None and (until is None or due <= ns(until)):
        moved = line.on_wake(due)
        if moved and moved.value is not None:
            said.append((due / 1e9, moved.value))
    return said


def after(line, go, at=0.0, until=None):
    moved = line.process(go, ns(at))
    return ([(at, moved.value)] if moved else []) + rest_of(line, until)


def number(said, at):
    return next(value for moment, value in said if moment == pytest.approx(at, abs=1e-6))


def test_a_trigger_sends_it_there_in_its_time():
    said = after(LineNode(to=10.0, time=2.0, fps=10), GO)
    assert [number(said, at) for at in (0.0, 0.5, 1.0, 2.0)] == pytest.approx([0.0, 2.5, 5.0, 10.0])
    assert len(said) == 21


def test_a_number_and_a_switch_send_it_where_they_say():
    line = LineNode(time=1.0)
    assert after(line, 5.0)[-1] == (pytest.approx(1.0), 5.0)
    assert after(line, True, at=2.0)[-1] == (pytest.approx(3.0), 1.0)
    assert after(line, False, at=4.0)[-1] == (pytest.approx(5.0), 0.0)


def test_it_sets_out_from_where_it_is():
    line = LineNode(time=1.0)
    after(line, 1.0, until=0.5)
    said = after(line, 0.0, at=0.5)
    assert said[0] == (0.5, pytest.approx(0.5))
    assert said[-1] == (pytest.approx(1.5), 0.0)


def test_a_number_that_comes_again_does_not_put_it_off():
    line = LineNode(time=1.0)
    after(line, 1.0, until=0.5)
    assert after(line, 1.0, at=0.5, until=0.5) == []
    assert rest_of(line)[-1] == (pytest.approx(1.0), 1.0)
    assert after(line, 1.0, at=3.0) == []


def test_segments_are_gone_through_in_order():
    line = LineNode(segments=[(1.0, "100 ms"), (0.3, "0 s"), (0.0, "1 s")], start=0.5)
    said = after(line, GO)
    assert said[0] == (0.0, 0.5)
    assert number(said, 0.1) == pytest.approx(0.3), "it jumps"
    assert number(said, 0.6) == pytest.approx(0.15)
    assert said[-1] == (pytest.approx(1.1), 0.0)


def test_a_segment_without_time_comes_first_at_once():
    said = after(LineNode(segments=[(1.0, "0 s"), (0.0, "2 s")]), GO)
    assert said[0] == (0.0, 1.0)
    assert said[-1] == (pytest.approx(2.0), 0.0)


def test_it_says_done_once_when_it_has_arrived():
    line = LineNode(time=0.1, fps=20)
    assert line.process(GO, ns(0)) == Reached(0.0)
    assert line.on_wake(line.wake()) == Reached(pytest.approx(0.5))
    assert line.on_wake(line.wake()) == Reached(1.0, Trigger())
    assert line.wake() is None
    assert line.on_wake(ns(1)) is None


def test_without_time_it_is_there_at_once():
    assert LineNode(time=0.0).process(GO, ns(0)) == Reached(1.0, Trigger())


def test_stop_leaves_it_where_it_is():
    line = LineNode(time=1.0)
    assert line.on_stop(GO, ns(0)) is None
    after(line, GO, until=0.3)
    assert line.on_stop(GO, ns(0.4)) == Reached(pytest.approx(0.4))
    assert line.wake() is None
    assert after(line, 0.0, at=2.0)[0] == (2.0, pytest.approx(0.4))


@pytest.mark.parametrize(
    ("curve", "quarter"), [("linear", 0.25), ("smooth", 0.15625), ("square", 0.0625), ("root", 0.5)]
)
def test_a_curve_bends_the_way(curve, quarter):
    said = after(LineNode(curve=curve, fps=20), GO)
    assert number(said, 0.25) == pytest.approx(quarter)
    assert said[-1][1] == 1.0


def test_a_time_that_is_changed_takes_effect_at_once_and_without_a_jump():
    line = LineNode(time=10.0)
    said = after(line, GO, until=5.0)
    line.time = 1.0
    later = rest_of(line)
    assert later[-1] == (pytest.approx(5.5, abs=0.02), 1.0)
    assert max(b[1] - a[1] for a, b in pairwise([said[-1], *later])) < 0.02


@given(
    st.lists(
        st.tuples(st.floats(0, 1), st.one_of(st.just(GO), st.floats(-100, 100))),
        min_size=1,
        max_size=8,
    ),
    st.floats(0, 2),
    st.sampled_from(["linear", "smooth", "square", "root"]),
)
def test_it_stays_between_where_it_was_sent_and_always_arrives(events, time, curve):
    line, at, said = LineNode(to=7.0, time=time, curve=curve), 0.0, []
    for later, go in events:
        said += rest_of(line, at + later)
        at += later
        said += after(line, go, at=at, until=at)
    said += rest_of(line)
    ends = [7.0 if isinstance(go, Trigger) else go for _, go in events]
    low, high = min(0.0, *ends), max(0.0, *ends)
    assert all(low - 1e-9 <= value <= high + 1e-9 for _, value in said)
    assert line.wake() is None
    assert not said or said[-1][1] == ends[-1]


def test_what_is_no_number_sends_it_nowhere():
    assert after(LineNode(), float("nan")) == []


def test_a_loss_brings_it_to_its_start():
    line = LineNode(start=3.0)
    after(line, GO, until=0.5)
    line.reset()
    assert line.wake() is None
    assert after(line, GO, at=2.0)[0] == (2.0, 3.0)


def test_a_segment_without_a_time_is_refused():
    with pytest.raises(ParameterError, match=r'segments: expected a time .* got "100"'):
        LineNode(segments=[(1.0, "100")])


PATCH = """
[kick]
use = "every"
time = "1 s"
[button]
use = "toggle"
from = "kick"
[light]
use = "line"
from = "button"
{light}
[out]
use = "collector"
send = {{ light = "light", there = "light.done" }}
"""


def test_a_button_fades_the_light_in_and_out():
    played = play(PATCH.format(light='time = "500 ms"'), seconds=1.9)
    assert played.errors == []
    assert [round(sent.t, 3) for sent in played.sent("out", "there")] == [0.5, 1.5]
    light = [(sent.t, sent.args[0]) for sent in played.sent("out", "light")]
    assert [number(light, at) for at in (0.25, 0.5, 1.25, 1.5)] == pytest.approx([0.5, 1, 0.5, 0])


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("segments = [1, 2]", "expected a list of lists of a number and a text, got [1, 2]"),
        ('segments = [[1, "soon"]]', "[light] segments: expected a time with its unit, such as"),
        ('curve = "smoth"', 'Did you mean "smooth"?'),
        ('tiem = "1 s"', 'line has no "tiem". Did you mean "time"?'),
    ],
)
def test_what_is_wrong_is_told(line, message):
    with pytest.raises(PatchError) as caught:
        play(PATCH.format(light=line), seconds=1)
    assert message in str(caught.value)


def test_it_says_where_it_is_as_the_show_begins():
    patch = PATCH.replace('from = "kick"', 'from = "kick"\nmode = "momentary"')
    light = play(patch.format(light="start = 0.3"), seconds=0.0).sent("out", "light")
    assert light[0].args == [0.3]
    line = LineNode(start=0.3)
    assert line.on_wake(ns(0)) == Reached(0.3)
    assert line.wake() is None
    assert line.on_wake(ns(1)) is None
