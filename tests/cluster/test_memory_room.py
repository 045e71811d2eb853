"""What a link promises, in a room without a network: deterministic, and as long as it takes."""

from __future__ import annotations

from random import Random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.cluster.link import LONGEST, Attendance, RoomChange, Unsendable
from engine.cluster.member import Member
from engine.cluster.outgoing import RING_BYTES
from engine.cluster.packets import PROTOCOL, Datagram, Hello, encode
from engine.cluster.reliable import MOST
from engine.cluster.wire import PIECE
from engine.core.clock import MILLISECOND, SECOND, ns
from engine.core.kinds import Kind

from .ears import Ears, Room

CAME_BACK = [RoomChange.CAME, RoomChange.WENT, RoomChange.CAME]


def test_machines_meet_and_know_of_each_other():
    room = Room("home", "left", "right")
    room.link("left").describe({"cameras": ["cam"], "cores": 2})
    room.run(0.5)
    machines = room.link("home").machines()
    assert machines.keys() == {"left", "right"}
    left = machines["left"]
    assert (left.standing, left.version) == (Attendance.HERE, "0")
    assert left.has == {"cameras": ["cam"], "cores": 2}
    assert left.delay == left.uncertainty == MILLISECOND
    assert room.ears["home"].told == [
        ("left", RoomChange.CAME, "left is here"),
        ("right", RoomChange.CAME, "right is here"),
        ("left", RoomChange.SAID, "left has other things now"),
    ]


@pytest.mark.parametrize("ppm", [-50, 50])
@pytest.mark.parametrize("offset", [-3600, 3600])
def test_moments_are_translated_within_a_millisecond(offset, ppm):
    room = Room("home", "left")
    random = Random(3)
    room.way = lambda of, to, size: (MILLISECOND + random.randrange(20 * MILLISECOND),)
    room.skew("left", ns(offset), ppm)
    room.run(3)
    for _ in range(100):
        described = room.clock.now()
        room.link("left").send(
            "home", "pose", b"", Kind.LATEST, room.link("left").clock.of(described)
        )
        room.run(0.1)
        arrived = room.ears["home"].arrived[-1]
        assert abs(arrived.at - described) < MILLISECOND
        assert arrived.uncertainty < 4 * MILLISECOND


def test_a_clock_that_jumps_is_told_and_right_again_within_two_seconds():
    room = Room("home", "left")
    room.run(10)
    room.skew("left", ns(-3600))
    room.run(2)
    for name, other in (("home", "left"), ("left", "home")):
        assert room.ears[name].changes == [RoomChange.CAME, RoomChange.CLOCK_JUMPED]
        assert other in room.ears[name].told[-1][2]
    room.link("home").send("left", "x", b"", Kind.LATEST, room.clock.now())
    sent = room.clock.now()
    room.run(0.1)
    at = room.ears["left"].arrived[-1].at
    assert abs(at - room.link("left").clock.of(sent)) < 0.2 * MILLISECOND


def test_a_cut_loses_nothing_that_must_arrive_and_both_know():
    room = Room("home", "left")
    home = room.link("home")
    room.cut("home", "left")
    home.send("left", "notes", b"on", Kind.LOSSLESS)
    home.send("left", "pose", b"old", Kind.LATEST)
    for value in b"123456":
        home.send("left", "knob", bytes([value]), Kind.HELD)
    room.run(2)
    home.send("left", "notes", b"off", Kind.LOSSLESS)
    home.send("left", "pose", b"older", Kind.LATEST)
    room.mend("home", "left")
    room.run(1)
    contents = room.ears["left"].contents()
    assert (contents[0], contents[-2:]) == (b"on", [b"6", b"off"])
    assert b"old" not in contents
    assert room.ears["home"].changes == room.ears["left"].changes == CAME_BACK
    assert home.machines()["left"].counts["unsent"] == 1


@pytest.mark.parametrize("both_ways", [True, False])
@pytest.mark.parametrize("milliseconds", range(880, 1000, 12))
def test_who_was_gone_for_one_was_gone_for_both_however_short_it_was(milliseconds, both_ways):
    """Home offers a part anew to whom it saw come, and who comes has forgotten the offer before."""
    room = Room("home", "left")
    room.run(1)
    room.way = lambda of, to, size: () if both_ways or of == "home" else (MILLISECOND,)
    room.run(milliseconds / 1000)
    room.way = lambda of, to, size: (MILLISECOND,)
    room.run(1)
    assert room.ears["home"].changes == room.ears["left"].changes
    assert room.link("home").machines()["left"].standing is Attendance.HERE


