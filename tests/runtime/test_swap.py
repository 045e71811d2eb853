"""Another plan takes over while one plays: what stays, what comes to rest, what is told."""

from __future__ import annotations

from typing import Any

import pytest

from engine.core.commands import Lost, SetParameter, Teach
from engine.core.messages import Note
from engine.runtime.entries import CommandEntry, Rollback
from engine.testing import Played, Swap

from .boxes import COLLECT, got, numbers, play

A = numbers("a", [float(n) for n in range(40)])
SUM = '[s]\nuse="sum"\nfrom="a"\n'
BASE = A + SUM + COLLECT + 's="s"\n'
PICTURES = '[p]\nuse="pictures"\ncount=40\n'


def both(before: str, after: str, *more: tuple[float, Any], **settings: Any) -> Played:
    """Play one patch for two seconds, and then another."""
    return play(before, [(1.95, Swap(after)), *more], **settings)


def test_a_box_that_stays_goes_on_where_it_was() -> None:
    played = both(BASE, BASE + 'a="a"\n')
    assert got(played, "s") == [sum(range(n + 1)) for n in range(40)]
    assert got(played, "a") == [float(n) for n in range(19, 40)]  # the last one holds
    assert played.errors == []
    assert played.box("c").silenced == [None]  # only at the end
    assert played.stats["sources"]["a"]["messages"] == 40
    assert played.stats["routes"]["c/s"]["messages"] == 40


def test_a_box_of_another_class_begins_anew_and_what_it_fed_comes_to_rest() -> None:
    after = BASE.replace('use="sum"', 'use="double"')
    played = both(BASE + 'a="a"\n', after + 'a="a"\n')
    assert got(played, "s")[19:22] == [190, 38, 40]
    assert got(played, "a") == [float(n) for n in range(40)]
    assert played.box("c").silenced == ["s", None]


def test_a_fixed_parameter_makes_another_box_and_any_other_does_not() -> None:
    fixed = A + '[st]\nuse="stiff"\nfrom="a"\nport=1\n[d]\nuse="double"\nfrom="a"\n'
    fixed += COLLECT + 'd="d"\n'
    other = fixed.replace("port=1", "port=2").replace('use="double"', 'use="double"\nby=3')
    first, second = (play(fixed, [(1.95, Swap(text))]) for text in (fixed, other))
    assert got(second, "d")[19:21] == [38, 60]
    assert len(first.box("st")._kept) == len(second.box("st")._kept) == 0
    sent = [s.args[0] for s in second.everything if s.sink == "st"]
    assert sent[-1] < 11  # what is louder raises in the new one, too
    assert second.stats["sinks"]["st"]["state"] == "running"


def test_what_a_hand_turned_stays_unless_the_text_of_it_changed() -> None:
    text = A + '[d]\nuse="double"\nfrom="a"\nby=2\n' + COLLECT + 'd="d"\n'
    turned = (1.0, SetParameter("d", "by", 5))
    stays = play(text, [turned, (1.95, Swap(text + 'a="a"\n'))])
    assert got(stays, "d")[-1] == 5 * 39
    changed = play(text, [turned, (1.95, Swap(text.replace("by=2", "by=3")))])
    assert got(changed, "d")[-1] == 3 * 39
    assert changed.engine.states["d"].overrides == set()  # whoever wrote it has it now


TUNED = A + '[t]\nuse="tuned"\nfrom="a"\nkey=0\nby=2\n' + COLLECT + 't="t"\n'


def test_what_a_hand_holds_of_a_box_it_holds_of_the_one_that_replaces_it() -> None:
    turned = (1.0, SetParameter("t", "by", 5))
    again = TUNED.replace("key=0", "key=1000")
    played = play(TUNED, [turned, (1.95, Swap(again))])
    assert got(played, "t")[-1] == 5 * 39 + 1000
    assert played.engine.states["t"].overrides == {"by"}
    written = play(TUNED, [turned, (1.95, Swap(again.replace("by=2", "by=3")))])
    assert got(written, "t")[-1] == 3 * 39 + 1000
    assert written.engine.states["t"].overrides == set()
    another = TUNED.replace('"tuned"\nfrom="a"\nkey=0', '"double"\nfrom="a"')
    other = play(TUNED, [turned, (1.95, Swap(another))])
    assert got(other, "t")[-1] == 2 * 39
    assert other.engine.states["t"].overrides == set()


def test_a_box_that_a_hand_switched_off_is_replaced_by_one_that_is_off() -> None:
    turned = (1.0, SetParameter("t", "on", False))
    played = play(TUNED, [turned, (1.95, Swap(TUNED.replace("key=0", "key=1000")))])
    assert len(got(played, "t")) == 10
    assert played.errors == []


def test_a_parameter_that_no_cable_writes_any_more_is_what_its_text_says() -> None:
    text = A + '[d]\nuse="double"\nfrom="a"\n{}' + COLLECT + 'd="d"\n'
    cabled = text.format('by={from="a"}\n')
    played = both(cabled, text.format("by=3\n"))
    assert got(played, "d")[-1] == 3 * 39
    assert got(both(cabled, text.format("")), "d")[-1] == 2 * 39
    assert got(both(text.format(""), cabled), "d")[-1] == 10 * 39  # its highest


def test_a_switch_follows_its_text() -> None:
    off = BASE.replace('use="sum"', 'use="sum"\non=false')
    played = both(BASE, off, (2.95, Swap(BASE)))
    assert len(got(played, "s")) == 30
    assert played.box("c").silenced == ["s", None]


