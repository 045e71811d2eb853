"""Names of things, as lists of classes write them, become words that one would say."""

from __future__ import annotations

import re
from typing import Final

_FURTHER: Final = re.compile(r"\s*[(/,].*| or .*")
"""What follows the first synonym: an explanation, or other names."""
_SAID: Final = {
    "traffic or street sign": "street sign",
    "vaulted or arched ceiling": "vaulted ceiling",
    "a cat having a striped coat": "tabby cat",
}
"""Where what comes first is no name by itself."""


def said(name: str) -> str:
    """Return the first name of a thing: "kite" for "kite (bird of prey)"."""
    return _SAID.get(name) or _FURTHER.sub("", name) or name
