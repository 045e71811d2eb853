"""Who may know whom: imports point downward, and a library stays with the one file that needs it.

The tables below are the rule; whoever changes one changes the design (docs/design.md).
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FILES = sorted(file.relative_to(ROOT) for file in (ROOT / "engine").rglob("*.py"))

LEAVES = ("sources", "models", "nodes", "sinks")
BELOW_LEAVES = frozenset({"core", "osc", "dsp", "net", "midi", "sound", "eye", "jack"})
RUNTIME = frozenset({"runtime", "patch", "registry", *BELOW_LEAVES})

# Part of the engine -> the parts it may import. Leaves are loaded by name only, by the registry.
MAY_KNOW: dict[str, frozenset[str]] = {
    "": frozenset({"core"}),  # engine/__init__.py, which everything imports
    "core": frozenset({"core"}),
    "dsp": frozenset({"core", "dsp"}),
    "osc": frozenset({"core", "osc", "dsp"}),
    "net": frozenset({"core", "osc", "net"}),
    "jack": frozenset({"core"}),
    "midi": frozenset({"core", "midi", "jack"}),
    "sound": frozenset({"core", "sound", "jack"}),
    "eye": frozenset({"core", "dsp", "eye"}),
    "patch": frozenset({"patch", "core"}),
    "registry": frozenset({"core"}),
    **dict.fromkeys(LEAVES, BELOW_LEAVES),
    "runtime": RUNTIME,
    "recording": RUNTIME | {"recording"},
    "web": RUNTIME | {"web"},
    # What a person asks about devices and models is answered by the boxes that use them.
    "terminal": RUNTIME | {"terminal", "recording", "sources", "models"},
    "commands": RUNTIME | {"commands", "web", "bench", "stress", "terminal", "recording"},
    "cli": frozenset({"core", "commands", "terminal"}),
    "__main__": frozenset({"cli"}),
}
# The one file of a folder of leaves that the others in it may import.
SHARED = frozenset({"engine.models.session"})
ANYTHING = frozenset({"bench", "stress"})

# Library -> the parts or files that may import it. numpy and msgspec are everywhere.
EVERYWHERE = frozenset({"numpy", "msgspec"})
LIBRARIES: dict[str, frozenset[str]] = {
    "onnxruntime": frozenset({"models/session.py"}),
    "openvino": frozenset({"models/session.py"}),
    "cv2": frozenset({"dsp", "eye", *LEAVES}),
    "cv2_enumerate_cameras": frozenset({"eye"}),
    "jack": frozenset({"jack.py"}),
    "sounddevice": frozenset({"sound"}),
    "soundfile": frozenset({"sources"}),
    "soxr": frozenset({"dsp"}),
    "mido": frozenset({"midi"}),
    "supriya_midi": frozenset({"midi/rtmidi.py"}),
    "psutil": frozenset({"bench", "stress"}),
    "pythonosc": frozenset({"sources", "sinks", "osc", "runtime"}),
    "glfw": frozenset({"sinks"}),
    "moderngl": frozenset({"sinks"}),
    "aiohttp": frozenset({"web"}),
    "segno": frozenset({"web"}),
    "watchfiles": frozenset({"runtime"}),
    "mcap": frozenset({"recording"}),
    "typer": frozenset({"cli", "commands"}),
    "rich": frozenset({"commands", "runtime", "terminal"}),
}
# Outside leaves these are imported inside a function, so that a missing driver hurts only its user.
DRIVERS = frozenset({"sounddevice", "supriya_midi", "pythonosc", "glfw", "moderngl"})

# Parts that do no input or output -> what of the standard library they leave alone.
NETWORK = frozenset({"socket", "socketserver", "ssl", "select", "selectors", "http", "urllib"})
PROCESSES = frozenset({"subprocess", "multiprocessing"})
NO_IO: dict[str, frozenset[str]] = {
    "core": NETWORK | PROCESSES,
    "dsp": NETWORK | PROCESSES,
    "osc": NETWORK | PROCESSES,
    "patch": NETWORK | PROCESSES | {"asyncio", "threading"},
}


@dataclass(frozen=True)
class Import:
    """One imported module, and whether it is imported when its file is."""

    module: str
    line: int
    at_once: bool


def imports(tree: ast.AST, package: str, at_once: bool = True) -> Iterator[Import]:
    """Find every import under ``tree``; ``package`` resolves the relative ones."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name, node.lineno, at_once)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: -node.level + 1 or None] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            # "from engine import osc" and "from engine.models import session" name modules.
            by_name = base.count(".") < 2 and base.split(".")[0] == "engine"
            for alias in node.names:
                yield Import(f"{base}.{alias.name}" if by_name else base, node.lineno, at_once)
        else:
            later = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            typing_only = isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
            yield from imports(node, package, at_once and not later and not typing_only)


