"""``schedule``: what plays within opening hours only, on a clock that people set."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest

from engine.core.clock import SECOND
from engine.core.errors import PatchError
from engine.core.messages import Trigger
from engine.runtime.opening import check_patch
from engine.sources.schedule import CHECK_INTERVAL, Schedule
from engine.testing import play

PATCH = """
[hours]
use = "schedule"
open = ["Mo-Fr 10:00-18:00"]
zone = "Europe/Berlin"
start = "2026-11-27 17:59:30"
[beat]
use = "every"
time = "1 h"
on = { from = "hours" }
[out]
use = "collector"
[out.send]
open = "hours"
opens = "hours.opens"
closes = "hours.closes"
beat = "beat"
"""


def said(played, port):
    return [(sent.t, sent.args[0]) for sent in played.sent("out", port)]


class Wall:
    """A clock on a wall that shows what it is set to, look by look."""

    def __init__(self, *shown):
        self.shown = [datetime.fromisoformat(each).replace(tzinfo=UTC) for each in shown]

    def __call__(self):
        return self.shown.pop(0)


def looks(*shown, **hours):
    """Play on the clock on the wall; gives what is said, and at which look."""
    schedule = Schedule(zone="UTC", _wall=Wall(*shown), **hours)
    events = islice(schedule.events(), 1000)
    found = []
    try:
        for at, outlet, message in events:
            if message is not None:
                found.append((at // CHECK_INTERVAL, outlet, message))
    except IndexError:  # the wall has nothing more to show
        pass
    return found


def test_it_says_first_how_it_is_and_then_each_change():
    found = looks(
        "2026-11-23 09:59:58",
        "2026-11-23 09:59:59",
        "2026-11-23 10:00:00",
        "2026-11-23 10:00:01",
        "2026-11-23 18:00:00",
        open_="10:00-18:00",
    )
    assert found == [
        (0, "open", False),
        (2, "open", True),
        (2, "opens", Trigger()),
        (4, "open", False),
        (4, "closes", Trigger()),
    ]


def test_a_clock_that_is_set_anew_is_right_at_the_next_look():
    found = looks(
        "1970-01-01 00:00:10",  # a machine without a battery, before it has asked the network
        "2026-11-23 12:00:00",
        "2026-11-23 09:59:59",
        "2026-11-23 10:00:00",
        open_="10:00-18:00",
    )
    assert [(at, value) for at, outlet, value in found if outlet == "open"] == [
        (0, False),
        (1, True),
        (2, False),
        (3, True),
    ]


def test_the_wall_is_not_looked_at_before_it_is_time():
    wall = Wall("2026-11-23 12:00:00")
    events = Schedule(open_="10:00-18:00", zone="UTC", _wall=wall).events()
    assert next(events)[2] is None
    assert len(wall.shown) == 1
    assert next(events) == (0, "open", True)
    assert next(events) == (CHECK_INTERVAL, "open", None)


def of_a_start(start, seconds, **hours):
    schedule = Schedule(start=start, **hours)
    begun = datetime.fromisoformat(start)
    found = []
    for at, outlet, message in schedule.events():
        if at > seconds * SECOND:
            break
        if outlet == "open":
            found.append((begun + timedelta(seconds=at / SECOND), message))
    return found


@pytest.mark.parametrize(
    ("start", "elapsed"),
    [("2026-03-28 12:00:00", 21), ("2026-10-24 12:00:00", 23), ("2026-06-06 12:00:00", 22)],
)
def test_doors_open_by_the_wall_in_summer_and_in_winter(start, elapsed):
    """From Saturday noon to Sunday 10:00 are 22 hours, but for the nights the clocks change."""
    found = of_a_start(start, 86400, open_=["So 10:00-18:00"], zone="Europe/Berlin")
    begun = datetime.fromisoformat(start)
    assert found[0] == (begun, False)
    assert found[1] == (begun + timedelta(hours=elapsed), True)


def test_a_box_plays_within_the_hours_only_over_a_whole_week():
    week = 7 * 86400
    played = play(PATCH, seconds=week)
    friday, monday = 30.0, 30.0 + 64 * 3600
    assert said(played, "open")[:3] == [(0.0, True), (friday, False), (monday, True)]
    assert [at for at, _ in said(played, "closes")][:1] == [friday]
    assert [at for at, _ in said(played, "opens")][:1] == [monday]
    beats = [at for at, _ in said(played, "beat")]
    assert not [at for at in beats if friday < at < monday]
    assert len(beats) == 1 + 4 * 8 + 8, "Friday's last, four whole days, and the Friday after"


def test_who_never_closes_comes_to_an_end():
    events = list(Schedule(open_="00:00-24:00", start="2026-01-01 00:00", zone="UTC").events())
    assert events == [(0, "open", True)]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('open = "Mo-Fr"', "expected days and times"),
        ('open = "10:00-18:00"\nclosed = ["soon"]', 'got "soon"'),
        ('open = "10:00-18:00"\nzone = "Europe/Berln"', 'Did you mean "Europe/Berlin"?'),
        ('open = "10:00-18:00"\nstart = "tomorrow"', 'got "tomorrow"'),
        ("", 'needs "open"'),
    ],
)
def test_a_mistake_is_found_before_playing(tmp_path, line, why):
    file = tmp_path / "wrong.toml"
    use = '[hours]\nuse = "schedule"\n'
    file.write_text(f'{use}{line}\n[out]\nuse = "collector"\n[out.send]\nopen = "hours"\n')
    with pytest.raises(PatchError) as caught:
        check_patch(file)
    assert why in str(caught.value)


def test_offline_it_is_silent_unless_it_knows_when_it_begins(caplog):
    played = play(PATCH.replace('start = "2026-11-27 17:59:30"\n', ""), seconds=1)
    assert {sent.address for sent in played.everything} == {"beat"}
    assert played.errors == []
    assert [r.getMessage() for r in caplog.records] == [
        'hours: offline there is no clock, so it is silent; give start = "2026-12-24 09:59"'
    ]
