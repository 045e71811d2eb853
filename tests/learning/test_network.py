"""Small networks: kept as numbers, fitted elsewhere, and unsure of what was never shown."""

from __future__ import annotations

import json
import logging
from importlib.util import find_spec

import numpy as np
import pytest

from engine.core.context import MemoryState
from engine.learning import network_fitting
from engine.learning.examples_file import BadExamples
from engine.learning.learner import LearningManner, learned
from engine.learning.lesson import Lesson
from engine.learning.network import read_network, write_network
from engine.learning.network_lesson import fingerprint, fitted
from engine.learning.versions import Versions
from engine.learning.weights import EVEN, LessonWeights

from .lessons import moment, shown, small_network, three_classes

BY_NETWORK = LearningManner("classify", 0.2, by_network=True)
needs_scikit_learn = pytest.mark.skipif(
    find_spec("sklearn") is None, reason="uv sync --extra learn"
)


def test_what_was_written_is_read() -> None:
    found = read_network(write_network(small_network("these")))
    assert (found.names, found.outputs, found.score, found.report, found.of) == (
        *(("p", "q", "r"), ("low", "high", "side")),
        *(0.75, "so so", "these"),
    )
    asked = np.array([0.3, np.nan, 0.1], np.float32)
    assert found.shares(asked).tolist() == small_network().shares(asked).tolist()
    assert found.shares(asked).sum() == pytest.approx(1)


def changed(**values: object) -> bytes:
    return json.dumps(json.loads(write_network(small_network())) | values).encode()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "broken"),
        (b"\x80\x04cos\nsystem\n", "broken"),
        (write_network(small_network())[:300], "broken"),
        (changed(format=7), "format 7"),
        (changed(names=[]), "too many numbers, or none"),
        (changed(scale=[1.0]), "a scale for each number"),
        (changed(layers=[]), "too many layers"),
        (changed(layers=[{"weights": [[1.0]], "bias": [1.0]}]), "do not fit"),
        (changed(layers=[{"weights": [[1.0], []], "bias": [1.0]}]), "as long as each other"),
        (changed(outputs=["low"]), "do not fit"),
    ],
)
def test_a_strangers_network_is_refused_in_words(data: bytes, why: str) -> None:
    with pytest.raises(BadExamples, match=why):
        read_network(data)


def test_a_network_says_what_it_is_and_the_examples_whether_it_is_known() -> None:
    lesson = Lesson.of("classify", three_classes(), 0.2)
    assert not lesson.use(small_network(outputs=("low", "high"))), "it was fitted to other classes"
    assert lesson.use(small_network()) and lesson.score == 0.75
    near, far = lesson.classified(moment((0, 0, 0))), lesson.classified(moment((9, 9, 9)))
    assert near is not None and far is not None
    assert near.shares["high"] > 0.9 and near.distance < 1, "though the examples say low"
    assert far.distance > 1


@pytest.fixture
def missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Play where scikit-learn is not installed."""
    monkeypatch.setattr(network_fitting, "find_spec", lambda name: None)


@pytest.mark.usefixtures("missing")
def test_without_scikit_learn_it_is_said_what_installs_it_and_the_examples_play(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        lesson = learned(three_classes(), BY_NETWORK, Versions(box="poses"))
    assert "poses: a network needs scikit-learn: uv sync --extra learn" in caplog.text
    assert lesson.report.startswith("a network needs scikit-learn: uv sync --extra learn")
    found = lesson.classified(moment((1, 1, 0)))
    assert found is not None and found.shares["high"] > 0.9


@pytest.mark.usefixtures("missing")
def test_a_network_that_was_kept_plays_without_scikit_learn_and_only_for_its_examples() -> None:
    examples, state = three_classes(), MemoryState()
    versions = Versions(state)
    versions.keep_network(small_network(fingerprint("classify", examples, EVEN)))
    assert learned(examples, BY_NETWORK, versions).score == 0.75
    weighed = LearningManner("classify", 0.2, LessonWeights({"p": 3.0}), by_network=True)
    assert learned(examples, weighed, versions).score != 0.75
    examples.undo()
    assert learned(examples, BY_NETWORK, versions).score != 0.75


def test_a_network_that_is_broken_is_told_and_the_examples_play(
    caplog: pytest.LogCaptureFixture, missing: None
) -> None:
    state = MemoryState({"examples.network.json": b"{"})
    assert learned(three_classes(), BY_NETWORK, Versions(state)).score == 1
    assert "examples.network.json: it is broken, or cut off" in caplog.text


@pytest.mark.parametrize("task", ["classify", "regress"])
def test_what_cannot_be_fitted_leaves_the_examples(task: str) -> None:
    examples = shown(*[("a", (x, 0, 0), {"k": x}) for x in (0.0, 1.0)], ("b", (2, 2, 2), {"k": 3}))
    assert fitted(task, examples, 0.2, EVEN, lambda data: None) is None
    alone = shown(("a", (0, 0, 0), {}))
    asked: list[bytes] = []
    assert fitted(task, alone, 0.2, EVEN, asked.append) is None
    assert asked == [], "one class, or no knobs, is nothing to fit a network to"


@needs_scikit_learn
def test_a_network_learns_classes_that_lie_around_each_other() -> None:
    rng = np.random.default_rng(2)
    angles = rng.uniform(0, 2 * np.pi, (2, 12))
    takes = [
        (label, (far * np.cos(angle), far * np.sin(angle), 0.0), {})
        for label, far, turned in (("in", 0.4, angles[0]), ("out", 1.2, angles[1]))
        for angle in turned
    ]
    examples = shown(*takes, noise=0.05)
    one, other = (fitted("classify", examples, 0.2, EVEN, network_fitting.answer) for _ in range(2))
    assert one is not None and other is not None
    assert write_network(one) == write_network(other), "its seed is fixed"
    assert one.score > 0.7 and "right of what was left out" in one.report
    right = sum(
        one.outputs[one.shares(np.float32([far * np.cos(a), far * np.sin(a), 0])).argmax()] == label
        for label, far in (("in", 0.3), ("out", 1.2))
        for a in np.linspace(0, 6, 40)
    )
    assert right >= 74, f"{right} of 80"


@needs_scikit_learn
def test_a_network_learns_knobs() -> None:
    places = [(x, y) for x in np.linspace(0, 1, 4) for y in np.linspace(0, 1, 4)]
    takes = [("here", (x, y, x * y), {"k": x, "level": 90 * y}) for x, y in places]
    network = fitted("regress", shown(*takes), 0.2, EVEN, network_fitting.answer)
    assert network is not None and network.score > 0.8
    found = dict(zip(network.outputs, network.knobs(np.float32([0.5, 0.5, 0.25])), strict=True))
    assert found["k"] == pytest.approx(0.5, abs=0.08)
    assert found["level"] == pytest.approx(45, abs=8)


@needs_scikit_learn
def test_it_is_fitted_in_a_process_of_its_own_and_kept() -> None:
    state = MemoryState()
    first = learned(three_classes(), BY_NETWORK, Versions(state))
    kept = state.read("examples.network.json")
    assert kept is not None and json.loads(kept)["outputs"] == ["low", "high", "side"]
    again = learned(three_classes(), BY_NETWORK, Versions(state))
    asked = moment((0.9, 0.8, 0.1))
    one, other = first.classified(asked), again.classified(asked)
    assert one is not None and other is not None and one.shares == other.shares
    assert first.score == again.score == pytest.approx(1, abs=0.1)
