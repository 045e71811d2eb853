"""A text that is known before: a file, or written into a patch."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

from engine.core.errors import DeviceError, ParameterError
from engine.language.text_file import TextFault, read_text, told, written_lines
from engine.language.timed_text import ENDINGS, read_timed


def check_written(file: str, text: str) -> None:
    """Raise ParameterError unless one of a file and a text is given."""
    if bool(file) == bool(text.strip()):
        raise ParameterError('expected a file, as file = "poem.txt", or a text, and not both')


def read_lines(file: str, text: str) -> tuple[list[str], list[TextFault]]:
    """Return the lines in which something stands, and what is wrong with any.

    Of a file with times these are its texts. Raises DeviceError where there is no line.
    """
    if not file:
        return written_lines(text)
    whole, damage = read_text(file)
    ending = Path(file).suffix.lower()
    if ending in ENDINGS:
        cues, faults = read_timed(whole, ending)
        lines = [cue.text for cue in cues if cue.text]
    else:
        lines, faults = written_lines(whole)
    if not lines:
        raise DeviceError(f'"{file}" holds no line that could be read')
    return lines, sorted([*damage, *faults], key=lambda fault: fault.line)


def written_doubts(file: str, text: str) -> Mapping[str, str]:
    """Return what is wrong with a text, by the parameter that says it.

    Within it, though the rest is good, or that none can be read.
    """
    key = "file" if file else "text"
    try:
        _, faults = read_lines(file, text)
    except DeviceError as error:
        return {key: str(error)}
    return {key: told(file, faults)} if faults else {}


def line_number(value: float, count: int) -> int:
    """Return the number of a line, from 1. Raises ParameterError for what is none."""
    if not math.isfinite(value) or not 1 <= round(value) <= count:
        raise ParameterError(f"expected the number of a line, 1 to {count}, got {value:g}")
    return round(value)
