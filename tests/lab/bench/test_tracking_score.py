"""How ids are scored: by hand, and as a library does that no one here wrote."""

from __future__ import annotations

import numpy as np
import pytest

from engine.lab.bench.rig.fetched import NotFetched, run_with
from engine.lab.bench.rig.tracking_score import Sights, score


def picture(truths, told, pairs=()):
    """Return a picture in which these pairs (true, told) lie alike."""
    table = np.zeros((len(truths), len(told)))
    for true, one in pairs:
        table[truths.index(true), told.index(one)] = 0.9
    return Sights(truths, told, table)


def both(*ids):
    """Return pictures of two people who were told as these ids; 0 was not told."""
    return [
        picture(
            [1, 2],
            [one for one in pair if one],
            [(true, one) for true, one in enumerate(pair, 1) if one],
        )
        for pair in ids
    ]


def test_perfect_ids():
    found = score(both(*[(7, 8)] * 10))
    assert (found.switches, found.fragments, found.idf1) == (0, 0, 1.0)


def test_a_swap_is_two_switches_and_costs_half_of_the_rest():
    found = score(both(*[(7, 8)] * 5, *[(8, 7)] * 5))
    assert found.switches == 2
    assert found.idf1 == pytest.approx(0.5)


def test_a_miss_is_a_fragment_and_no_switch():
    found = score(both((7, 8), (7, 0), (7, 8), (7, 8)))
    assert (found.switches, found.fragments) == (0, 1)
    assert found.idf1 == pytest.approx(2 * 7 / (8 + 7))


def test_who_comes_back_under_another_id_is_a_switch():
    assert score(both((7, 8), (7, 0), (7, 9))).switches == 1


def test_a_ghost_counts_against_idf1_alone():
    pictures = [picture([1], [7, 9], [(1, 7)])] * 4
    found = score(pictures)
    assert (found.switches, found.fragments) == (0, 0)
    assert found.idf1 == pytest.approx(2 * 4 / (4 + 8))


def test_an_id_is_kept_where_two_fit():
    table = np.array([[0.6, 0.9]])
    pictures = [picture([1], [7], [(1, 7)]), Sights([1], [7, 8], table)]
    assert score(pictures).switches == 0


def test_nothing_scores_nothing():
    assert score([]).idf1 == 0.0


def test_a_library_says_the_same():
    rng = np.random.default_rng(5)
    pictures = []
    for _ in range(60):
        truths = [one for one in (1, 2, 3) if rng.random() < 0.9]
        told = [one for one in (11, 12, 13, 14) if rng.random() < 0.8]
        # Each fits one at most, so that nothing hangs on how ties are broken.
        table = np.zeros((len(truths), len(told)))
        order = rng.permutation(len(told))
        for row, column in zip(range(len(truths)), order, strict=False):
            if rng.random() < 0.8:
                table[row, column] = rng.uniform(0.45, 1.0)
        pictures.append(Sights(truths, told, table))
    plain = [[list(p.truths), list(p.told), p.alike.tolist()] for p in pictures]
    try:
        theirs = run_with(["motmetrics==1.4.0", "numpy<2", "pandas<3"], "tracking_peer.py", plain)
    except NotFetched as error:
        pytest.skip(f"motmetrics: {error}")
    ours = score(pictures)
    assert theirs["switches"] == ours.switches
    assert theirs["fragments"] == ours.fragments
    assert theirs["idf1"] == pytest.approx(ours.idf1)
