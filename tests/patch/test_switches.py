"""A cable with ``when``, where no trigger is taken: on as long as that holds, or told otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.patch.texts import problems
from tests.runtime.boxes import COLLECT, got, moments, numbers, play

PEDAL = numbers("pedal", [0.1, 0.9, 0.8, 0.2, 0.7], start="1 s", step="1 s")
LFO = '[lfo]\nuse = "lfo"\nshape = "saw"\nrate = 10\n'
ABOVE = '{ when = "pedal", above = 0.5 }'
DESK = '[desk]\nuse = "midi_in"\n[mic]\nuse = "microphone"\n[p]\nuse = "pitch"\nfrom = "mic"\n'


@pytest.mark.parametrize(
    ("box", "heard"),
    [
        (f'use = "logic"\nfrom = {ABOVE}\nop = "not"\n', [True, False, True, False]),
        (f'use = "logic"\nfrom = "pedal"\nb = {ABOVE}\nop = "and"\n', [False, True, False, True]),
        (
            f'use = "math"\nfrom = "pedal"\nb = {ABOVE}\nop = "multiply"\n',
            [0.0, 0.9, 0.8, 0.0, 0.7],
        ),
        (f'use = "choose"\nfrom = {ABOVE}\nchoices = ["a", "b"]\n', ["a", "b", "a", "b"]),
    ],
    ids=["the first inlet", "an event inlet", "a number", "a place in a list"],
)
def test_it_is_on_while_it_is_above(box: str, heard: list[object]) -> None:
    played = play(f'{PEDAL}[x]\n{box}{COLLECT}y = "x"\n', seconds=6)
    assert played.errors == []
    assert got(played, "y") == pytest.approx(heard) if heard[0] == 0.0 else heard


def test_a_box_is_on_while_it_is_above() -> None:
    patch = f'{PEDAL}{LFO}[s]\nuse = "scale"\nfrom = "lfo"\non = {ABOVE}\n{COLLECT}y = "s"\n'
    seconds = {int(at) for at in moments(play(patch, seconds=6), "y") if at > 1 and at % 1 > 0.2}
    assert seconds == {2, 3, 5}


@pytest.mark.parametrize("key", ["hold", "on"])
@pytest.mark.parametrize("begin", ["when", "from"])
def test_a_pedal_of_a_desk_holds(key: str, begin: str, tmp_path: Path) -> None:
    notes = f'[n]\nuse = "notes"\nfrom = "p"\n{key} = {{ {begin} = "desk.cc64", above = 0.5 }}\n'
    assert not problems(tmp_path, DESK + notes)


@pytest.mark.parametrize(
    ("key", "cable", "said"),
    [
        (
            "hold",
            '{ when = "desk.cc64" }',
            'takes a switch, but "desk.cc64" gives a trigger; '
            '{ when = "desk.cc64", above = 0.5 } is on while it is above',
        ),
        (
            "hold",
            '{ when = "desk.cc64", above = 0.5, at_most = "1 s" }',
            'takes a switch, but "desk.cc64" gives a trigger; '
            'without "at_most" it is on as long as that holds',
        ),
        (
            "transpose",
            '{ when = "desk.cc64" }',
            'takes a number, but "desk.cc64" gives a trigger; { from = "desk.cc64" } follows it',
        ),
        (
            "hold",
            '{ when = "desk.start" }',
            'takes a switch, but "desk.start" gives a trigger; '
            'a box with use = "toggle" makes a switch of it',
        ),
        (
            "hold",
            '{ from = "desk.notes" }',
            'takes a switch, but "desk.notes" gives a note; '
            'a box with use = "toggle" makes a switch of it',
        ),
        (
            "transpose",
            '{ from = "desk.start" }',
            'takes a number, but "desk.start" gives a trigger; '
            'a box with use = "envelope" makes a number of it',
        ),
    ],
)
def test_what_is_no_switch_says_what_to_write(
    key: str, cable: str, said: str, tmp_path: Path
) -> None:
    found = problems(tmp_path, DESK + f'[n]\nuse = "notes"\nfrom = "p"\n{key} = {cable}\n')
    assert [one.partition(f"{key}: ")[2] for one in found if key in one] == [said]


def test_where_a_trigger_is_taken_it_stays_one() -> None:
    patch = f'{PEDAL}[k]\nuse = "counter"\nfrom = {ABOVE}\n{COLLECT}y = "k"\n'
    assert moments(play(patch, seconds=6), "y")[-2:] == pytest.approx([2, 5])
