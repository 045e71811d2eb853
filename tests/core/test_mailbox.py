"""What may be lost on the way to another thread, and what never is."""

from __future__ import annotations

import threading
from collections.abc import Hashable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.clock import SECOND, ns
from engine.core.kinds import Kind
from engine.core.mailbox import CAP, Item, Mailbox
from engine.core.messages import Ns
from tests.limits import LIMIT

KIND_OF = {
    "picture": Kind.LATEST,
    "pose": Kind.LATEST,
    "fader": Kind.HELD,
    "knob": Kind.HELD,
    "sound": Kind.CONTIGUOUS,
    "note": Kind.LOSSLESS,
    "trigger": Kind.LOSSLESS,
}
KEYS = st.sampled_from(sorted(KIND_OF))
TAKE, FIRST, SOME = "take all", "take first", "take three"
# A script: keys to put, numbered as they come, with takes in between.
SCRIPTS = st.lists(st.one_of(KEYS, st.sampled_from([TAKE, FIRST, SOME])), max_size=60)


def play(script: list[str], step: float = 0.01) -> tuple[Mailbox, list[tuple[str, int]]]:
    """Do what a script says, then take the rest; gives all that came out, in order."""
    box = Mailbox()
    out: list[Item] = []
    for number, word in enumerate(script):
        if word == TAKE:
            out += box.take()
        elif word == FIRST:
            out += box.take_first()
        elif word == SOME:
            some = box.take(3)
            assert len(some) <= 3
            out += some
        else:
            box.put(word, KIND_OF[word], number, ns(number * step))
    out += box.take()
    return box, [(str(item.key), item.content) for item in out]


def of(out: list[tuple[str, int]], *kinds: Kind) -> list[int]:
    return [number for key, number in out if KIND_OF[key] in kinds]


@given(SCRIPTS)
def test_of_one_key_nothing_older_comes_after_something_newer(script: list[str]) -> None:
    _, out = play(script)
    for key in KIND_OF:
        numbers = [number for name, number in out if name == key]
        assert numbers == sorted(set(numbers))


@given(SCRIPTS)
def test_what_must_never_be_lost_comes_out_whole_and_in_order(script: list[str]) -> None:
    _, out = play(script)
    put = [number for number, word in enumerate(script) if KIND_OF.get(word) is Kind.LOSSLESS]
    assert of(out, Kind.LOSSLESS) == put


@given(SCRIPTS)
def test_the_last_value_of_every_control_comes_out(script: list[str]) -> None:
    _, out = play(script)
    put = {word: number for number, word in enumerate(script) if KIND_OF.get(word) is Kind.HELD}
    last = {key: number for key, number in out if KIND_OF[key] is Kind.HELD}
    assert last == put


@given(SCRIPTS)
def test_a_control_change_never_overtakes_a_note_that_was_put_before_it(script: list[str]) -> None:
    _, out = play(script)
    place = {number: index for index, (_, number) in enumerate(out)}
    notes = of(out, Kind.LOSSLESS)
    for change in of(out, Kind.HELD):
        assert all(place[note] < place[change] for note in notes if note < change)


@given(SCRIPTS)
def test_what_is_not_there_in_the_end_was_counted(script: list[str]) -> None:
    box, out = play(script)
    put = [word for word in script if word in KIND_OF]
    assert len(put) == len(out) + box.coalesced + sum(box.dropped.values())
    assert not any(KIND_OF[str(key)] in (Kind.HELD, Kind.LOSSLESS) for key in box.dropped)


@given(SCRIPTS)
def test_of_pictures_only_the_newest_waits(script: list[str]) -> None:
    pictures = [word for word in script if word not in (TAKE, FIRST, SOME)]
    _, out = play(pictures)
    for key in ("picture", "pose"):
        last = [number for number, word in enumerate(pictures) if word == key][-1:]
        assert [number for name, number in out if name == key] == last


@given(st.lists(st.sampled_from(["sound", "note", FIRST]), max_size=80))
def test_of_sound_one_second_waits(script: list[str]) -> None:
    box, out = play(script, step=0.1)
    sound = of(out, Kind.CONTIGUOUS)
    assert len(sound) + box.dropped.get("sound", 0) == script.count("sound")
    if FIRST not in script and sound:
        newest = max(n for n, word in enumerate(script) if word == "sound")
        kept = [n for n, w in enumerate(script) if w == "sound" and newest - n <= 10]
        assert sound == kept


