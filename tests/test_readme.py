"""What the README shows works as it stands there, and what it leads to is there."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from typer import Context
from typer.main import get_command

from engine.cli import app
from engine.patch.find import shipped_patches
from engine.runtime.opening import check_patch
from engine.testing import play

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
TEXT = README.read_text(encoding="utf-8")
SCREEN = 40
"""Lines of the README within which a newcomer finds where to go."""
PAGES = sorted([README, ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/**/*.md")])
LINK = re.compile(r"\]\(([^)\s#]*)(?:#([^)\s]+))?\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
PATCH = """
[count]
use = "stand_in"
fps = 10
sings = false

[reach]
use = "joint"
from = "count.joints"

[louder]
use = "louder"
from = "reach"
by = 3.0

[plain]
use = "collector"
send = { reach = "reach", louder = "louder" }
"""


def test_the_box_of_the_readme_plays(tmp_path):
    (listing,) = re.findall(r"```python\n# nodes/louder\.py.*?\n(.*?)```", TEXT, re.S)
    nodes = tmp_path / "nodes"
    nodes.mkdir()
    (nodes / "louder.py").write_text(listing)
    patch = tmp_path / "mine.toml"
    patch.write_text(PATCH)
    heard = play(patch, seconds=1).box("plain")
    assert heard.of("reach")
    assert heard.of("louder") == [3.0 * value for value in heard.of("reach")]


def test_the_patch_of_the_readme_is_good(tmp_path: Path) -> None:
    listing, rig = re.findall(r"```toml\n(.*?)```", TEXT, re.S)
    patch = tmp_path / "mine.toml"
    patch.write_text(listing, encoding="utf-8")
    assert check_patch(patch).title == "Right hand plays a filter"
    (tmp_path / "rig.toml").write_text(rig, encoding="utf-8")
    assert check_patch(patch).warnings == ()


def test_every_command_that_it_names_is_there() -> None:
    named = {*re.findall(r"(?:^|`|run )sensorium ([a-z]+)", TEXT, re.MULTILINE)}
    root = get_command(app)
    there = root.list_commands(Context(root))
    assert {"play", "new", "check", "doctor"} <= named <= {*there}


def test_it_names_every_patch_to_begin_with() -> None:
    assert [file.stem for file in shipped_patches() if f"`{file.stem}`" not in TEXT] == []


def test_the_wheel_is_called_as_it_will_be() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert f"{project['name']}-{project['version']}-py3-none-any.whl" in TEXT


@pytest.mark.parametrize("page", ["recipes.md", "receivers/README.md", "boxes.md", "security.md"])
def test_a_newcomer_finds_the_way_on_the_first_screen(page: str) -> None:
    assert f"(docs/{page})" in "\n".join(TEXT.splitlines()[:SCREEN])


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    headings = HEADING.findall(page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    missing = []
    for path, anchor in LINK.findall(page.read_text(encoding="utf-8")):
        if path.startswith(("http:", "https:")):
            continue
        there = page.parent / path if path else page
        if not there.exists() or (anchor and anchor not in anchors(there)):
            missing.append(f"{path}#{anchor}")
    assert missing == []
