"""What a message does on its way: inlets, outlets, several events, parameters, hands."""

from __future__ import annotations

import pytest

from engine.core.commands import Release, SetParameter
from engine.core.errors import PatchError

from .boxes import COLLECT, got, moments, numbers, play


def test_the_first_inlet_fires_the_others_give_their_last_value() -> None:
    played = play(
        numbers("a", [1, 2, 3], step="100 ms")
        + numbers("b", [10, 20], step="100 ms", start="150 ms")
        + '[sum]\nuse="add"\nfrom="a"\nb={from="b"}\n'
        + COLLECT
        + 'sum="sum"\n'
    )
    assert got(played, "sum") == [113.0]  # 1 and 2 came while b was waited for
    assert moments(played, "sum") == [0.2]


def test_an_inlet_takes_a_constant_and_a_default() -> None:
    played = play(
        numbers("a", [1, 2]) + '[sum]\nuse="add"\nfrom="a"\nb=5\nc=0\n' + COLLECT + 'sum="sum"\n'
    )
    assert got(played, "sum") == [6.0, 7.0]


def test_a_result_says_the_moment_of_its_first_inlet_and_the_skew_of_the_others() -> None:
    played = play(
        numbers("a", [1, 2, 3], step="100 ms")
        + numbers("b", [10], start="50 ms")
        + '[sum]\nuse="add"\nfrom="a"\nb={from="b"}\n[t]\nuse="when"\nfrom="a"\n'
        + COLLECT
        + 'sum="sum"\nt="t"\n'
    )
    assert got(played, "t") == [0.0, 0.1, 0.2]
    skew = played.stats["routes"]["c/sum"]["skew_ms"]
    assert skew == {"sum.b": {"p50": 100.0, "p99": pytest.approx(149, abs=1), "max": 150.0}}


def test_only_the_outlets_that_say_something_go_on() -> None:
    played = play(
        numbers("a", [0.1, 0.9, 0.2])
        + '[s]\nuse="split"\nfrom="a"\n[twice]\nuse="double"\nfrom="s.high"\n'
        + COLLECT
        + 'low="s"\nhigh="s.high"\ntwice="twice"\n'
    )
    assert got(played, "low") == [0.1, 0.2]
    assert got(played, "high") == [0.9]
    assert got(played, "twice") == [1.8]


def test_each_of_several_events_goes_through_everything_below() -> None:
    played = play(
        numbers("a", [3, 0, 1])
        + '[n]\nuse="count"\nfrom="a"\n[again]\nuse="count"\nfrom="n"\n[sum]\nuse="sum"\nfrom="n"\n'
        + COLLECT
        + 'n="n"\nagain="again"\nsum="sum"\n'
    )
    assert got(played, "n") == [1, 2, 3, 1]
    assert got(played, "again") == [1, 1, 2, 1, 2, 3, 1]
    assert got(played, "sum") == [1, 3, 6, 7]
    order = [port for at, port, _ in played.box("c").messages if at == 0]
    assert order[:3] == ["n", "again", "sum"] and order[-1] == "sum"


def test_a_diamond_is_called_once_with_both_sides_of_the_same_moment() -> None:
    played = play(
        numbers("a", [1, 2])
        + '[late]\nuse="add"\nfrom="left"\nb={from="right"}\nc=0\n'
        + '[left]\nuse="double"\nfrom="a"\n[right]\nuse="double"\nfrom="a"\nby=10\n'
        + COLLECT
        + 'late="late"\n'
    )
    assert got(played, "late") == [12.0, 24.0]


def test_a_delay_lets_out_what_came_at_its_time() -> None:
    played = play(
        numbers("a", [1, 2], step="100 ms")
        + '[later]\nuse="delay"\nfrom="a"\ntime="250 ms"\n[sum]\nuse="sum"\nfrom="later"\n'
        + COLLECT
        + 'sum="sum"\n',
        seconds=1,
    )
    assert got(played, "sum") == [1.0, 3.0]
    assert moments(played, "sum") == [0.25, 0.35]


def test_every_on_a_cable_sends_the_last_and_at_most_drops_it() -> None:
    played = play(
        numbers("a", [1, 2, 3, 4], step="10 ms")
        + COLLECT
        + 'every={from="a", every="25 ms"}\nhit={when="a", at_most="25 ms"}\n',
        seconds=1,
    )
    assert got(played, "every") == [1.0, 3.0, 4.0]
    assert moments(played, "every") == [0.0, 0.025, 0.05]
    assert [trigger.value for trigger in got(played, "hit")] == [1.0, 4.0]


def test_empty_brings_a_number_to_rest_after_its_source_has_ended() -> None:
    played = play(
        numbers("a", [1])
        + '[b]\nuse="double"\nfrom="a"\nempty={to=0, after="1 s", fade="500 ms"}\n'
        + COLLECT
        + 'b="b"\n',
        seconds=3,
    )
    values = got(played, "b")
    assert values[0] == 2.0 and values[-1] == 0.0
    assert values == sorted(values, reverse=True)
    assert moments(played, "b")[-1] == pytest.approx(1.5, abs=0.02)


