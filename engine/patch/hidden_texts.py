"""The text of a patch without the passwords in it, for whatever keeps it where others may read."""

from __future__ import annotations

import json
import re
import tomllib
from typing import Final

from engine.core.secrets import hide_in_value, hide_secrets

_PART: Final = re.compile(
    r"""
    \#[^\n]*                          # a comment
    | "{3} (?:\\.|[^\\])*? "{3,5}      # the four kinds of texts of TOML 1.0
    | '{3} .*? '{3,5}
    | "(?:\\.|[^"\\\n])*"
    | '[^'\n]*'
    """,
    re.S | re.X,
)


def hide_in_patch(text: str) -> str:
    """Return the text of a patch: as valid as before, line by line the same, no password in it."""
    return _PART.sub(lambda found: _hide(found[0]), text)


def _hide(part: str) -> str:
    if part.startswith("#"):
        return hide_secrets(part)
    try:
        value = tomllib.loads(f"value = {part}")["value"]
    except tomllib.TOMLDecodeError:
        return hide_secrets(part)
    shown = hide_in_value(value)
    if shown == value:
        return part
    return json.dumps(shown, ensure_ascii=False).replace("\x7f", "\\u007f")
