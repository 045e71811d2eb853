"""The network of letters as it learns: forward, and backward through time, in NumPy.

Backpropagation through time (Werbos, 1990), cut off after each stretch of letters, whose last state
the next one begins with (Williams and Peng, 1990). The weights are those of ``letters_network``.

Why NumPy, where pictures are learned by ONNX Runtime: each letter waits for the one before, so all
that is to be computed is one small product after another, which NumPy does as fast.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.training.letters_network import Weights

Floats = NDArray[np.float32]
Places = NDArray[np.int64]

_STEEPEST: Final = 1.0
"""Length beyond which a gradient is shortened, so that one odd stretch undoes nothing."""


def first_letters(letters: int, authors: int, units: int, seed: int) -> Weights:
    """Return weights to begin with, by chance, as PyTorch draws them."""
    rng = np.random.default_rng(seed)
    reach = 1 / np.sqrt(units)

    def drawn(*shape: int) -> Floats:
        return rng.uniform(-reach, reach, shape).astype(np.float32)

    return {
        "read": drawn(3 * units, letters + authors),
        "keep": drawn(3 * units, units),
        "bias": drawn(6 * units),
        "say": drawn(letters, units),
        "prefer": np.zeros(letters, np.float32),
    }


def learn_stretch(weights: Weights, seen: Places, state: Floats) -> tuple[float, Weights, Floats]:
    """Read letters, shape (n, length + 1), each of which says the next; ``state`` is (n, units).

    Return the loss in nats a letter, its gradients by the weights, and the state behind the last.
    """
    kept: list[tuple[Floats, ...]] = []
    states, following = _read(weights, seen[:, :-1], state, kept.append)
    count, length, units = states.shape
    flat = states.reshape(-1, units)
    loss, scores = _surprise(weights, flat, seen[:, 1:].reshape(-1))
    scores /= np.float32(len(flat))
    gradients = {"say": scores.T @ flat, "prefer": scores.sum(axis=0)}
    by_state = (scores @ weights["say"]).reshape(states.shape)
    taken, held = _back(weights, by_state, kept)
    before = np.stack([each[0] for each in kept], axis=1)
    one_hot = np.zeros((count * length, weights["read"].shape[1]), np.float32)
    one_hot[np.arange(len(one_hot)), seen[:, :-1].reshape(-1)] = 1
    one_hot[:, len(weights["prefer"])] = 1
    gradients["read"] = taken.T @ one_hot
    gradients["keep"] = held.T @ before.reshape(-1, units)
    gradients["bias"] = np.concatenate((taken.sum(axis=0), held.sum(axis=0)))
    return loss, _shortened(gradients), following


def surprise_at(weights: Weights, seen: Places) -> float:
    """Return the nats a letter of letters, shape (n, length + 1), each row begun anew."""
    state = np.zeros((len(seen), weights["keep"].shape[1]), np.float32)
    states, _ = _read(weights, seen[:, :-1], state)
    flat = states.reshape(-1, states.shape[2])
    return _surprise(weights, flat, seen[:, 1:].reshape(-1))[0]


def read_letter(weights: Weights, place: int, state: Floats | None) -> tuple[Floats, Floats]:
    """Read one letter; return a score for each that may follow, and the state."""
    if state is None:
        state = np.zeros((1, weights["keep"].shape[1]), np.float32)
    _, state = _read(weights, np.array([[place]]), state)
    return (state @ weights["say"].T + weights["prefer"])[0], state


def _read(
    weights: Weights,
    seen: Places,
    state: Floats,
    keep: Callable[[tuple[Floats, ...]], Any] = lambda _: None,
) -> tuple[Floats, Floats]:
    """Return the states behind each letter, (n, length, units), and the last of them."""
    units = state.shape[1]
    by_letter, held = weights["read"].T, np.ascontiguousarray(weights["keep"].T)
    bias, own_bias = np.split(weights["bias"], 2)
    bias = bias + by_letter[len(weights["prefer"])]  # the one author
    states = np.empty((*seen.shape, units), np.float32)
    for at in range(seen.shape[1]):
        taken = by_letter[seen[:, at]] + bias
        own = state @ held + own_bias
        gates = 1 / (1 + np.exp(-(taken[:, : 2 * units] + own[:, : 2 * units])))
        update, reset = gates[:, :units], gates[:, units:]
        new = np.tanh(taken[:, 2 * units :] + reset * own[:, 2 * units :])
        keep((state, update, reset, new, own[:, 2 * units :]))
        state = new + update * (state - new)
        states[:, at] = state
    return states, state


def _surprise(weights: Weights, states: Floats, wanted: Places) -> tuple[float, Floats]:
    """Return the nats a letter, and the gradient of their sum by the scores."""
    scores = states @ weights["say"].T + weights["prefer"]
    scores -= scores.max(axis=1, keepdims=True)
    rows = np.arange(len(wanted))
    at_wanted = scores[rows, wanted]
    np.exp(scores, out=scores)
    total = scores.sum(axis=1, keepdims=True)
    loss = float(np.mean(np.log(total[:, 0]) - at_wanted))
    scores /= total
    scores[rows, wanted] -= 1
    return loss, scores


def _back(
    weights: Weights, by_state: Floats, kept: list[tuple[Floats, ...]]
) -> tuple[Floats, Floats]:
    """Return the gradients by what the gates took, and by what they held: (n * length, 3 units)."""
    count, length, units = by_state.shape
    taken = np.empty((count, length, 3 * units), np.float32)
    held = np.empty_like(taken)
    later: Floats = np.zeros((count, units), np.float32)
    for at in reversed(range(length)):
        state, update, reset, new, own = kept[at]
        given = by_state[:, at] + later
        by_new = given * (1 - update) * (1 - new * new)
        by_update = given * (state - new) * update * (1 - update)
        by_reset = by_new * own * reset * (1 - reset)
        np.concatenate((by_update, by_reset, by_new), axis=1, out=taken[:, at])
        np.concatenate((by_update, by_reset, by_new * reset), axis=1, out=held[:, at])
        later = (given * update + held[:, at] @ weights["keep"]).astype(np.float32, copy=False)
    return taken.reshape(-1, 3 * units), held.reshape(-1, 3 * units)


def _shortened(gradients: Weights) -> Weights:
    """Return gradients of at most the longest length, all together."""
    length = float(np.sqrt(sum(float(np.vdot(each, each)) for each in gradients.values())))
    if length <= _STEEPEST:
        return gradients
    return {name: each * np.float32(_STEEPEST / length) for name, each in gradients.items()}