def test_a_machine_is_gone_within_a_second():
    room = Room("home", "left")
    room.kill("left")
    room.run(0.8)
    assert room.ears["home"].changes == [RoomChange.CAME]
    room.run(0.2)
    assert room.ears["home"].changes == [RoomChange.CAME, RoomChange.WENT]
    assert room.link("home").machines()["left"].standing is Attendance.GONE


def test_one_that_leaves_is_gone_at_once():
    room = Room("home", "left")
    room.link("left").close()
    room.run(0.01)
    assert room.ears["home"].told[-1] == ("left", RoomChange.WENT, "left has left")


def test_a_link_that_carries_one_way_only_is_none():
    room = Room("home", "left")
    room.way = lambda of, to, size: (MILLISECOND,) if of == "home" else ()
    room.run(2)
    assert room.ears["home"].changes == [RoomChange.CAME, RoomChange.WENT]
    assert room.ears["left"].told[-1] == (
        "home",
        RoomChange.WENT,
        "home does not hear this machine",
    )


def test_a_new_start_hears_nothing_of_the_old_one_but_what_is_held():
    room = Room("home", "left")
    home = room.link("home")
    home.send("left", "knob", b"7", Kind.HELD)
    room.run(0.1)
    life = home.machines()["left"].life
    room.kill("left")
    room.run(2)
    home.send("left", "notes", b"on", Kind.LOSSLESS)
    room.ears["left"].arrived.clear()
    room.enter("left")
    room.run(1)
    assert room.ears["left"].contents() == [b"7"]
    assert room.ears["home"].changes == [
        RoomChange.CAME,
        RoomChange.WENT,
        RoomChange.FORGOTTEN,
        RoomChange.CAME,
    ]
    assert home.machines()["left"].life != life
    home.send("left", "notes", b"next", Kind.LOSSLESS)
    room.run(0.1)
    assert room.ears["left"].contents("notes") == [b"next"]


def test_a_quick_restart_is_seen_though_nothing_was_missed():
    room = Room("home", "left")
    room.kill("left")
    room.enter("left")
    room.run(1)
    assert room.ears["home"].changes == CAME_BACK


@pytest.mark.parametrize("pause", [0.0, 0.1, 0.4, 0.8, 2.0])
def test_a_restart_is_whole_again_on_both_sides_within_a_second(pause):
    room = Room("home", "left")
    room.run(5)
    room.kill("left")
    room.run(pause)
    room.ears["left"].told.clear()
    room.enter("left")
    room.run(1)
    assert room.ears["left"].changes == [RoomChange.CAME]
    assert room.ears["home"].changes == CAME_BACK


def test_of_two_machines_of_one_name_the_first_counts():
    room = Room("home", "left")
    for _ in range(20):
        room.link("home").take("left", encode(Hello(99)), hello=True)
        room.run(0.15)
    changes = room.ears["home"].changes
    assert changes == [RoomChange.CAME, RoomChange.TWIN]
    assert room.link("home").machines()["left"].counts["twins"] == 20


def test_a_machine_hears_that_its_own_name_is_taken():
    room = Room("home", "left")
    for _ in range(3):
        room.link("home").take("home", encode(Hello(99)), hello=True)
    room.run(0.1)
    taken = "another machine is called home too: give one of them another name"
    assert room.ears["home"].told[1:] == [("home", RoomChange.TWIN, taken)]


def misses(room):
    return {name for name in room.ears if room.link(name).member.misses_one}


def test_shy_machines_talk_to_home_and_to_whom_they_seek_only():
    room = Room()
    for name in ("home", "left", "right", "back"):
        room.ears[name] = Ears()
        room.link(name, shy=name != "home")
        room.enter(name)
    room.link("left").seek("right")
    room.run(1)
    here = {name: set(room.link(name).machines()) for name in room.ears}
    assert here["home"] == {"left", "right", "back"}
    assert here["left"] == {"home", "right"}
    assert here["right"] == {"home", "left"}
    assert here["back"] == {"home"}
    assert not misses(room)
    room.cut("left", "right")
    room.run(2)
    assert misses(room) == {"left"}  # who did not seek is found
    room.mend("left", "right")
    room.run(1)
    assert not misses(room)
    room.link("back").send("left", "notes", b"too early", Kind.LOSSLESS)
    room.run(4)
    assert set(room.link("back").machines()) == {"home", "left"}
    room.cut("home", "back")
    room.run(2)
    room.mend("home", "back")
    room.run(1)
    assert room.ears["back"].changes.count(RoomChange.CAME) == 3


