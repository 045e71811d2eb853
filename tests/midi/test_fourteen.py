"""Numbers of 14 bits by their halves, as different senders say them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.midi.fourteen import MOST, WAIT, FourteenBits

SHORT, LONG = WAIT // 10, 10 * WAIT
HALVES = st.integers(0, 127)
VALUES = st.lists(st.tuples(HALVES, HALVES), min_size=1, max_size=20)


def heard(*halves, bits=None):
    """Take ("c" or "f", half, moment) each; return what was told, with what settled at the end."""
    bits, told, at = bits or FourteenBits(), [], 0
    for which, half, at in halves:
        told += [value for _, value in bits.settle(at)]
        value = (bits.coarse if which == "c" else bits.fine)("k", half, at)
        told += [] if value is None else [value]
    return told + [value for _, value in bits.settle(at + WAIT)]


def test_a_coarse_half_alone_is_a_value_and_clears_the_fine_one():
    assert heard(("c", 127, 0)) == [127 << 7]
    assert heard(("c", 64, 0), ("f", 5, LONG), ("c", 0, 2 * LONG))[-1] == 0
    # As a script sends it, slowly.
    steps = [("c", 64, 0), ("f", 32, 6 * WAIT), ("c", 127, 12 * WAIT), ("f", 127, 18 * WAIT)]
    assert heard(*steps) == [64 << 7, 64 << 7 | 32, 127 << 7, 16383]


def test_a_sender_of_coarse_halves_is_told_at_once():
    bits = FourteenBits()
    assert [bits.coarse("k", n, n * SHORT) for n in range(5)] == [n << 7 for n in range(5)]


@given(VALUES)
def test_pairs_coarse_first_are_told_whole_after_the_first(values):
    steps = []
    for count, (coarse, fine) in enumerate(values):
        at = count * LONG
        steps += [("c", coarse, at), ("f", fine, at + SHORT)]
    wholes = [coarse << 7 | fine for coarse, fine in values]
    assert heard(*steps) == [values[0][0] << 7, *wholes]


@given(VALUES, st.sampled_from([SHORT, LONG]))
def test_pairs_fine_first_are_told_whole_and_never_jump(values, pause):
    steps, at = [], 0
    for coarse, fine in values:
        steps += [("f", fine, at), ("c", coarse, at + SHORT)]
        at += pause + SHORT
    assert heard(*steps) == [coarse << 7 | fine for coarse, fine in values]


@given(st.lists(HALVES, min_size=3, max_size=20))
def test_fine_halves_alone_move_the_last_value(fines):
    bits = FourteenBits()
    heard(("c", 10, 0), ("f", 0, SHORT), bits=bits)
    steps = [("f", fine, LONG + count * SHORT) for count, fine in enumerate(fines)]
    told = heard(*steps, bits=bits)
    assert told[-1] == 10 << 7 | fines[-1]
    assert len(told) == len(fines) - 1  # the first waits whether a coarse half follows


def test_a_coarse_half_that_waits_for_nothing_is_told_when_it_has_waited():
    bits = FourteenBits()
    heard(("c", 1, 0), ("f", 1, SHORT), bits=bits)
    assert bits.coarse("k", 99, LONG) is None
    assert list(bits.settle(LONG + WAIT - 1)) == []
    assert list(bits.settle(LONG + WAIT)) == [("k", 99 << 7)]
    assert list(bits.settle(LONG + 2 * WAIT)) == []
    # One who says the coarse half twice says no fine one.
    assert bits.coarse("k", 98, 2 * LONG) is None
    assert bits.coarse("k", 97, 2 * LONG + SHORT) == 97 << 7
    assert bits.coarse("k", 96, 2 * LONG + 2 * SHORT) == 96 << 7


def test_a_fine_half_of_nothing_is_no_value():
    assert heard(("f", 64, 0)) == []
    assert heard(("f", 64, 0), ("f", 65, SHORT), ("c", 1, LONG)) == [1 << 7]


@given(st.lists(st.tuples(st.sampled_from("cf"), HALVES, st.integers(0, 3 * WAIT)), max_size=30))
def test_whatever_comes_what_is_told_last_is_near_what_came_last(steps):
    at, given_, coarse = 0, [], None
    for which, half, pause in steps:
        at += pause
        given_.append((which, half, at))
        coarse = half if which == "c" else coarse
    told = heard(*given_)
    assert all(0 <= value <= 16383 for value in told)
    if coarse is not None:
        assert told[-1] >> 7 == coarse
        last, half, _ = given_[-1]
        assert told[-1] & 127 == (half if last == "f" else told[-1] & 127)


@pytest.mark.parametrize("half", ["coarse", "fine"])
def test_a_flood_of_numbers_fills_no_memory(half):
    bits = FourteenBits()
    for number in range(3 * MOST):
        getattr(bits, half)(number, 1, 0)
    assert len(bits._halves) == MOST
    assert len(bits._waiting) <= MOST
