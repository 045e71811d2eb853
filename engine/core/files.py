"""Locate files: those installed with Sensorium, and those that a box reads."""

from __future__ import annotations

import os
from pathlib import Path

from engine.core.errors import DeviceError, nearest

_ENGINE = Path(__file__).parents[1]


def find_readable(file: str, what: str) -> Path:
    """Return the absolute path of a file; "~" is the home folder.

    ``what`` names the expected type in errors: "a sound file". Raise DeviceError when the file is
    missing, a folder, a device or a pipe, or not readable.
    """
    path = Path(file).expanduser().absolute()
    if not path.exists():
        others = [other.name for other in path.parent.iterdir()] if path.parent.is_dir() else []
        raise DeviceError(f'there is no file "{file}".{nearest(path.name, others)}')
    if path.is_dir():
        raise DeviceError(f'"{file}" is a folder, not {what}')
    if not path.is_file():
        raise DeviceError(f'"{file}" is not {what}: it is a device or a pipe')
    if not os.access(path, os.R_OK):
        raise DeviceError(f'"{file}" may not be read: its permissions forbid it')
    return path


def installed_folder(name: str) -> Path:
    """Return the folder ``models`` or ``patches`` of this installation."""
    installed = _ENGINE / "_share" / name
    return installed if installed.is_dir() else _ENGINE.parent / name