def test_a_slow_link_carries_the_newest_picture_and_no_note_waits_behind():
    room = Room("home", "left")
    room.rate = 1_250_000  # 10 Mbit/s; the pictures alone are 22
    home = room.link("home")
    for number in range(100):
        home.send("left", "picture", bytes([number]) * 90_000, Kind.LATEST, room.clock.now())
        if number % 10 == 5:
            home.send("left", "notes", bytes([number]), Kind.LOSSLESS, room.clock.now())
        before = len(room.ears["left"].arrived)
        room.run(0.033)
        for one in room.ears["left"].arrived[before:]:
            late = room.clock.now() - one.at
            assert late < (0.15 if one.topic == "notes" else 0.4) * SECOND
    pictures = [content[0] for content in room.ears["left"].contents("picture")]
    assert pictures == sorted(set(pictures))
    assert 30 <= len(pictures) <= 60
    assert len(room.ears["left"].contents("notes")) == 10
    assert home.machines()["left"].counts["dropped"] >= 39
    assert room.ears["left"].changes == [RoomChange.CAME]


def test_sound_waits_for_a_second_in_front_of_a_slow_link():
    room = Room("home", "left")
    room.rate = 100_000
    for number in range(300):
        room.link("home").send("left", "sound", number.to_bytes(2) * 1000, Kind.CONTIGUOUS)
        room.run(0.01)
    room.run(3)
    blocks = [int.from_bytes(content[:2]) for content in room.ears["left"].contents()]
    assert blocks == sorted(set(blocks))
    assert blocks[:60] == list(range(60))
    assert len(blocks) < 250
    room.link("home").send("left", "sound", bytes(RING_BYTES + 1), Kind.CONTIGUOUS)


@settings(max_examples=12)
@given(st.integers(0, 1 << 30), st.sampled_from([0.0, 0.1, 0.4]), st.booleans())
def test_whatever_the_network_does_each_kind_keeps_its_promise(seed, loss, cuts):
    room = Room("home", "left")
    random = Random(seed)

    def way(of, to, size):
        copies = 0 if random.random() < loss else random.choice((1, 1, 1, 2))
        return [random.randrange(40 * MILLISECOND) for _ in range(copies)]

    room.way = way
    home, ears = room.link("home"), room.ears["left"]
    for number in range(40):
        content = number.to_bytes(2)
        home.send("left", "notes", content, Kind.LOSSLESS)
        home.send("left", "pose", content, Kind.LATEST)
        home.send("left", "sound", content, Kind.CONTIGUOUS)
        home.send("left", "knob", content, Kind.HELD)
        if number % 4 == 0:
            home.send("left", "picture", content * PIECE, Kind.LATEST)
        if cuts and random.random() < 0.1:
            room.cut("home", "left")
            room.run(random.random() * 2)
            room.mend("home", "left")
        room.run(0.02)
    room.way = lambda of, to, size: (MILLISECOND,)
    room.run(4)
    notes = [int.from_bytes(one) for one in ears.contents("notes")]
    assert notes == list(range(40))
    for topic in ("pose", "sound", "picture"):
        numbers = [int.from_bytes(one[:2]) for one in ears.contents(topic)]
        assert numbers == sorted(set(numbers))
    knobs = [int.from_bytes(one) for one in ears.contents("knob")]
    assert knobs == sorted(set(knobs))
    assert knobs[-1] == 39
    order = [one.topic for one in ears.arrived if one.content == (39).to_bytes(2)]
    assert order.index("notes") < order.index("knob")


