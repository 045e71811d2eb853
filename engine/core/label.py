"""Check the words by which a performer calls a box, or what leaves by a cable."""

from __future__ import annotations

import unicodedata
from typing import Annotated, Final

from engine.core.errors import ParameterError, as_written
from engine.core.parameter import Param
from engine.core.secrets import hide_secrets

LABEL: Final = "label"
"""The key of a box or cable."""
LONGEST_LABEL: Final = 80
"""The most characters of a label: what a button or a line of the page can show."""


def read_label(value: object) -> str:
    """Return a label without blanks around it and passwords in it, "" for none.

    Raise ParameterError for no label.
    Control characters are refused, line ends among them; what joins letters or emoji may stand.
    """
    if not isinstance(value, str):
        raise ParameterError(f"expected a text, got {as_written(value)}")
    if any(unicodedata.category(char) == "Cc" for char in value):
        raise ParameterError("expected one line of text, without control characters")
    if len(value) > LONGEST_LABEL:
        raise ParameterError(f"expected {LONGEST_LABEL} characters at most, got {len(value)}")
    return hide_secrets(value.strip())


def label_fault(value: object) -> str:
    """Return what is wrong with a label, or ""."""
    try:
        read_label(value)
    except ParameterError as error:
        return str(error)
    return ""


CALLED: Final = Param(
    "what it is called where it is shown; its name, if nothing is said", fault=label_fault
)
Label = Annotated[str, CALLED]
"""The label of a box that may be called otherwise while it plays, as what is drawn on the page."""