def test_a_parameter_cable_is_read_in_the_same_moment_inside_an_island() -> None:
    played = play(
        numbers("a", [1, 2, 3])
        + '[d]\nuse="double"\nfrom="a"\nby={from="a"}\n'
        + COLLECT
        + 'd="d"\n'
    )
    assert got(played, "d") == [1.0, 4.0, 9.0]


def test_a_parameter_is_driven_from_another_island() -> None:
    played = play(
        numbers("a", [1, 1, 1, 1], step="100 ms")
        + numbers("fader", [3, 5], start="50 ms", step="200 ms")
        + '[d]\nuse="double"\nfrom="a"\nby={from="fader"}\n'
        + COLLECT
        + 'd="d"\n'
    )
    assert got(played, "d") == [2.0, 3.0, 3.0, 5.0]


def test_a_parameter_of_a_box_on_a_lane_is_driven_too() -> None:
    played = play(
        '[cam]\nuse="pictures"\ncount=4\n[l]\nuse="look"\nfrom="cam"\nadd={from="fader"}\n'
        + numbers("fader", [100], start="150 ms")
        + COLLECT
        + 'l="l"\n'
    )
    assert got(played, "l") == [0.0, 1.0, 102.0, 103.0]


DRIVEN = (
    numbers("a", [1] * 6, step="100 ms")
    + numbers("fader", [3, 4, 5, 6, 7, 8], step="100 ms")
    + '[d]\nuse="double"\nfrom="a"\nby={from="fader"}\n'
    + COLLECT
    + 'd="d"\n'
)


def test_a_hand_takes_a_parameter_over_until_it_is_released() -> None:
    played = play(DRIVEN, [(0.15, SetParameter("d", "by", -1)), (0.35, Release("d", "by"))])
    assert got(played, "d") == [2.0, 3.0, -1.0, -1.0, 6.0, 7.0]
    assert played.errors == []


def test_a_hand_that_goes_too_far_stops_at_the_end() -> None:
    played = play(DRIVEN, [(0.15, SetParameter("d", "by", 1e9))])
    assert got(played, "d")[2:] == [10.0] * 4


def test_a_cable_that_goes_too_far_stops_at_the_end() -> None:
    played = play(
        numbers("a", [1, 1])
        + numbers("fader", [99])
        + '[d]\nuse="double"\nfrom="a"\nby={from="fader"}\n'
        + COLLECT
        + 'd="d"\n'
    )
    assert got(played, "d")[-1] == 10.0


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (SetParameter("dd", "by", 1), 'there is no box "dd".'),
        (SetParameter("d", "buy", 1), 'd has no parameter "buy". Did you mean "by"?'),
        (SetParameter("d", "by", "much"), 'd/by: expected a number from -10 to 10, got "much"'),
        (SetParameter("d", "by", float("nan")), "d/by: expected a number from -10 to 10, got nan"),
        (SetParameter("d", "on", "x"), 'd/on: expected true or false, got "x"'),
        (SetParameter("stiff", "port", 1), "stiff/port: cannot be changed while playing"),
        (Release("d", "by_"), 'd has no parameter "by_". Did you mean "by"?'),
    ],
)
def test_what_cannot_be_done_is_refused_with_the_reason(
    command: SetParameter | Release, reason: str
) -> None:
    heard: list[str] = []
    asked = type(command)(
        **{name: getattr(command, name) for name in type(command).__slots__}
        | {"refused": heard.append}
    )
    patch = DRIVEN + '[stiff]\nuse="stiff"\nfrom="d"\n'
    played = play(patch, [(0.1, asked)])
    assert [text.rstrip() for text in heard] == [reason]
    assert f"script: {reason}" in [text.rstrip() for text in played.errors]
    assert got(played, "d") == [2.0, 3.0, 4.0, 5.0, 6.0, 7.0]


def test_boxes_of_one_moment_that_wait_for_each_other_are_refused() -> None:
    loop = (
        numbers("a", [1])
        + '[x]\nuse="add"\nfrom="a"\nb={from="y"}\n[y]\nuse="double"\nfrom="x"\n'
        + COLLECT
        + 'y="y"\n'
    )
    with pytest.raises(PatchError, match="wait for each other; put a delay between them"):
        play(loop)


def test_a_loop_with_a_delay_in_it_goes_round() -> None:
    played = play(
        numbers("a", [1, 1, 1, 1], step="100 ms")
        + '[x]\nuse="add"\nfrom="a"\nb={from="back"}\nc=0\n[first]\nuse="double"\nfrom="a"\n'
        + '[back]\nuse="delay"\nfrom="sum"\ntime="50 ms"\n'
        + '[sum]\nuse="add"\nfrom="first"\nb={from="back"}\nc=0\n'
        + COLLECT
        + 'x="x"\n',
        seconds=1,
    )
    assert got(played, "x") == []  # it waits for itself: b has no value to begin with

    played = play(
        numbers("a", [1, 1, 1, 1], step="100 ms")
        + '[x]\nuse="double"\nfrom="a"\nby={from="back"}\n'
        + '[back]\nuse="delay"\nfrom="x"\ntime="50 ms"\n'
        + COLLECT
        + 'x="x"\n',
        seconds=1,
    )
    assert got(played, "x") == [2.0, 2.0, 2.0, 2.0]
    assert played.errors == []
