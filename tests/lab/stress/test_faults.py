from __future__ import annotations

from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from engine.lab.stress.actions import nonsense
from engine.lab.stress.faults import BURST, CALM, CAMERA_KILLED, HOGS, SETTLE, STOPPED, storm
from engine.osc.parse import Malformed, packet

CHOICES = [(BURST, ""), (CAMERA_KILLED, "camera"), (HOGS, ""), (STOPPED, "")]


@given(st.integers(0, 1000), st.floats(10, 3600))
def test_the_same_seed_is_the_same_storm(seed, seconds):
    assert storm(seed, seconds, CHOICES) == storm(seed, seconds, CHOICES)


@given(st.integers(0, 1000), st.floats(10, 3600))
def test_every_fault_has_its_time_to_settle_and_calm_after_it(seed, seconds):
    injections = storm(seed, seconds, CHOICES)
    for a, b in pairwise(injections):
        assert b.at - (a.at + a.lasts) >= SETTLE + CALM - 0.1
    assert all(each.at + each.lasts + SETTLE <= seconds + 0.1 for each in injections)


def test_other_seeds_are_other_storms():
    assert len({tuple(storm(seed, 300, CHOICES)) for seed in range(20)}) == 20


def test_every_fault_has_its_turn_before_any_comes_again():
    injections = storm(5, 600, CHOICES)
    for start in range(0, len(injections) - 3, 4):
        assert len({each.fault for each in injections[start : start + 4]}) == 4


def test_a_storm_without_faults_is_calm():
    assert storm(1, 600, []) == []


def test_nonsense_is_mostly_none_that_can_be_read():
    dice, good = Random(1), 0
    for _ in range(500):
        try:
            packet(nonsense(dice))
            good += 1
        except Malformed:
            continue
    assert 0 < good < 350  # some is read, and then names boxes that are not there
