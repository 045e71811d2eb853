"""What goes wrong on the way: boxes and outputs that raise, numbers that are none, losses."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from engine.core.commands import Lost, Panic, SetParameter
from engine.core.messages import JOINTS, Block, Person, Pitch, Pose, Trigger
from engine.runtime.entries import CommandEntry, StateChange
from engine.runtime.schedule.finite import is_finite

from .boxes import COLLECT, Odd, got, moments, numbers, play

SEVEN = numbers("a", [1, 2, 99, 99, 3, 4, 5], step="100 ms")


def test_a_box_that_raises_is_told_of_and_the_rest_plays_on_and_it_recovers() -> None:
    played = play(
        SEVEN
        + '[f]\nuse="fussy"\nfrom="a"\n[sum]\nuse="sum"\nfrom="f"\n[d]\nuse="double"\nfrom="a"\n'
        + COLLECT
        + 'f="f"\nsum="sum"\nd="d"\n'
    )
    assert got(played, "d") == [2, 4, 198, 198, 6, 8, 10]
    assert got(played, "f") == [1, 2, 3, 4, 5]
    assert got(played, "sum") == [1, 3, 3, 7, 12]  # what it feeds began anew
    assert played.stats["errors"] == [{"box": "f", "error": "ValueError: too much", "count": 2}]
    assert played.box("c").silenced == ["f", "sum", None]  # once, and all at the end


def test_a_box_that_cannot_even_be_reset_stops_nobody() -> None:
    played = play(SEVEN + '[f]\nuse="fussy"\nfrom="a"\nspoilt=true\n' + COLLECT + 'f="f"\nd="a"\n')
    assert got(played, "f") == [1, 2, 3, 4, 5]
    assert len(got(played, "d")) == 7
    assert "f: could not be reset: ValueError: no way back" in played.errors


def test_what_is_no_number_goes_no_further() -> None:
    played = play(
        numbers("a", [2, 0, 4])
        + '[drop]\nuse="drop"\nfrom="a"\n[sum]\nuse="sum"\nfrom="drop"\n'
        + COLLECT
        + 'drop="drop"\nsum="sum"\n'
    )
    assert got(played, "drop") == [0.5, 0.25]
    assert got(played, "sum") == [0.5, 0.75]
    assert played.errors == ["drop: gave inf, which is no number; the last value stays"]


def _pose(x: float, confidence: float) -> Pose:
    joints = np.full((len(JOINTS), 3), 0.5, np.float32)
    joints[3] = x, 0.5, confidence
    return Pose((Person(1, 1, joints),), 1.5)


@pytest.mark.parametrize(
    ("message", "good"),
    [
        (1.5, True),
        (math.nan, False),
        (-math.inf, False),
        (np.float32("nan"), False),
        (np.float64(2), True),
        (10**400, True),
        (True, True),
        ("nan", True),
        (Trigger(math.inf), False),
        (Pitch(440.0, math.nan, 1.0, True), False),
        (Pitch(440.0, 69.0, 1.0, True, 0.5, math.nan), False),
        (Pitch(440.0, 69.0, 1.0, True), True),
        (_pose(math.nan, 0.9), False),
        (_pose(0.1, math.nan), False),
        (_pose(math.nan, 0.0), True),  # where a joint is not known, nobody reads it
        (_pose(0.1, 0.9), True),
        (_pose(1e30, 0.9), True),
        (Pose((), 1.0), True),
        (Pose((), 0.0), False),  # a picture of no width
        (Block(np.array([0, math.nan], np.float32), 48000, 0), False),
        (Block(np.array([0, 3e38], np.float32), 48000, 0), True),
    ],
    ids=lambda value: type(value).__name__,
)
def test_every_number_in_a_message_is_looked_at(message: object, good: bool) -> None:
    assert is_finite(message) is good


def test_an_output_that_raises_harms_no_other_and_recovers() -> None:
    played = play(
        numbers("a", [1, 99, 2, 7, 3]) + '[stiff]\nuse="stiff"\nfrom="a"\n' + COLLECT + 'a="a"\n'
    )
    assert got(played, "a") == [1, 99, 2, 7, 3]
    assert [sent.args for sent in played.sent("stiff")] == [[1.0], [2.0], [3.0]]
    assert set(played.errors) == {
        "stiff: ValueError: too loud",
        "stiff: OSError: the cable broke",
        "stiff: could not be silenced: RuntimeError: never quiet",
    }
    assert played.stats["routes"]["stiff/in"]["messages"] == 3


def test_a_box_that_always_wants_to_be_called_does_not_stop_the_time() -> None:
    played = play(
        numbers("a", [1, 2], step="10 ms")
        + '[i]\nuse="impatient"\nfrom="a"\n'
        + COLLECT
        + 'i="i"\n'
    )
    assert got(played, "i").count(-1.0) in range(5, 30)


SWITCHED = SEVEN.replace("99.0", "2.5") + (
    '[d]\nuse="double"\nfrom="a"\n[sum]\nuse="sum"\nfrom="d"\n' + COLLECT + 'sum="sum"\nd="d"\n'
)


def test_a_box_that_is_off_passes_nothing_and_ends_what_it_feeds() -> None:
    played = play(
        SWITCHED,
        [(0.15, SetParameter("d", "on", False)), (0.45, SetParameter("d", "on", 1.0))],
    )
    assert got(played, "d") == [2, 4, 8, 10]
    assert got(played, "sum") == [2, 6, 8, 18]
    assert played.box("c").silenced == ["d", "sum", None]


def test_a_box_is_switched_by_a_cable_and_by_the_patch() -> None:
    on = numbers("switch", [0, 1], start="150 ms", step="300 ms")
    played = play(SWITCHED.replace('use="double"', 'use="double"\non={from="switch"}') + on)
    assert got(played, "d") == [2, 4, 8, 10]
    played = play(SWITCHED.replace('use="double"', 'use="double"\non=false'))
    assert got(played, "d") == []


def test_an_output_that_is_off_is_silenced_and_sends_nothing() -> None:
    played = play(SWITCHED, [(0.15, SetParameter("c", "on", False))])
    assert got(played, "d") == [2, 4]
    assert played.box("c").silenced == [None, None]


def test_a_source_that_is_off_says_nothing() -> None:
    played = play(SWITCHED, [(0.15, SetParameter("a", "on", False))])
    assert got(played, "d") == [2, 4]
    assert played.box("c").silenced == ["d", "sum", None]


def test_panic_silences_every_output_and_the_show_goes_on() -> None:
    other = '[c2]\nuse="collector"\nfrom="a"\n'
    played = play(SWITCHED + other, [(0.15, Panic())])
    assert played.box("c").silenced == played.box("c2").silenced == [None, None]
    assert len(got(played, "d")) == 7


LOST = [
    (0.15, CommandEntry("a", Lost("somebody pulled the cable"))),
    (0.45, StateChange("a", "running")),
]


def test_a_lost_source_resets_and_silences_what_is_below_and_comes_back() -> None:
    played = play(SWITCHED, LOST)
    assert got(played, "d") == [2, 4, 8, 10]
    assert got(played, "sum") == [2, 6, 8, 18]
    assert played.box("c").silenced == ["d", "sum", None]
    assert played.errors == ["a: somebody pulled the cable"]


def test_a_number_with_empty_outlasts_the_loss_and_falls() -> None:
    played = play(
        SEVEN
        + '[d]\nuse="double"\nfrom="a"\nempty={to=0, after="150 ms"}\nthen=["double"]\n'
        + '[plain]\nuse="double"\nfrom="a"\n'
        + COLLECT
        + 'd="d"\nplain="plain"\n',
        LOST[:1],
        seconds=1,
    )
    assert got(played, "d") == [4, 8, 0]
    assert moments(played, "d")[-1] == pytest.approx(0.25)
    assert played.box("c").silenced == ["plain", None]


def test_an_overrun_is_loud_and_silences_everything() -> None:
    many = "[" + ",".join(["1.0"] * 10_002) + "]"
    played = play(
        f'[a]\nuse="numbers"\nvalues={many}\nstep="1 us"\n'
        + '[later]\nuse="delay"\nfrom="a"\ntime="60 s"\n'
        + COLLECT
        + 'later="later"\n'
    )
    assert any("more than 10000 messages wait" in error for error in played.errors)
    assert None in played.box("c").silenced[:-1]


def test_an_endless_row_of_different_mistakes_is_told_in_part() -> None:
    Odd._said = list(range(1000))
    played = play('[o]\nuse="odd"\n[e]\nuse="error_teller"\nfrom="o"\n' + COLLECT + 'e="e"\n')
    assert len(played.errors) <= 25
    assert sum(error["count"] for error in played.stats["errors"]) >= 1000


def test_a_text_shows_what_was_sent_and_when(tmp_path: Path) -> None:
    file = tmp_path / "small.toml"
    file.write_text(numbers("a", [1, 2.5]) + COLLECT + '"/a"="a"\n')
    played = play(file)
    assert str(played) == "0.0000 c /a 1\n0.1000 c /a 2.5\n"
    assert [sent.t for sent in played.sent("c", "/a")] == [0.0, 0.1]
    assert played.seconds == 0.1


def test_a_knob_sets_the_whole_range_of_a_parameter_and_a_switch() -> None:
    def knob(parameter: str, turned: float) -> SetParameter:
        return SetParameter("s", parameter, turned, of_range=True)

    played = play(
        numbers("a", [1, 1, 1, 1], step="100 ms")
        + '[s]\nuse="scale"\nfrom="a"\nin=[0, 1]\n'
        + COLLECT
        + 's="s"\n',
        script=[
            (0.05, knob("clamp", 0.4)),
            (0.15, knob("on", 0.4)),
            (0.25, knob("on", 0.5)),
            (0.26, knob("curve", 0.99)),
        ],
    )
    assert (played.box("s").clamp, played.box("s").curve) == (False, "root")
    assert len(got(played, "s")) == 3