def put(box: Mailbox, *keys: str) -> list[bool]:
    return [box.put(key, KIND_OF[key], n, ns(n / 100)) for n, key in enumerate(keys)]


def taken(items: list[Item]) -> list[tuple[Hashable, int]]:
    return [(item.key, item.content) for item in items]


def test_a_value_set_again_takes_the_place_of_the_old_one() -> None:
    box = Mailbox()
    assert put(box, "fader", "knob", "fader") == [True, True, True]
    assert taken(box.take()) == [("fader", 2), ("knob", 1)]
    assert box.coalesced == 1


def test_a_value_set_again_after_a_note_comes_after_it() -> None:
    box = Mailbox()
    put(box, "fader", "note", "fader")
    assert taken(box.take()) == [("fader", 0), ("note", 1), ("fader", 2)]


def test_a_newer_picture_pushes_the_older_out_and_says_so() -> None:
    box = Mailbox()
    assert put(box, "picture", "note", "picture") == [True, True, False]
    assert taken(box.take()) == [("note", 1), ("picture", 2)]
    assert box.dropped == {"picture": 1}


def test_sound_is_taken_as_one_stretch_past_what_stands_between() -> None:
    box = Mailbox()
    put(box, "sound", "note", "sound")
    assert taken(box.take_first()) == [("sound", 0), ("sound", 2)]
    assert taken(box.take_first()) == [("note", 1)]
    assert box.take_first() == []


def test_sound_older_than_one_second_goes() -> None:
    box = Mailbox()
    assert box.put("sound", Kind.CONTIGUOUS, 0, Ns(0))
    assert box.put("sound", Kind.CONTIGUOUS, 1, Ns(SECOND))
    assert not box.put("sound", Kind.CONTIGUOUS, 2, Ns(SECOND + 1))
    assert taken(box.take()) == [("sound", 1), ("sound", 2)]


def test_a_full_mailbox_refuses_loudly_and_keeps_what_it_has() -> None:
    box = Mailbox()
    assert all(box.put("note", Kind.LOSSLESS, n, Ns(n)) for n in range(CAP))
    assert not box.put("note", Kind.LOSSLESS, CAP, Ns(CAP))
    assert box.overruns == 1
    assert [item.content for item in box.take()] == list(range(CAP))


def test_it_wakes_once_for_all_that_waits() -> None:
    woken: list[int] = []
    box = Mailbox(lambda: woken.append(len(box)))
    put(box, "note", "fader", "picture")
    assert woken == [1]
    box.take()
    put(box, "note")
    assert woken == [1, 1]


def test_threads_lose_nothing() -> None:
    box = Mailbox()
    each = 500

    def notes(who: int) -> None:
        for number in range(each):
            box.put(("note", who), Kind.LOSSLESS, (who, number), Ns(number))

    threads = [threading.Thread(target=notes, args=(who,)) for who in range(4)]
    for thread in threads:
        thread.start()
    out: list[Item] = []
    while any(thread.is_alive() for thread in threads):
        out += box.take_first()
    for thread in threads:
        thread.join()
    out += box.take()
    for who in range(4):
        assert [i.content[1] for i in out if i.content[0] == who] == list(range(each))


def test_while_a_message_is_replaced_it_never_seems_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or whoever takes what waits passes it by, and is not woken again: it was not empty."""
    box, seen = Mailbox(), []
    drop = Mailbox._drop

    def looked_at(mailbox: Mailbox, ticket: int) -> None:
        drop(mailbox, ticket)
        looker = threading.Thread(target=lambda: seen.append(len(mailbox)))
        lookers.append(looker)
        looker.start()
        looker.join(0.05)  # it waits for its turn

    lookers: list[threading.Thread] = []
    monkeypatch.setattr(Mailbox, "_drop", looked_at)
    for at in range(2):
        box.put("frame", Kind.LATEST, at, Ns(at))
    (looker,) = lookers
    looker.join(LIMIT)
    assert seen == [1]
