"""Explain tomllib's errors to readers who have never seen TOML.

What is wrong is read from the line and the place in it, not from tomllib's words, which name what
its grammar lacks ("Expected ']' at the end of a table declaration" for an umlaut).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from engine.core.errors import Problem

_PLACE = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)")
_OPEN = "a text begins here with a quote that nothing closes"
_UNCLOSED = "a list or table that is open here is never closed"
_COMMA = "a comma is missing between two values"
_NAME_IN_QUOTES = "a name with more in it than a to z, 0 to 9, _ and - stands in quotes"
_TWICE = "this is here twice; each name may stand once"
_BACKSLASH = (
    r"in quotes a \ begins a special character: put the text in single quotes, 'C:\new', or write /"
)
_CUT = ("Unterminated", "Illegal character '\\n'", "Found invalid character '\\n'")
"""How tomllib begins where a line or the text ends within quotes."""
_STRAIGHT = 'quotes are straight, as in use = "camera", without “ ” or ‘ ’'
_SMART = "“”„‟‘’‚‛«»‹›`´″＂"
_PLACED = re.compile(rf"(?:^|[=\[,{{:])\s*[{_SMART}]|[{_SMART}]\s*(?:[=:,\]}}]|$)")
"""A smart quote where a text would begin or end."""
_SWALLOWED = re.compile(rf"[{_SMART}]\s*[=,\]}}]\s*$")
"""One where a text ended that ran on to the next straight quote: "/reach” = "."""
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_KEY = re.compile(r"""\s*([^=:"'\[\]{}#\s][^=:"'\[\]{}#]*?|"[^"]*"|'[^']*')\s*(=|:)""")
_STATEMENT = re.compile(r"""\s*([\w.-]+|"[^"]*")\s*=|\s*\[\[?[\w."-]+\]\]?\s*$""")
_STRING = re.compile(r""""(?:[^"\\]|\\.)*"|'[^']*'""")

# What stands where a value should, and what is said of it.
_VALUES = (
    (r"$", "a value is missing here"),
    (r"(?:true|yes|on)$", "true and false are written in small letters: true"),
    (r"(?:false|no|off)$", "true and false are written in small letters: false"),
    (r"(?:null|none|nil|undefined)$", "nothing is said by leaving the whole line out"),
    (r"([+-]?)(\.\d+)$", "a number has a digit before its point: {0}0{1}"),
    (r"\(", "a list stands in [ ]"),
    (r"([a-z_/~.@$].*)", 'a text stands in quotes: "{0}"'),
)
# What begins like a number.
_NUMBERS = (
    (r"([+-]?\d+),(\d+)", "a number has a point, not a comma: {0}.{1}"),
    (r"([\d.]+)\s*(us|ms|s|min|h)\b", 'a time stands in quotes: "{0} {1}"'),
    (r"([+-]?[\d.]+)\s*(?:Hz|kHz|dB|%|px|°|m)(?!\w)", "a number stands without its unit: {0}"),
    (r"\d{1,3}(?: \d{3})+\s*(?:#|$)", "a number is written without blanks in it"),
    (r"([+-]?\d+)\.\s*(?:#|$)", "a number has a digit behind its point: {0}.0"),
    (r"[+-]?0(\d+)\s*(?:#|$)", "a number does not begin with 0: {0}"),
    (r"([\w.:/-]*[a-z.:/-][\w.:/-]*)", 'a text stands in quotes: "{0}"'),
)


@dataclass(frozen=True)
class _Spot:
    """Where reading stopped: the line, and what stands in it before and from there on."""

    error: str
    before: str
    rest: str

    @property
    def line(self) -> str:
        return self.before + self.rest

    @property
    def is_header(self) -> bool:
        return self.before.lstrip().startswith("[") and "=" not in self.before

    @property
    def is_value(self) -> bool:
        """Whether a value should begin here, or has just ended."""
        return "=" in _STRING.sub("", self.before)


_Rule = Callable[[_Spot], str]
"""Return what is wrong, or "" where it is something else."""


