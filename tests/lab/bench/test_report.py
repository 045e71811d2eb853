"""Rows, what decides, and what people are shown."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from typer.testing import CliRunner

from engine.cli import app
from engine.core.errors import UnknownName
from engine.lab.bench import command
from engine.lab.bench.page import machine, write_section
from engine.lab.bench.report import (
    COUNT,
    RATIO,
    Row,
    as_json,
    as_markdown,
    as_wide_markdown,
    missed,
    number,
    ratio,
)

SLOW = Row("a / b", "time", 1.5, RATIO, ("<=", 1.0))


def test_only_ratios_and_counts_decide() -> None:
    late = Row("a", "first message", 9.0, "s", ("<=", 1.5))
    lost = Row("a", "lost", 2, COUNT, ("<=", 1))
    assert missed([late, lost, SLOW]) == [lost, SLOW]


def test_a_short_run_forgives_a_ratio_by_half_but_no_count() -> None:
    lost = Row("a", "lost", 2, COUNT, ("<=", 1))
    slower = Row("b / a", "times", 30.0, RATIO, (">=", 50.0))
    assert missed([lost, SLOW, slower], short=True) == [lost]
    assert missed([Row("b / a", "times", 24.0, RATIO, (">=", 50.0))], short=True)


def test_a_ratio_is_the_median_of_its_pairs_with_their_spread() -> None:
    rows = ratio("a / b", "time", [3.0, 1.0, 2.0], ("<=", 2.5))
    assert [row.value for row in rows] == [2.0, 1.0, 3.0]
    assert [row.goal for row in rows] == [("<=", 2.5), None, None]
    assert "| a / b | time | 2 (1 to 3) | x | <= 2.5 |" in as_markdown(rows)


def test_a_missed_goal_is_marked_on_the_page() -> None:
    assert "<= 1 (missed)" in as_markdown([SLOW])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (12.0, "12"),
        (12345.6, "12,346"),
        (0.41234, "0.412"),
        (63.48, "63.5"),
        (math.inf, "never"),
    ],
)
def test_numbers_are_short(value: float, text: str) -> None:
    assert number(value) == text


def test_a_wide_table_has_a_line_for_each_case_and_marks_what_misses() -> None:
    rows = [Row("a", "right", 99.5, "%", (">=", 99.9)), Row("b", "cpu", 1.0, "ms")]
    assert as_wide_markdown(rows).splitlines() == [
        "| case | right, % | cpu, ms |",
        "| ---- | -------: | ------: |",
        "| a    |   99.5 ! |         |",
        "| b    |          |       1 |",
    ]


def test_what_never_came_is_null_in_json() -> None:
    assert as_json("pitch", [Row("a", "onset", math.inf, "ms")])["rows"][0]["value"] is None


def test_json_has_every_field() -> None:
    told = json.loads(json.dumps(as_json("loop", [SLOW])))
    row = {"case": "a / b", "metric": "time", "value": 1.5, "unit": "x", "goal": ["<=", 1.0]}
    assert told == {"bench": "loop", "rows": [row]}


def test_a_section_is_replaced_and_the_rest_of_the_page_stays(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Mine\n\n<!-- bench osc -->\nold\n<!-- end osc -->\n\nMy words.\n")
    write_section(page, "osc", True, as_markdown([SLOW]))
    write_section(page, "loop", False, as_markdown([SLOW]))
    text = page.read_text()
    write_section(page, "osc", True, as_markdown([SLOW]))
    assert page.read_text() == text
    assert text.startswith("# Mine\n\n<!-- bench osc -->\n")
    assert "old" not in text
    assert "My words.\n\n## loop\n" in text
    assert "`sensorium bench osc --short`" in text


def test_the_machine_is_named() -> None:
    assert "cores" in machine()
    assert "onnxruntime" in machine()


def test_a_part_of_a_bench_is_chosen_and_one_that_it_lacks_is_told() -> None:
    assert command.chosen(["pose.real", "pose", "pose.real"]) == ["pose.real", "pose"]
    with pytest.raises(UnknownName, match=r'Did you mean "pose\.real"'):
        command.chosen(["pose.reel"])
    with pytest.raises(UnknownName):
        command.chosen(["osc.real"])


def test_all_are_chosen_once() -> None:
    assert command.chosen(["osc", "all", "osc"])[0] == "osc"
    assert sorted(command.chosen(["all"])) == sorted(command.benches())


def test_an_unknown_bench_is_refused_with_a_hint() -> None:
    with pytest.raises(UnknownName, match='Did you mean "loop"'):
        command.chosen(["lop"])


def test_a_short_bench_is_tried_again_until_it_is_good(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [[Row("a", "x", 9.0, RATIO, ("<=", 1.0))], [SLOW], []]

    def run(short: bool) -> list[Row]:
        return answers.pop(0)

    fake = type("Fake", (), {"run": staticmethod(run)})
    monkeypatch.setattr(command.importlib, "import_module", lambda name: fake)
    assert command.measure("osc", short=True) == [SLOW]
    assert len(answers) == 1


def test_the_command_lists_writes_and_fails_only_on_what_decides(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    run = CliRunner().invoke
    assert "overload" in run(app, ["bench"]).output
    monkeypatch.setattr(command, "measure", lambda name, short: [SLOW])
    file, page = tmp_path / "osc.json", tmp_path / "page.md"
    told = run(app, ["bench", "osc", "--json", str(file), "--markdown", str(page)])
    assert told.exit_code == 1
    assert "missed a / b, time: 1.50" in told.output
    assert json.loads(file.read_text())["bench"] == "osc"
    assert "## osc" in page.read_text()
    assert run(app, ["bench", "osc", "--short"]).exit_code == 0
