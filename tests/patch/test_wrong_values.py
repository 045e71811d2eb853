"""Whatever a patch says for whatever parameter: it fits, or it is told in words of ours."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.core.errors import PatchError
from engine.core.parameter import read_parameters
from engine.core.sink import Sink
from engine.patch.load import parse
from engine.registry import Registry
from engine.runtime.opening import plan_document
from tests.by_night import pairs

BOXES = Registry()
PATCH = Path("my.toml")
VALUES = [
    *("true", "3", "-1", "9" * 30, "1.5", "-0.5", "nan", "inf", "2026-01-01", "07:30:00"),
    *('""', '"zzz"', '"2 s"', '"-1 s"', '"9e999 s"', '"\\u0000"', '"127.0.0.1"', '"{slot}"'),
    *("[]", "[1]", '["a"]', "[[1]]", "[{ a = 1 }]", '[true, "x", 1.5, {}]', "[nan]"),
    *("{}", "{ a = 1 }", "{ a = { b = 1 } }", '{ a = [1, "b"] }', '{ "" = "" }', "{ a = true }"),
    *('{ to = 0, after = "1 s" }', "{ to = [] }", "{ a = { address = 3 } }", "{ a = nan }"),
]
OF_LIBRARIES = re.compile(
    r"Expected `|Object (contains|missing)|of type|Errno|<class|<built-in|Traceback|msgspec|"
    r"Invalid value|NoneType|[A-Z][a-z]+Error\b|typing\.|Literal|not supported between|unhashable|"
    r"\b(dict|str|int|float|bool)\b|object has no|required positional|datetime"
)
CABLES = ["from", "when", "in", "to", "curve", "choose", "above", "at_most", "every", "args", "off"]
LINKS = ["then", "empty", "on_loss", "on", "send", "from", "every", "use"]


def told(text: str) -> list[str]:
    """Return what is told of a patch."""
    try:
        plan_document(parse(text, PATCH), BOXES.find, live=False)
    except PatchError as error:
        return [str(problem) for problem in error.problems]
    return []


def check(texts: list[str], key: str) -> None:
    """Hold what is told to its form: the file, the line, the box, and no words of a library."""
    for text in texts:
        where, _, words = text.partition(": ")
        assert re.fullmatch(r"my\.toml(:\d+)?", where), text
        assert words.startswith(("[a]", "[b]", "[c]", "[out]")), text
        unquoted = re.sub(r'"[^"]*"', "", text)
        assert not OF_LIBRARIES.search(unquoted), text


@pytest.mark.parametrize("use", BOXES.names())
def test_a_wrong_value_of_a_parameter_is_told_in_our_words(use: str) -> None:
    cls = BOXES.find(use)
    parameters = read_parameters(cls)
    for name, value in pairs(parameters, VALUES, 4):
        needed = [f'{key} = "x"' for key, one in parameters.items() if one.required and key != name]
        begin = "\n".join(["[a]", f'use = "{use}"', *needed])
        check(told(f"{begin}\n{name} = {value}\n"), name)


@pytest.mark.parametrize("key", CABLES)
def test_a_wrong_value_in_a_cable_is_told_in_our_words(key: str) -> None:
    before = '[a]\nuse = "every"\ntime = "1 s"\n[b]\nuse = "smooth"\nfrom = "a"\n[out]\n'
    before += 'use = "osc_out"\nto = "127.0.0.1:9"\n[out.send]\n'
    for value in VALUES:
        begin = "" if key in ("from", "when") else 'from = "b", '
        check(told(f'{before}"/x" = {{ {begin}{key} = {value} }}\n'), key)


@pytest.mark.parametrize("key", LINKS)
@pytest.mark.parametrize("use", ["smooth", "osc_out", "camera", "midi_out", "collector"])
def test_a_wrong_value_of_what_every_box_may_say_is_told_in_our_words(use: str, key: str) -> None:
    begin = "" if key == "use" else f'use = "{use}"\n'
    if issubclass(BOXES.find(use), Sink) and use == "osc_out":
        begin += 'to = "127.0.0.1:9"\n'
    for value in VALUES:
        check(told(f"[a]\n{begin}{key} = {value}\n"), key)
