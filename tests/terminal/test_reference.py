"""The pages about boxes."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.console import Console, RenderableType
from typer.testing import CliRunner

from engine.cli import app
from engine.core.errors import UnknownName
from engine.patch.cables import STAGE_KEYS
from engine.patch.grammar import CABLE
from engine.registry import Registry
from engine.terminal.markdown import markdown
from engine.terminal.reference import UnusableBox, box_list, box_page

FILE = Path(__file__).parents[2] / "docs" / "boxes.md"


def shown(picture: RenderableType) -> str:
    console = Console(width=100)
    with console.capture() as caught:
        console.print(picture)
    return caught.get()


def test_the_page_is_fresh() -> None:
    refresh = "run: uv run sensorium nodes --markdown > docs/boxes.md"
    assert FILE.read_text(encoding="utf-8") == markdown(Registry()), refresh


def test_every_word_of_a_cable_is_explained() -> None:
    assert {"from", "when", "label", "args", "off", *STAGE_KEYS} == {word for word, _ in CABLE}


def test_every_box_has_a_line_and_a_page() -> None:
    registry = Registry()
    listed = shown(box_list(registry))
    for name in registry.names():
        assert f"  {name} " in listed
        assert f'use = "{name}"' in shown(box_page(registry, name))


def test_a_page_tells_inputs_outputs_and_parameters() -> None:
    page = " ".join(shown(box_page(Registry(), "gate")).split())
    assert "Takes value a number" in page
    assert "opened a trigger" in page
    assert "= 0.5" in page
    assert "opens when the number is above this" in page


BROKEN = {
    "def x(:": "line 1: invalid syntax",
    "x = 1\n  y = 2": "line 2: unexpected indent",
    "import nowhere_to_be_found": 'it needs the package "nowhere_to_be_found", which is not inst',
    "raise SystemExit": "does not load: SystemExit",
    "import sys\nsys.exit()": "does not load: SystemExit",
    "raise KeyboardInterrupt": "does not load: KeyboardInterrupt",
    "open('/nothing/x')": "FileNotFoundError: /nothing/x: there is no such file or folder",
    "x = 1": "must hold exactly one box, found none",
    "from engine import Node\nclass A(Node):\n    def process(self, x):\n        return x": (
        "A.process does not say what type its inlet x takes"
    ),
    "from engine import Node\nclass A(Node):\n    def process(self, x: y) -> float:\n        ...": (
        "NameError: name 'y' is not defined"
    ),
}


@pytest.mark.parametrize(("text", "why"), BROKEN.items(), ids=list(BROKEN))
def test_a_box_that_cannot_be_read_says_why(
    text: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "nodes").mkdir()
    (tmp_path / "nodes" / "mine.py").write_text(text)
    with pytest.raises(UnusableBox) as told:
        box_page(Registry(tmp_path), "mine")
    assert str(told.value).startswith('"mine" cannot be used: ')
    assert why in str(told.value)
    assert "cannot be used: " in shown(box_list(Registry(tmp_path)))
    assert "  smooth " in shown(box_list(Registry(tmp_path)))


def test_a_box_that_is_broken_says_why_in_the_list(tmp_path: Path) -> None:
    (tmp_path / "nodes").mkdir()
    (tmp_path / "nodes" / "mine.py").write_text("import nowhere_to_be_found")
    listed = shown(box_list(Registry(tmp_path)))
    assert "Your own" in listed
    assert "cannot be used:" in listed


def test_no_such_box() -> None:
    with pytest.raises(UnknownName, match='Did you mean "smooth"'):
        box_page(Registry(), "smoth")


@pytest.mark.parametrize("command", ["nodes", "nodes smooth", "nodes --markdown", "nodes --schema"])
def test_the_command(command: str) -> None:
    result = CliRunner().invoke(app, command.split())
    assert result.exit_code == 0
    assert "smooth" in result.output
