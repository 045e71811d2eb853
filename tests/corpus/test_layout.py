"""Items on a map: within it, the same each time, neighbours together; with and without t-SNE."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.corpus import layout
from engine.corpus.file import WIDTHS
from engine.corpus.layout import compared, lay_out, principal

Floats = NDArray[np.float32]


def heaps(count: int, each: int = 12, width: int = 20) -> tuple[Floats, NDArray[np.intp]]:
    """Return items of several kinds, and which each is of."""
    rng = np.random.default_rng(1)
    middles = rng.normal(0, 3, (count, width))
    kinds = np.repeat(np.arange(count), each)
    items = middles[kinds] + rng.normal(0, 0.3, (len(kinds), width))
    return items.astype(np.float32), kinds


def purity(places: Floats, kinds: NDArray[np.intp]) -> float:
    """Return which part of the three nearest are of the same kind."""
    apart = np.linalg.norm(places[:, None] - places[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    return float((kinds[np.argsort(apart, axis=1)[:, :3]] == kinds[:, None]).mean())


@pytest.mark.parametrize("here", [True, False])
def test_places_are_on_the_map_and_the_same_each_time(
    here: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if here:
        pytest.importorskip("sklearn", reason="uv sync --extra learn")
    monkeypatch.setattr(layout, "is_tsne_here", lambda: here)
    items, kinds = heaps(4)
    places, how = lay_out(items)
    assert how == ("t-SNE" if here else "PCA")
    assert places.dtype == np.float32
    assert places.shape == (len(items), 2)
    assert places.min() >= 0
    assert places.max() <= 1
    assert np.ptp(places, axis=0).min() > 0.8
    assert np.array_equal(places, lay_out(items)[0])
    assert purity(places, kinds) >= (0.95 if here else 0.8)


@pytest.mark.parametrize("count", [1, 2, 3, 9])
def test_few_or_equal_items_have_places_too(count: int) -> None:
    for items in (np.ones((count, 5), np.float32), np.eye(count, 5, dtype=np.float32)):
        places, _ = lay_out(items)
        assert np.isfinite(places).all()
        assert places.min() >= 0
        assert places.max() <= 1


@pytest.mark.parametrize("count", [2, 12])
def test_copies_lie_beside_each_other_so_that_each_can_be_touched(count: int) -> None:
    items, _ = heaps(3)
    for copies in (
        np.ones((count, 5), np.float32),
        np.vstack((items, np.tile(items[:1], (count, 1)))),
    ):
        places, _ = lay_out(copies)
        assert len(np.unique(places, axis=0)) == len(places)
        assert places.min() >= 0
        assert places.max() <= 1


def test_without_scikit_learn_it_is_looked_for_in_vain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(layout, "find_spec", lambda name: None)
    assert not layout.is_tsne_here()


def test_the_first_direction_is_that_in_which_they_differ_most() -> None:
    rng = np.random.default_rng(2)
    items = rng.normal(0, 1, (50, 3)).astype(np.float32) * np.float32((0.1, 5.0, 1.0))
    found = principal(items, 2)
    assert abs(np.corrcoef(found[:, 0], items[:, 1])[0, 1]) > 0.99
    assert abs(np.corrcoef(found[:, 1], items[:, 2])[0, 1]) > 0.99


def test_how_a_sound_begins_counts_more_whatever_the_numbers_are() -> None:
    rng = np.random.default_rng(3)
    features = rng.normal(0, 1, (30, WIDTHS["sounds"])).astype(np.float32)
    features[:, 110:] *= 1000
    found = compared("sounds", features)
    seconds = min(30, 110)
    halves = [np.square(part).sum() for part in (found[:, :seconds], found[:, seconds:])]
    assert halves[1] / halves[0] == pytest.approx(1.4**2, rel=1e-3)


@pytest.mark.parametrize("count", [1, 2, 4])
def test_few_or_equal_sounds_are_compared_too(count: int) -> None:
    for features in (np.ones((count, WIDTHS["sounds"])), np.eye(count, WIDTHS["sounds"])):
        assert np.isfinite(compared("sounds", features.astype(np.float32))).all()


def test_one_direction_in_which_all_differ_does_not_hide_the_others() -> None:
    rng = np.random.default_rng(4)
    kinds = np.repeat([0, 1], 20)
    features = np.zeros((40, WIDTHS["sounds"]), np.float32)
    features[:, :110] = rng.normal(0, 2, (40, 110))
    features[:, :90] += rng.normal(0, 6, (40, 1))  # such as how bright they are
    features[:, 90:95] += 4.0 * kinds[:, None]
    spread = (features[:, :110] - features[:, :110].mean(0)) / features[:, :110].std(0)
    assert purity(compared("sounds", features), kinds) > purity(spread, kinds) + 0.05
