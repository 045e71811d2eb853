"""The schema that editors complete by: it takes what check takes, and is up to date."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from engine.core.files import installed_folder
from engine.patch.schema import patch_schema
from engine.registry import Registry
from tests.by_night import few

FILE = Path(__file__).parents[2] / "docs" / "patch.schema.json"
WANTED = sorted((Path(__file__).parent / "wanted").glob("[!r]*.toml"))
SHIPPED = sorted(installed_folder("patches").glob("*.toml"))


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    registry = Registry()
    return patch_schema({name: registry.find(name) for name in registry.names()})


def faults(schema: dict[str, Any], text: str) -> list[str]:
    found = Draft202012Validator(schema).iter_errors(tomllib.loads(text))
    return [error.json_path for error in found]


def test_it_is_a_schema(schema: dict[str, Any]) -> None:
    some = dict(few(schema["$defs"].items(), 30))  # boxes, which one function describes
    Draft202012Validator.check_schema({**schema, "$defs": some})


def test_the_file_is_fresh(schema: dict[str, Any]) -> None:
    refresh = "run: uv run sensorium nodes --schema > docs/patch.schema.json"
    assert json.loads(FILE.read_text(encoding="utf-8")) == schema, refresh


@pytest.mark.parametrize("file", [*SHIPPED, *WANTED], ids=lambda file: file.stem)
def test_good_patches_pass(schema: dict[str, Any], file: Path) -> None:
    assert faults(schema, file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_shipped_patches_name_the_schema(file: Path) -> None:
    first = file.read_text(encoding="utf-8").splitlines()[0]
    assert first == "#:schema ../docs/patch.schema.json"


GOOD = [
    'then = "smooth"',
    'then = [{ use = "smooth", smooth = 0.7 }]',
    "person = 2",
    'person = { from = "count", in = [0, 9], to = [0, 9] }',
    'from = { from = "pose", every = "100 ms" }',
    'empty = { to = 0, fade = "1.5 s" }',
    'on = { from = "hours", above = 0.5 }',
    'on_loss = "hold"',
    'on_loss = { to = 0.5, fade = "1 s" }',
    'from = { from = "pose", on_loss = "mute" }',
]
BAD = [
    ('joimt = "nose"', "$.reach"),
    ('joint = "left_wirst"', "$.reach.joint"),
    ("confidence = 2", "$.reach.confidence"),
    ('empty = { to = 0, fade = "1.5" }', "$.reach.empty.fade"),
    ("empty = 0", "$.reach.empty"),
    ("then = 3", "$.reach.then"),
    ('then = [{ use = "smooth", smooth = 7 }]', "$.reach.then"),
    ('on = { from = "hours", abov = 0.5 }', "$.reach.on"),
    ('from = { from = "pose", when = "pose" }', "$.reach.from"),
    ("send = {}", "$.reach"),
    ('on_loss = "holt"', "$.reach.on_loss"),
    ('on_loss = { fad = "1 s" }', "$.reach.on_loss"),
]


@pytest.mark.parametrize("line", GOOD)
def test_what_is_right_passes(schema: dict[str, Any], line: str) -> None:
    assert faults(schema, f'[reach]\nuse = "joint"\n{line}') == []


@pytest.mark.parametrize(("line", "where"), BAD)
def test_what_is_wrong_is_found(schema: dict[str, Any], line: str, where: str) -> None:
    assert faults(schema, f'[reach]\nuse = "joint"\n{line}') == [where]


@pytest.mark.parametrize(
    ("line", "where"),
    [
        ('deadline = "40 ms"\ngive_way = ["painting.every", "pose"]', []),
        ("deadline = 40", ["$.deadline"]),
        ('deadline = "40 ms"\ngive_way = "pose"', ["$.give_way"]),
    ],
)
def test_a_deadline(schema: dict[str, Any], line: str, where: list[str]) -> None:
    assert faults(schema, f'{line}\n[reach]\nuse = "joint"\n') == where


def test_what_a_cable_into_an_output_may_say(schema: dict[str, Any]) -> None:
    head = '[out]\nuse = "osc_out"\nto = "max"\n[out.send]\n'
    assert faults(schema, head + '"/a" = { from = "x", args = [1, "{value}"], to = [0, 9] }') == []
    assert faults(schema, head + '"/a" = ["x", { from = "y", layout = "named" }]') == []
    assert faults(schema, head + '"/a" = { from = "x", agrs = [1] }') == ["$.out.send['/a']"]
    assert faults(schema, head + '"/a" = { from = "x", to = [0, 1, 2] }') == ["$.out.send['/a']"]


def test_a_box_of_ones_own_passes(schema: dict[str, Any]) -> None:
    assert faults(schema, '[mine]\nuse = "louder"\nby = 3') == []


def test_parameters_are_described(schema: dict[str, Any]) -> None:
    smooth = schema["$defs"]["box smooth"]["properties"]["smooth"]
    assert smooth["description"] == "0 passes everything, 1 hardly moves (0.5 if not said)"
