"""Whatever dies, and in whichever order it is noticed: no note is left, nothing is played twice."""

from __future__ import annotations

import random

import pytest

from engine.core.clock import SECOND
from engine.core.messages import Note
from tests.by_night import NIGHT

from .ensemble import HOME, Ensemble

PATCH = """
[feed]
use = "feed"

[left_feed]
use = "feed"
machine = "left"

[pass]
use = "merge"
from = ["left_feed.note", "feed.note"]
machine = "right"

[ear]
use = "ear"
send = { left = "left_feed.note", both = "pass", texts = "left_feed.text" }

[left_ear]
use = "ear"
machine = "left"
send = { home = "feed.note", both = "pass", texts = "feed.text" }

[right_ear]
use = "ear"
machine = "right"
send = { home = "feed.note", left = "left_feed.note", both = "pass", texts = "left_feed.text" }
"""
EARS = {HOME: "ear", "left": "left_ear", "right": "right_ear"}
NOTES = {HOME: {"left", "both"}, "left": {"home", "both"}, "right": {"home", "left", "both"}}
"""What each ear hears of notes."""
FEEDS = {HOME: "feed", "left": "left_feed"}
RETURN = 3.0
"""Seconds of the room's own, without those that a program takes to begin."""
PAIRS = ((HOME, "left"), (HOME, "right"), ("left", "right"))


class Storm:
    """Plays and breaks things by a seed: the same seed is the same storm."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.ensemble = Ensemble(PATCH)
        self.held: dict[str, set[int]] = {name: set() for name in FEEDS}
        self.said = 0
        self.broken = 0

    def act(self) -> None:
        """Say something, or now and then break or mend something; and let some time pass."""
        if self.chance.random() < 0.75:
            self._say()
        else:
            self._break()
        self.ensemble.run(self.chance.choice((0.002, 0.01, 0.05, 0.2, 0.7, 1.5)))

    def calm_down(self) -> None:
        """Mend everything, and wait until all is well."""
        for pair in PAIRS:
            self.ensemble.room.mend(*pair)
        for name in EARS:
            if name not in self.ensemble.players:
                self.ensemble.begin(name)
        self.ensemble.run(4.0)

    def let_go(self) -> None:
        """End every note that is held."""
        for name, notes in self.held.items():
            for note in sorted(notes):
                self.ensemble[name].say(FEEDS[name], "note", Note(note, 0))
            notes.clear()
        self.ensemble.run(0.5)

    def fault(self) -> float:
        """Cut or kill something for a while; return the seconds until all is heard again."""
        seconds = self.chance.choice((0.0, 0.1, 0.8, 1.0, 3.0))
        if self.chance.random() < 0.5:
            pair = self.chance.choice(PAIRS)
            self.ensemble.room.cut(*pair)
            self.ensemble.run(seconds)
            self.ensemble.room.mend(*pair)
        else:
            name = self.chance.choice(tuple(EARS))
            self.ensemble.kill(name)
            self.ensemble.run(seconds)
            self.ensemble.begin(name)
        begins = self.ensemble.clock.now()
        heard = {name: len(self.ensemble[name][ear].heard) for name, ear in EARS.items()}
        while not all(self._hears_all(name, since) for name, since in heard.items()):
            assert self.ensemble.clock.now() - begins < 30 * SECOND, "that never came back"
            for name, feed in FEEDS.items():
                self.ensemble[name].say(feed, "note", Note(60, 100))
                self.ensemble[name].say(feed, "note", Note(60, 0))
            self.ensemble.run(0.02)
        return (self.ensemble.clock.now() - begins) / SECOND

    def _hears_all(self, name: str, since: int) -> bool:
        """Whether a machine has heard a note by each cable since what it had heard then."""
        heard = self.ensemble[name][EARS[name]].heard[since:]
        return NOTES[name] <= {port for port, message, _ in heard if isinstance(message, Note)}

    def _say(self) -> None:
        name = self.chance.choice([each for each in FEEDS if each in self.ensemble.players])
        player, notes = self.ensemble[name], self.held[name]
        note = self.chance.randrange(50, 60)
        player.say(FEEDS[name], "note", Note(note, 0 if note in notes else 100))
        notes ^= {note}
        self.said += 1
        player.say(FEEDS[name], "text", str(self.said))

    def _break(self) -> None:
        self.broken += 1
        room, players = self.ensemble.room, self.ensemble.players
        what = self.chance.random()
        pair = self.chance.choice(PAIRS)
        if what < 0.35:
            room.cut(*pair)
        elif what < 0.65:
            room.mend(*pair)
        elif what < 0.85:
            name = self.chance.choice(("left", "right") if len(players) == 3 else ("right",))
            if name in players:
                self.ensemble.kill(name)
                self.held.get(name, set()).clear()
        else:
            for name in EARS:
                if name not in players:
                    self.ensemble.begin(name)

    def sounding(self) -> dict[str, set[tuple[str, int]]]:
        ears = {n: self.ensemble[n][EARS[n]] for n in self.ensemble.players}
        return {name: ear.sounding for name, ear in ears.items() if ear.sounding}


@pytest.mark.parametrize("seed", range(200 if NIGHT else 3))
def test_no_note_is_left_whatever_dies(seed: int) -> None:
    storm = Storm(seed)
    storm.ensemble.run(0.5)
    for _ in range(60):
        storm.act()
    storm.calm_down()
    storm.let_go()
    assert storm.broken > 5
    assert storm.sounding() == {}


@pytest.mark.parametrize("seed", range(6, 100 if NIGHT else 8))
def test_nothing_is_played_twice_or_out_of_order(seed: int) -> None:
    storm = Storm(seed)
    storm.ensemble.run(0.5)
    for _ in range(60):
        storm.act()
    storm.calm_down()
    for name, player in storm.ensemble.players.items():
        heard = [int(text) for text in player[EARS[name]].got("texts")]
        assert heard == sorted(set(heard))


@pytest.mark.parametrize("name", ["left", "right"])
def test_a_machine_that_never_comes_back_leaves_silence(name: str) -> None:
    storm = Storm(3)
    storm.ensemble.run(0.5)
    for source, feed in FEEDS.items():
        storm.ensemble[source].say(feed, "note", Note(60, 100))
    storm.ensemble.run(0.1)
    assert len(storm.sounding()) == 3
    storm.ensemble.kill(name)
    storm.ensemble.run(1.5)
    left = storm.sounding()
    assert not any(port in ("both", name) for ports in left.values() for port, _ in ports)


@pytest.mark.parametrize("seed", range(20 if NIGHT else 1))
def test_whatever_is_cut_or_killed_all_is_back_within_three_seconds(seed: int) -> None:
    storm = Storm(seed)
    storm.ensemble.run(0.5)
    for _ in range(10):
        assert storm.fault() <= RETURN
    assert storm.sounding() == {}
