"""Finds a file that a box shall read, or says why it cannot be."""

from __future__ import annotations

import os
from pathlib import Path

from engine.core.errors import DeviceError, nearest


def readable(file: str, what: str) -> Path:
    """Give the path of a file, "~" being the home; ``what`` it shall be: "a sound file".

    Raises DeviceError when it is not there, is a folder, or may not be read.
    """
    path = Path(file).expanduser().absolute()
    if not path.exists():
        others = [other.name for other in path.parent.iterdir()] if path.parent.is_dir() else []
        raise DeviceError(f'there is no file "{file}".{nearest(path.name, others)}')
    if path.is_dir():
        raise DeviceError(f'"{file}" is a folder, not {what}')
    if not os.access(path, os.R_OK):
        raise DeviceError(f'"{file}" may not be read: its permissions forbid it')
    return path
