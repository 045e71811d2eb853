"""Opening hours as people write them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.errors import ParameterError
from engine.sources.schedule import read_hours
from tests.by_night import NIGHT

MONDAY = datetime(2026, 11, 23)


def open_at(hours, day, time):
    """Ask at a time of a day of the week that begins on Monday the 23rd of November."""
    hour, minute = map(int, time.split(":"))
    return hours.is_open(MONDAY + timedelta(days=day, hours=hour, minutes=minute))


@pytest.mark.parametrize(
    ("line", "open_days"),
    [
        ("Mo-Fr 10:00-18:00", {0, 1, 2, 3, 4}),
        ("Tue-Sun 10:00-18:00", {1, 2, 3, 4, 5, 6}),
        ("Sa,So 10:00-18:00", {5, 6}),
        ("Sat - Mon, Mittwoch 10:00 - 18:00", {5, 6, 0, 2}),
        ("Di. 10:00–18:00", {1}),
        ("thursday 10:00 to 18:00", {3}),
        ("10:00-18:00", set(range(7))),
        ("Do 10:00-12:00, 11:30-18:00", {3}),
    ],
)
def test_days_as_they_stand_on_doors(line, open_days):
    hours = read_hours([line])
    for day in range(7):
        assert open_at(hours, day, "10:00") == (day in open_days)
        assert open_at(hours, day, "17:59") == (day in open_days)
        assert not open_at(hours, day, "9:59")
        assert not open_at(hours, day, "18:00")


def test_a_pause_at_noon():
    hours = read_hours(["Mo 10:00-12:00, 14:00-18:00"])
    assert [open_at(hours, 0, t) for t in ("11:59", "12:00", "14:00")] == [True, False, True]


def test_a_night_lasts_into_the_next_day_even_a_closed_one():
    hours = read_hours(["Fr 22:00-02:00"], ["2026-11-28"])
    assert [open_at(hours, 4, t) for t in ("1:00", "21:59", "22:00")] == [False, False, True]
    assert [open_at(hours, 5, t) for t in ("1:59", "2:00", "22:30")] == [True, False, False]
    assert open_at(read_hours(["Fr 22:00-24:00"]), 4, "23:59")
    assert not open_at(read_hours(["Fr 22:00-24:00"]), 5, "0:00")


def test_a_date_has_its_own_hours_and_closed_comes_first():
    hours = read_hours(["Mo-So 10:00-18:00", "2026-11-24 12:00-13:00"], ["2026-11-25", "11-26"])
    assert not open_at(hours, 1, "10:30")
    assert open_at(hours, 1, "12:30")
    assert not open_at(hours, 2, "12:30")
    assert not open_at(hours, 3, "12:30")
    assert open_at(hours, 4, "12:30")


def test_a_span_of_days_is_closed_with_both_its_ends():
    hours = read_hours(["10:00-18:00"], ["2026-11-24 - 2026-11-26"])
    assert [open_at(hours, day, "12:00") for day in range(5)] == [True, False, False, False, True]


@settings(max_examples=100 if NIGHT else 12)  # each asks for all minutes of a week
@given(st.integers(0, 23), st.integers(0, 59), st.integers(1, 1440))
def test_it_is_open_for_as_many_minutes_as_are_written(hour, minute, length):
    begin = 60 * hour + minute
    end = (begin + length) % 1440
    hours = read_hours([f"Mi {hour}:{minute:02}-{end // 60}:{end % 60:02}"])
    minutes = (MONDAY + timedelta(minutes=each) for each in range(7 * 1440))
    assert sum(map(hours.is_open, minutes)) == length


@pytest.mark.parametrize(
    ("opened", "closed", "why"),
    [
        (["Mo-Fr"], [], 'expected days and times such as "Mo-Fr 10:00-18:00", got "Mo-Fr"'),
        (["Mo 10-18"], [], "expected days and times"),
        (["Mo 10:00-18:61"], [], "no time of day"),
        (["Mo 24:00-25:00"], [], "no time of day"),
        (["Mo 10:00-11:00 12:00-13:00"], [], "is no time"),
        (["Xyz 10:00-18:00"], [], '"Xyz" is no day of the week'),
        (["Mondya 10:00-18:00"], [], 'Did you mean "monday"?'),
        (["2026-13-01 10:00-18:00"], [], "expected days and times"),
        ([], [], "never"),
        (["10:00-18:00"], ["Christmas"], 'got "Christmas"'),
        (["10:00-18:00"], ["2026-02-30"], 'got "2026-02-30"'),
        (["10:00-18:00"], ["13-40"], 'got "13-40"'),
        (["10:00-18:00"], ["2027-01-02 - 2026-12-24"], "ends before it begins"),
    ],
)
def test_what_is_no_opening_hours_is_said(opened, closed, why):
    with pytest.raises(ParameterError, match=r"open: |closed: ") as caught:
        read_hours(opened, closed)
    assert why in str(caught.value)
