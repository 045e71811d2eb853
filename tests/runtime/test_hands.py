"""What hands hold in a set: each patch is what it says, and comes back as a hand left it."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from recording.shows import SMALL, again, compared, rehearse

from engine.core.commands import Command, CycleParameter, Release, SetParameter
from engine.patch.load import read_texts
from engine.runtime.entries import Rollback, SwapPlan
from engine.runtime.feedback import Feedback
from engine.runtime.opening import open_texts
from engine.testing import Played, Swap

from .boxes import COLLECT, got, numbers
from .test_desk import patch as desk_patch
from .test_desk import play

TICKS = numbers("a", [1.0] * 60)


def patch(box: str, more: str = "", text: str = TICKS) -> str:
    """Return a patch whose box "d" is asked ten times a second, at 0.0, 0.1 ..."""
    return f'{text}{more}[d]\nfrom="a"\n{box}\n{COLLECT}d="d"\n'


def visit(box: str, *script: tuple[float, Any], second: str = "", more: str = "") -> Played:
    """Play a patch for two seconds, another for two, and the first again."""
    one, two = patch(box, more), patch(second or box, more)
    return play(one, more=[(1.95, Swap(two, 1)), (3.95, Swap(one, 0)), *script])


def seconds(played: Played) -> tuple[list[Any], list[Any], list[Any]]:
    """Return what "d" said: in the first patch, in the other one, and after the return."""
    parts: tuple[list[Any], list[Any], list[Any]] = [], [], []
    for value, sent in zip(got(played, "d"), played.sent("c", "d"), strict=True):
        when = sent.t + sent.behind_ms / 1000
        parts[(when > 1.94) + (when > 3.94)].append(value)
    return parts


def turns(said: list[Any]) -> list[Any]:
    """Return what was said, of the same thing again and again once."""
    return [value for value, _ in groupby(said)]


HANDS: dict[str, Command] = {
    "set": SetParameter("d", "by", 5.0),
    "knob": SetParameter("d", "by", 0.75, of_range=True),
    "pad": CycleParameter("d", "by", (5.0, 6.0)),
}


@pytest.mark.parametrize("hand", HANDS)
def test_a_patch_is_what_it_says_and_comes_back_as_a_hand_left_it(hand: str) -> None:
    first, other, back = seconds(visit('use="double"\nby=2', (1.0, HANDS[hand])))
    assert first == [2.0] * 10 + [5.0] * 10
    assert other == [2.0] * 20
    assert back == [5.0] * 20


@pytest.mark.parametrize(
    ("one", "two", "hand", "said"),
    [
        ('use="double"\nby=2', 'use="double"\nby=3', SetParameter("d", "by", 5), (5, 3)),
        ('use="tuned"\nkey=0', 'use="tuned"\nkey=100', SetParameter("d", "by", 5), (5, 102)),
        ('use="double"', 'use="tuned"', SetParameter("d", "by", 5), (5, 2)),
        ('use="painter"', 'use="painter"', SetParameter("d", "strength", 0), ("ink 0", "ink 1")),
        ('use="slow"', 'use="slow"', SetParameter("d", "strength", 0), ("ink 0", "ink 1")),
        (
            'use="painter"\nlook={ink=1, wave=0.5}',
            'use="painter"\nlook={ink=1, wave=0.5}',
            SetParameter("d", "look.starry", 0.2),
            ("ink=1 wave=0.5 starry=0.2 1", "ink=1 wave=0.5 1"),
        ),
        (
            'use="painter"',
            'use="painter"\nlook="wave"',
            SetParameter("d", "look", "starry"),
            ("starry 1", "wave 1"),
        ),
    ],
    ids=["same", "replaced", "another-box", "on-loop", "on-lane", "part", "whole"],
)
def test_whatever_box_it_is(one: str, two: str, hand: Command, said: tuple[Any, Any]) -> None:
    played = visit(one, (1.0, hand), second=two)
    first, other, back = seconds(played)
    assert (first[-1], set(other), set(back)) == (said[0], {said[1]}, {said[0]})
    assert played.errors == []


def test_each_patch_remembers_its_own() -> None:
    hands = (1.0, SetParameter("d", "by", 5)), (3.0, SetParameter("d", "by", 7))
    one, two = patch('use="double"'), patch('use="double"')
    swaps = [(1.95, Swap(two, 1)), (3.95, Swap(one, 0)), (4.95, Swap(two, 1))]
    said = got(play(one, more=[*swaps, *hands]), "d")
    assert said[19:21] == [5, 2]
    assert said[39:41] == [7, 5]
    assert said[50:] == [7] * 10


def test_a_switch_is_as_its_patch_says_and_as_a_hand_left_it() -> None:
    played = visit('use="double"', (0.95, SetParameter("d", "on", False)))
    assert len(got(played, "d")) == 10 + 20
    assert played.engine.states["d"].overrides == {"on"}
    other = visit('use="double"\non=false', (0.95, SetParameter("d", "on", True)))
    assert len(got(other, "d")) == 10 + 20
    second = visit('use="double"', second='use="double"\non=false')
    assert len(got(second, "d")) == 40


def test_what_a_hand_let_go_of_is_what_the_patch_says_when_it_comes_back() -> None:
    script = (0.5, SetParameter("d", "by", 5)), (1.0, Release("d", "by"))
    first, other, back = seconds(visit('use="double"', *script))
    assert (first[-1], set(other), set(back)) == (5, {2}, {2})


FADER = numbers("fader", [3.0, 4.0])
CABLED = 'use="double"\nby={from="fader"}'


def test_a_cable_has_its_parameter_again_in_the_other_patch() -> None:
    hand = (1.0, SetParameter("d", "by", 5))
    first, other, back = seconds(visit(CABLED, hand, more=FADER))
    assert (first[-1], set(other), set(back)) == (5, {4}, {5})
    played = visit(CABLED, hand, second='use="double"', more=FADER)
    assert set(seconds(played)[1]) == {2}
    assert set(seconds(played)[2]) == {5}
    played = visit('use="double"\nby=1', hand, second=CABLED, more=FADER)
    assert [set(each) for each in seconds(played)[1:]] == [{4}, {5}]
    silent = numbers("fader", [9.0], start="9 s")
    played = visit('use="double"\nby=1', hand, second=CABLED, more=silent)
    assert set(seconds(played)[1]) == {2}  # the cable says nothing yet


def test_a_cabled_switch_does_not_flicker() -> None:
    switch = numbers("fader", [0.0]) + '[d]\nuse="double"\nfrom="a"\non={from="fader"}\n'
    text = TICKS + switch + COLLECT + 'd="d"\n'
    played = play(text, more=[(1.95, Swap(text, 1))])
    assert got(played, "d") == [2.0]  # the fader speaks after the first
    assert played.box("c").silenced == ["d", None]


def kept(one: str, two: str, *, first: bool, second: bool) -> tuple[str, str]:
    def said(keep: bool) -> str:
        return "\nkeep=true" if keep else ""

    return f'use="double"\n{one}{said(first)}', f'use="double"\n{two}{said(second)}'


@pytest.mark.parametrize("who", [(True, True), (True, False), (False, True)])
def test_a_box_that_is_kept_goes_along_as_a_hand_left_it(who: tuple[bool, bool]) -> None:
    one, two = kept("by=2", "by=3", first=who[0], second=who[1])
    hands = (1.0, SetParameter("d", "by", 5)), (3.0, SetParameter("d", "by", 7))
    first, other, back = seconds(visit(one, *hands, second=two))
    assert first[-1] == 5
    assert other == [5] * 10 + [7] * 10
    assert back == [7] * 20


def test_of_a_box_that_is_kept_only_what_a_hand_changed_goes_along() -> None:
    one, two = kept("by=2", "by=3", first=True, second=True)
    first, other, back = seconds(visit(one, second=two))
    assert (set(first), set(other), set(back)) == ({2}, {3}, {2})


def test_a_kept_box_may_be_missing_between() -> None:
    one = patch('use="double"\nkeep=true')
    between = TICKS + COLLECT + 'd="a"\n'
    swaps = [(1.95, Swap(between, 1)), (2.95, Swap(patch('use="double"\nby=3\nkeep=true'), 2))]
    played = play(one, more=[(1.0, SetParameter("d", "by", 5)), *swaps])
    assert turns(got(played, "d")) == [2, 5, 1, 5]


def test_a_kept_box_of_another_use_takes_nothing_along() -> None:
    second = 'use="tuned"\nkeep=true'
    played = visit('use="double"\nkeep=true', (1.0, SetParameter("d", "by", 5)), second=second)
    assert set(seconds(played)[1]) == {2}


def test_what_was_kept_can_be_let_go_of_everywhere() -> None:
    one = CABLED + "\nkeep=true"
    script = (1.0, SetParameter("d", "by", 5)), (3.0, Release("d", "by"))
    first, other, back = seconds(visit(one, *script, more=FADER))
    assert (first[-1], other[0], other[-1], set(back)) == (5, 5, 4, {4})


def test_links_of_a_chain_are_kept_with_their_box() -> None:
    box = '[d]\nfrom="a"\nuse="double"\nkeep={}\nthen=[{{use="tuned", by=1}}]\n' + COLLECT
    one, two = (TICKS + box.format(keep) + 'd="d"\n' for keep in ("true", "false"))
    hand = (1.0, SetParameter("d/tuned", "by", 5))
    assert got(play(one, more=[hand, (1.95, Swap(one, 1))]), "d")[-1] == 10
    assert got(play(two, more=[hand, (1.95, Swap(two, 1))]), "d")[-1] == 2


def test_an_edit_keeps_what_hands_hold_and_goes_into_what_is_remembered() -> None:
    box = 'use="double"\nby=2'
    hand = (0.5, SetParameter("d", "by", 5))
    edited = patch(box, "[e]\nuse='double'\nfrom='a'\n")
    said = got(play(patch(box), more=[hand, (0.95, Swap(edited))]), "d")
    assert said[-1] == 5
    away = [hand, (0.95, Swap(patch(box), 1))]
    same = play(patch(box), more=[*away, (1.95, Swap(edited, 0))])
    assert got(same, "d")[-1] == 5
    written = play(patch(box), more=[*away, (1.95, Swap(patch('use="double"\nby=4'), 0))])
    assert got(written, "d")[-1] == 4
    assert written.engine.states["d"].overrides == set()


@pytest.mark.parametrize(("held", "text"), [(64 / 127, "0.503937"), (5.0, "5"), (-0.1, "-0.1")])
def test_what_a_hand_holds_and_somebody_writes_stays_to_the_last_digit(
    held: float, text: str
) -> None:
    hand = (0.5, SetParameter("d", "by", held))
    played = play(
        patch('use="double"\nby=2'), more=[hand, (0.95, Swap(patch(f'use="double"\nby={text}')))]
    )
    assert set(got(played, "d")[10:]) == {held}
    assert played.engine.states["d"].overrides == set()


def test_what_was_saved_of_a_kept_box_still_goes_along() -> None:
    one = 'use="double"\nkeep=true'
    saved = (0.95, Swap(patch(f"{one}\nby=5")))
    script = (0.5, SetParameter("d", "by", 5)), saved, (1.95, Swap(patch(one), 1))
    assert set(got(play(patch(one), more=script), "d")[20:]) == {5}


def test_a_hand_keeps_what_an_edit_gives_to_a_cable() -> None:
    hand = (0.5, SetParameter("d", "by", 5))
    one, two = patch('use="double"\nby=3', FADER), patch(CABLED, FADER)
    played = play(one, more=[hand, (0.95, Swap(two))])
    assert got(played, "d")[-1] == 5
    assert played.engine.states["d"].overrides == {"by"}


def test_a_swap_that_fails_gives_back_what_hands_held() -> None:
    hand = (0.5, SetParameter("d", "by", 5))
    back = (1.95, Rollback("so"))
    for box, index in (("by=3", None), ("by=3", 1), ("by=2", 1)):
        swap = (0.95, Swap(patch(f'use="double"\n{box}'), index))
        played = play(patch('use="double"\nby=2'), more=[hand, swap, back])
        assert got(played, "d")[-1] == 5
        assert played.engine.states["d"].overrides == {"by"}
        again_there = play(
            patch('use="double"\nby=2'),
            more=[hand, swap, back, (2.95, Swap(patch(CABLED, FADER), 1))],
        )
        assert got(again_there, "d")[-1] == 4


MAP = """
note40 = { parameter = "p.look", to = "starry" }
note42 = { release = "p.look" }
cc22 = "p.strength"
"""


def test_a_desk_turns_and_shows_what_plays() -> None:
    text = desk_patch(MAP, ticks=30)
    moves = (0.31, "note", 40, 90), (0.32, "cc", 22, 0)
    there = play(text, *moves, more=[(0.95, Swap(text, 1))])
    assert got(there, "p") == ["ink 1"] * 3 + ["starry 0"] * 6 + ["ink 1"] * 21
    assert shown(there) == {"note40": False, "note42": False, "cc22": 1.0}
    back = play(text, *moves, more=[(0.95, Swap(text, 1)), (1.95, Swap(text, 0))])
    assert got(back, "p")[-1] == "starry 0"
    assert shown(back) == {"note40": True, "note42": True, "cc22": 0.0}


HOLD = """
note43 = { parameter = "p.strength", to = 0.25, else = 1 }
cc22 = "p.strength"
"""


def test_a_pad_that_is_held_while_the_patch_changes_is_not_down_when_it_comes_back() -> None:
    text = desk_patch(HOLD, "strength = 0.5", ticks=30)
    swaps = [(0.95, Swap(text, 1)), (1.95, Swap(text, 0))]
    played = play(text, (0.31, "note", 43, 90), (1.31, "note", 43, 0), more=swaps)
    assert got(played, "p") == [
        *["ink 0.5"] * 3,
        *["ink 0.25"] * 6,
        *["ink 0.5"] * 4,
        *["ink 1"] * 6,
        *["ink 0.5"] * 11,
    ]
    edited = play(text, (0.31, "note", 43, 90), more=[(0.95, Swap(text + "q = 'tick'\n"))])
    assert got(edited, "p")[-1] == "ink 0.25"  # of the same patch a pad holds on


def shown(played: Played) -> dict[str, object]:
    Feedback(played.engine).look()
    lamps = played.box("desk")._shown
    return {
        key: one.lit if one.position is None else one.position for key, one in lamps.items()
    } | {"note40": lamps["note40"].lit}


def test_a_recorded_set_plays_again_to_the_last_bit(tmp_path: Path) -> None:
    file, patch_file = tmp_path / "set.mcap", tmp_path / "small.toml"
    patch_file.write_text(SMALL)
    texts = read_texts(patch_file)

    def swap(index: int | None, text: str = SMALL) -> SwapPlan:
        changed = type(texts)(texts.file, text)
        return SwapPlan("Small", changed, open_texts(changed, live=False), index)

    kept_text = SMALL.replace("[reach]", "[reach]\nkeep = true")
    script = [
        (0.3, SetParameter("reach/smooth", "smooth", 0.99)),
        (0.5, SetParameter("up", "above", 0.9)),
        (0.8, swap(1)),
        (1.1, SetParameter("reach/smooth", "smooth", 0.5)),
        (1.4, swap(0)),
        (1.7, swap(2, kept_text)),
        (2.0, swap(None, kept_text.replace("above = 0.1", "above = 0.2"))),
        (2.3, swap(1)),
        (2.6, Rollback("so")),
    ]
    rehearse(file, patch_file, script)
    played = again(file)
    assert compared(played).different == []
    assert compared(played).messages > 50
