"""Examples as tables: CSV goes out and comes back, and Wekinator's ARFF comes in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from engine.cli import app
from engine.core.errors import UnknownName, UnreadableFile
from engine.learning.examples import Examples
from engine.learning.examples_file import BadExamples, write_examples
from engine.learning.named_numbers import NamedNumbers
from engine.learning.project import read_project
from engine.learning.tables import read_table, write_table

WEKINATOR = """@relation dataset

@attribute ID numeric
@attribute Timestamp date 'yyyy/MM/dd HH:mm:ss:SSS'
@attribute 'Training round' numeric
@attribute inputs-1 numeric
@attribute inputs-2 numeric
@attribute outputs-1 {0,1,2}

@data
1,'2016/02/28 17:24:45:100',1,0.1,0.2,1
2,'2016/02/28 17:24:45:200',1,0.1,0.3,1
3,'2016/02/28 17:24:50:100',2,0.9,?,2
"""
PATCH = """
[desk]
use = "osc_in"
listen = { number = "/number" }
[learner]
use = "learn"
from = "desk.number"
[out]
use = "collector"
send = { label = "learner" }
"""


def shown() -> Examples:
    examples = Examples()
    for label, value in (('a "b", c', 1.0), ("🙂", np.nan), ('a "b", c', 0.1)):
        examples.begin(label, {"cutoff": 0.5})
        for moment in (0.0, 0.5):
            examples.add(NamedNumbers(("p", "q"), np.array([value, 2], np.float32)), moment)
    return examples


def test_csv_comes_back_as_it_went() -> None:
    examples = shown()
    assert write_examples(read_table(write_table(examples))) == write_examples(examples)


def test_wekinators_arff_is_taken_with_its_rounds() -> None:
    found = read_table(WEKINATOR, ["value", "a"])
    assert found.names == ("value", "a")
    assert [(take.label, len(take.rows)) for take in found.takes] == [("1", 2), ("2", 1)]
    assert found.takes[0].targets == {"outputs-1": 1.0}
    assert found.rows()[0].tolist() == pytest.approx([0.1, 0.2])
    assert np.isnan(found.rows()[2, 1])


def test_outputs_that_change_within_a_round_are_takes_of_their_own() -> None:
    table = "training round,inputs-1,outputs-1,outputs-2\n1,0,1,0.2\n1,1,1,0.4\n1,2,1,0.4\n"
    takes = read_table(table).takes
    assert [(take.targets["outputs-2"], len(take.rows)) for take in takes] == [(0.2, 1), (0.4, 2)]


def test_of_a_plain_table_the_last_column_is_the_label() -> None:
    found = read_table("x,y,kind\n1,2,cup\n3,4,hand\n5\n")
    assert found.labels == ("cup", "hand") and found.names == ("x", "y")


@pytest.mark.parametrize(
    "text",
    ["", "label\n", "x,x,label\n1,2,a\n", "x,label\n", "\x00,\x01\n", "@relation x\n@data\n"],
)
def test_what_is_no_table_of_examples_is_refused_in_words(text: str) -> None:
    with pytest.raises(BadExamples):
        read_table(text)


def test_too_many_rows_or_classes_are_refused_in_words() -> None:
    with pytest.raises(BadExamples, match="classes"):
        read_table("x,label\n" + "".join(f"1,{n}\n" for n in range(100)))


def test_numbers_that_change_with_each_row_are_no_names() -> None:
    rows = "".join(f"{n / 100},{n / 200}\n" for n in range(100))
    found = read_table("inputs-1,outputs-1\n" + rows)
    assert found.labels == ("here",) and len(found.takes) == 100
    assert found.takes[99].targets == {"outputs-1": pytest.approx(99 / 200)}


def test_no_class_is_called_unsure() -> None:
    with pytest.raises(BadExamples, match='a class is called "unsure"'):
        read_table("x,label\n1,cup\n2,Unsure\n")


def test_a_number_is_called_as_it_likes() -> None:
    names = ("id", "timestamp", "take", "time", "label", "knob", "output")
    examples = Examples()
    examples.begin("low", {"output": 1.0})
    examples.add(NamedNumbers(names, np.arange(7, dtype=np.float32)), 0.0)
    again = read_table(write_table(examples))
    assert set(again.names) == set(names) and again.takes[0].targets == {"output": 1.0}
    assert again.rows()[0].tolist() == [names.index(name) for name in again.names]


def test_a_name_that_no_file_could_hold_is_refused(tmp_path: Path) -> None:
    patch, table = tmp_path / "show.toml", tmp_path / "in.csv"
    boxes = '[in]\nuse = "wekinator_in"\n[wek]\nuse = "wekinator"\nfrom = "in"\n'
    patch.write_text(boxes + 'outputs = ["regress"]\n')
    table.write_text("x" * 100 + ",outputs-1\n1,1\n")
    refused = CliRunner().invoke(app, ["examples", str(patch), "wek", "--take", str(table)])
    assert isinstance(refused.exception, UnreadableFile)
    assert "has 1 to 80 letters" in str(refused.exception)
    assert not (tmp_path / "show.state" / "wek" / "project.json").exists()


def test_the_command_takes_writes_and_lists(tmp_path: Path) -> None:
    patch, arff, csv = tmp_path / "show.toml", tmp_path / "in.arff", tmp_path / "out.csv"
    patch.write_text(PATCH)
    arff.write_text(WEKINATOR)
    call = ["examples", str(patch), "learner"]
    taken = CliRunner().invoke(app, [*call, "--take", str(arff), "--names", "value,a"])
    assert taken.exit_code == 0, taken.output
    assert taken.output == "1: 2\n2: 1\n2 takes of 2 numbers\n"
    assert (tmp_path / "show.state" / "learner" / "examples.json").exists()
    assert CliRunner().invoke(app, [*call, "--csv", str(csv)]).exit_code == 0
    assert read_table(csv.read_text()).labels == ("1", "2")
    wrong = CliRunner().invoke(app, ["examples", str(patch), "learn"])
    assert isinstance(wrong.exception, UnknownName)
    arff.write_text("nothing")
    refused = CliRunner().invoke(app, [*call, "--take", str(arff)])
    assert isinstance(refused.exception, UnreadableFile)


def test_a_box_that_plays_in_place_of_wekinator_takes_over_its_examples(tmp_path: Path) -> None:
    patch, arff = tmp_path / "show.toml", tmp_path / "currentData.arff"
    boxes = '[in]\nuse = "wekinator_in"\n[wek]\nuse = "wekinator"\nfrom = "in"\noutputs = {0}\n'
    arff.write_text(WEKINATOR)
    call = ["examples", str(patch), "wek", "--take", str(arff)]
    patch.write_text(boxes.format(["classify 2", "regress"]) + 'project = "old"\n')
    taken = CliRunner().invoke(app, call)
    assert taken.output == "outputs-1: 3\noutputs-2: 0\n2 takes of 2 numbers\n"
    data = (tmp_path / "show.state" / "wek" / "old.json").read_bytes()
    lesson = read_project(data).lesson(1)
    assert lesson.labels == ("1", "2") and lesson.names == ("inputs-1", "inputs-2")
    for outputs, why in (
        (["dtw 2"], "1 outputs, and the project 0"),
        (["classify 1"], "is 2, and"),
    ):
        patch.write_text(boxes.format(outputs))
        refused = CliRunner().invoke(app, call)
        assert isinstance(refused.exception, UnreadableFile) and why in str(refused.exception)