def explain(error: str, text: str, file: Path | None) -> Problem:
    """Return a tomllib error as a problem, with the line and its text."""
    lines = text.split("\n")
    place = _PLACE.search(error)
    plain_error = _PLACE.sub("", error)
    if place and place[1]:
        number, column = int(place[1]), int(place[2]) - 1
        if column == 0 and plain_error.startswith("Unescaped"):  # a \ that ends the line before
            number, column = number - 1, len(lines[number - 2])
    else:
        number = _last_opened(text, plain_error)
        column = len(lines[number - 1])
    if opened := _opened_before(text, number):
        plain_error, number, column = "Unclosed", opened, len(lines[opened - 1])
    source = lines[number - 1]
    spot = _Spot(plain_error, source[:column], source[column:])
    message = next(words for rule in _RULES if (words := rule(spot)))
    shown = source.strip()
    return Problem(f"{message}: {shown}" if shown else message, file, number)


def _backslash(spot: _Spot) -> str:
    escapes = ("Invalid hex", "Unescaped", "Escaped character")
    ends = spot.error.startswith(_CUT)
    if spot.error.startswith(escapes) or (ends and re.search(r'\\"\s*$', spot.line)):
        return _BACKSLASH
    return _BACKSLASH if spot.is_value and spot.rest.startswith("\\") else ""


def _twice(spot: _Spot) -> str:
    if spot.error.startswith("Cannot declare"):
        return "this box is here twice; each name may stand once"
    twice = ("Cannot overwrite", "Cannot redefine", "Cannot mutate", "Duplicate inline")
    return _TWICE if spot.error.startswith(twice) else ""


def _quote(spot: _Spot) -> str:
    if spot.line.lstrip().startswith("```"):
        return "leave the lines with ``` out: they belong to the page that this is copied from"
    if _has_smart_quotes(spot.line):
        return _STRAIGHT
    if spot.error.startswith((*_CUT, "Expected '\"", "Expected \"'")):
        return _OPEN
    if re.search(r"""["']$""", spot.before) and re.match(r"""[^\s,#\]}].*["']""", spot.rest):
        return "the text ends before the last quote: put the other kind of quotes around it"
    return ""


def _has_smart_quotes(line: str) -> bool:
    """Whether quotes as word processors set them stand where straight ones should."""
    texts = _STRING.findall(line)
    bare = _STRING.sub("", line).partition("#")[0]
    return bool(_PLACED.search(bare)) or any(_SWALLOWED.search(text[1:-1]) for text in texts)


def _invisible(spot: _Spot) -> str:
    """Explain a character that no one sees, such as a no-break space from a web page."""
    char = spot.rest[:1]
    if char and char not in " \t" and unicodedata.category(char) in ("Zs", "Cf", "Cc", "Zl", "Zp"):
        name = unicodedata.name(char, f"U+{ord(char):04X}").lower()
        return f"a character that cannot be seen stands here ({name}): delete it"
    if spot.error.startswith(("Illegal character", "Found invalid character")):
        return "a character that cannot be seen stands in the text: delete it"
    return ""


def _comment(spot: _Spot) -> str:
    begins = r"//|/\*|--|;(?!\s*[\w-]+\s*=)"
    return "a comment begins with #" if re.match(begins, spot.rest.lstrip()) else ""


def _header(spot: _Spot) -> str:
    if not spot.is_header:
        missing = re.fullmatch(r"\s*([\w-]+)\]\s*", spot.line)
        return f"the name of a box stands in brackets: [{missing[1]}]" if missing else ""
    if "]" in spot.before:
        return "after the name of a box the line ends; each key stands on a line of its own"
    name = re.match(r"\s*\[+\s*([^\[\]\"']*?)\s*\]", spot.line)
    if name and not name[1]:
        return "the name of a box is missing in the brackets, such as [pose]"
    if name and " " in name[1]:
        return f"the name of a box is one word: [{re.sub(r' +', '_', name[1])}]"
    if name:
        return _name(name[1], "[{}]")
    return "the name of a box stands in brackets, such as [pose]"


def _key(spot: _Spot) -> str:
    if not spot.error.startswith(("Expected '=' after", "Invalid initial", "Invalid statement")):
        return ""
    inside = re.search(r"[{,]\s*[^{},]*$", spot.before)
    if inside and spot.rest.startswith("}"):
        return "in a table { } no comma stands after the last value"
    if inside and not spot.rest.strip():
        return "a table in { } stands on one line"
    key = _KEY.match(spot.line, inside.start() + 1 if inside else 0)
    if key and key[2] == ":":
        return 'between a name and its value stands "=", not ":"'
    if key and key[2] == "=":
        return _name(key[1], "{} =")
    return 'expected a name, "=" and a value, such as use = "pose"'


