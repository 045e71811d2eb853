"""Nothing that is read becomes code: no file of the engine evaluates, unpickles or asks a shell."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FILES = sorted(file.relative_to(ROOT) for file in (ROOT / "engine").rglob("*.py"))

CALLS = frozenset({"eval", "exec", "compile", "__import__", "exec_module"})
SHELLS = frozenset({"system", "popen"})
MODULES = frozenset({"pickle", "marshal", "shelve", "dill", "joblib", "code", "runpy", "yaml"})
IMPORTS = frozenset({"import_module", "spec_from_file_location"})
FLAGS = frozenset({"shell", "allow_pickle"})

# Where one of them is right, and why nothing from the network can reach it.
EXCEPTIONS = {
    (
        "engine/lab/bench/rig/crepe_tiny.py",
        "pickle",
    ): "weights in a package of others, by an unpickler that builds only arrays, for a bench",
    (
        "engine/training/torch_file.py",
        "pickle",
    ): "weights whose hash is known, by an unpickler that builds only arrays",
    ("engine/__init__.py", "import_module"): "a module of ours, by a table in the file itself",
    (
        "engine/commands/group.py",
        "import_module",
    ): "a command of ours, by a table in the file itself",
    ("engine/registry.py", "import_module"): "a box of ours, by a name that the folder lists",
    ("engine/registry.py", "compile"): "a performer's box, from a file that nodes/ lists",
    ("engine/registry.py", "exec"): "the same",
    (
        "engine/runtime/workers/subprocess_main.py",
        "import_module",
    ): "the module of a box that the show has already",
    ("engine/system/entry.py", "import_module"): "an entry point of ours, named by our own code",
    ("engine/system/errand.py", "import_module"): "a function of ours, named by our own code",
    ("engine/system/fork_server.py", "import_module"): "modules of ours, named by our own code",
    (
        "engine/lab/bench/command.py",
        "import_module",
    ): "a bench of ours, by a name from the command line",
}


def dangers(source: str) -> Iterator[str]:
    """Name everything in a source that could make code of data."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in CALLS | IMPORTS:
                yield name
            case ast.Call(func=ast.Attribute(value=ast.Name(id="re"), attr="compile")):
                pass
            case ast.Call(func=ast.Attribute(attr=name)) if name in CALLS | IMPORTS:
                yield name
            case ast.Call(func=ast.Attribute(value=ast.Name(id="os"), attr=name)) if name in SHELLS:
                yield name
            case ast.Import(names=names):
                yield from (a.name for a in names if a.name.split(".")[0] in MODULES)
            case ast.ImportFrom(module=str(module)) if module.split(".")[0] in MODULES:
                yield module
            case ast.keyword(arg=str(flag), value=value) if flag in FLAGS:
                if not (isinstance(value, ast.Constant) and value.value is False):
                    yield flag


def test_nothing_that_is_read_becomes_code() -> None:
    found = {
        (file.as_posix(), name) for file in FILES for name in dangers((ROOT / file).read_text())
    }
    assert found == {*EXCEPTIONS}


@pytest.mark.parametrize(
    "source",
    [
        "eval(text)",
        "exec(text)",
        "builtins.compile(text)",
        "import pickle",
        "def f():\n    from pickle import loads",
        "import yaml",
        "np.load(file, allow_pickle=True)",
        "np.load(file, allow_pickle=wanted)",
        "subprocess.run(text, shell=True)",
        "os.system(text)",
        "importlib.import_module(name)",
    ],
)
def test_it_is_found(source: str) -> None:
    assert len(list(dangers(source))) == 1


@pytest.mark.parametrize(
    "source",
    [
        "re.compile(text)",
        "run(command, shell=False)",
        "platform.system()",
        "compile_patch(document)",
    ],
)
def test_what_only_looks_like_it_is_let_be(source: str) -> None:
    assert list(dangers(source)) == []
