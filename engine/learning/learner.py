"""Learns a lesson from examples, by a small network too where that is wanted."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from functools import partial
from typing import Final, Protocol

import numpy as np

from engine.learning import network_fitting
from engine.learning.examples import Examples
from engine.learning.lesson import Lesson
from engine.learning.network import SmallNetwork
from engine.learning.network_lesson import fingerprint, fitted
from engine.learning.versions import Versions
from engine.learning.weights import EVEN, LessonWeights
from engine.system import errand

_log: Final = logging.getLogger("sensorium")

_FITTING: Final = 60.0
"""Seconds that a network may take to be fitted."""


@dataclass(frozen=True, slots=True)
class LearningManner:
    """How to learn: the task, how far from the examples one is still known, and what counts."""

    task: str
    reach: float
    weights: LessonWeights = field(default=EVEN)
    by_network: bool = False


class Learner(Protocol):
    """A box that learns, as a command sees it."""

    task: str
    knobs: dict[str, float]
    person: int
    confidence: float

    def manner(self) -> LearningManner:
        """Return how it learns."""
        ...


def learned(examples: Examples, manner: LearningManner, versions: Versions) -> Lesson:
    """Return what is learned from examples; nothing, and that is logged, where that cannot be.

    A network that was kept for these very examples is taken; else one is fitted, and kept.
    """
    try:
        lesson = Lesson.of(manner.task, examples, manner.reach, manner.weights)
        if manner.by_network:
            _use_network(lesson, examples, manner, versions)
    except (np.linalg.LinAlgError, ValueError) as error:  # what cannot be solved
        _log.error("%s: could not learn: %s", versions.box, error)
        return Lesson()
    return lesson


def _use_network(
    lesson: Lesson, examples: Examples, manner: LearningManner, versions: Versions
) -> None:
    """Let a network say what it is; where there is none, the examples go on doing so."""
    if len(lesson.outputs) <= (manner.task == "classify"):
        return  # one class alone, or no knobs
    network = versions.network(fingerprint(manner.task, examples, manner.weights))
    if network is None:
        network, why = _fitted(examples, manner)
        if network is None:
            _log.warning("%s: %s; it goes by its examples", versions.box, why)
            lesson.report = f"{why}; it goes by its examples\n{lesson.report}"
            return
        versions.keep_network(network)
    lesson.use(network)


def _fitted(examples: Examples, manner: LearningManner) -> tuple[SmallNetwork | None, str]:
    """Return a network, or why there is none."""
    if not network_fitting.is_here():
        return None, network_fitting.REMEDY
    compute = partial(errand.send, network_fitting.FUNCTION, seconds=_FITTING)
    found = fitted(manner.task, examples, manner.reach, manner.weights, compute)
    return found, "no network could be fitted"
