"""What the code promises about itself: one clock, nothing left undone."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FILES = sorted(file.relative_to(ROOT) for file in (ROOT / "engine").rglob("*.py"))
WRITTEN = sorted(
    file.relative_to(ROOT)
    for folder in ("engine", "patches", "models", "tests", ".ci")
    for file in (ROOT / folder).rglob("*")
    if file.suffix in {".py", ".toml", ".js", ".html", ".css", ".sh", ""} and file.is_file()
)

READS = frozenset(
    f"{name}{ns}"
    for name in (
        "time",
        "monotonic",
        "perf_counter",
        "process_time",
        "thread_time",
        "clock_gettime",
    )
    for ns in ("", "_ns")
) | {"sleep"}
# A device stamps what it hands over, on a thread of its own; everything else is told the time.
MAY_READ_THE_CLOCK = frozenset(
    {
        "engine/core/clock.py",
        "engine/sources/camera.py",
        "engine/sources/microphone.py",
        "engine/midi/port_process.py",
        "engine/midi/rtmidi.py",
        "engine/sources/osc_in.py",
    }
)


READS_A_DATE = frozenset({"now", "utcnow", "today"})


def clock_reads(source: str) -> Iterator[str]:
    """Find where a file asks ``time`` or ``datetime`` for the time, or sleeps."""
    tree = ast.parse(source)
    names = {"time"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {a.asname for a in node.names if a.name == "time" and a.asname}
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id=name), attr=read) if name in names:
                found = {read}
            case ast.Attribute(value=ast.Name(id="datetime" | "date"), attr=read):
                found = {read} & READS_A_DATE
            case ast.ImportFrom(module="time", names=aliases):
                found = {alias.name for alias in aliases}
            case _:
                continue
        yield from (
            f"line {node.lineno}: time.{read}" for read in sorted(found & (READS | READS_A_DATE))
        )


def may_read_the_clock(file: Path) -> bool:
    """Tell whether a file is a device's, or of what watches shows from outside."""
    return file.as_posix() in MAY_READ_THE_CLOCK or file.parts[1] in ("lab",)


@pytest.mark.parametrize("file", FILES, ids=str)
def test_only_the_clock_and_devices_read_the_time(file: Path) -> None:
    if not may_read_the_clock(file):
        assert list(clock_reads((ROOT / file).read_text())) == []


@pytest.mark.parametrize(
    "source",
    [
        "import time\ntime.monotonic_ns()",
        "def f():\n    import time as t\n    return t.time",
        "from time import sleep",
        "from time import perf_counter as now",
        "from datetime import datetime\ndatetime.now()",
    ],
)
def test_a_clock_read_is_found(source: str) -> None:
    assert len(list(clock_reads(source))) == 1


def test_other_times_are_no_clock_reads() -> None:
    assert list(clock_reads("import time\ntime.strftime('%H')\nself.clock.time()")) == []


@pytest.mark.parametrize("mark", ["TO" + "DO", "FIX" + "ME"])
def test_nothing_is_left_undone(mark: str) -> None:
    assert [file for file in WRITTEN if mark in (ROOT / file).read_text(errors="replace")] == []


def classes(source: str) -> Iterator[str]:
    """Yield the names of the public classes of a file."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield node.name


def test_no_class_name_has_two_meanings() -> None:
    places: dict[str, list[str]] = {}
    for file in FILES:
        for name in classes((ROOT / file).read_text()):
            places.setdefault(name, []).append(file.as_posix())
    assert {name: files for name, files in places.items() if len(files) > 1} == {}


DIALECT = ("Give ", "Tell ", "Say ")


def docstrings(source: str) -> Iterator[str]:
    """Yield the docstrings of a file: of the module, its classes and functions."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield ast.get_docstring(node) or ""


@pytest.mark.parametrize("file", FILES, ids=str)
def test_docstrings_say_return_and_whether(file: Path) -> None:
    found = [each for each in docstrings((ROOT / file).read_text()) if each.startswith(DIALECT)]
    assert found == []


def test_a_docstring_in_dialect_is_found() -> None:
    source = 'def f():\n    """Give one."""\n\nclass C:\n    """A class."""'
    assert [each for each in docstrings(source) if each.startswith(DIALECT)] == ["Give one."]


def late_decoders(source: str) -> Iterator[int]:
    """Yield the lines where a function, not the module, makes what decodes a type.

    msgspec looks at a struct when it is first decoded, and two threads that do so at once crash
    the process (0.22); a module is read by one thread.
    """
    functions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
    inside = [each for each in ast.walk(ast.parse(source)) if isinstance(each, functions)]
    lines = {
        call.lineno
        for function in inside
        for call in ast.walk(function)
        if isinstance(call, ast.Call) and "msgspec." in (of := ast.unparse(call.func))
        if (of.endswith(".decode") and any(each.arg == "type" for each in call.keywords))
        or (of.endswith(".Decoder") and call.args)
    }
    yield from sorted(lines)


@pytest.mark.parametrize("file", FILES, ids=str)
def test_what_decodes_a_type_is_made_by_the_module(file: Path) -> None:
    assert [*late_decoders((ROOT / file).read_text())] == []


def test_a_late_decoder_is_found() -> None:
    source = "def f():\n    msgspec.json.decode(b, type=C)\n    msgspec.msgpack.Decoder(C)"
    assert [*late_decoders(source)] == [2, 3]
    assert [*late_decoders("A = msgspec.json.Decoder(C)\nA.decode(b)")] == []
