"""Every key has the line it stands on, whatever stands around it."""

from __future__ import annotations

import tomllib
from itertools import count
from textwrap import dedent
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.patch.positions import KeyPath, find_lines

TABLE = [
    ("a = 1\nb = 2", {("a",): 1, ("b",): 2}),
    ("# [x]\n[a]  # b = 1\nc = 1", {("a",): 2, ("a", "c"): 3}),
    ('a.b."c.d" = 1', {("a",): 1, ("a", "b"): 1, ("a", "b", "c.d"): 1}),
    ('[a."/b c".d]\ne = 1', {("a",): 1, ("a", "/b c"): 1, ("a", "/b c", "d"): 1}),
    ("[a.b]\n\n[a]\nc = 1", {("a", "b"): 1, ("a",): 3, ("a", "c"): 4}),
    ("a = [\n  1, # ]\n  2,\n]\nb = 1", {("a",): 1, ("b",): 5}),
    (
        'a = [\n  { from = "x" },\n  { from = "y" },\n]',
        {("a", "#1"): 2, ("a", "#2"): 3, ("a", "#2", "from"): 3},
    ),
    (
        "a = [[1], [\n[2]]]\nb = 1",
        {("a", "#1"): 1, ("a", "#2"): 1, ("a", "#2", "#1"): 2, ("b",): 3},
    ),
    ('a = """\nb = 1\n[c]\n"""\nd = 1', {("a",): 1, ("d",): 5}),
    ("a = '''\n\"\"\"\n'''\nd = 1", {("a",): 1, ("d",): 4}),
    ('a = """x\\"""""\nd = 1', {("a",): 1, ("d",): 2}),
    ('a = """ends in quotes"""""\nd = 1', {("a",): 1, ("d",): 2}),
    ('a = { b = "}", c = ["]"] } # }\nd = 1', {("a", "b"): 1, ("a", "c"): 1, ("d",): 2}),
    ('a = { b = """\n\n""", c = 1 }\nd = 1', {("a", "b"): 1, ("a", "c"): 3, ("d",): 4}),
    (r'"a\"b" = "\\"' + "\nc = '\\'\nd = 1", {('a"b',): 1, ("c",): 2, ("d",): 3}),
    ("[[a]]\nb = 1\n[[a]]\nb = 2", {("a",): 3, ("a", "b"): 4}),
    ("  [ a . b ]  \n\tc\t=\t1", {("a", "b"): 1, ("a", "b", "c"): 2}),
    ("a = 1979-05-27T07:32:00Z\nb = 1", {("b",): 2}),
    ("", {}),
]


@pytest.mark.parametrize(("text", "lines"), TABLE, ids=[text for text, _ in TABLE])
def test_lines(text: str, lines: dict[KeyPath, int]) -> None:
    tomllib.loads(text)
    found = find_lines(text)
    assert {path: found.get(path) for path in lines} == lines


NOISE = "[]{}#=,. x\"'"
SCALARS = st.one_of(
    st.integers().map(str),
    st.booleans().map(lambda value: str(value).lower()),
    st.text(NOISE.replace('"', ""), max_size=8).map(lambda text: f'"{text}"'),
    st.text(NOISE.replace("'", ""), max_size=8).map(lambda text: f"'{text}'"),
    st.text(NOISE.replace('"', "") + "\n", max_size=8).map(lambda text: f'"""{text}"""'),
)
COMMENTS = st.text(NOISE, max_size=8).map(lambda text: f"  #{text}\n")
LINE_ENDS = st.one_of(st.just("\n"), st.just("\n\n"), COMMENTS)


@st.composite
def documents(draw: st.DrawFn) -> str:
    """Make a text whose keys are k0, k1 ... in no order but each only once."""
    numbers = count()

    def key() -> str:
        name = f"k{next(numbers)}"
        return draw(st.sampled_from([name, f'"{name}"', f" '{name}' ", f"k{next(numbers)}.{name}"]))

    def value(depth: int) -> str:
        kind = draw(st.sampled_from(["scalar", "list", "table"] if depth else ["scalar"]))
        if kind == "scalar":
            return draw(SCALARS)
        inside = range(draw(st.integers(0, 3)))
        if kind == "list":
            return (
                f"[{draw(LINE_ENDS)}"
                + "".join(f"{value(depth - 1)}{draw(LINE_ENDS)},{draw(LINE_ENDS)}" for _ in inside)
                + "]"
            )
        return "{" + ", ".join(f"{key()} = {value(depth - 1)}" for _ in inside) + "}"

    lines = []
    for _ in range(draw(st.integers(0, 5))):
        header = f"[{key()}]{draw(LINE_ENDS)}" if draw(st.booleans()) else ""
        lines.append(f"{header}{key()} = {value(3)}{draw(LINE_ENDS)}")
    return "".join(lines)


def keys(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [*value, *(name for one in value.values() for name in keys(one))]
    return [name for one in value for name in keys(one)] if isinstance(value, list) else []


@given(documents())
def test_any_key_of_any_document(text: str) -> None:
    names = keys(tomllib.loads(text))
    found = {path[-1]: line for path, line in find_lines(text).items()}
    lines = text.split("\n")
    for name in names:
        (line,) = [n for n, each in enumerate(lines, 1) if name in _words(each)]
        assert found[name] == line
    assert {name for name in found if not name.startswith("#")} == set(names)


def _words(line: str) -> set[str]:
    return set("".join(char if char.isalnum() else " " for char in line).split())


def test_a_patch_as_people_write_it() -> None:
    text = dedent(
        """\
        title = "It's [mine]"   # really [mine]

        [out]                   # } ]
        use = "osc_out"
        [out.send]
        "/a [b]" = { from = "x", to = [0, 1] }   # {
        "/c"     = [
          # the first
          { from = "y", args = ["]", "{value}"] },

          { from = "z" },
        ]
        [next]
        use = "camera"
        """
    )
    found = find_lines(text)
    assert found["out", "send", "/a [b]", "to"] == 6
    assert found["out", "send", "/c", "#1", "args"] == 9
    assert found["out", "send", "/c", "#2"] == 11
    assert found["next", "use"] == 14
