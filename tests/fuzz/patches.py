"""Patch files: ours with edits, tables that fit nothing, and texts made to take long to read."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from hypothesis import strategies as st

from engine.core.errors import PatchError
from engine.registry import Registry
from engine.runtime.opening import check_patch

from .mutation import mutated

ROOT = Path(__file__).parents[2]
NAMES = ["a", "b", "soft", "out", "a.number", "a/smooth", "desk.fader", "out/x", "\x1b[2J", "é"]
KEYS = ["use", "from", "send", "then", "empty", "on", "to", "in", "curve", "every", "when", "args"]
KEYS += ["port", "host", "allow", "listen", "smooth", "joint", "map", "values", "look", "file"]


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
cases = st.one_of(
    mutated(st.deferred(lambda: st.sampled_from(corpus()))),
    tables(),
    mutated(tables()),
    bombs,
    st.binary(max_size=60),
)


def take(text: bytes) -> None:
    """Check a patch: it is good, or a PatchError says what is wrong, and no more than is there."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "case.toml"
        file.write_bytes(text)
        try:
            check_patch(file)
        except PatchError as error:
            assert error.problems
            assert all(problem.message for problem in error.problems)
