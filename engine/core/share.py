"""Where the files lie that come with Sensorium: beside the code, or inside the installed wheel."""

from __future__ import annotations

from pathlib import Path

_ENGINE = Path(__file__).parents[1]


def share(name: str) -> Path:
    """Give the folder ``models`` or ``patches`` of this installation."""
    installed = _ENGINE / "_share" / name
    return installed if installed.is_dir() else _ENGINE.parent / name
