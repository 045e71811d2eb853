"""Patch files: ours with edits, tables that fit nothing, and texts made to take long to read.

A patch may use boxes of one's own that raise whatever there is, each in a folder of its own that is
gone with the case.
"""

from __future__ import annotations

import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from hypothesis import strategies as st

from engine.commands.ending import interrupt
from engine.core.errors import PatchError
from engine.registry import Registry
from engine.runtime.opening import check_patch

from .mutation import mutated

ROOT = Path(__file__).parents[2]
NAMES = ["a", "b", "soft", "out", "a.number", "a/smooth", "desk.fader", "out/x", "\x1b[2J", "é"]
KEYS = ["use", "from", "send", "then", "empty", "on", "to", "in", "curve", "every", "when", "args"]
KEYS += [
    "port",
    "host",
    "allow",
    "listen",
    "smooth",
    "joint",
    "map",
    "values",
    "look",
    "file",
    "label",
    "keep",
]


@cache
def corpus() -> list[bytes]:
    """Read all patches that there are."""
    files = [*ROOT.glob("patches/*.toml"), *ROOT.glob("tests/patch/wanted/*.toml")]
    return [file.read_bytes() for file in sorted(files)]


@cache
def uses() -> list[str]:
    """List what a patch may use, and what it may not."""
    return [*Registry().names(), "nothing", "../evil", "/etc/passwd", "", "session", "a b"]


plain = st.one_of(
    st.integers(),
    st.integers(-(10**400), 10**400),
    st.floats(),
    st.booleans(),
    st.sampled_from([*NAMES, "20 ms", "2 s", "-1 s", "9e999 s", "0.0.0.0", "{slot}", "/x{joint}"]),
    st.text(max_size=20),
)
values = st.recursive(
    plain,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*KEYS, *NAMES]), inner, max_size=4)
    ),
    max_leaves=8,
)


@st.composite
def tables(draw: st.DrawFn) -> bytes:
    """Draw a patch of boxes that there are, with keys and values that may fit."""
    lines = []
    for name in draw(st.lists(st.sampled_from(NAMES[:4]), max_size=4, unique=True)):
        lines.append(f"[{name}]")
        lines.append(f"use = {written(draw(st.deferred(lambda: st.sampled_from(uses()))))}")
        pairs = draw(st.dictionaries(st.sampled_from(KEYS[1:]), values, max_size=4))
        for key, value in pairs.items():
            lines.append(f"{key} = {written(value)}")
    return "\n".join(lines).encode("utf-8", "replace")


def written(value: object) -> str:
    """Write a value in TOML."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(map(written, value))}]"
    if isinstance(value, dict):
        pairs = (f"{written(str(key))} = {written(one)}" for key, one in value.items())
        return f"{{ {', '.join(pairs)} }}"
    if isinstance(value, str):
        return f'"{"".join(map(_spelt, value))}"'
    return str(value).replace("infinity", "inf")


def _spelt(char: str) -> str:
    return char if char.isalnum() else f"\\U{ord(char):08x}"


deep = st.integers(1, 5000)
bombs = st.one_of(
    deep.map(lambda n: "x = " + "[" * n),
    deep.map(lambda n: "x = " + "[" * n + "]" * n),
    deep.map(lambda n: "x = " + "{a=" * n + "1" + "}" * n),
    deep.map(lambda n: "[" + ".".join("a" * n) + "]"),
    deep.map(lambda n: ".".join("a" * n) + " = 1"),
    deep.map(lambda n: "x = " + "9" * n),
    deep.map(lambda n: f"[a]\nuse = 'smooth'\nsmooth = {'9' * n}"),
    deep.map(lambda n: "x = 1e" + "9" * n),
    deep.map(lambda n: "\n".join(f"[a{i}]" for i in range(n))),
    deep.map(lambda n: "[a]\nuse = 'smooth'\n" + "\n".join(f"k{i} = 1" for i in range(n))),
    deep.map(lambda n: f"[a]\nuse = 'smooth'\nthen = [{', '.join(['1'] * n)}]"),
    deep.map(lambda n: 'x = """' + "\\\n" * n),
    deep.map(lambda n: f"[{'k' * n}]\nuse = '{'u' * n}'\nfrom = '{'f' * n}'"),
).map(str.encode)
long_chains = st.tuples(st.integers(1, 400), st.integers(0, 3)).map(lambda n: chained(*n))
whole = st.one_of(st.deferred(lambda: st.sampled_from(corpus())), tables())


def chained(length: int, kind: int) -> bytes:
    """Write a chain of boxes: from the first to the last, or backwards, in a circle, by "then"."""
    order = range(length) if kind != 1 else range(length - 1, -1, -1)
    lines = ["[b0]", 'use = "every"' if kind != 2 else f'use = "smooth"\nfrom = "b{length}"']
    if kind == 3:
        then = ", ".join('{ use = "smooth" }' for _ in order)
        return "\n".join([*lines, f"then = [{then}]"]).encode()
    for n in order:
        lines += [f"[b{n + 1}]", 'use = "smooth"', f'from = "b{n}{"" if n else ".value"}"']
    return "\n".join(lines).encode()


