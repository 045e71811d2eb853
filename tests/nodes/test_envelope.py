"""Up at a press, and down again."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.clock import ns
from engine.core.errors import PatchError
from engine.core.messages import Note, Trigger
from engine.nodes.envelope import Envelope
from engine.testing import play

GO = Trigger()


def rest_of(envelope, until=None):
    """Wake it until it rests, or up to a moment; give (seconds, level) of what it says."""
    said = []
    while (due := envelope.wake()) is not None and (until is None or due <= ns(until)):
        risen = envelope.on_wake(due)
        if risen and risen.value is not None:
            said.append((due / 1e9, risen.value))
    return said


def after(envelope, press, at=0.0, until=None):
    risen = envelope.process(press, ns(at))
    first = [(at, risen.value)] if risen else []
    return first + rest_of(envelope, until)


def level(said, at):
    return next(value for moment, value in said if moment == pytest.approx(at, abs=1e-6))


def test_a_trigger_goes_up_stays_and_falls():
    said = after(Envelope(attack=0.1, hold=0.2, release=0.5), GO)
    assert [level(said, at) for at in (0.0, 0.05, 0.1)] == pytest.approx([0.0, 0.5, 1.0])
    assert [each for each in said if 0.11 < each[0] < 0.3] == []
    assert level(said, 0.55) == pytest.approx(0.5, abs=1e-6)
    assert said[-1] == (pytest.approx(0.8), 0.0)


def test_it_ends_with_done_and_rests():
    envelope = Envelope(attack=0.0, release=0.1)
    envelope.process(GO, ns(0))
    dues = []
    while (due := envelope.wake()) is not None:
        dues.append(due)
        last = envelope.on_wake(due)
    assert last == (0.0, Trigger())
    assert dues[-1] == ns(0.1)
    assert envelope.on_wake(ns(3)) is None


@pytest.mark.parametrize(("down", "up"), [(True, False), (Note(60, 90), Note(60, 0))])
def test_what_is_held_stays_at_sustain_and_falls_when_it_is_let_go(down, up):
    envelope = Envelope(attack=0.1, hold=0.1, decay=0.1, sustain=0.4, release=0.2)
    said = after(envelope, down)
    assert said[-1] == (pytest.approx(0.3), pytest.approx(0.4))
    assert envelope.wake() is None, "held, it rests"
    said = after(envelope, up, at=2.0)
    assert said[0] == (2.0, pytest.approx(0.4))
    assert level(said, 2.1) == pytest.approx(0.2)
    assert said[-1] == (pytest.approx(2.2), 0.0)


def test_a_key_that_is_let_go_early_falls_from_where_it_was():
    envelope = Envelope(attack=1.0, release=1.0)
    after(envelope, True, until=0.5)
    said = after(envelope, False, at=0.5)
    assert said[0][1] == pytest.approx(0.5)
    assert said[-1] == (pytest.approx(1.5), 0.0)


def test_of_several_keys_the_last_lets_go():
    envelope = Envelope(attack=0.0)
    after(envelope, Note(60, 9))
    after(envelope, Note(64, 9), at=1.0)
    assert after(envelope, Note(60, 0), at=2.0) == []
    assert len(after(envelope, Note(64, 0), at=3.0)) > 10


def test_letting_go_of_nothing_says_nothing():
    envelope = Envelope()
    assert envelope.process(False, ns(0)) is None
    assert envelope.wake() is None


def test_no_attack_is_up_at_once():
    assert after(Envelope(attack=0.0), GO)[0] == (0.0, 1.0)


@pytest.mark.parametrize("fps", [10, 60, 200])
def test_fps_says_how_many_numbers(fps):
    said = after(Envelope(attack=0.5, release=0.5, fps=fps), GO)
    assert len(said) == fps + 1
    assert all(b[0] - a[0] == pytest.approx(1 / fps, abs=1e-6) for a, b in pairwise(said))


def test_a_time_that_is_changed_takes_effect_at_once_and_without_a_jump():
    envelope = Envelope(attack=0.0, release=10.0)
    said = after(envelope, GO, until=5.0)
    envelope.release = 1.0
    later = rest_of(envelope)
    assert said[-1][1] == pytest.approx(0.5, abs=0.01)
    assert later[-1] == (pytest.approx(5.5, abs=0.02), 0.0)
    assert max(abs(b[1] - a[1]) for a, b in pairwise([said[-1], *later])) < 0.02
    envelope = Envelope(attack=0.0, release=10.0)
    after(envelope, GO, until=5.0)
    envelope.release = 0.0
    assert rest_of(envelope)[-1][1] == 0.0


times = st.floats(0, 0.4)
presses = st.sampled_from([GO, True, False, Note(60, 90), Note(60, 0), Note(62, 90), Note(62, 0)])


@given(
    st.lists(times, min_size=4, max_size=4),
    st.floats(0, 1),
    st.lists(st.tuples(st.floats(-0.05, 0.5), presses), max_size=8),
)
def test_it_stays_within_0_and_1_and_comes_to_rest(stages, sustain, events):
    attack, hold, decay, release = stages
    envelope = Envelope(attack=attack, hold=hold, decay=decay, sustain=sustain, release=release)
    at, said = 1.0, []
    for later, press in events:
        said += rest_of(envelope, at + later)
        at += later
        said += after(envelope, press, at=at, until=at)
    for press in (False, Note(60, 0), Note(62, 0)):
        said += after(envelope, press, at=at, until=at)
    said += rest_of(envelope)
    assert all(0.0 <= value <= 1.0 for _, value in said)
    assert envelope.wake() is None
    assert not said or said[-1][1] == 0.0


@given(st.floats(0.05, 1), st.floats(0.05, 1), st.lists(st.floats(0, 0.5), max_size=6))
def test_it_never_jumps_however_often_it_is_struck(attack, release, gaps):
    envelope = Envelope(attack=attack, release=release)
    at, said = 0.0, []
    for gap in gaps:
        said += rest_of(envelope, at)
        said += after(envelope, GO, at=at, until=at)
        at += gap
    said += rest_of(envelope)
    steepest = max(1 / attack, 1 / release)
    assert all(
        abs(b[1] - a[1]) <= steepest * (b[0] - a[0]) + 1e-6
        for a, b in pairwise([(0.0, 0.0), *said])
    )


@pytest.mark.parametrize(
    ("velocity", "press", "peak"),
    [
        (0.0, Note(60, 1), 1.0),
        (1.0, Note(60, 127), 1.0),
        (1.0, Trigger(0.25), 0.25),
        (0.5, Trigger(0.5), 0.75),
        (1.0, Trigger(64.0), 1.0),
        (1.0, Trigger(float("nan")), 1.0),
        (1.0, True, 1.0),
    ],
)
def test_a_hard_stroke_rises_higher(velocity, press, peak):
    said = after(Envelope(attack=0.1, hold=0.1, sustain=0.5, decay=0.1, velocity=velocity), press)
    assert max(value for _, value in said) == pytest.approx(peak)
    assert level(said, 0.3) == pytest.approx(peak / 2)


def test_a_loss_brings_it_to_rest():
    envelope = Envelope()
    envelope.process(True, ns(0))
    envelope.reset()
    assert envelope.wake() is None
    assert envelope.process(True, ns(1)).value == 0.0


def test_a_loss_while_it_is_up_has_the_next_press_begin_at_0():
    envelope = Envelope(attack=0.1)
    after(envelope, Note(60, 90))
    envelope.reset()
    said = after(envelope, Note(62, 90), at=1.0)
    assert [level(said, at) for at in (1.0, 1.05, 1.1)] == pytest.approx([0.0, 0.5, 1.0])


PATCH = """
[kick]
use = "every"
time = "1 s"
[flash]
use = "envelope"
from = "kick"
{flash}
[out]
use = "osc_out"
to = "127.0.0.1:9"
[out.send]
"/light" = "flash"
[dark]
use = "collector"
send = {{ dark = "flash.done" }}
"""


def test_the_kick_flashes_and_fades():
    played = play(PATCH.format(flash='release = "200 ms"'), seconds=1.9)
    assert played.errors == []
    light = [(sent.t, sent.args[0]) for sent in played.sent("out", "/light")]
    assert level(light, 0.01) == 1.0
    assert level(light, 1.01) == 1.0
    assert [round(sent.t, 3) for sent in played.sent("dark")] == [0.21, 1.21]
    assert len(light) == 2 * 14


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('atack = "1 s"', 'envelope has no "atack". Did you mean "attack"?'),
        ("release = 2", 'expected a time with its unit, such as "20 ms", got 2'),
        ("sustain = 2", "expected a number from 0 to 1, got 2"),
    ],
)
def test_a_wrong_parameter_is_told(line, message):
    with pytest.raises(PatchError) as caught:
        play(PATCH.format(flash=line), seconds=1)
    assert message in str(caught.value)
