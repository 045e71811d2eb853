"""What is learned, as an ONNX network: another program gets the same from it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from typer.testing import CliRunner

from engine.cli import app
from engine.learning.examples import Examples
from engine.learning.lesson import Lesson
from engine.learning.versions import Versions
from engine.learning.weights import EVEN, LessonWeights
from engine.system.state_folder import StateFolder, state_places
from engine.training.errors import TrainingError
from engine.training.lesson_graph import lesson_graph
from tests.learning.lessons import NAMES, moment, shown, small_network, three_classes

PLACES = [(x, y, x * y) for x in (0.0, 0.5, 1.0) for y in (0.0, 0.5, 1.0)]
KNOBS = [("here", each, {"k": each[0], "level": 100 * each[1]}) for each in PLACES]


def wide(count: int) -> Examples:
    """Return classes of so many numbers, of which each counts by itself where they are many."""
    names = tuple(f"n{number}" for number in range(count))
    rng = np.random.default_rng(4)
    places = {label: rng.normal(size=count) for label in "abcd"}
    takes = [(label, place, {}) for _ in range(2) for label, place in places.items()]
    return shown(*takes, noise=0.1, names=names)


def run(network: bytes, rows: np.ndarray) -> dict[str, np.ndarray]:
    session = onnxruntime.InferenceSession(network)
    names = [each.name for each in session.get_outputs()]
    return dict(zip(names, session.run(None, {"values": rows.astype(np.float32)}), strict=True))


@pytest.mark.parametrize(
    ("examples", "weights"),
    [
        (three_classes(), EVEN),
        (three_classes(moments=1), LessonWeights({"p": 4.0}, {"low": 3.0})),
        (three_classes(), LessonWeights({"q": 0.0}, {"side": 0.0})),
        (wide(40), EVEN),
        (wide(200), EVEN),
        (shown(("only", (0.0, 0.0, 0.0), {})), EVEN),
        (shown(("near", (1e5, 0.0, 0.0), {}), ("by", (1e5, 1.0, 1.0), {}), noise=0.1), EVEN),
    ],
    ids=["plain", "weighed", "left out", "wide", "very wide", "one class", "far from 0"],
)
def test_classes_are_told_as_the_box_tells_them(examples: Examples, weights: LessonWeights) -> None:
    lesson = Lesson.of("classify", examples, 0.2, weights)
    rng = np.random.default_rng(5)
    shown_rows = examples.rows()[rng.integers(0, examples.count, 60)]
    rows = np.vstack([shown_rows + 0.3 * rng.normal(size=shown_rows.shape), 50 + shown_rows[:3]])
    told = run(
        lesson_graph(lesson, "classify"), rows[:, [examples.names.index(n) for n in lesson.names]]
    )
    unsure = 0
    for row, shares, distance, number in zip(
        rows, told["shares"], told["distance"], told["class"], strict=True
    ):
        found = lesson.classified(moment(row, examples.names))
        assert found is not None
        assert shares == pytest.approx([*found.shares.values()], abs=2e-3)
        assert distance == pytest.approx(found.distance, rel=2e-3)
        if abs(found.distance - 1) > 0.01:
            assert (number == -1) == (found.distance > 1)
        unsure += number == -1
    assert unsure >= 3


def test_a_moment_of_which_little_is_known_is_unsure_and_one_number_may_miss() -> None:
    lesson = Lesson.of("classify", three_classes(), 0.5)
    rows = np.array([[1, 1, np.nan], [np.nan, np.nan, 0], [1, 1, 0]])
    told = run(lesson_graph(lesson, "classify"), rows)
    assert told["class"].tolist() == [1, -1, 1]
    assert np.isinf(told["distance"][1])


@pytest.mark.parametrize("by_network", [False, True])
def test_knobs_are_turned_as_the_box_turns_them(by_network: bool) -> None:
    lesson = Lesson.of("regress", shown(*KNOBS), 0.2)
    if by_network:
        network = replace(
            small_network(outputs=lesson.outputs), mean=np.array([1, 20]), way=np.array([2, 9])
        )
        last = network.layers[-1]
        assert lesson.use(replace(network, layers=(network.layers[0], (last[0], last[1][:2]))))
    rows = np.vstack([np.random.default_rng(6).uniform(0, 1, (40, 3)), [[9, 9, 9]]])
    told = run(lesson_graph(lesson, "regress"), rows)
    for row, knobs, distance in zip(rows, told["knobs"], told["distance"], strict=True):
        found = lesson.reckoned(moment(row))
        assert found is not None
        assert knobs == pytest.approx([*found.knobs.values()], rel=1e-3, abs=2e-3)
        assert distance == pytest.approx(found.distance, rel=2e-3, abs=1e-3)
    assert told["distance"][-1] > 1


def test_a_small_network_is_in_it() -> None:
    lesson = Lesson.of("classify", three_classes(), 0.2)
    assert lesson.use(small_network())
    told = run(lesson_graph(lesson, "classify"), np.array([[0, 0, 0], [9, 9, 9]]))
    assert told["shares"][0, 1] > 0.9 and told["class"].tolist() == [1, -1]


def test_what_has_no_network_is_refused_in_words() -> None:
    with pytest.raises(TrainingError, match="nothing is learned"):
        lesson_graph(Lesson(), "classify")
    circle = shown(("wave", (0.0, 0.0, 0.0), {}), moments=30, noise=0.5)
    with pytest.raises(TrainingError, match="followed over time"):
        lesson_graph(Lesson.of("gesture", circle, 0.2), "gesture")


PATCH = """
[desk]
use = "osc_in"
listen = { number = "/number" }
[learner]
use = "learn"
from = "desk.number"
weigh = { p = 2.0 }
[out]
use = "collector"
send = { label = "learner" }
"""


def test_the_command_writes_it_with_the_names_of_its_numbers(tmp_path: Path) -> None:
    patch, file = tmp_path / "show.toml", tmp_path / "poses.onnx"
    patch.write_text(PATCH)
    state = StateFolder(state_places(patch, "learner"), print, lambda name, data: None)
    assert Versions(state).keep(three_classes())
    said = CliRunner().invoke(app, ["examples", str(patch), "learner", "--onnx", str(file)])
    assert said.exit_code == 0, said.output
    about = {each.key: each.value for each in onnx.load(file).metadata_props}
    assert json.loads(about["numbers"]) == list(NAMES)
    assert json.loads(about["classes"]) == ["low", "high", "side"]
    assert about["task"] == "classify"
    assert run(file.read_bytes(), np.array([[1.0, 1.0, 0.0]]))["class"].tolist() == [1]
