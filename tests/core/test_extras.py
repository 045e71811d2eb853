"""An extra is installed by one line, wherever it is told, and each that is named there is."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from engine.core.extras import install_line, run_line

ROOT = Path(__file__).parent.parent.parent
TOLD = re.compile(r"--extra[ =](\{?[\w]+\}?)|sensorium\[(\w+)\]")


def told() -> dict[str, set[str]]:
    """Return the names that follow ``--extra``, or stand behind ``sensorium``, by file."""
    files = [ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *(ROOT / "patches").glob("*.toml")]
    files += (ROOT / "engine").rglob("*.py")
    found = {}
    for file in files:
        texts = TOLD.findall(file.read_text("utf-8"))
        if texts:
            found[file.relative_to(ROOT).as_posix()] = {one or other for one, other in texts}
    return found


def test_what_is_told_is_an_extra() -> None:
    extras = {
        *tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"][
            "optional-dependencies"
        ]
    }
    assert {name for names in told().values() for name in names} - {"{extra}"} <= extras
    assert "{extra}" in told()["engine/core/extras.py"]


def test_no_text_in_a_program_writes_the_line_by_itself() -> None:
    """Docstrings of boxes do: they are read where nothing is put into them."""
    own = {"engine/core/extras.py"}
    for name in {*told()} - own:
        if name.startswith("engine/"):
            text = (ROOT / name).read_text("utf-8")
            assert not re.findall(r"(?<!`)uv (?:sync|run|pip|tool)[^`\n]*--extra", text), name


def test_nobody_is_sent_to_a_stranger_s_package() -> None:
    assert not [name for name in told() if "sensorium[" in (ROOT / name).read_text("utf-8")]


def test_the_lines() -> None:
    assert install_line("learn") == "uv sync --extra learn"
    assert run_line("kokoro", "sensorium models build kokoro") == (
        "uv run --extra kokoro sensorium models build kokoro"
    )
