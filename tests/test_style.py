"""What the code promises about itself: one clock, nothing left undone."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
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
        "engine/system/jack.py",
        "engine/system/jack_calls.py",
        "engine/midi/rtmidi.py",
        "engine/sources/osc_in.py",
    }
)


READS_A_DATE = frozenset({"now", "utcnow", "today"})


Nodes = list[ast.AST]
"""All that is in a file; it is walked once, for that takes longer than to parse it."""
Rule = Callable[[Nodes], Iterator[str]]
"""Yields what breaks it in a file, or what a test compares between files."""
Found = dict[Rule, dict[str, list[str]]]
"""What each rule finds, by file."""


def clock_reads(nodes: Nodes) -> Iterator[str]:
    """Find where a file asks ``time`` or ``datetime`` for the time, or sleeps."""
    names = {"time"}
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {a.asname for a in node.names if a.name == "time" and a.asname}
    for node in nodes:
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


def classes(nodes: Nodes) -> Iterator[str]:
    """Yield the names of the public classes of a file."""
    for node in nodes:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield node.name


DIALECT = ("Give ", "Tell ", "Say ")


def dialect(nodes: Nodes) -> Iterator[str]:
    """Yield the docstrings, of the module, its classes and functions, that begin as few do."""
    for node in nodes:
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            text = (ast.get_docstring(node, clean=False) or "").lstrip()
            if text.startswith(DIALECT):
                yield text


FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def late_decoders(nodes: Nodes) -> Iterator[str]:
    """Yield the lines where a function, not the module, makes what decodes a type.

    msgspec looks at a struct when it is first decoded, and two threads that do so at once crash
    the process (0.22); a module is read by one thread.
    """
    decoders = {*_decoders(nodes)}
    if decoders:  # few files have any
        inside = {call for each in nodes if isinstance(each, FUNCTIONS) for call in ast.walk(each)}
        yield from (f"line {line}" for line in sorted({x.lineno for x in decoders & inside}))


def _decoders(nodes: Nodes) -> Iterator[ast.Call]:
    """Yield the calls, anywhere, that make what decodes a type."""
    for call in nodes:
        match call:
            case ast.Call(func=ast.Attribute(attr="decode"), keywords=given):
                has_type = any(each.arg == "type" for each in given)
            case ast.Call(func=ast.Attribute(attr="Decoder"), args=args):
                has_type = bool(args)
            case _:
                continue
        if has_type and "msgspec." in ast.unparse(call.func):
            yield call


RULES: tuple[Rule, ...] = (clock_reads, classes, dialect, late_decoders)


@pytest.fixture(scope="module")
def found() -> Found:
    """Parse each file once, and ask every rule."""
    by_rule: Found = {rule: {} for rule in RULES}
    for file in FILES:
        nodes = walked((ROOT / file).read_text())
        for rule, files in by_rule.items():
            if of_file := [*rule(nodes)]:
                files[file.as_posix()] = of_file
    return by_rule


def walked(source: str) -> Nodes:
    """Parse a text, and return all that is in it."""
    return [*ast.walk(ast.parse(source))]


def finds(rule: Rule, source: str) -> list[str]:
    """Return what a rule finds in a text."""
    return [*rule(walked(source))]


def may_read_the_clock(file: str) -> bool:
    """Tell whether a file is a device's, or of what watches shows from outside."""
    return file in MAY_READ_THE_CLOCK or file.startswith("engine/lab/")


def test_only_the_clock_and_devices_read_the_time(found: Found) -> None:
    reads = found[clock_reads].items()
    assert {file: lines for file, lines in reads if not may_read_the_clock(file)} == {}


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
    assert len(finds(clock_reads, source)) == 1


def test_other_times_are_no_clock_reads() -> None:
    assert finds(clock_reads, "import time\ntime.strftime('%H')\nself.clock.time()") == []


@pytest.mark.parametrize("mark", ["TO" + "DO", "FIX" + "ME"])
def test_nothing_is_left_undone(mark: str) -> None:
    assert [file for file in WRITTEN if mark in (ROOT / file).read_text(errors="replace")] == []


def test_no_class_name_has_two_meanings(found: Found) -> None:
    places: dict[str, list[str]] = {}
    for file, names in found[classes].items():
        for name in names:
            places.setdefault(name, []).append(file)
    assert {name: files for name, files in places.items() if len(files) > 1} == {}


def test_docstrings_say_return_and_whether(found: Found) -> None:
    assert found[dialect] == {}


def test_a_docstring_in_dialect_is_found() -> None:
    source = 'def f():\n    """Give one."""\n\nclass C:\n    """A class."""'
    assert finds(dialect, source) == ["Give one."]


def test_what_decodes_a_type_is_made_by_the_module(found: Found) -> None:
    assert found[late_decoders] == {}


def test_a_late_decoder_is_found() -> None:
    source = "def f():\n    msgspec.json.decode(b, type=C)\n    msgspec.msgpack.Decoder(C)"
    assert finds(late_decoders, source) == ["line 2", "line 3"]
    assert finds(late_decoders, "A = msgspec.json.Decoder(C)\nA.decode(b)") == []
