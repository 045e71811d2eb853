"""Several cables make one OSC message: a place, a colour, a cue with its strength."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from engine.core.commands import Lost, Panic, SetParameter, Teach
from engine.runtime.entries import CommandEntry, StateChange
from engine.testing import Played, Swap
from tests.patch.texts import compiled, problems
from tests.runtime.boxes import numbers, play

OUT = '\n[out]\nuse = "osc_out"\nto = "127.0.0.1:10000"\n[out.send]\n'
A = numbers("a", [1, 2, 3], step="100 ms")
B = numbers("b", [10, 20], step="100 ms", start="50 ms")
COLOUR = '[c]\nuse = "hue_to_rgb"\nfrom = "a"\n'
PAN = OUT + '"/pan" = { args = ["{a}", "{b}"] }\n'


def args(played: Played, address: str = "/pan") -> list[list[object]]:
    return [sent.args for sent in played.sent("out", address)]


def test_it_leaves_whenever_one_is_new_once_each_has_said_something() -> None:
    played = play(A + B + PAN)
    assert args(played) == [[1, 10], [2, 10], [2, 20], [3, 20]]
    assert [sent.t for sent in played.sent("out")] == [0.05, 0.1, 0.15, 0.2]
    assert played.errors == []


def test_what_belongs_to_one_moment_leaves_as_one() -> None:
    doubled = '[b]\nuse = "double"\nfrom = "a"\n'
    assert args(play(A + doubled + PAN)) == [[1, 2], [2, 4], [3, 6]]


@pytest.mark.parametrize(
    "written",
    [
        '{ from = "c", args = ["{red}", "{green}", "{blue}"] }',
        '{ args = ["{c.red}", "{c.green}", "{c.blue}"] }',
        '{ args = [{ from = "c.red" }, { from = "c.green" }, { from = "c.blue" }] }',
        '{ from = "c.red", args = ["{value}", "{c.green}", "{c.blue}"] }',
    ],
)
def test_three_outputs_of_one_box_in_every_way_to_write_it(written: str) -> None:
    patch = numbers("a", [0, 1 / 3, 2 / 3]) + COLOUR + OUT + f'"/c" = {written}\n'
    red, green, blue = args(play(patch), "/c")
    assert (red, green) == ([1, 0, 0], pytest.approx([0, 1, 0], abs=1e-6))
    assert blue == pytest.approx([0, 0, 1], abs=1e-6)


def test_it_is_as_far_behind_as_what_it_describes() -> None:
    hands = "".join(
        f'[{name}]\nuse = "joint"\nfrom = "pose"\njoint = "{joint}"\n'
        for name, joint in (("x", "left_hand"), ("y", "right_hand"))
    )
    camera = '[camera]\nuse = "stand_in"\n[pose]\nuse = "pose"\nfrom = "camera"\n'
    messages = (
        '"/x" = "x"\n"/named" = { args = ["{x}", "{y}"] }\n'
        '"/value" = { from = "x", args = ["{value}", "{y}"] }\n'
        '"/from" = { from = "pose.count", args = ["{x}", "{y}"] }\n'
    )
    played = play(camera + hands + OUT + messages, seconds=1, costs={"pose": 80})
    alone, *whole = (
        [(sent.t, sent.behind_ms) for sent in played.sent("out", address)]
        for address in ("/x", "/named", "/value", "/from")
    )
    assert whole == [alone] * 3 and min(behind for _, behind in alone) >= 80


def test_one_range_holds_for_all_and_a_table_has_its_own() -> None:
    line = '"/pan" = { args = [7, "{a}", { from = "b", in = [0, 20] }, "x"], to = [0, 100] }\n'
    assert args(play(A + B + OUT + line))[0] == [7, 100, 0.5, "x"]


def test_with_value_it_leaves_when_that_comes() -> None:
    line = '"/pan" = { from = "a", args = ["{b}", "{value}"] }\n'
    assert args(play(A + B + OUT + line)) == [[10, 1], [10, 2], [20, 3]]


def test_a_trigger_takes_along_what_is_and_does_not_come_late() -> None:
    line = '"/pan" = { when = "a", args = ["go", "{b}", "{value}"], off = [0] }\n'
    pressed = [["go", 10, 2], [0], ["go", 20, 3], [0]]
    assert args(play(A + B + OUT + line, seconds=1)) == pressed


def test_from_whose_outputs_are_not_named_says_when() -> None:
    line = '"/pan" = { from = "a", args = ["{b}", 1] }\n'
    assert args(play(A + B + OUT + line)) == [[10, 1], [10, 1], [20, 1]]


def test_counts_switches_and_texts_keep_their_types() -> None:
    patch = '[s]\nuse = "stand_in"\nscript = "enter_leave"\n'
    patch += '[g]\nuse = "gate"\nfrom = "s.joints.count"\n'
    patch += '[t]\nuse = "choose"\nfrom = "s.joints.count"\nchoices = ["nobody", "somebody"]\n'
    line = '"/pan" = { args = ["{s.joints.count}", "{g}", "{t}", 0.5] }\n'
    found = args(play(patch + OUT + line, seconds=6))
    assert found[0] == [0, False, "nobody", 0.5] and found[-1][2:] == ["somebody", 0.5]
    assert {type(one) for one in found[0]} == {int, str, float}


def test_how_often_holds_for_the_whole_message() -> None:
    many = numbers("a", [*range(20)], step="10 ms") + '[b]\nuse = "double"\nfrom = "a"\n'
    line = '"/pan" = { args = ["{a}", "{b}"], every = "100 ms" }\n'
    assert args(play(many + OUT + line, seconds=1)) == [[0, 0], [9, 18], [19, 38]]
    line = '"/pan" = { from = "a", args = ["{value}", "{b}"], at_most = "100 ms" }\n'
    assert args(play(many + OUT + line, seconds=1)) == [[0, 0], [10, 20]]


@pytest.mark.parametrize("apart", ["3 ms", "40 ms", "77 ms"])
def test_of_two_that_speak_in_turn_it_leaves_once_in_that_time(apart: str) -> None:
    two = numbers("a", [*range(40)], step="25 ms") + numbers(
        "b", [*range(40)], step="25 ms", start=apart
    )
    for limit in ("every", "at_most"):
        line = f'"/pan" = {{ args = ["{{a}}", "{{b}}"], {limit} = "100 ms" }}\n'
        sent = play(two + OUT + line, seconds=2).sent("out")
        assert 9 <= len(sent) <= 11
        assert min(b.t - a.t for a, b in pairwise(sent)) >= 0.0999
        assert limit == "at_most" or sent[-1].args == [39, 39]
    every = two + OUT.replace("[out.send]", 'every = "100 ms"\n[out.send]')
    assert len(args(play(every + '"/pan" = { args = ["{a}", "{b}"] }\n', seconds=2))) <= 11


def test_another_pace_while_it_plays() -> None:
    line = '"/pan" = { args = ["{a}", "{a}"], every = "1 s" }\n'
    patch = numbers("a", [*range(40)], step="25 ms") + OUT + line
    changed = patch.replace('"1 s"', '"100 ms"')
    assert len(args(play(patch, [(0.3, Swap(changed))], seconds=1))) > 6


def test_a_receiver_of_0_to_1_gets_no_more() -> None:
    patch = (A + B + PAN).replace('"127.0.0.1:10000"', '"resolume"')
    assert {number for each in args(play(patch)) for number in each} == {1}


def test_two_messages_to_one_address_and_the_same_cable_twice() -> None:
    line = '"/pan" = [{ args = ["{a}", "{b}"] }, { args = ["{b}", "{b}"] }]\n'
    found = args(play(A + B + OUT + line))
    assert [1, 10] in found and [20, 20] in found and len(found) == 6


GONE = [
    (0.11, CommandEntry("a", Lost("somebody pulled the cable"))),
    (0.19, StateChange("a", "running")),
]


def test_it_waits_while_what_fills_an_argument_is_lost() -> None:
    assert args(play(A + B + PAN, GONE)) == [[1, 10], [2, 10], [3, 20]]
    held = A.replace("\n\n", '\non_loss = "hold"\n\n')
    assert args(play(held + B + PAN, GONE)) == [[1, 10], [2, 10], [2, 20], [3, 20]]


def test_a_panic_and_a_sweep_for_learning_forget_nothing() -> None:
    assert args(play(A + B + PAN, [(0.12, Panic())])) == args(play(A + B + PAN))
    swept = args(play(A + B + PAN, [(0.3, Teach("out/pan#{a}"))], seconds=2))
    moved = [pan for pan, tilt in swept[4:] if tilt == 20]
    assert len(moved) > 10 and min(moved) == 0 and max(moved) > 0.5


def test_another_arrangement_while_it_plays_begins_with_what_holds() -> None:
    patch = A + B + PAN
    turned = patch.replace('["{a}", "{b}"]', '["{b}", "{a}", 5]')
    after = [[10, 2, 5], [20, 2, 5], [20, 3, 5]]
    assert args(play(patch, [(0.12, Swap(turned))])) == [[1, 10], [2, 10], *after]
    without = patch.replace('["{a}", "{b}"]', '["{a}"]')
    assert args(play(patch, [(0.12, Swap(without))])) == [[1, 10], [2, 10], [2], [3]]


def test_what_does_not_fit_into_a_message_is_counted() -> None:
    huge = numbers("b", [1e39, 20], step="100 ms", start="50 ms")
    played = play(A + huge + PAN)
    assert args(played) == [[2, 20], [3, 20]]
    assert played.box("out").dropped > 0


def test_a_box_that_is_off_fills_nothing() -> None:
    played = play(A + B + PAN, [(0.12, SetParameter("a", "on", False))])
    assert args(played) == [[1, 10], [2, 10]]


WRONG = [
    ('{ args = ["{aa}", "{b}"] }', 'args: there is no box "aa".'),
    ('{ from = "c", args = ["{rad}"] }', 'there is no output "rad". Did you mean "red"?'),
    ('{ args = ["{t}", "{a}"] }', 'a number or a text, but "t" gives a trigger'),
    ('{ args = ["{a}"], layout = "packed" }', '"layout" means nothing for a message of several'),
    ("{ args = [1, 2] }", 'needs "from", "when", or a box among its args, such as "{reach}"'),
    ('{ args = ["{a}", { from = "b", tu = [0, 1] }] }', 'a cable has no "tu" here'),
    ('{ args = ["{a}"], every = "soon" }', "every: expected a time with its unit"),
    ('{ args = ["{a}"], at_most = "2 h" }', "at_most: expected a time from 0 s to 3600 s"),
    ('{ args = ["{out}"] }', "is an output: nothing comes out of it"),
]


@pytest.mark.parametrize(("written", "expected"), WRONG)
def test_what_is_wrong_is_said(tmp_path: Path, written: str, expected: str) -> None:
    head = '[a]\nuse = "noise"\n[b]\nuse = "noise"\n[t]\nuse = "every"\n'
    found = problems(tmp_path, head + COLOUR + OUT + f'"/x" = {written}\n')
    assert len(found) == 1 and expected in found[0]


def test_text_in_braces_that_names_nothing_stays_text(tmp_path: Path) -> None:
    plain = '{ from = "a", args = [\'{"a": 1}\', "{}", "hello {a}", "{value}"] }'
    head = '[a]\nuse = "noise"\n'
    assert len(compiled(tmp_path, head + OUT + f'"/x" = {plain}\n').wires) == 1