def test_what_piles_up_beyond_all_bounds_is_told_on_both_sides_and_what_is_held_stays():
    room = Room("home", "left")
    home = room.link("home")
    home.send("left", "knob", b"3", Kind.HELD)
    room.run(0.1)
    room.cut("home", "left")
    room.run(1)
    for _ in range(MOST + 10):
        home.send("left", "notes", b"on", Kind.LOSSLESS)
    room.mend("home", "left")
    room.run(2)
    assert room.ears["home"].changes == [
        RoomChange.CAME,
        RoomChange.WENT,
        RoomChange.OVERRUN,
        RoomChange.CAME,
    ]
    assert room.ears["left"].changes == [
        RoomChange.CAME,
        RoomChange.WENT,
        RoomChange.OVERRUN,
        RoomChange.CAME,
    ]
    assert room.ears["left"].contents() == [b"3", b"3", *[b"on"] * 9]


def test_rubbish_is_counted_and_changes_nothing():
    room = Room("home", "left")
    home = room.link("home")
    random = Random(1)
    proper = [data for _, data in room.link("left").member.byes(room.clock.now())]
    for size in (0, 1, 2, 50, 1000, 200_000):
        home.take("left", bytes([PROTOCOL]) + random.randbytes(size), hello=False)
        home.take("left", bytes([PROTOCOL]) + random.randbytes(size), hello=True)
    for data in proper:
        for place in range(1, len(data)):
            home.take("left", data[:place], hello=False)
    home.take("../left", b"", hello=False)
    room.run(1)
    assert home.counts()["rubbish"] == 12 + len(proper[0]) - 1
    assert room.ears["home"].changes == [RoomChange.CAME]


def test_another_version_is_told_once():
    room = Room("home")
    for _ in range(3):
        room.link("home").take("left", bytes([PROTOCOL + 1, 0, 0]), hello=False)
    room.run(0.1)
    ((name, change, words),) = room.ears["home"].told
    assert (name, change) == ("left", RoomChange.OTHER_VERSION)
    assert "install the same" in words
    assert room.link("home").counts()["other_version"] == 3


def test_a_machine_that_floods_is_cut_short():
    room = Room("home", "left")
    home = room.link("home")
    for _ in range(25_000):
        home.take("flood", bytes([PROTOCOL]), hello=False)
    assert home.counts()["too_much"] == 5_000
    for number in range(100):
        home.take(f"name{number}", bytes([PROTOCOL]), hello=True)
    room.run(1)
    assert room.ears["home"].changes == [RoomChange.CAME]
    assert len(home.machines()) < 100


def test_what_cannot_be_sent_is_refused():
    home = Room("home", "left").link("home")
    for to, topic, content in (
        ("left", "", b""),
        ("left", "x" * 401, b""),
        ("left", "x", bytes(LONGEST + 1)),
        ("a/b", "x", b""),
        ("", "x", b""),
    ):
        with pytest.raises(Unsendable):
            home.send(to, topic, content, Kind.LATEST)
    with pytest.raises(Unsendable, match="plain data"):
        home.describe({"x": object()})
    with pytest.raises(Unsendable, match="32768"):
        home.describe({"x": "y" * 40_000})


def test_a_program_that_was_not_run_does_not_take_the_others_for_gone():
    room = Room("home", "left")
    member = room.link("home").member
    now = ns(room.clock.now() / 1e9 + 3)
    assert member.tick(now) == []
    assert member.counts()["slept"] == 1


PLAIN = st.none() | st.booleans() | st.integers(-2, 1 << 63) | st.binary(max_size=40) | st.text()
FIELDS = st.lists(PLAIN | st.lists(PLAIN | st.lists(PLAIN, max_size=6), max_size=6), max_size=22)


@given(FIELDS, st.integers(0, 21), PLAIN | st.lists(PLAIN, max_size=6), st.booleans())
def test_nothing_that_a_machine_says_raises(fields, place, value, hello):
    member = Member("home", "", 7)
    member.take("left", encode(Hello(5)), True, ns(1), ns(1))
    head = bytes([PROTOCOL])
    member.take("left", head + msgspec.msgpack.encode(fields), hello, ns(1), ns(1))
    proper = Datagram(5, 7, 1, 0, True, 0, 0, 0, 5, 5, 5, 0)
    bent = list(msgspec.structs.astuple(proper))
    bent[place % len(bent)] = value
    member.take("left", head + msgspec.msgpack.encode(bent), False, ns(1), ns(1))
    for step in range(3):
        list(member.leaving(ns(1 + step), ns(1), lambda: True))
        member.tick(ns(1 + step))
    member.machines(ns(4))
