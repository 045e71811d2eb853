"""How a model that is no part of the installation is built from a package, into a folder."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from engine.core.errors import ModelError, UnwritableFile
from engine.core.extras import install_line
from engine.core.os_errors import os_reason
from engine.inference.card import CARD
from engine.system.whole_file import write_whole


def package_folder(package: str, extra: str) -> Path:
    """Return where a package of an extra lies. Raise ModelError where it is not installed."""
    found = find_spec(package)
    if found is None or found.origin is None:
        raise ModelError(f'the package "{package}" is not installed: {install_line(extra)}')
    return Path(found.origin).parent


def check_published(package: str, name: str, data: bytes, sha256: str, version: str) -> None:
    """Raise ModelError where what a package holds is not what was published."""
    if hashlib.sha256(data).hexdigest() != sha256:
        raise ModelError(f"{package}: {name} is not that of version {version}")


def keep_model(files: Mapping[str, bytes], card: str, folder: Path) -> Path:
    """Write a model with its card into a folder, whole or not at all; return that.

    Raises UnwritableFile.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        whole = {**files, CARD: card.encode()}
        write_whole({folder / name: data for name, data in whole.items()}, mode=0o644)
    except OSError as error:
        raise UnwritableFile(f"{folder} cannot be written: {os_reason(error)}") from None
    return folder