@st.composite
def halves(draw: st.DrawFn) -> bytes:
    """Draw the beginning of a file, as one that is half written, or its end."""
    text = draw(whole)
    at = draw(st.integers(0, len(text)))
    return draw(st.sampled_from([text[:at], text[at:]]))


@st.composite
def marked(draw: st.DrawFn) -> bytes:
    """Draw a file with a byte order mark, or in an encoding that is not UTF-8."""
    text = draw(whole).decode("utf-8", "replace")
    name = draw(st.sampled_from(["utf-8-sig", "utf-16", "utf-16-le", "utf-32", "latin-1"]))
    marks = draw(st.integers(0, 2)) if name == "utf-8-sig" else 0
    return b"\xef\xbb\xbf" * marks + text.encode(name, "replace")


texts = st.one_of(
    mutated(st.deferred(lambda: st.sampled_from(corpus()))),
    tables(),
    mutated(tables()),
    bombs,
    st.sampled_from([b"", b"\n", b"\xef\xbb\xbf", b"#", b"\x00", b"\r", b'title = "x"']),
    halves(),
    marked(),
    long_chains,
    st.binary(max_size=60),
)

RAISED = ["SystemExit()", "SystemExit('over')", "KeyboardInterrupt", "GeneratorExit", "Mine", "Odd"]
RAISED += ["asyncio.CancelledError", "MemoryError", "RecursionError", "StopIteration(1)"]
RAISED += ["SyntaxError", "ImportError('x', name=None)", "ModuleNotFoundError(name='engine.x')"]
RAISED += [
    "UnicodeDecodeError('utf-8', b'x', 0, 1, 'no')",
    "OSError(-1, None, b'x')",
    "ExceptionGroup",
]
OWN = """import asyncio, sys
from engine import Node, Trigger
class Mine(BaseException): pass
class Odd(BaseException):
    def __str__(self): raise self
{top}
class Own(Node):
    \"\"\"Answer.\"\"\"
    {body}
    def process(self, beat: Trigger) -> float:
        return 1.0
{end}
"""


@dataclass(frozen=True)
class Show:
    """A patch, and the files in ``nodes/`` beside it, by name."""

    patch: bytes
    nodes: dict[str, bytes] = field(default_factory=dict)


@st.composite
def own_boxes(draw: st.DrawFn) -> bytes:
    """Draw a box that raises where it is loaded or made, half of one, or a file that is none."""
    act = f"raise {draw(st.sampled_from(RAISED))}"
    place = draw(st.sampled_from(["top", "body", "end", "subclass", "made", "type", "none"]))
    parts = {"top": "", "body": "", "end": ""}
    match place:
        case "subclass":
            parts["body"] = f"def __init_subclass__(cls):\n        {act}"
            parts["end"] = "class More(Own): pass"
        case "made":
            parts["body"] = f"def __post_init__(self):\n        {act}"
        case "type":
            parts["top"] = f"class M(type(Node)):\n    def __call__(cls, **_):\n        {act}"
            parts["body"] = "class I(metaclass=M): pass\n    _i = I()"
        case "top" | "body" | "end":
            parts[place] = act
    text = OWN.format(**parts).encode()
    # Cut, but not mutated: it is run.
    begin = text[: draw(st.integers(0, len(text)))]
    return draw(st.sampled_from([text, text, b"\xef\xbb\xbf" + text, begin, b"", b"\x00", b"\xff"]))


@st.composite
def own_shows(draw: st.DrawFn) -> Show:
    """Draw a patch that uses boxes of one's own."""
    nodes = draw(st.dictionaries(st.sampled_from(["own", "odd", "é"]), own_boxes(), min_size=1))
    lines = ['[beat]\nuse = "every"']
    lines += [f'[{written(name)}]\nuse = {written(name)}\nfrom = "beat"' for name in nodes]
    return Show("\n".join(lines).encode(), nodes)


cases = st.one_of(texts.map(Show), own_shows())


@contextmanager
def ctrl_c_of_the_command() -> Iterator[None]:
    """Handle Ctrl-C as the command line does: a box's own KeyboardInterrupt is then its error."""
    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def take(case: Show) -> None:
    """Check a patch: it is good, or a PatchError says what is wrong, and no more than is there."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "case.toml"
        file.write_bytes(case.patch)
        for box, text in case.nodes.items():
            (folder / "nodes").mkdir(exist_ok=True)
            (folder / "nodes" / f"{box}.py").write_bytes(text)
        try:
            with ctrl_c_of_the_command():
                check_patch(file)
        except PatchError as error:
            assert error.problems
            assert all(problem.message for problem in error.problems)
            assert all(problem.box for problem in error.problems if case.nodes)
