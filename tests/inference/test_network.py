"""The base of model boxes: it opens, runs and guards, and names the model in what it raises."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.core.context import Context
from engine.core.errors import ModelError
from engine.core.parameter import read_parameters
from engine.inference.network import ModelName, NetworkModel
from tests.inference.tiny_models import numbers, write_model


class Doubler(NetworkModel[float]):
    """Double a number, by the network."""

    TASK = "double"

    model: ModelName = "nowhere"

    def process(self, value: float) -> float:
        (y,) = self.run(x=numbers(value))
        return float(y[0])


@pytest.fixture
def box(tmp_path: Path) -> Doubler:
    made = Doubler(model=str(write_model(tmp_path / "double")))
    made.open()
    return made


def test_a_box_asks_its_network(box: Doubler) -> None:
    assert box.process(21.0) == 42.0
    assert box.run_by_name(x=numbers(1.5)) == {"y": numbers(3)}
    assert box.card.task == "double"


def test_model_and_provider_are_parameters_that_stay_while_playing() -> None:
    found = read_parameters(Doubler)
    assert [(each.name, each.default, each.fixed) for each in found.values()] == [
        ("model", "nowhere", True),
        ("provider", "cpu", True),
    ]


def test_it_may_be_closed_and_opened_as_often_as_one_likes(box: Doubler) -> None:
    for _ in range(2):
        box.close()
        box.close()
        with pytest.raises(ModelError, match=r'the model ".*double" is not open'):
            box.process(1.0)
        box.open()
        box.open()
        assert box.process(1.0) == 2.0


def test_another_model_takes_over_when_it_is_open(box: Doubler, tmp_path: Path) -> None:
    box.model = str(write_model(tmp_path / "other", {"network": "altered.onnx"}))
    assert box.process(100.0) == 200.0
    box.open()
    assert box.process(100.0) == pytest.approx(201.0)


@pytest.mark.parametrize("files", [{"network": "make.py"}, {"network": "double.onnx"}])
def test_what_was_open_stays_where_another_does_not_open(
    box: Doubler, tmp_path: Path, files: dict[str, str]
) -> None:
    box.model = str(write_model(tmp_path / "other", files, task="triple"))
    with pytest.raises(ModelError, match="other"):
        box.open()
    assert box.process(100.0) == 200.0


def test_a_folder_beside_the_patch_comes_first(tmp_path: Path) -> None:
    write_model(tmp_path / "nets" / "mine")
    box = Doubler(model="nets/mine")
    box.open(Context(folder=tmp_path))
    assert box.process(1.0) == 2.0
    with pytest.raises(ModelError, match='there is no model "nets/mine"'):
        box.open(Context(folder=tmp_path / "nets"))


def test_a_model_for_another_task_is_refused(tmp_path: Path) -> None:
    other = Doubler(model=str(write_model(tmp_path / "other", task="triple")))
    with pytest.raises(ModelError, match='the model "other" is for triple, not for double'):
        other.open()


def test_a_model_that_is_none_is_answered_with_what_there_is() -> None:
    with pytest.raises(ModelError, match=r'there is no model "nowhere"\. There is: .*movenet'):
        Doubler().open()


@pytest.mark.parametrize("value", [0.0, np.nan])
def test_what_is_no_number_is_an_error_of_that_answer(tmp_path: Path, value: float) -> None:
    ratio = Doubler(model=str(write_model(tmp_path / "ratio", {"network": "ratio.onnx"})))
    ratio.open()
    with pytest.raises(ModelError, match=r'the model ".*ratio" gave what is not a number'):
        ratio.process(value)
    assert ratio.process(3.0) == 1.0


def test_a_box_without_a_task_is_refused_where_it_is_defined() -> None:
    with pytest.raises(TypeError, match=r'Forgetful names no TASK, such as TASK = "pose"'):

        class Forgetful(NetworkModel[float]):
            def process(self, value: float) -> float:
                return value


def test_what_is_infinite_is_no_number_and_what_is_huge_is_one(box: Doubler) -> None:
    huge: NDArray[np.float32] = np.full(9, 1e38, np.float32)
    assert (box.run(x=huge)[0] == 2 * huge).all()
    with pytest.raises(ModelError, match="not a number"):
        box.run(x=2 * huge)


def test_what_does_not_fit_is_refused_with_the_model_named(box: Doubler) -> None:
    with pytest.raises(ModelError, match="double: "):
        box.run(x=np.zeros(1, np.int32))
    with pytest.raises(ModelError, match="double: "):
        box.run(picture=numbers(1))


def test_networks_and_files_are_asked_for_by_their_role(tmp_path: Path) -> None:
    files = {"first": "double.onnx", "second": "altered.onnx", "words": "make.py"}
    folder = write_model(tmp_path / "both", files)
    both = Doubler(model=str(folder))
    both.open()
    assert both.run(x=numbers(1))[0] == both.run("first", x=numbers(1))[0] == [2]
    assert both.run("second", x=numbers(1))[0] == numbers(2.01)
    assert both.read_file("words") == (folder / "make.py").read_bytes()
    with pytest.raises(ModelError, match=r'has no network "secnd".*"second"'):
        both.run("secnd", x=numbers(1))
    with pytest.raises(ModelError, match=r'no file has the role "wrods".*"words"'):
        both.read_file("wrods")
