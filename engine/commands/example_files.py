"""Files of examples that a command reads and writes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.core.errors import UnreadableFile, UnwritableFile

if TYPE_CHECKING:
    from engine.learning.examples import Examples


def read_examples_table(file: Path, names: str) -> Examples:
    """Return the examples of a table, CSV or ARFF; ``names`` are its numbers here, "a,b".

    Raises UnreadableFile, which says what is wrong and where.
    """
    from engine.core.files import read_file
    from engine.learning.examples_file import LARGEST, BadExamples
    from engine.learning.tables import read_table

    try:
        text = read_file(file, LARGEST).decode("utf-8-sig", "replace")
        return read_table(text, [name.strip() for name in names.split(",") if names])
    except BadExamples as error:
        raise UnreadableFile(f"{file}: {error}") from None
    except UnreadableFile as error:
        raise UnreadableFile(f"{file} {error}") from None


def write_file(file: Path, data: str | bytes) -> None:
    """Write a whole file. Raises UnwritableFile, which says why it cannot be."""
    from engine.system.output_file import OutputFile, describe_refusal

    made = OutputFile(file)
    try:
        made.write(data)
    except OSError as error:
        raise UnwritableFile(describe_refusal(file, error)) from None
    finally:
        made.close()
