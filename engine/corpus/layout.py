"""Lays items out on a map by likeness: alike is near.

With scikit-learn (the extra "learn") by t-SNE (van der Maaten & Hinton 2008), which keeps
neighbours together; without it along the two directions in which they differ most (PCA).
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.corpus.file import Kind
from engine.dsp.audio.sound_features import COUNT as SOUND_COUNT

Floats = NDArray[np.float32]

TSNE: Final = "t-SNE"
PCA: Final = "PCA"
_FEWEST: Final = 8
"""Items from which on neighbours are worth keeping together."""
_PERPLEXITY: Final = 10.0
_SHRINKAGE: Final = 0.45
"""Directions shorter than this part of the longest are shortened little."""
_BEGINS: Final = 1.4
"""How much more it counts how a sound begins."""
_MARGIN: Final = 0.04
_SEED: Final = 7
_HEAP: Final = 0.03
"""How far from each other copies lie, in parts of the map."""


def is_tsne_here() -> bool:
    """Whether scikit-learn is installed."""
    return find_spec("sklearn") is not None


def compared(kind: Kind, features: Floats) -> Floats:
    """Return features as they are compared: near is alike.

    Of sounds what each second is like, each number by its own spread, and how it begins, which
    counts more. Of both the directions in which they differ most are made shorter, or they would
    hide all others. Of pictures they are compared as they are.
    """
    if kind == "pictures":
        return features
    seconds, begins = features[:, :SOUND_COUNT], features[:, SOUND_COUNT:]
    seconds = (seconds - seconds.mean(0)) / (seconds.std(0) + 1e-3)
    return np.hstack((_of_size_one(_whitened(seconds)), _BEGINS * _of_size_one(_whitened(begins))))


def _whitened(columns: Floats) -> Floats:
    """Return columns by their principal directions, the long ones shortened to about one length."""
    centred = (columns - columns.mean(0)).astype(np.float64)
    places, sizes, _ = np.linalg.svd(centred, full_matrices=False)
    kept = _SHRINKAGE * sizes.max(initial=0.0) + 1e-9
    return np.asarray(places * (sizes / np.hypot(sizes, kept)), np.float32)


def _of_size_one(columns: Floats) -> Floats:
    columns = columns - columns.mean(0)
    size = np.sqrt(np.square(columns).sum(1).mean())
    return np.asarray(columns / max(float(size), 1e-9), np.float32)


def lay_out(features: Floats) -> tuple[Floats, str]:
    """Return where items lie, float32 (n, 2), 0 to 1, and how that was found."""
    if len(features) >= _FEWEST and is_tsne_here():
        return _apart(_spread(_tsne(features))), TSNE
    return _spread(_evened(principal(features, 2))), PCA


def principal(features: Floats, count: int) -> Floats:
    """Return how far items lie along the directions in which they differ most, (n, count)."""
    centred = (features - features.mean(0)).astype(np.float64)
    _, _, rows = np.linalg.svd(centred, full_matrices=False)
    found = np.zeros((len(features), count), np.float32)
    rows = rows[:count]
    signs = np.sign(rows[np.arange(len(rows)), np.abs(rows).argmax(1)])
    found[:, : len(rows)] = centred @ (rows * signs[:, None]).T
    return found


def _tsne(features: Floats) -> Floats:
    from sklearn import manifold
    from threadpoolctl import threadpool_limits

    perplexity = min(_PERPLEXITY, (len(features) - 1) / 3)
    made = manifold.TSNE(
        n_components=2,
        init=principal(features, 2) / max(float(principal(features, 1).std()), 1e-9) * 1e-4,
        perplexity=perplexity,
        random_state=_SEED,
    )
    with threadpool_limits(1, user_api="openmp"):  # threads that wait for each other take longer
        return np.asarray(made.fit_transform(features), np.float32)


def _evened(places: Floats) -> Floats:
    """Return places half by their order, so that no crowd lies on a heap and nobody far out."""
    ranks = places.argsort(0, kind="stable").argsort(0, kind="stable").astype(np.float32)
    return np.asarray(_spread(places) + ranks / max(1, len(places) - 1), np.float32)


def _apart(places: Floats) -> Floats:
    """Return places of which no two are the same: copies of a sound lie around each other.

    They lie on a spiral of sunflower seeds (Vogel 1979), so that a finger reaches each of them.
    """
    _, of, counts = np.unique(places, axis=0, return_inverse=True, return_counts=True)
    moved = places.copy()
    for heap in np.flatnonzero(counts > 1):
        members = np.flatnonzero(of.ravel() == heap)
        turn = np.arange(len(members)) * np.pi * (3 - np.sqrt(5))
        out = _HEAP * np.sqrt(np.arange(len(members)) / len(members))
        moved[members] += np.stack((out * np.cos(turn), out * np.sin(turn)), 1)
    return np.asarray(np.clip(moved, 0, 1), np.float32)


def _spread(places: Floats) -> Floats:
    """Return places from edge to edge of the map, with a margin; 0.5 where all are the same."""
    low, high = places.min(0), places.max(0)
    wide = np.where(high - low > 0, high - low, 1)
    unit = np.where(high - low > 0, (places - low) / wide, 0.5)
    return np.asarray(np.clip(_MARGIN + (1 - 2 * _MARGIN) * unit, 0, 1), np.float32)
