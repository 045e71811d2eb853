"""What begins and ends a press."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.messages import Note, Trigger
from engine.dsp.presses import Presses


def taken(*messages):
    presses = Presses()
    return [presses.take(each) for each in messages]


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        ((Trigger(), Trigger(0.0)), ["struck", "struck"]),
        ((True, True, False, False), ["pressed", None, "released", None]),
        ((False,), [None]),
        ((Note(60, 9), Note(60, 0)), ["pressed", "released"]),
        (
            (Note(60, 9), Note(62, 9), Note(60, 0), Note(62, 0)),
            ["pressed"] * 2 + [None, "released"],
        ),
        ((Note(60, 9), Note(60, 0, 2), Note(60, 0)), ["pressed", None, "released"]),
        ((Note(60, 9), Note(60, 1), Note(60, 0)), ["pressed", "pressed", "released"]),
        ((Note(0, 9), False, Note(0, 0)), ["pressed", None, "released"]),
    ],
)
def test_what_messages_begin_and_end(messages, expected):
    assert taken(*messages) == expected


@given(st.lists(st.one_of(st.booleans(), st.builds(Note, st.integers(0, 3), st.integers(0, 1)))))
def test_it_is_released_once_when_nothing_is_held_any_more(messages):
    presses, held = Presses(), set()
    for message in messages:
        key = message.note if isinstance(message, Note) else "switch"
        on = message.velocity > 0 if isinstance(message, Note) else message
        before = bool(held)
        held = held | {key} if on else held - {key}
        assert (presses.take(message) == "released") is (before and not held)
