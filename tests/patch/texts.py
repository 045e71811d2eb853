"""Patches as texts, for the tests of this folder."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from engine.core.errors import PatchError
from engine.patch.compile import compile_patch
from engine.patch.load import load
from engine.patch.plan import Plan
from engine.registry import Registry

BODY = """
[camera]
use = "camera"
[pose]
use = "pose"
from = "camera"
[reach]
use = "joint"
from = "pose"
"""
"""Nine lines, the first of them empty, to put more behind."""

OUT = """
[out]
use = "osc_out"
to = "127.0.0.1:10000"
[out.send]
"""


def compiled(folder: Path, text: str, rig: str | None = None) -> Plan:
    """Write a patch into a folder, and compile it."""
    file = folder / "my.toml"
    file.write_text(dedent(text), encoding="utf-8")
    if rig is not None:
        (folder / "rig.toml").write_text(dedent(rig), encoding="utf-8")
    return compile_patch(load(file), Registry(folder).find)


def problems(folder: Path, text: str, rig: str | None = None) -> list[str]:
    """Say what is wrong with a patch, one text a problem, without the folder it lies in."""
    try:
        compiled(folder, text, rig)
    except PatchError as error:
        return [str(problem).replace(f"{folder}/", "") for problem in error.problems]
    return []


def warned(folder: Path, text: str) -> list[str]:
    """Say what is warned of in a patch, one text a warning, which begins with its line."""
    plan = compiled(folder, text)
    return [str(each).replace(f"{folder}/my.toml:", "") for each in plan.warnings]
