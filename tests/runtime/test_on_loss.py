"""What becomes of what is lost: it holds, rests or is mute, on a box and on a cable."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.commands import Lost, SetParameter
from engine.core.errors import PatchError
from engine.runtime.entries import CommandEntry, StateChange
from engine.testing import Script, Swap
from tests.by_night import NIGHT

from .boxes import COLLECT, Played, got, moments, numbers, play

SOURCE = numbers("a", [float(n) for n in range(1, 9)], step="100 ms")
GONE: Script = [
    (0.25, CommandEntry("a", Lost("somebody pulled the cable"))),
    (0.65, StateChange("a", "running")),
]
"""4, 5, 6 and 7 are lost."""
AWAY = CommandEntry("a", Lost("again"))


def patch(said: str = "", cable: str = '"sum"', more: str = "") -> str:
    return f'{SOURCE}[sum]\nuse="sum"\nfrom="a"\n{said}\n{more}{COLLECT}x={cable}\n'


def played(said: str = "", cable: str = '"sum"', more: str = "", script: Script = GONE) -> Played:
    return play(patch(said, cable, more), script, seconds=2)


def test_mute_is_what_happens_where_nothing_is_said() -> None:
    plain, said = played(), played('on_loss="mute"')
    assert got(plain, "x") == got(said, "x") == [1, 3, 6, 8]  # 8 is a new beginning
    assert plain.box("c").silenced == said.box("c").silenced == ["x", None]


def test_hold_keeps_what_is_behind_it_as_it_is() -> None:
    more = '[next]\nuse="sum"\nfrom="sum"\n'
    held = played('on_loss="hold"', '"next"', more)
    assert got(held, "x") == [1, 4, 10, 18]
    assert held.box("c").silenced == [None]


@pytest.mark.parametrize("said", ['on_loss="rest"', 'on_loss={to="rest"}', "on_loss={to=0}"])
def test_rest_is_nought_and_at_once(said: str) -> None:
    rested = played(said)
    assert got(rested, "x") == [1, 3, 6, 0, 8]
    assert moments(rested, "x")[3] == pytest.approx(0.25)
    assert rested.box("c").silenced == [None]


def test_rest_fades_and_what_comes_back_passes_at_once() -> None:
    rested = played('on_loss={to=-6, fade="800 ms"}')
    falling = got(rested, "x")[3:-1]
    assert falling == sorted(falling, reverse=True)
    assert falling[0] == 6
    assert -1 < falling[-1] < 0  # 450 of 800 ms
    assert got(rested, "x")[-1] == 8


def test_rest_arrives_however_often_the_device_is_missed() -> None:
    script = [(0.25, AWAY), (0.4, AWAY), (0.7, AWAY), (1.2, AWAY)]
    rested = got(played('on_loss={to=1, fade="200 ms"}', script=script), "x")
    assert rested[3] == 6
    assert rested[-1] == 1
    assert rested.count(1) == 2  # the first number, and the rest


EMPTY = 'empty={to=0.5, after="500 ms", fade="100 ms"}\n'


def test_rest_is_where_empty_brings_it_without_its_delay() -> None:
    rested = played(EMPTY + 'on_loss="rest"', script=[(0.25, AWAY)])
    assert got(rested, "x")[-1] == 0.5
    assert moments(rested, "x")[-1] == pytest.approx(0.35)
    assert moments(played(EMPTY, script=[(0.25, AWAY)]), "x")[-1] == pytest.approx(0.8)


@pytest.mark.parametrize("word", ["hold", "mute"])
def test_empty_does_not_fall_for_a_loss_where_another_word_is_said(word: str) -> None:
    other = played(f'{EMPTY}on_loss="{word}"', script=[(0.25, AWAY)])
    assert got(other, "x") == [1, 3, 6]
    assert other.box("c").silenced == (["x", None] if word == "mute" else [None])


def test_empty_still_falls_when_nobody_is_there() -> None:
    fallen = played(f'{EMPTY}on_loss="hold"', script=())
    assert got(fallen, "x")[-1] == 0.5


@pytest.mark.parametrize(
    ("cable", "says"),
    [
        ('{from="sum", on_loss="rest"}', 0),
        ('{from="sum", on_loss="rest", in=[0, 10], to=[20, 120]}', 20),
        ('{from="sum", on_loss="rest", in=[-50, -10], to=[0, 1]}', 0),  # a level in dB: silent
        ('{from="sum", on_loss="rest", in=[0, 10], to=[1, 0]}', 1),  # turned round
        ('{from="sum", on_loss={to=5}, in=[0, 10], to=[0, 1]}', 0.5),
        ('{from="sum", on_loss="rest", above=0.5}', False),
    ],
)
def test_a_cable_says_it_in_the_numbers_of_its_box(cable: str, says: object) -> None:
    rested = played(cable=cable, script=[(0.25, AWAY)])
    assert got(rested, "x")[-1] == says
    assert type(got(rested, "x")[-1]) is type(got(rested, "x")[0])


def test_each_cable_has_its_own_word() -> None:
    three = '"sum"\ny={from="sum", on_loss="hold"}\nz={from="sum", on_loss={to=9}}'
    ended = played(cable=three, script=[(0.25, AWAY)])
    assert ended.box("c").silenced == ["x", None]
    assert [got(ended, port)[-1] for port in "xyz"] == [6, 6, 9]


def test_a_later_word_counts_behind_a_box_that_holds() -> None:
    more = '[next]\nuse="double"\nfrom="sum"\non_loss="rest"\n'
    cable = '"next"\ny={from="sum", on_loss="mute"}'
    ended = played('on_loss="hold"', cable, more, script=[(0.25, AWAY)])
    assert got(ended, "x") == [2, 6, 12, 0]
    assert got(ended, "y") == [1, 3, 6]
    assert ended.box("c").silenced == ["y", None]


LATER = numbers("later", [4.0], start="0.5 s")


def test_a_cable_that_is_taken_away_is_a_loss_as_well() -> None:
    text = patch('on_loss="rest"', more=LATER + '[other]\nuse="sum"\nfrom="later"\n')
    after = text.replace('[sum]\nuse="sum"\nfrom="a"', '[sum]\nuse="double"\nfrom="other"')
    swapped = play(text, [(0.25, Swap(after))], seconds=2)
    assert got(swapped, "x")[:4] == [1, 3, 6, 0]
    assert swapped.box("c").silenced == [None]


def test_a_box_that_fails_or_is_off_is_lost_as_well() -> None:
    off = [(0.25, SetParameter("sum", "on", False))]
    assert got(played('on_loss="rest"', script=off), "x") == [1, 3, 6, 0]


SINGS = '[sing]\nuse="sing"\nfrom="sum"\n[late]\nuse="delay"\nfrom="sing"\ntime="150 ms"\n'


@pytest.mark.parametrize("word", ["hold", "rest", "mute"])
def test_notes_end_under_any_word(word: str) -> None:
    ended = played(f'on_loss="{word}"', '"late"\nn="sum"', SINGS, script=[(0.25, AWAY)])
    assert "x" in ended.box("c").silenced
    assert max(moments(ended, "x")) < 0.3 or word == "rest"  # what was on its way is dropped
    assert ("n" in ended.box("c").silenced) == (word == "mute")


WORDS = st.sampled_from(['on_loss="hold"', 'on_loss="mute"', ""])
MOMENTS = st.lists(st.floats(0.0, 1.5), max_size=4)


@settings(max_examples=15 if NIGHT else 6)
@given(WORDS, WORDS, MOMENTS)
def test_no_note_hangs_under_any_words_and_losses(
    voice: str, melody: str, losses: list[float]
) -> None:
    text = (
        f'[singer]\nuse="stand_in"\nwidth=64\nheight=64\n[voice]\nuse="pitch"\nfrom="singer.sound"\n{voice}\n'
        f'[melody]\nuse="notes"\nfrom="voice"\n{melody}\n'
        '[synth]\nuse="midi_out"\n[synth.send]\nnotes="melody"\n'
        f'{COLLECT}x="melody"\n'
    )
    gone = [(at, CommandEntry("singer", Lost("gone"))) for at in losses]
    back = [(at + 0.2, StateChange("singer", "running")) for at in losses]
    played = play(text, [*gone, *back], seconds=2.2)
    sounding: set[int] = set()
    for sent in played.sent("synth"):
        status, note, velocity = sent.what["midi"]
        on = status & 0xF0 == 0x90 and velocity > 0
        (sounding.add if on else sounding.discard)(note)
        assert len(sounding) <= 1  # one voice plays one note; one that hangs would be the second
    assert not sounding
    assert played.box("c").silenced.count("x") == len(losses)  # whatever is held
    assert played.errors == (["singer: gone"] if losses else [])


def refused(said: str = "", cable: str = '"sum"', more: str = "") -> list[Any]:
    with pytest.raises(PatchError) as error:
        played(said, cable, more)
    return [problem.message for problem in error.value.problems]


EXPECTED = 'expected "hold", "rest" or "mute", or a table such as { to = 0, fade = "1 s" }'


@pytest.mark.parametrize(
    ("said", "cable", "message"),
    [
        ('on_loss="holt"', '"sum"', f'{EXPECTED}, got "holt". Did you mean "hold"?'),
        ("on_loss=3", '"sum"', f"{EXPECTED}, got 3"),
        ("on_loss={to=true}", '"sum"', "to: expected a number or a word, got true"),
        ("on_loss={two=1}", '"sum"', '"on_loss" has no "two". Did you mean "to"?'),
        (
            'on_loss={to="hold", fade="1 s"}',
            '"sum"',
            'fade: only a number on its way to rest fades, not "hold"',
        ),
        (
            'on_loss={fade="1"}',
            '"sum"',
            'expected a time with its unit, such as "20 ms", got "1"',
        ),
        (
            "",
            '{from="sum", on_loss="rests"}',
            f'on_loss: {EXPECTED}, got "rests". Did you mean "rest"?',
        ),
        (
            "",
            '{when="sum", on_loss="rest"}',
            'on_loss: a trigger has no rest, and must not fire by a loss; "mute"',
        ),
        (
            'on_loss="rest"',
            '{from="sum", on_loss="hold"}',
            '"sum" speaks on by its "on_loss" for what is lost, so nothing is ever lost here',
        ),
        (
            "empty={}",
            '{from="sum", on_loss="mute"}',
            '"sum" speaks on by its "empty" for what is lost, so nothing is ever lost here',
        ),
    ],
)
def test_what_cannot_be_is_refused(said: str, cable: str, message: str) -> None:
    assert refused(said, cable) == [message]


def test_only_a_number_has_a_rest() -> None:
    more = '[p]\nuse="pictures"\n'
    on_cable = refused(cable='{from="p", on_loss="rest"}', more=more)
    assert on_cable == ['"on_loss" works on a number, but "p" gives a picture']
    on_box = refused(cable='"p"', more=more + 'on_loss="rest"\n')
    assert on_box == ['takes a number, but "p" gives a picture']
