"""Messages that must arrive: whatever a network does, each once and in order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.cluster.packets import KEEPS, Parcel
from engine.cluster.reliable import MOST, UNDERWAY, ReliableReceiver, ReliableSender
from engine.cluster.wire import PIECE
from engine.core.clock import ns
from engine.core.kinds import Kind
from engine.core.messages import Ns

LOSSLESS, HELD = KEEPS.index(Kind.LOSSLESS), KEEPS.index(Kind.HELD)
PATIENCE = ns(0.25)


def note(content: bytes) -> Parcel:
    return Parcel("notes", LOSSLESS, None, content)


def knob(topic: str, content: bytes) -> Parcel:
    return Parcel(topic, HELD, None, content)


def talk(sender, receiver, steps, heard):
    """Let packets be lost, doubled and reordered as ``steps`` says; then let everything through."""
    wire = []
    now = Ns(0)
    for fate in [*steps, *["take"] * 40]:
        now = Ns(now + PATIENCE)
        first, parcels = sender.take(now, PATIENCE, 200)
        packet = (sender.epoch, first, parcels)
        wire += {"lose": [], "double": [packet, packet], "keep": [packet]}.get(fate, [packet])
        if fate == "turn":
            wire.reverse()
        if fate in ("take", "double", "turn"):
            for epoch, at, content in wire:
                receiver.begin(epoch)
                heard += receiver.take(epoch, at, content)
            wire.clear()
            if fate != "double":  # the answer is lost too, at times
                sender.arrived(receiver.epoch, receiver.count)


@given(
    st.lists(st.binary(max_size=60), max_size=60),
    st.lists(st.sampled_from(["lose", "double", "turn", "keep", "take"]), max_size=60),
)
def test_each_arrives_once_and_in_order_whatever_the_network_does(contents, steps):
    sender, receiver = ReliableSender(), ReliableReceiver()
    for content in contents:
        sender.post(note(content))
    heard: list[Parcel] = []
    talk(sender, receiver, steps, heard)
    assert [one.content for one in heard] == contents
    assert sender.count == 0


@given(st.lists(st.tuples(st.sampled_from("abc"), st.binary(max_size=4)), max_size=40))
def test_held_values_coalesce_and_never_overtake_a_note(posted):
    sender, receiver = ReliableSender(), ReliableReceiver()
    newest = {}
    for number, (topic, content) in enumerate(posted):
        sender.post(knob(topic, content))
        newest[topic] = content
        if number == len(posted) // 2:
            before = dict(newest)
            sender.post(note(b"note"))
    assert sender.count <= 7
    heard: list[Parcel] = []
    talk(sender, receiver, [], heard)
    values = {one.topic: one.content for one in heard if one.keep == HELD}
    assert values == newest
    if posted:
        place = [one.content for one in heard if one.topic == "notes"]
        assert place == [b"note"]
        first = heard[: [one.topic for one in heard].index("notes")]
        assert {one.topic: one.content for one in first} == before


@given(st.integers(1, 4 * PIECE), st.lists(st.sampled_from(["lose", "double", "take"])))
def test_long_contents_arrive_whole(size, steps):
    content = bytes(range(256)) * (size // 256 + 1)
    sender, receiver = ReliableSender(), ReliableReceiver()
    sender.post(note(content))
    sender.post(note(b"next"))
    heard: list[Parcel] = []
    talk(sender, receiver, steps, heard)
    assert [one.content for one in heard] == [content, b"next"]
    assert not any(one.more for one in heard)


def test_what_piles_up_beyond_all_bounds_is_dropped_at_once_and_told_to_the_other_side():
    sender, receiver = ReliableSender(), ReliableReceiver()
    heard: list[Parcel] = []
    sender.post(note(b"before"))
    talk(sender, receiver, [], heard)
    dropped = [sender.post(note(b"%d" % number)) for number in range(MOST + 1)]
    assert dropped == [0] * MOST + [MOST + 1]
    sender.post(note(b"after"))
    assert receiver.begin(sender.epoch)
    talk(sender, receiver, [], heard)
    assert [one.content for one in heard] == [b"before", b"after"]


def test_no_more_is_under_way_than_may_be():
    sender = ReliableSender()
    for number in range(UNDERWAY + 9):
        sender.post(note(b"%d" % number))
    taken = 0
    while sender.due(PATIENCE) == 0:
        taken += len(sender.take(Ns(0), PATIENCE, 10_000)[1])
    assert taken == UNDERWAY
    sender.arrived(0, 5)
    assert len(sender.take(Ns(0), PATIENCE, 10_000)[1]) == 5


def test_an_answer_that_cannot_be_is_not_believed():
    sender = ReliableSender()
    sender.post(note(b"1"))
    sender.take(Ns(0), PATIENCE, 100)
    sender.arrived(0, 5)
    sender.arrived(7, 1)
    assert sender.count == 1
