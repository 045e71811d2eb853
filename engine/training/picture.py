"""Trains a network that paints the performer from a skeleton, on what they recorded.

The last fifth of the recording is never learned from: on it is measured how near the paintings are
to pictures that the network has not seen, beside the nearest of all pictures that it has seen.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from engine.core.clock import SECOND, Clock
from engine.dsp.image.difference import difference, nearest
from engine.dsp.image.similarity import ssim
from engine.inference.backend import CPU, Runner, Stored
from engine.inference.backends import BACKENDS
from engine.training.errors import TrainingError
from engine.training.pairs import Pairs, Pictures
from engine.training.unet import (
    LOSS,
    PICTURE,
    SKELETON,
    Adam,
    Weights,
    first_weights,
    painting_graph,
    training_graph,
)

_HELD_OUT: Final = 0.2
_BATCH: Final = 8
_RATE: Final = 2e-3
_WARM_UP: Final = 0.02
"""The part of the training in which the rate rises."""
_AT_ONCE: Final = 200
"""The most held-out pictures that are measured."""


class Likeness(NamedTuple):
    """How near pictures are to those that were held out: mean difference (0 equal), SSIM (1)."""

    difference: float
    similarity: float


class Measured(NamedTuple):
    """The paintings beside the nearest picture of all that were learned from, on the same ones."""

    painted: Likeness
    nearest: Likeness

    @property
    def ratio(self) -> float:
        """How far off the paintings are, of how far off the nearest picture is."""
        return self.painted.difference / max(self.nearest.difference, 1e-9)


@dataclass(frozen=True)
class TrainingProgress:
    """How far it is: 0 to 1, the seconds taken, and the loss of late."""

    done: float
    seconds: float
    steps: int
    loss: float

    def after_step(
        self, loss: float, taken: float, *, seconds: float, steps: int
    ) -> TrainingProgress:
        """Return how far it is one step later, ``taken`` seconds after the beginning.

        It trains for ``seconds``, or for a number of ``steps`` where that is not 0.
        """
        count = self.steps + 1
        done = count / steps if steps else taken / seconds
        late = loss if math.isnan(self.loss) else self.loss + 0.02 * (loss - self.loss)
        return TrainingProgress(min(done, 1.0), taken, count, late)


class PictureTraining:
    """The training of one network; ``step`` until ``done``, then or before then ``network``."""

    def __init__(
        self, pairs: Pairs, clock: Clock, *, seconds: float, steps: int = 0, threads: int, seed: int
    ) -> None:
        """Train for ``seconds``, or for a number of ``steps`` where that is not 0."""
        held = max(1, round(len(pairs.pictures) * _HELD_OUT))
        self.seen, self.unseen = slice(0, -held), slice(-held, None)
        self.pairs = pairs
        _, height, width, _ = pairs.pictures.shape
        self.size = (height, width)
        self._order = np.random.default_rng(seed)
        self._clock, self._seconds, self._steps = clock, seconds, steps
        graph, shapes = training_graph(_BATCH, height, width)
        self._runner = _open(graph, threads)
        mean = pairs.pictures[self.seen].mean(axis=0, dtype=np.float32).transpose(2, 0, 1) / 255
        self._weights: Weights = first_weights(shapes, mean, seed)
        self._adam = Adam(self._weights)
        self._names = list(shapes)
        self._wanted = [LOSS, *(f"d.{name}" for name in shapes)]
        self._begun = clock.now()
        self._waiting: list[int] = []
        self.progress = TrainingProgress(0.0, 0.0, 0, math.nan)

    @property
    def done(self) -> bool:
        """Whether it has taken its time, or its steps."""
        return self.progress.done >= 1.0

    def step(self) -> None:
        """Learn from one batch. Raises TrainingError where the numbers leave all bounds."""
        chosen = self._choose()
        inputs = {SKELETON: self.pairs.skeletons[chosen], PICTURE: self.pairs.pictures[chosen]}
        loss, *gradients = self._runner.run(self._wanted, {**self._weights, **inputs})
        if not math.isfinite(float(loss)):
            raise TrainingError("the training came to what is not a number")
        rate = _RATE * _schedule(self.progress.done)
        self._adam.step(zip(self._names, gradients, strict=True), rate)
        self._count(float(loss))

    def network(self) -> bytes:
        """Return the network as it is now, as an ONNX file."""
        return painting_graph(self._weights, *self.size)

    def measure(self, paint: Callable[[Pictures], Pictures]) -> Measured:
        """Hold paintings to the pictures that were held out, and the nearest that was seen too."""
        every = max(1, -(-len(self.pairs.pictures[self.unseen]) // _AT_ONCE))
        wanted = self.pairs.pictures[self.unseen][::every]
        painted = [paint(each) for each in self.pairs.skeletons[self.unseen][::every]]
        seen = self.pairs.pictures[self.seen]
        found = [seen[nearest(each, seen)] for each in wanted]
        return Measured(_likeness(painted, wanted), _likeness(found, wanted))

    def _choose(self) -> list[int]:
        """Return the next batch: all pairs in an order of chance, then all in another one."""
        while len(self._waiting) < _BATCH:
            self._waiting += self._order.permutation(len(self.pairs.pictures[self.seen])).tolist()
        chosen, self._waiting = self._waiting[:_BATCH], self._waiting[_BATCH:]
        return chosen

    def _count(self, loss: float) -> None:
        taken = (self._clock.now() - self._begun) / SECOND
        self.progress = self.progress.after_step(
            loss, taken, seconds=self._seconds, steps=self._steps
        )


class TrainedPainter:
    """Paints with a network as it is exported."""

    def __init__(self, network: bytes) -> None:
        self._runner = _open(network, 1)

    def __call__(self, skeleton: Pictures) -> Pictures:
        """Return the painting of a drawn skeleton; both uint8, (height, width, 3)."""
        (painted,) = self._runner.run([PICTURE], {SKELETON: skeleton[None]})
        return np.asarray(painted[0], np.uint8)


def _open(network: bytes, threads: int) -> Runner:
    return BACKENDS["onnxruntime"].start(Stored(network), CPU, threads)


def _schedule(done: float) -> float:
    """Return the share of the rate: it rises, and then falls along a cosine."""
    return min(done / _WARM_UP, 0.5 + 0.5 * math.cos(math.pi * done), 1.0) + 0.002


def _likeness(pictures: list[Pictures], wanted: Pictures) -> Likeness:
    both = list(zip(pictures, wanted, strict=True))
    return Likeness(
        float(np.mean([difference(*pair) for pair in both])),
        float(np.mean([ssim(*pair) for pair in both])),
    )