def test_what_was_said_last_is_read_by_new_boxes() -> None:
    text = numbers("once", [7.0]) + A + COLLECT
    after = text.replace(COLLECT, '[add]\nuse="add"\nfrom="a"\nb={from="once"}\n' + COLLECT)
    played = both(text + 'a="a"\nonce="once"\n', after + 'add="add"\n')
    assert got(played, "add")[:2] == [19 + 7 + 100, 20 + 7 + 100]


def test_a_note_that_stays_on_its_way_ends_by_itself_and_others_are_ended() -> None:
    text = A + '[n]\nuse="sing"\nfrom="a"\n' + COLLECT + 'stays="n"\n'
    played = both(text + 'goes="n"\n', text)
    assert played.box("c").silenced == ["goes", None]
    assert got(played, "stays") == [Note(n, 64) for n in range(40)]


def test_a_cable_that_is_laid_anew_ends_what_it_began() -> None:
    text = (
        A + numbers("b", [60.0] * 40) + '[n]\nuse="sing"\nfrom="a"\n' + COLLECT + 'n="n"\na="a"\n'
    )
    played = both(text, text.replace('use="sing"\nfrom="a"', 'use="sing"\nfrom="b"'))
    assert played.box("c").silenced == ["n", None]
    assert got(played, "n")[19:21] == [Note(19, 64), Note(60, 64)]


def test_a_lane_that_stays_keeps_its_run_and_one_that_goes_answers_no_more() -> None:
    text = PICTURES + '[l]\nuse="look"\nfrom="p"\n[m]\nuse="look"\nfrom="p"\n' + COLLECT
    before, after = text + 'l="l"\nm="m"\n', text.replace('[m]\nuse="look"', '[m]\nuse="twice"')
    played = both(before, after + 'l="l"\nm="m"\n', costs={"l": 60, "m": 60})
    assert got(played, "l") == [float(n) for n in range(40)]
    assert played.stats["lanes"]["l"]["runs"] == 40
    # Number 19 came at 1.9 s: the lane that was taken away had not answered yet.
    assert got(played, "m") == [*(float(n) for n in range(19)), *sure(range(20, 40))]
    assert played.stats["lanes"]["m"]["state"] == "running"


def sure(numbers: range) -> list[float]:
    return [value for n in numbers for value in (float(n), n + 0.5)]


def test_a_parameter_of_a_lane_is_set_between_two_jobs() -> None:
    text = PICTURES + '[l]\nuse="look"\nfrom="p"\nadd=0\n' + COLLECT + 'l="l"\n'
    played = both(text, text.replace("add=0", "add=100"), costs={"l": 60})
    assert got(played, "l")[18:21] == [18, 19, 120]


def test_new_sources_begin_with_the_swap_and_old_ones_end() -> None:
    after = numbers("b", [1, 2, 3]) + COLLECT + 'b="b"\n'
    played = both(BASE, after)
    assert played.box("c").of("s") == [sum(range(n + 1)) for n in range(20)]
    assert [round(s.t, 3) for s in played.sent("c", "b")] == [1.95, 2.05, 2.15]
    assert played.seconds == pytest.approx(2.15)
    assert played.stats["sources"]["a"] == {
        **played.stats["sources"]["b"],
        "state": "removed",
        "messages": 20,
    }


def test_a_swap_is_taken_back_with_all_that_was() -> None:
    after = (
        BASE.replace("[s]", "[t]")
        .replace('s="s"', 't="t"')
        .replace('[t]\nuse="sum"', '[t]\nuse="fussy"')
    )
    played = both(BASE, after, (2.95, Rollback("it raises")))
    assert [s.t for s in played.sent("c", "t")] == []
    assert len(got(played, "s")) == 31
    # It was brought to rest, counts anew, and is given the number that holds.
    assert got(played, "s")[20:22] == [29.0, 29.0 + 30.0]
    assert played.stats["lanes"] == {}
    assert [e for e in played.errors if not e.startswith("t:")] == []


def test_a_source_that_comes_back_has_missed_what_it_missed() -> None:
    after = numbers("b", [1.0] * 50) + COLLECT + 'b="b"\n'
    played = both(BASE, after, (2.95, Rollback("so")))
    assert [round(s.t, 3) for s in played.sent("c", "s")][19:21] == [1.9, 3.0]
    assert played.stats["sources"]["a"]["messages"] == 30


def test_nothing_is_taken_back_twice() -> None:
    played = both(BASE, BASE, (2.0, Rollback("once")), (2.05, Rollback("twice")))
    assert len(got(played, "s")) == 40


def test_what_is_taught_is_taught_on() -> None:
    text = BASE + 'a="a"\n'
    played = both(text, text.replace('a="a"\n', 'a="a"\nnew="a"\n'), (0.5, Teach("c/s")))
    assert [s for s in played.sent("c", "s") if s.t > 1.0]
    assert played.sent("c", "new") == []


def test_a_source_that_is_lost_stays_lost() -> None:
    played = both(BASE, BASE + 'a="a"\n', (1.0, CommandEntry("a", Lost("gone"))))
    assert played.stats["sources"]["a"]["state"] == "ended"
    assert got(played, "a") == []


def test_boxes_on_a_cable_are_boxes_too() -> None:
    text = A + COLLECT + 's={from="a", in=[0, 40], to=[0, 1]}\n'
    played = both(text, text.replace("to=[0, 1]", "to=[0, 2]"))
    assert got(played, "s")[19:21] == [19 / 40, 1.0]
    assert played.box("c").silenced == [None]
