"""What crosses between machines: all of it, in order, and nothing of a way that has broken."""

from __future__ import annotations

import msgspec
import pytest

from engine.cluster.packing import pack
from engine.core.clock import ns
from engine.core.commands import Panic
from engine.core.kinds import Kind
from engine.core.messages import Note

from .ensemble import Ensemble

NOTES = """
[feed]
use = "feed"
machine = "left"
[ear]
use = "ear"
send = { notes = "feed.note", number = "feed.number" }
"""


def playing(text: str = NOTES) -> Ensemble:
    ensemble = Ensemble(text)
    ensemble.run(0.5)
    return ensemble


def test_what_a_source_elsewhere_says_comes_home_in_order():
    ensemble = playing()
    left, ear = ensemble["left"], ensemble["home"]["ear"]
    left.say("feed", "number", 0.25)
    left.say("feed", "note", Note(60, 100))
    left.say("feed", "number", 0.5)
    left.say("feed", "note", Note(60, 0))
    ensemble.run(0.1)
    assert [(port, message) for port, message, _ in ear.heard if port != "silence"] == [
        ("number", 0.25),
        ("notes", Note(60, 100)),
        ("number", 0.5),
        ("notes", Note(60, 0)),
    ]


def test_moments_are_those_of_the_listener():
    ensemble = Ensemble(NOTES)
    ensemble.room.skew("left", ns(3600), ppm=50)
    ensemble.run(2.0)
    before = ensemble["home"].clock.now()
    ensemble["left"].say("feed", "number", 1.0)
    ensemble.run(0.1)
    (at,) = [at for port, _, at in ensemble["home"]["ear"].heard if port == "number"]
    assert abs(at - before) < ns(0.001)


def test_a_machine_that_is_killed_ends_its_notes_and_is_lost():
    ensemble = playing()
    ensemble["left"].say("feed", "note", Note(60, 100))
    ensemble.run(0.1)
    home = ensemble["home"]
    assert home["ear"].sounding == {("notes", 60)}
    ensemble.kill("left")
    ensemble.run(1.2)
    assert home["ear"].sounding == set()
    assert home.engine.metrics.state("from left") == "lost"
    assert [fault.text for fault in home.engine.metrics.faults][-1] == "left is gone"


def test_a_machine_comes_back_and_what_holds_is_said_again():
    text = """
    [feed]
    use = "feed"
    [ear]
    use = "ear"
    machine = "left"
    send = { number = "feed.number", notes = "feed.note" }
    """
    ensemble = playing(text)
    ensemble["home"].say("feed", "number", 0.7)
    ensemble.run(0.1)
    ensemble.kill("left")
    ensemble.run(2.0)
    ensemble["home"].say("feed", "note", Note(61, 100))  # nobody wants yesterday's notes
    ensemble.begin("left")
    ensemble.run(1.0)
    left = ensemble["left"]
    assert left["ear"].got("number") == [0.7]
    assert left["ear"].got("notes") == []
    assert left.engine.metrics.state("from home") == "running"


def test_home_that_dies_ends_the_notes_elsewhere():
    text = """
    [feed]
    use = "feed"
    [ear]
    use = "ear"
    machine = "left"
    send = { notes = "feed.note" }
    """
    ensemble = playing(text)
    ensemble["home"].say("feed", "note", Note(60, 100))
    ensemble.run(0.1)
    assert ensemble["left"]["ear"].sounding
    ensemble.kill("home")
    ensemble.run(1.2)
    assert not ensemble["left"]["ear"].sounding


def test_a_short_cut_loses_nothing():
    ensemble = playing()
    ensemble.room.cut("home", "left")
    for velocity in (100, 0, 90, 0):
        ensemble["left"].say("feed", "note", Note(60, velocity))
    ensemble.run(0.4)
    ensemble.room.mend("home", "left")
    ensemble.run(1.5)
    assert [note.velocity for note in ensemble["home"]["ear"].got("notes")] == [100, 0, 90, 0]


def test_a_long_cut_is_a_loss_and_nothing_old_is_played():
    ensemble = playing()
    ear = ensemble["home"]["ear"]
    ensemble["left"].say("feed", "note", Note(60, 100))
    ensemble.run(0.1)
    ensemble.room.cut("home", "left")
    ensemble["left"].say("feed", "note", Note(60, 0))
    ensemble["left"].say("feed", "note", Note(61, 100))
    ensemble.run(3.0)
    assert not ear.sounding
    ensemble.room.mend("home", "left")
    ensemble.run(1.0)
    assert not ear.sounding
    assert Note(61, 100) not in ear.got("notes")
    ensemble["left"].say("feed", "note", Note(62, 100))
    ensemble.run(0.1)
    assert ear.got("notes")[-1] == Note(62, 100)


def test_a_loss_elsewhere_is_a_loss_here():
    ensemble = playing()
    left, ear = ensemble["left"], ensemble["home"]["ear"]
    left.say("feed", "note", Note(60, 100))
    ensemble.run(0.1)
    left.engine.lose("feed")
    ensemble.run(0.1)
    assert not ear.sounding


def test_a_part_that_begins_anew_ends_what_it_had_begun():
    ensemble = playing()
    left, ear = ensemble["left"], ensemble["home"]["ear"]
    left.say("feed", "note", Note(60, 100))
    ensemble.run(0.1)
    left["to home"].close()
    left["to home"].open()
    ensemble.run(0.1)
    assert not ear.sounding
    left.say("feed", "note", Note(61, 100))
    ensemble.run(0.1)
    assert ear.sounding == {("notes", 61)}


def test_what_belongs_to_an_older_generation_is_not_played():
    ensemble = playing()
    left, home = ensemble["left"], ensemble["home"]
    old = pack(1, Note(60, 100))
    for _ in range(2):
        left["to home"].close()
        left["to home"].open()
        ensemble.run(0.1)
    left.link.send("home", "v/feed.note", old, Kind.LOSSLESS)
    ensemble.run(0.1)
    assert not home["ear"].sounding
    assert home.exchange.counts["too late"] == 1


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"rubbish",
        pack(3, "a text where a note is expected"),
        msgspec.msgpack.encode([3, 0, {"type": "note"}]),
        msgspec.msgpack.encode([3, 1, b"no JPEG"]),
        msgspec.msgpack.encode([3, 0, {"type": "no such kind"}]),
    ],
)
def test_what_is_no_message_of_the_outlet_is_counted_and_left_out(content):
    ensemble = playing()
    left, home = ensemble["left"], ensemble["home"]
    assert home.exchange._in["left"].generation == 3
    left.link.send("home", "v/feed.note", content, Kind.LOSSLESS)
    left.link.send("home", "v/nothing", pack(3, 1.0), Kind.LOSSLESS)
    left.link.send("home", "way", b"rubbish", Kind.LOSSLESS)
    ensemble.run(0.1)
    assert home["ear"].got("notes") == []
    assert sum(home.exchange.counts[why] for why in ("rubbish", "does not fit")) == 3


def test_a_panic_elsewhere_ends_what_came_from_there():
    ensemble = playing()
    ensemble["left"].say("feed", "note", Note(60, 100))
    ensemble.run(0.1)
    ensemble["left"].command(Panic())
    ensemble.run(0.1)
    assert not ensemble["home"]["ear"].sounding