def faults(file: Path, source: str) -> list[str]:
    """Say which imports of an engine file break the rule; ``file`` is relative to the checkout."""
    inside = file.relative_to("engine")
    part = inside.with_suffix("").parts[0].replace("__init__", "")
    if part in ANYTHING:
        return []
    found: list[str] = []
    package = ".".join(file.parent.parts)
    for each in imports(ast.parse(source), package):
        top, *rest = each.module.split(".")
        if top == "engine":
            wrong = ours(part, inside, each.module, rest[0] if rest else "")
        elif top in sys.stdlib_module_names:
            wrong = f"{part} does no input or output" if top in NO_IO.get(part, ()) else ""
        else:
            wrong = third_party(part, inside, top, each.at_once)
        if wrong:
            found.append(f"{file}:{each.line} imports {each.module}: {wrong}")
    return found


def ours(part: str, inside: Path, module: str, known: str) -> str:
    """Say what is wrong with one part of the engine importing another, if anything."""
    if part not in MAY_KNOW:
        return f"{part} has no place in MAY_KNOW"
    if known in MAY_KNOW[part]:
        return ""
    shared = any(module == name or module.startswith(f"{name}.") for name in SHARED)
    if shared and known == part and inside.stem != "session":
        return ""
    return f"{part or 'engine'} may know only {', '.join(sorted(MAY_KNOW[part]))}"


def third_party(part: str, inside: Path, library: str, at_once: bool) -> str:
    """Say what is wrong with importing a library here, if anything."""
    if library in EVERYWHERE:
        return ""
    if library not in LIBRARIES:
        return "this library has no place in LIBRARIES"
    if not LIBRARIES[library] & {part, inside.as_posix()}:
        return f"it belongs to {', '.join(sorted(LIBRARIES[library]))}"
    if library in DRIVERS and at_once and part not in LEAVES:
        return "import it inside the function that needs it"
    return ""


@pytest.mark.parametrize("file", FILES, ids=str)
def test_imports_point_downward_and_libraries_stay_home(file: Path) -> None:
    assert faults(file, (ROOT / file).read_text()) == []


GOOD = [
    (
        "commands/shows.py",
        "from engine.runtime.engine import Engine\nimport typer\nfrom rich import table",
    ),
    ("runtime/engine.py", "from engine.patch.compile import plan\nfrom engine import registry"),
    ("runtime/control.py", "def open():\n    from pythonosc import osc_message"),
    (
        "patch/load.py",
        "import tomllib\nfrom engine.core.errors import PatchError\nfrom . import check",
    ),
    ("models/pose.py", "from engine.models.session import Session\nimport cv2"),
    ("models/style.py", "from engine.models import session"),
    ("models/session.py", "import onnxruntime\nfrom engine.core import node"),
    ("sound/devices.py", "def library():\n    import sounddevice"),
    ("sinks/osc_out.py", "import socket\nfrom engine.osc.packer import Packer"),
    ("bench/osc.py", "import pythonosc, engine.sinks.osc_out"),
]
BAD = [
    ("core/node.py", "from engine.patch import schema"),
    ("core/node.py", "import cv2"),
    ("core/node.py", "import socket"),
    ("core/node.py", "from ..runtime import engine"),
    ("dsp/pitch.py", "from engine.osc import packer"),
    ("osc/packer.py", "def send():\n    import socket"),
    ("osc/packer.py", "import pythonosc"),
    ("patch/check.py", "from engine import registry"),
    ("patch/check.py", "import asyncio"),
    ("patch/check.py", "import cv2"),
    ("registry.py", "from engine.models import pose"),
    ("nodes/smooth.py", "from engine.nodes import joint"),
    ("nodes/smooth.py", "from .joint import Joint"),
    ("nodes/smooth.py", "from engine.models.session import Session"),
    ("nodes/smooth.py", "from engine.runtime import trace"),
    ("models/pose.py", "from engine.models.style import Style"),
    ("models/pose.py", "import onnxruntime"),
    (
        "sinks/midi_out.py",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import engine.web",
    ),
    ("runtime/lanes.py", "import cv2"),
    ("runtime/lanes.py", "from engine.sinks import osc_out"),
    ("runtime/lanes.py", "from engine import cli"),
    ("runtime/control.py", "import pythonosc"),
    ("runtime/lanes.py", "import torch"),
    ("web/server.py", "import engine.sources.camera"),
    ("anew/thing.py", "import engine.core"),
]


@pytest.mark.parametrize(("file", "source"), GOOD)
def test_the_rule_lets_pass(file: str, source: str) -> None:
    assert faults(Path("engine", file), source) == []


@pytest.mark.parametrize(("file", "source"), BAD)
def test_the_rule_finds(file: str, source: str) -> None:
    assert len(faults(Path("engine", file), source)) == 1
