"""Who asks for much that cannot be is told of some of it, and holds up nobody."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from itertools import pairwise
from typing import Any, ClassVar

import pytest

from engine.core.box import Box
from engine.core.commands import Command, Panic, PlayPatch, Release, SetParameter, Teach
from engine.core.mailbox import Mailbox
from engine.core.messages import Ns, Trigger
from engine.core.source import Emit, Remote
from engine.core.status import Status
from engine.runtime.command_queue import submit_command
from engine.runtime.commands import REFUSALS
from engine.runtime.engine import Engine
from engine.runtime.entries import Arrival, CommandEntry, Entry, SwapPlan
from engine.runtime.live import _AT_ONCE, Live
from engine.runtime.metrics import MORE
from tests.limits import LIMIT

from . import live_shows
from .boxes import BOXES, COLLECT, numbers, play

PATCH = (
    numbers("a", [1.0] * 40, step="100 ms")
    + '[d]\nuse="double"\nfrom="a"\n[s]\nuse="smooth"\nfrom="d"\n'
    + '[cam]\nuse="stand_in"\nwidth=64\nheight=64\n[z]\nuse="joint"\nfrom="cam.joints"\n'
    + COLLECT
    + 'd="s"\nz="z"\n'
)


@pytest.fixture
def searches(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note each word for which the nearest name was sought."""
    sought: list[str] = []

    def note(word: str, *_: Any, **__: Any) -> list[str]:
        sought.append(word)
        return []

    monkeypatch.setattr(difflib, "get_close_matches", note)
    return sought


FLOODS = {
    "no such box": lambda n, said: SetParameter(f"dd{n}", "by", 1, said),
    "no such parameter": lambda n, said: SetParameter("d", f"buy{n}", 1, said),
    "no such choice": lambda n, said: SetParameter("z", "joint", f"nose{n}", said),
    "nothing to release": lambda n, said: Release("d", f"buy{n}", said),
    "no such way out": lambda n, said: Teach(f"out/{n}", said),
    "no such patch": lambda n, said: PlayPatch(f"finale{n}", said),
}


@pytest.mark.parametrize("kind", FLOODS)
def test_no_name_is_sought_for_what_is_not_answered(kind: str, searches: list[str]) -> None:
    answers: list[str] = []
    flood = [(0.1, FLOODS[kind](number, answers.append)) for number in range(500)]
    played = play(PATCH, flood, seconds=1)
    assert len(answers) == REFUSALS
    assert len(searches) <= REFUSALS
    (rest,) = [one for one in played.stats["errors"] if one["error"] == MORE]
    assert rest["count"] == 500 - REFUSALS


def test_some_are_told_each_second(searches: list[str]) -> None:
    answers: list[str] = []
    asked: list[tuple[float, Command]] = [
        (second, SetParameter("nobody", f"{second}/{number}", 1, answers.append))
        for second in (0.1, 1.2, 2.3)
        for number in range(100)
    ]
    play(PATCH, asked, seconds=3)
    assert len(answers) == 3 * REFUSALS


def test_who_asks_for_what_can_be_is_heard_beside_the_flood() -> None:
    nobody = [(0.1, SetParameter("nobody", f"{number}", 1)) for number in range(500)]
    played = play(PATCH, [*nobody, (0.1, SetParameter("d", "by", 5.0))], seconds=1)
    assert played.box("d").by == 5.0


class Storm(Remote):
    """Asks for a thousand things at once, twice, and keeps what it was offered."""

    OUT: ClassVar[Mapping[str, type]] = {"hit": Trigger}

    def __post_init__(self) -> None:
        self._offers: list[tuple[str, ...]] = []
        self._storms = 2  # for ever, it would be more than may wait where a machine is slow

    def open(self, emit: Emit) -> None:
        self._emit = emit

    def offer(self, addresses: Any) -> None:
        self._offers.append(tuple(addresses))

    def report(self, status: Status) -> None:
        self._storms -= 1
        for number in range(1000 if self._storms >= 0 else 0):
            self._emit("", SetParameter("nobody", str(number), 1), Ns(0))
            self._emit("hit", Trigger(float(number)), Ns(number))


OWN: dict[str, type[Box]] = {**BOXES, "storm": Storm}


def test_a_flood_leaves_room_for_what_comes_from_others() -> None:
    """What somebody else says while a flood waits is heard after a few things, not after all."""
    show = live_shows.live('[storm]\nuse="storm"\n' + COLLECT + 'hit="storm"\n', OWN)
    entries: list[str] = []

    def note(_: Ns, entry: Entry) -> None:
        entries.append(entry.by if isinstance(entry, CommandEntry) else type(entry).__name__)
        if entries.count("storm") == 1 and entries[-1] == "storm":
            show.engine.ask("other", SetParameter("c", "on", True))

    show.engine.listeners.append(note)
    live_shows.play(show, lambda engine: entries.count(Arrival.__name__) >= 1000, LIMIT)
    assert "other" in entries
    between = entries[entries.index("storm") : entries.index("other")]
    # An output that opens, or the timer, may come between.
    assert between.count("storm") + between.count(Arrival.__name__) <= _AT_ONCE


def test_of_panics_that_wait_one_is_enough_and_what_came_between_stays_between() -> None:
    door = Mailbox()
    for number in range(1000):
        submit_command(door, "desk", Panic())
        if number == 500:
            submit_command(door, "desk", Release("d", "by"))
    assert [type(item.content.command) for item in door.take()] == [Panic, Release, Panic]


def test_nothing_of_a_flood_is_lost_or_out_of_order() -> None:
    show = live_shows.live('[storm]\nuse="storm"\n' + COLLECT + 'hit="storm"\n', OWN)

    def done(engine: Engine) -> bool:
        return len(engine.states["c"].box.messages) >= 1500  # type: ignore[attr-defined]

    engine = live_shows.play(show, done, LIMIT)
    hits = [one.value for one in engine.states["c"].box.of("hit")]  # type: ignore[attr-defined]
    assert all((after - before) % 1000 == 1 for before, after in pairwise(hits))


def test_remote_controls_are_offered_what_may_be_set_and_again_when_that_changes() -> None:
    one = '[storm]\nuse="storm"\n' + numbers("a", [1]) + '[d]\nuse="double"\nfrom="a"\n' + COLLECT
    show: Live = live_shows.live(one + 'd="d"\n', OWN)
    (first,) = show.engine.states["storm"].box._offers  # type: ignore[attr-defined]
    assert "/d/by" in first
    assert "/d/on" in first
    assert not [address for address in first if "from" in address]
    other = live_shows.live(one.replace("[d]", "[e]") + 'd="e"\n', OWN)
    show.engine.step(SwapPlan("other", other.engine.plan.texts, other.engine.plan))
    assert "/e/by" in show.engine.states["storm"].box._offers[-1]  # type: ignore[attr-defined]