def _unclosed(spot: _Spot) -> str:
    if not spot.error.startswith("Unclosed"):
        return ""
    if "inline table" in spot.error and not spot.rest.strip(" \t,"):
        return f"{_UNCLOSED}; a table in {{ }} stands on one line"
    return _COMMA if spot.rest.strip() else _UNCLOSED


def _value(spot: _Spot) -> str:
    """Explain what should be a value and is none."""
    if spot.error.startswith("Invalid date"):
        return "there is no such date or time; a text stands in quotes"
    if not spot.error.startswith("Invalid value"):
        return ""
    word = re.match(r"[^\s,\]}#;]*", spot.rest)
    text = word[0] if word else ""
    return (
        _first_words(_VALUES, text) or "cannot be read: a text stands in quotes, a number does not"
    )


def _after_value(spot: _Spot) -> str:
    """Explain what stands behind a value."""
    number = re.search(r"=\s*([+-]?[\d_.]+\s*)$", spot.before)
    if number and (words := _first_words(_NUMBERS, number[1] + spot.rest)):
        return words
    if re.match(r"""[\s;,]*["']?[\w/.-]+["']?\s*=""", spot.rest):
        return "each key stands on a line of its own"
    return "more stands here than one value; a text or a time stands in quotes"


def _first_words(table: tuple[tuple[str, str], ...], text: str) -> str:
    """Return the words of the first pattern that fits, with its groups put in; else ""."""
    for pattern, words in table:
        if found := re.match(pattern, text, re.IGNORECASE):
            return words.format(*found.groups())
    return ""


def _name(name: str, form: str) -> str:
    """Return what is wrong with a name: it needs quotes; ``form`` is how it is written."""
    parts = [name] if name.startswith("/") else [part.strip() for part in name.split(".")]
    if not all(parts):
        return "a name is missing beside the dot"
    quoted = ".".join(part if _BARE.fullmatch(part) else f'"{part}"' for part in parts)
    return f"{_NAME_IN_QUOTES}, {form.format(quoted)}"


_RULES: tuple[_Rule, ...] = (
    _backslash,
    _twice,
    _quote,
    _invisible,
    _unclosed,
    _comment,
    _header,
    _key,
    _value,
    _after_value,
)


def _last_opened(text: str, error: str) -> int:
    """Return the line of what is still open at the end; tomllib does not report it."""
    lines = text.split("\n")
    if error.startswith("Unclosed"):
        return _last_open_bracket(text) or len(lines)
    fences = [quotes for quotes in ('"""', "'''") if text.count(quotes) % 2]
    wanted = fences or ['"', "'"]
    ends = error.startswith(("Unterminated", "Expected '\"", "Expected \"'"))
    holding = [n for n, line in enumerate(lines, 1) if any(quotes in line for quotes in wanted)]
    if ends and holding:
        return holding[-1]
    filled = [n for n, line in enumerate(lines, 1) if line.strip()]
    return filled[-1] if filled else len(lines)


def _opened_before(text: str, number: int) -> int:
    """Return the line of a bracket that is open where a line begins anew, as if it were closed."""
    lines = text.split("\n")
    anew = _STATEMENT.match(lines[number - 1]) and _last_open_bracket(text)
    return _last_open_bracket("\n".join(lines[: number - 1])) if anew else 0


def _last_open_bracket(text: str) -> int:
    """Return the line of the last bracket that nothing closes, 0 where all are closed."""
    blank = re.compile(
        r'"""(?:[^\\]|\\.)*?"""|' + r"'''.*?'''|" + _STRING.pattern + r"|#[^\n]*", re.S
    )
    cleared = blank.sub(lambda found: "\n" * found[0].count("\n"), text)
    opened: list[int] = []
    line = 1
    for char in cleared:
        line += char == "\n"
        if char in "[{":
            opened.append(line)
        elif char in "]}" and opened:
            opened.pop()
    return opened[-1] if opened else 0
